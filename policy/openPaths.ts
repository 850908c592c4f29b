import type { Catalog } from "../path/catalog";
import type { Path } from "../path/model";
import type { KubernetesObject, ObjectRef } from "../path/objects";
import { isOpen, refOf } from "../path/value";

/** Whether something of a way in is a value that only the update will know: a hop, or which Service it leads to. */
export function isPending(path: Path, catalog: Catalog): boolean {
  return path.hops.some(({ pending }) => pending === true) || catalog.mayStillMean(path.service) || isOpen(path.entry);
}

const open = new WeakMap<Catalog, Map<string, KubernetesObject[]>>();

/** The objects of a kind whose own name or namespace only the update will know; looked up once. */
export function objectsWithOpenName(kind: string, catalog: Catalog): KubernetesObject[] {
  const known = open.get(catalog) ?? new Map<string, KubernetesObject[]>();
  open.set(catalog, known);
  let found = known.get(kind);
  if (found === undefined) {
    found = catalog.ofKind(kind).filter((object) => isOpen(refOf(object)));
    known.set(kind, found);
  }
  return found;
}

/** What a reference means, certainly or perhaps. */
export function meant(ref: ObjectRef, catalog: Catalog): { certain?: KubernetesObject; perhaps: KubernetesObject[] } {
  const certain = catalog.resolve(ref);
  if (certain !== undefined) return { certain, perhaps: [] };
  return { perhaps: catalog.mayStillMean(ref) ? objectsWithOpenName(ref.kind, catalog) : [] };
}
