import type { Catalog } from "../../catalog";
import type { KubernetesObject, Value } from "../../objects";
import { UNKNOWN } from "../../objects";
import { listAt, namespaceOf, textAt, valueAt } from "../../value";
import { serviceOfHost } from "../istio";

/** An AIServiceBackend, the Backend that it names, and no further. */
const MOST_STEPS = 3;

/**
 * The Service that a route of Envoy Gateway reaches by kinds of its own: an AIServiceBackend names a Service or a Backend, and a Backend
 * names hosts. Any other backend is what it was.
 */
export function behindEnvoyKinds(route: KubernetesObject, backend: Value, catalog: Catalog): Value {
  let found = backend;
  const standard = route.kind === "AIGatewayRoute" ? "AIServiceBackend" : "Service";
  for (let step = 0; step < MOST_STEPS; step++) {
    const kind = textAt(found, "kind") ?? (step === 0 ? standard : "Service");
    const name = textAt(found, "name");
    const namespace = textAt(found, "namespace") ?? namespaceOf(route);
    if (kind === UNKNOWN || name === UNKNOWN || namespace === UNKNOWN) return UNKNOWN;
    if (kind !== "AIServiceBackend" && kind !== "Backend") return found;
    const object = catalog.find(kind, namespace, name ?? "");
    const next = kind === "Backend" ? ofHost(object, namespace) : within(valueAt(object, "spec", "backendRef"), namespace);
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

function within(reference: Value, namespace: string): Value {
  if (reference === UNKNOWN || reference === undefined) return reference;
  return { namespace, ...(reference as Record<string, Value>) };
}

/** The first of its endpoints, where that is a name that the cluster's DNS has. */
function ofHost(backend: KubernetesObject | undefined, namespace: string): Value {
  const endpoints = listAt(backend, "spec", "endpoints");
  if (endpoints === UNKNOWN) return UNKNOWN;
  const host = textAt(endpoints[0], "fqdn", "hostname");
  if (host === UNKNOWN) return UNKNOWN;
  if (host === undefined || !/\.svc(\.|$)/.test(host)) return undefined;
  const { name, namespace: own } = serviceOfHost(host, namespace);
  return { name, namespace: own ?? namespace, port: valueAt(endpoints[0], "fqdn", "port") };
}
