import type { ProxyInCluster } from "../../path/facts/networkSources";
import { AZURE_PROBE, GATEWAY_NAME_LABEL, GOOGLE_PROXIES } from "../../path/facts/networkSources";
import type { Entry } from "../entry";
import { F5_CONTROLLER } from "../entry/f5Nginx";
import { ownGatewayName, type GatewayEntry } from "../entry/gateway/implementation";
import type { DraftSurroundings } from "../stack";

/** Who really opens the connections that arrive at a pod. */
export type Source =
  /** The clients, by their own addresses; `ranges` where the entry itself admits no others. */
  | { who: "clients"; ranges?: string[] }
  /** The nodes, which put their own address in place of the client's. */
  | { who: "nodes" }
  /** A load balancer by addresses of its subnets, which only the network's owner knows. */
  | { who: "load-balancer"; what: string }
  /** Addresses that the vendor publishes. */
  | { who: "vendor"; what: string; ranges: readonly string[] }
  /** The pods of a proxy, in a namespace of its own. */
  | { who: "proxy"; controller: string }
  /** The pods of a proxy that run beside the service; in `namespace` where its Gateway is in another one. */
  | { who: "proxy-beside"; labels: Record<string, string>; namespace?: string };

type Of<Kind extends Entry["kind"]> = Extract<Entry, { kind: Kind }>;

const googleProxies: Source = { who: "vendor", what: "Google's proxies and health checks", ranges: GOOGLE_PROXIES.ranges };
const azureProbe: Source = { who: "vendor", what: "Azure's health probe", ranges: AZURE_PROBE.ranges };
const subnets = (what: string): Source => ({ who: "load-balancer", what });

/** An internal load balancer of Google has its proxies in a subnet of the network's own. */
const google = (internal: boolean): Source[] =>
  internal ? [subnets("the proxy-only subnet of Google's load balancer"), googleProxies] : [googleProxies];

/**
 * Who reaches a pod through the nodes. With `Cluster` kube-proxy puts a node's address in place of the client's; what stands in its
 * place may leave it, where the pod is on the node that was asked.
 */
function throughNodes(policy: "Cluster" | "Local", { cluster }: DraftSurroundings, allowed?: string[]): Source[] {
  const clients: Source = { who: "clients", ...(allowed === undefined ? {} : { ranges: allowed }) };
  if (policy === "Local") return [clients];
  const byKubeProxy = cluster.kubeProxyMode !== undefined && cluster.kubeProxyMode !== "none";
  return byKubeProxy ? [{ who: "nodes" }] : [{ who: "nodes" }, clients];
}

/** Who serves an Ingress class, as the entry's own kind decides it. */
function ingressController({ className }: Of<"ingress-nginx">, { cluster }: DraftSurroundings): string {
  return cluster.ingressClasses?.[className] ?? (className === "nginx" ? "ingress-nginx" : className);
}

type GatewaySources = (args: GatewayEntry, service: string) => Source[];

const beside: GatewaySources = (args, service) => {
  const name = args.on?.name ?? ownGatewayName(args, { name: service });
  return [{ who: "proxy-beside", labels: { [GATEWAY_NAME_LABEL.key]: name }, ...(args.on && { namespace: args.on.namespace }) }];
};
const inItsNamespace =
  (controller: ProxyInCluster): GatewaySources =>
  () => [{ who: "proxy", controller }];

const OF_GATEWAYS: Record<GatewayEntry["implementation"], GatewaySources> = {
  "envoy-gateway": inItsNamespace("envoy-gateway"),
  contour: inItsNamespace("contour"),
  traefik: inItsNamespace("traefik"),
  istio: beside,
  "approuting-istio": beside,
  gke: ({ internal = false }) => google(internal),
  "aws-lbc": () => [subnets("the Application Load Balancer")],
  agc: () => [subnets("Application Gateway for Containers")],
};

const OF_KINDS: { [Kind in Entry["kind"]]: (args: Of<Kind>, service: string, surroundings: DraftSurroundings) => Source[] } = {
  "node-port": (args, _service, surroundings) => throughNodes(args.externalTrafficPolicy, surroundings),
  metallb: (args, _service, surroundings) => throughNodes(args.externalTrafficPolicy, surroundings),
  "azure-lb": (args, _service, surroundings) => [...throughNodes("Cluster", surroundings, args.allowedRanges), azureProbe],
  "gcp-lb": (args, _service, surroundings) => throughNodes(args.externalTrafficPolicy, surroundings, args.allowedRanges),
  // It keeps the clients' addresses only where the entry gives ranges; its own checks come from its subnets all the same.
  "aws-nlb": ({ allowedRanges }) => [
    subnets("the Network Load Balancer"),
    ...(allowedRanges === undefined ? [] : [{ who: "clients" as const, ranges: allowedRanges }]),
  ],
  "aws-alb": () => [subnets("the Application Load Balancer")],
  "gce-ingress": ({ internal }) => google(internal),
  "ingress-nginx": (args, _service, surroundings) => [{ who: "proxy", controller: ingressController(args, surroundings) }],
  "f5-nginx": () => [{ who: "proxy", controller: F5_CONTROLLER }],
  traefik: () => [{ who: "proxy", controller: "traefik" }],
  gateway: (args, service) => OF_GATEWAYS[args.implementation](args, service),
};

/** Who connects to the pods of a service by one of its entries. */
export function sourcesOf(entry: Entry, service: string, surroundings: DraftSurroundings): Source[] {
  const ofKind = OF_KINDS[entry.kind] as (args: Entry, service: string, surroundings: DraftSurroundings) => Source[];
  return ofKind(entry, service, surroundings);
}
