import type { Catalog } from "../../catalog";
import { GCP_ANNOTATIONS } from "../../facts";
import type { ClusterFacts, Hop } from "../../model";
import type { KubernetesObject, Unknown, Value } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, knownItems, listAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../value";
import { gceHops } from "../gceIngress";
import { undecidedHop } from "../hop";
import type { Front } from "./index";

/**
 * Google's load balancer of a Service that is made ready for one, while nothing that was read sends to it: by a BackendConfig that
 * it names or endpoint groups for an Ingress, which is then somewhere else, or by an endpoint group of its own, whose load balancer was made
 * without Kubernetes.
 */
export function negFront(
  service: KubernetesObject,
  port: string | number,
  catalog: Catalog,
  cluster: ClusterFacts,
): Front | undefined {
  if (cluster.platform !== undefined && cluster.platform !== "gcp") return undefined;
  const groups = annotationOf(service, GCP_ANNOTATIONS.networkEndpointGroups);
  const standalone = typeof groups === "string" && /"exposed_ports"/.test(groups);
  const tied = typeof annotationOf(service, GCP_ANNOTATIONS.backendConfig) === "string";
  // GKE writes that itself on every Service of type ClusterIP; on another one somebody did.
  const nodePort = textAt(service, "spec", "type") === "NodePort";
  const forAnIngress = nodePort && typeof groups === "string" && /"ingress"\s*:\s*true/.test(groups);
  const open = nodePort && groups === UNKNOWN;
  if ((!standalone && !tied && !forAnIngress && !open) || isNamed(service, catalog)) return undefined;
  if (open && !tied) return { hops: [notKnownYet(service)], toPods: true };
  if (standalone) return { hops: [madeElsewhere(service)], toPods: true };
  const { proxy, behind } = gceHops(service, service, port, catalog, cluster);
  const note = `No Ingress or route that was read names ${nameOf(service)}; it is read as behind the load balancer that ${tied ? GCP_ANNOTATIONS.backendConfig : GCP_ANNOTATIONS.networkEndpointGroups} makes it ready for.`;
  return { hops: [{ ...proxy, notes: [...(proxy.notes ?? []), note] }, ...behind], toPods: true };
}

function notKnownYet(service: KubernetesObject): Hop {
  const from = `${nameOf(service)} annotation ${GCP_ANNOTATIONS.networkEndpointGroups}`;
  return undecidedHop("unknown-load-balancer", {
    from,
    layer: 7,
    settle: `${from} is not known before the update`,
    pending: true,
  });
}

function madeElsewhere(service: KubernetesObject): Hop {
  return undecidedHop("unknown-load-balancer", {
    from: `${nameOf(service)} annotation ${GCP_ANNOTATIONS.networkEndpointGroups}, with a load balancer made elsewhere`,
    layer: 7,
    settle: `read the timeout and the session affinity of the backend service that uses the network endpoint group of ${nameOf(service)}`,
  });
}

function isNamed(service: KubernetesObject, catalog: Catalog): boolean {
  const key = `${namespaceOf(service)}/${refOf(service).name}`;
  return ["Ingress", "HTTPRoute", "GRPCRoute"].some((kind) => catalog.under(key, kind, servicesNamed).length > 0);
}

/** Every Service that an Ingress or a route of a Gateway sends to, as namespace and name. */
function servicesNamed(sender: KubernetesObject): string[] {
  const known = knownItems(sender, "spec", "rules");
  const lists = known.flatMap((rule): (Value[] | Unknown)[] => [listAt(rule, "http", "paths"), listAt(rule, "backendRefs")]);
  const backends = lists.flatMap((list) => (list === UNKNOWN ? [] : list)).map((item) => valueAt(item, "backend") ?? item);
  const all = [valueAt(sender, "spec", "defaultBackend"), valueAt(sender, "spec", "backend"), ...backends];
  return all.map((backend) => {
    const name = textAt(backend, "service", "name") ?? textAt(backend, "serviceName") ?? textAt(backend, "name");
    return `${String(textAt(backend, "namespace") ?? namespaceOf(sender))}/${String(name)}`;
  });
}
