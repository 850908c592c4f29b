import type { Catalog } from "../catalog";
import type { ClusterFacts, Hop, Path } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, hasAnnotationUnder, listAt, mapAt, nameOf, refOf, textAt, valueAt } from "../value";
import { hopOf, undecidedHop } from "./hop";
import { podEnd } from "./pod";
import { serviceProxyHop } from "./serviceProxy";

const METALLB_PREFIXES = ["metallb.io/", "metallb.universe.tf/"];

/** The ways in that a Service itself opens: one per port of a LoadBalancer or NodePort Service. */
export function readService(service: KubernetesObject, catalog: Catalog, cluster: ClusterFacts): Path[] {
  const type = textAt(service, "spec", "type");
  if (type !== "LoadBalancer" && type !== "NodePort" && type !== UNKNOWN) return [];
  const front = type === "NodePort" ? nodePortHop(service) : frontHop(service, catalog, cluster);
  const end = podEnd(service, catalog);
  const ports = listAt(service, "spec", "ports");
  const numbers = ports === UNKNOWN || ports.length === 0 ? ["any"] : ports.map((port) => portName(valueAt(port, "port")));
  return numbers.map((port) => ({
    entry: refOf(service),
    service: refOf(service),
    port,
    ...end.reached,
    hops: [front, serviceProxyHop(service, cluster), end.hop],
  }));
}

function portName(port: unknown): string | number {
  return typeof port === "number" || typeof port === "string" ? port : "any";
}

function nodePortHop(service: KubernetesObject): Hop {
  return hopOf("node-port", { from: `${nameOf(service)} spec.type: NodePort` });
}

/** What gives a LoadBalancer Service its address. */
export function frontHop(service: KubernetesObject, catalog: Catalog, cluster: ClusterFacts): Hop {
  const type = textAt(service, "spec", "type");
  if (type === "NodePort") return nodePortHop(service);
  const className = textAt(service, "spec", "loadBalancerClass");
  const annotated = hasAnnotationUnder(service, ...METALLB_PREFIXES);
  const name = nameOf(service);
  if (type === UNKNOWN || className === UNKNOWN) {
    const field = type === UNKNOWN ? "spec.type" : "spec.loadBalancerClass";
    return undecidedHop("unknown-load-balancer", {
      from: `${name} ${field}`,
      settle: `${name} ${field} is not known before the update`,
      pending: true,
    });
  }
  if (className !== undefined && !/metallb/i.test(className)) {
    return undecidedHop("unknown-load-balancer", {
      from: `${name} spec.loadBalancerClass: ${className}`,
      settle: `the rules of load balancer class ${className} are not known here; read its idle timeout where it is configured`,
      affinityUnknown: mayStick(service),
    });
  }
  const installed = cluster.controllers?.metallb !== undefined || catalog.ofKind("IPAddressPool").length > 0;
  if (className !== undefined || annotated === true || installed) return metallbHop(service, catalog);
  if (annotated === UNKNOWN) {
    return undecidedHop("unknown-load-balancer", {
      from: `${name} metadata.annotations`,
      settle: `${name} metadata.annotations are not known before the update`,
      pending: true,
    });
  }
  return undecidedHop("unknown-load-balancer", {
    from: `${name} spec.type: LoadBalancer, without a class`,
    settle:
      "declare which controller gives the Service its address (cluster.controllers, e.g. metallb: 0.15.2), or set spec.loadBalancerClass",
    affinityUnknown: mayStick(service),
  });
}

/** No load balancer keeps a client on one target unless something asks it to. */
function mayStick(service: KubernetesObject): boolean {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) return true;
  const kind = textAt(service, "spec", "sessionAffinity");
  if (kind !== undefined && kind !== "None") return true;
  return Object.entries(annotations).some(([key, value]) =>
    /sticki|affinity/i.test(`${key} ${value === UNKNOWN ? "affinity" : String(value)}`),
  );
}

/** Which way MetalLB announces decides whether a client keeps reaching one node. */
function metallbHop(service: KubernetesObject, catalog: Catalog): Hop {
  const from = `${nameOf(service)} spec.type: LoadBalancer, announced by MetalLB`;
  const pool = poolOf(service);
  const byLayer2 = catalog.ofKind("L2Advertisement").some((advertisement) => announces(advertisement, pool));
  const byBgp = catalog.ofKind("BGPAdvertisement").some((advertisement) => announces(advertisement, pool));
  if (byLayer2 === byBgp) {
    return hopOf("metallb", {
      from,
      balances: true,
      affinityUnknown: true,
      settle: byLayer2
        ? "the address is announced by layer 2 and by BGP; keep one of the two advertisements for its pool"
        : "add the L2Advertisement or BGPAdvertisement of the pool to what is read: layer 2 keeps a client on one node, BGP does not",
    });
  }
  if (byBgp) return hopOf("metallb-bgp", { from, balances: true });
  const local = textAt(service, "spec", "externalTrafficPolicy") === "Local";
  return hopOf("metallb-l2", {
    from,
    ...(local && { notes: ["externalTrafficPolicy: Local: only pods on the announcing node get connections."] }),
  });
}

function poolOf(service: KubernetesObject): string | undefined {
  for (const prefix of METALLB_PREFIXES) {
    const pool = annotationOf(service, `${prefix}address-pool`);
    if (typeof pool === "string") return pool;
  }
  return undefined;
}

/** An advertisement that names no pool announces all of them; without a pool on the Service any of them may be meant. */
function announces(advertisement: KubernetesObject, pool: string | undefined): boolean {
  const pools = listAt(advertisement, "spec", "ipAddressPools");
  return pools === UNKNOWN || pools.length === 0 || pool === undefined || pools.includes(pool) || pools.includes(UNKNOWN);
}
