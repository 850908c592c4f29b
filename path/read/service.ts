import type { Catalog } from "../catalog";
import type { ClusterFacts, Path } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, refOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import type { Front } from "./loadBalancer/index";
import { frontOf } from "./loadBalancer/index";
import { negFront } from "./loadBalancer/negService";
import { podEnd } from "./pod";
import { serviceProxyHop } from "./serviceProxy";
import { targetGroupFront } from "./loadBalancer/targetGroups";

/** The ways in that a Service itself opens: one per port of a LoadBalancer or NodePort Service, or of one that is reached from outside by other means. */
export function readService(service: KubernetesObject, catalog: Catalog, cluster: ClusterFacts): Path[] {
  const type = textAt(service, "spec", "type");
  const exposed = type === "LoadBalancer" || type === "NodePort" || type === UNKNOWN;
  const atNodes = exposed ? undefined : externalAddressFront(service);
  return portsOf(service).flatMap((port) => {
    const fronts = [
      exposed ? frontOf(service, port, catalog, cluster) : undefined,
      atNodes,
      type === "LoadBalancer" ? undefined : negFront(service, port, catalog, cluster),
      targetGroupFront(service, port, catalog),
    ];
    return fronts.flatMap((front) => (front === undefined ? [] : pathBehind(front, service, port, catalog, cluster)));
  });
}

/** Whatever arrives at a node for one of these addresses is the Service's, of whatever type it is. */
function externalAddressFront(service: KubernetesObject): Front | undefined {
  const addresses = listAt(service, "spec", "externalIPs");
  if (addresses !== UNKNOWN && addresses.length === 0) return undefined;
  const from = `${nameOf(service)} spec.externalIPs`;
  return { hops: [hopOf("node-port", { from, ...(addresses === UNKNOWN && clockNotKnownYet(from)) })], toPods: false };
}

function pathBehind(
  { hops, toPods }: Front,
  service: KubernetesObject,
  port: string | number,
  catalog: Catalog,
  cluster: ClusterFacts,
): Path {
  const end = podEnd(service, catalog);
  const entry = refOf(service);
  const behind = toPods ? [end.hop] : [serviceProxyHop(service, cluster), end.hop];
  return { entry, service: entry, port, ...end.reached, hops: [...hops, ...behind] };
}

/** The ports that carry connections; a datagram belongs to none. */
function portsOf(service: KubernetesObject): (string | number)[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN || ports.length === 0) return ["any"];
  return ports.filter((port) => textAt(port, "protocol") !== "UDP").map((port) => portName(valueAt(port, "port")));
}

function portName(port: unknown): string | number {
  return typeof port === "number" || typeof port === "string" ? port : "any";
}
