import { isCloud } from "./kinds";
import type { KubernetesObject, ObjectRef, Unknown, Value } from "./objects";
import { UNKNOWN } from "./objects";

/** A value that was read, that is not there, or that a preview does not know yet. */
export type Read<T> = T | Unknown | undefined;

/** Walks down `keys`. Below something unknown everything is unknown; below something absent everything is absent. */
export function valueAt(root: unknown, ...keys: (string | number)[]): Value {
  let current = root as Value;
  for (const key of keys) {
    if (current === UNKNOWN) return UNKNOWN;
    if (current === null || typeof current !== "object") return undefined;
    if (!Object.hasOwn(current, key)) return undefined;
    current = (current as { [key: string]: Value })[key];
  }
  return current ?? undefined;
}

/** A string; numbers and booleans read as the text YAML would have shown. Anything else counts as absent. */
export function textAt(root: unknown, ...keys: (string | number)[]): Read<string> {
  const value = valueAt(root, ...keys);
  if (value === UNKNOWN || typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function numberAt(root: unknown, ...keys: (string | number)[]): Read<number> {
  const value = valueAt(root, ...keys);
  return value === UNKNOWN || typeof value === "number" ? value : undefined;
}

/** The elements of a list; an absent list is empty. */
export function listAt(root: unknown, ...keys: (string | number)[]): Value[] | Unknown {
  const value = valueAt(root, ...keys);
  if (value === UNKNOWN) return UNKNOWN;
  return Array.isArray(value) ? value : [];
}

/** The same where nothing can be said of a list that is not known yet: it counts as empty. */
export function knownItems(root: unknown, ...keys: (string | number)[]): Value[] {
  const list = listAt(root, ...keys);
  return list === UNKNOWN ? [] : list;
}

/** The same where a list that is not known yet may hold anything: one element of it that is not known stands for all. */
export function itemsAt(root: unknown, ...keys: (string | number)[]): Value[] {
  const list = listAt(root, ...keys);
  return list === UNKNOWN ? [UNKNOWN] : list;
}

/** The entries of a map whose keys are known; an absent map is empty. */
export function mapAt(root: unknown, ...keys: (string | number)[]): Record<string, Value> | Unknown {
  const value = valueAt(root, ...keys);
  if (value === UNKNOWN) return UNKNOWN;
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

export function annotationOf(object: KubernetesObject, key: string): Read<string> {
  return textAt(object, "metadata", "annotations", key);
}

/** Whether any annotation of the object begins with one of the prefixes. */
export function hasAnnotationUnder(object: KubernetesObject, ...prefixes: string[]): boolean | Unknown {
  const annotations = mapAt(object, "metadata", "annotations");
  if (annotations === UNKNOWN) return UNKNOWN;
  return Object.keys(annotations).some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}

/** What stands for a name that a preview does not know yet. */
export const NAME_NOT_KNOWN = "(not known yet)";

/** Whether a reference leaves open which object it means. */
export function isOpen(ref: ObjectRef): boolean {
  return ref.name === NAME_NOT_KNOWN || ref.namespace === NAME_NOT_KNOWN;
}

function nameOrPlaceholder(value: Read<string>): string {
  return value === UNKNOWN ? NAME_NOT_KNOWN : (value ?? "");
}

/** The API server puts an object without a namespace into `default`. */
export function namespaceOf(object: KubernetesObject): string {
  return nameOrPlaceholder(textAt(object, "metadata", "namespace")) || "default";
}

export function refOf(object: KubernetesObject): ObjectRef {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: namespaceOf(object),
    name: nameOrPlaceholder(textAt(object, "metadata", "name")),
  };
}

const CLUSTER_KINDS = new Set(["Namespace", "IngressClass", "GatewayClass", "Node"]);

/** `Ingress chat/web`, as messages name an object; `aws.lb.LoadBalancer web` for a cloud resource, which has no namespace. */
export function nameOf(object: KubernetesObject | ObjectRef): string {
  const ref = "metadata" in object ? refOf(object as KubernetesObject) : (object as ObjectRef);
  if (isCloud(ref.apiVersion)) return `${ref.apiVersion.replace(":", ".")}.${ref.kind} ${ref.name}`;
  return CLUSTER_KINDS.has(ref.kind) ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace ?? "default"}/${ref.name}`;
}
