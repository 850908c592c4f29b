import { CILIUM_RANGES, proxyInCluster } from "../../path/facts/networkSources";
import type { DraftSurroundings } from "../stack";
import type { Source } from "./sources";

/** One `from` of a rule. */
export type Peer = { ipBlock: { cidr: string } } | { namespaceSelector?: object; podSelector?: object };

/** Who may connect: these, or everybody; or what has to be declared before anybody can say. */
export interface Admitted {
  /** What a reader calls them. */
  who: string;
  peers: Peer[] | "everybody";
  /** Sentences: what is missing, and the way out. */
  missing?: string;
}

/** The label that every namespace carries with its own name. */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

export const inNamespace = (name: string): Peer => ({ namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: name } } });

const isEverybody = (range: string): boolean => /\/0$/.test(range);

/** A range that holds everything is written as no range: plugins for which ranges mean only the world outside understand that alike. */
export function fromRanges(ranges: readonly string[]): Peer[] | "everybody" {
  return ranges.some(isEverybody) ? "everybody" : ranges.map((cidr) => ({ ipBlock: { cidr } }));
}

/** What a source means in this cluster. */
export function admit(source: Source, clientRanges: string[] | undefined, surroundings: DraftSurroundings): Admitted {
  const { network = {}, cluster } = surroundings;
  switch (source.who) {
    case "clients": {
      const ranges = source.ranges ?? clientRanges;
      return { who: "the clients' own addresses", peers: ranges === undefined ? "everybody" : fromRanges(ranges) };
    }
    case "nodes":
      return nodes(network.nodeRanges, cluster.cni === "cilium" && network.rangesMatchNodes !== true);
    case "load-balancer": {
      const { loadBalancerRanges } = network;
      if (loadBalancerRanges !== undefined) return { who: source.what, peers: fromRanges(loadBalancerRanges) };
      const missing = `${source.what} connects from its own subnets, which nothing declares. Write them in cluster.network.loadBalancerRanges, or [0.0.0.0/0] there for any source on that port`;
      return { who: source.what, peers: [], missing };
    }
    case "vendor":
      return { who: source.what, peers: fromRanges(source.ranges) };
    case "proxy":
      return proxy(source.controller, network.proxyNamespaces);
    case "proxy-beside": {
      const podSelector = { matchLabels: source.labels };
      if (source.namespace === undefined) return { who: "the Gateway's own pods beside the service", peers: [{ podSelector }] };
      return { who: "the Gateway's own pods", peers: [{ ...inNamespace(source.namespace), podSelector }] };
    }
  }
}

function nodes(nodeRanges: string[] | undefined, onlyWorld: boolean): Admitted {
  const who = "the nodes, whose address stands in place of the client's";
  if (nodeRanges === undefined) {
    const missing =
      "connections arrive from the nodes' own addresses, which nothing declares. Write them in cluster.network.nodeRanges (all that a node has towards pods, those of tunnels too), or [0.0.0.0/0] there for any source on that port";
    return { who, peers: [], missing };
  }
  const peers = fromRanges(nodeRanges);
  if (!onlyWorld || peers === "everybody") return { who, peers };
  const missing = `connections arrive from the nodes' own addresses, and no address range of a policy means nodes to Cilium by itself. Where ${CILIUM_RANGES.option} has ${CILIUM_RANGES.value}, write cluster.network.rangesMatchNodes: true; else write nodeRanges: [0.0.0.0/0] for any source on that port`;
  return { who, peers: [], missing };
}

function proxy(controller: string, declared: Record<string, string> | undefined): Admitted {
  const usual = proxyInCluster(controller)?.namespace;
  const namespace = declared?.[controller] ?? usual;
  if (namespace !== undefined) {
    return { who: `the pods of ${controller} in namespace ${namespace}`, peers: [inNamespace(namespace)] };
  }
  const missing = `${controller} connects from a namespace that nothing declares. Write cluster.network.proxyNamespaces: { ${controller}: <its namespace> }`;
  return { who: controller, peers: [], missing };
}
