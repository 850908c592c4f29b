import type { Catalog } from "../catalog";
import type { KubernetesObject, ObjectRef, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { isOpen, itemsAt, listAt, NAME_NOT_KNOWN, namespaceOf, refOf, textAt, valueAt } from "../value";

/** Source: gateway-api-inference-extension.sigs.k8s.io, API reference of v1 (GA) and v1alpha2. */
const KIND = "InferencePool";
const GROUPS = ["inference.networking.k8s.io", "inference.networking.x-k8s.io"];

/** Whether a route sends to a pool of model servers: pods that a picker chooses among for each request. */
export function isInferencePool(backend: Value): boolean {
  const group = textAt(backend, "group");
  return textAt(backend, "kind") === KIND && typeof group === "string" && GROUPS.includes(group);
}

/** The pool that a route names; one that is not among the objects has no pods. */
export function inferencePool(backend: Value, namespace: string, catalog: Catalog): KubernetesObject {
  const written = textAt(backend, "name");
  const name = typeof written === "string" ? written : NAME_NOT_KNOWN;
  const absent = { apiVersion: `${String(textAt(backend, "group"))}/v1`, kind: KIND, metadata: { name, namespace }, spec: {} };
  return catalog.find(KIND, namespace, name) ?? absent;
}

/** The pool that a reference names, else the one it must have meant: the only one of its namespace, which nobody names. Undefined for a Service. */
export function poolMeant(ref: ObjectRef, catalog: Catalog): KubernetesObject | undefined {
  if (ref.kind !== KIND) return undefined;
  const [only, ...others] = catalog.ofKind(KIND, ref.namespace ?? "default");
  const isSettled = only !== undefined && others.length === 0 && !isOpen(refOf(only)) && !isNamed(only, catalog);
  return catalog.resolve(ref) ?? (isSettled ? only : undefined);
}

const ROUTES = ["HTTPRoute", "GRPCRoute"];
const ANY = "*";

/** Whether a route names a pool, or may once the update knows what it names. */
function isNamed(pool: KubernetesObject, catalog: Catalog): boolean {
  const key = `${namespaceOf(pool)}/${refOf(pool).name}`;
  return ROUTES.some((kind) => [key, ANY].some((one) => catalog.under(one, kind, poolsNamed).length > 0));
}

function poolsNamed(route: KubernetesObject): string[] {
  const backends = itemsAt(route, "spec", "rules").flatMap((rule) => itemsAt(rule, "backendRefs"));
  return backends.flatMap((backend) => {
    if (backend === UNKNOWN) return [ANY];
    if (!isInferencePool(backend)) return [];
    const name = textAt(backend, "name");
    const namespace = textAt(backend, "namespace") ?? namespaceOf(route);
    return name === UNKNOWN || namespace === UNKNOWN ? [ANY] : [`${namespace}/${name ?? ""}`];
  });
}

/** The Service that the gateway asks, for every request, which pod of the pool is to answer it. */
export function endpointPicker(pool: KubernetesObject): ObjectRef | undefined {
  const picker = valueAt(pool, "spec", "endpointPickerRef") ?? valueAt(pool, "spec", "extensionRef");
  const [kind, name] = [textAt(picker, "kind") ?? "Service", textAt(picker, "name")];
  if (kind !== "Service" || typeof name !== "string") return undefined;
  return { apiVersion: "v1", kind, namespace: namespaceOf(pool), name };
}

/** The ports of its pods that a pool is asked at; the earlier version has one. */
export function portsOfPool(pool: KubernetesObject): Value[] {
  const ports = listAt(pool, "spec", "targetPorts");
  if (ports === UNKNOWN) return [UNKNOWN];
  const all: Value[] = [...ports.map((port) => valueAt(port, "number")), valueAt(pool, "spec", "targetPortNumber")];
  return all.filter((port) => port !== undefined);
}
