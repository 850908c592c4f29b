import type { Catalog } from "../path/catalog";
import type { KubernetesObject, ObjectRef } from "../path/objects";
import { isOpen, refOf } from "../path/value";

/**
 * The object that a way in names. Where its name is not known before the update, each one that may be meant: what such an object
 * says is known all the same.
 */
export function objectsNamed(ref: ObjectRef, catalog: Catalog): readonly KubernetesObject[] {
  const found = catalog.resolve(ref);
  if (found !== undefined) return [found];
  return isOpen(ref) ? catalog.under(keyOf(ref), ref.kind, ownKey) : [];
}

const keyOf = ({ namespace, name }: ObjectRef): string => `${namespace ?? "default"}/${name}`;
const ownKey = (object: KubernetesObject): string[] => [keyOf(refOf(object))];
