import { OWN_NODE_ALWAYS_ADMITTED, POLICY_ENFORCEMENT, PROMETHEUS_NAMESPACE } from "../../path/facts/networkSources";
import { block, label, list, yesOrNo } from "../check/fields";
import type { Problem } from "../check/problem";
import type { PlacedEntry } from "../check/serviceRules";
import { entryName, type Entry } from "../entry";
import { metadataOf, selectorOf } from "../labels";
import { openEntries } from "../migration";
import type { CompiledObject } from "../model";
import { afterNamespace } from "../namespace";
import { throughPort } from "../port";
import type { Service } from "../service";
import { metricsPort } from "../serviceMonitor";
import type { DraftSurroundings, Surroundings } from "../stack";
import { cidrs } from "./network";
import { admit, fromRanges, inNamespace, type Admitted, type Peer } from "./peers";
import { sourcesOf } from "./sources";

/** Who may connect to the pods, besides those whom the entries bring, who are derived. */
export interface NetworkPolicy {
  /** Blocks of addresses of clients, where pods see those. Default: an entry's own `allowedRanges`, else everybody. */
  clientRanges?: string[];
  /** Whether pods of the service's own namespace may connect. Default false. */
  sameNamespace: boolean;
  /** Other namespaces whose pods may connect. Default: none. */
  namespaces?: string[];
  /** Further blocks of addresses that may connect. Default: none. */
  ranges?: string[];
}

export const networkPolicySchema = block({
  clientRanges: cidrs().optional(),
  sameNamespace: yesOrNo().default(false),
  namespaces: list(label(), "namespaces")
    .min(1, { error: () => "found an empty list; allowed: at least one namespace. Write one, or remove the key." })
    .optional(),
  ranges: cidrs().optional(),
});

interface OfEntry extends Admitted {
  entry: string;
}

type Asked = Pick<Service, "name"> & { networkPolicy: NetworkPolicy };

function admittedByEntry(entry: Entry, { name, networkPolicy }: Asked, surroundings: DraftSurroundings): OfEntry[] {
  const admitted = sourcesOf(entry, name, surroundings).map((source) => admit(source, networkPolicy.clientRanges, surroundings));
  return admitted.map((one) => ({ ...one, entry: entryName(entry) }));
}

/** What has to be declared before a policy can be written that cuts nobody off, and what nothing would read. */
export function checkNetworkPolicy(draft: Partial<Service>, entries: PlacedEntry[], surroundings: DraftSurroundings): Problem[] {
  const { networkPolicy, name } = draft;
  if (networkPolicy === undefined || name === undefined || surroundings.clusterUnread) return [];
  const sources = entries.flatMap(({ entry }) => sourcesOf(entry, name, surroundings));
  const admitted = entries.flatMap(({ entry }) => admittedByEntry(entry, { name, networkPolicy }, surroundings));
  const unknown = admitted.filter(({ missing }) => missing !== undefined);
  const problems: Problem[] = [];
  // One rule for everybody admits these too.
  if (!admitted.some(({ peers }) => peers === "everybody")) {
    for (const [missing, names] of byMissing(unknown)) {
      problems.push({ path: "networkPolicy", message: `cannot be written for ${names.join(", ")}: ${missing}.` });
    }
  }
  if (
    networkPolicy.clientRanges !== undefined &&
    !sources.some((source) => source.who === "clients" && source.ranges === undefined)
  ) {
    const message =
      "found, but no entry of this service shows its clients' own addresses to the pods, so nothing reads it. Remove it, or close the way in itself (allowedRanges of the entry).";
    problems.push({ path: "networkPolicy.clientRanges", message });
  }
  const { sameNamespace, namespaces = [], ranges = [] } = networkPolicy;
  if (sources.length === 0 && entries.length === 0 && !sameNamespace && namespaces.length + ranges.length === 0) {
    const message =
      "found for a service without entries, where it would admit nobody. Write sameNamespace: true, namespaces or ranges, or remove it.";
    problems.push({ path: "networkPolicy", message });
  }
  return problems;
}

function byMissing(unknown: OfEntry[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { missing, entry } of unknown) found.set(missing!, [...(found.get(missing!) ?? []), entry]);
  return found;
}

/** Whether anything enforces it. */
export function warnAboutEnforcement({ networkPolicy }: Service, { cluster }: Surroundings): string[] {
  if (networkPolicy === undefined) return [];
  const { cni } = cluster;
  if (cni === undefined) {
    return ["networkPolicy: whether anything enforces it depends on the network plugin; declare cluster.cni"];
  }
  const row = POLICY_ENFORCEMENT[cni];
  if (row === undefined) return [`networkPolicy: whether ${cni} enforces it is not known here`];
  return row.enforces === "yes" ? [] : [`networkPolicy: ${cni} enforces it only where ${row.condition} (${row.source})`];
}

export function compileNetworkPolicy(service: Service, surroundings: Surroundings): CompiledObject[] {
  const { networkPolicy } = service;
  if (networkPolicy === undefined) return [];
  const entries = openEntries(service);
  const asked = { ...service, networkPolicy };
  const admitted = [
    ...entries.flatMap((entry) =>
      admittedByEntry(entry, asked, surroundings).map((one) => ({ ...one, port: throughPort(service, entry.targetPort).port })),
    ),
    ...inside(networkPolicy).map((one) => ({ ...one, entry: undefined, port: undefined })),
  ];
  const prometheus = surroundings.network?.prometheusNamespace ?? PROMETHEUS_NAMESPACE.namespace;
  const scraped = service.metrics.via !== "none";
  const rules = [
    // Whoever is let in from inside reaches every port but that of the metrics.
    ...portsForClients(service).flatMap((port) =>
      rule(
        admitted.filter((one) => (one.port ?? port) === port),
        port,
      ),
    ),
    ...(scraped ? [{ from: [inNamespace(prometheus)], ports: [{ protocol: "TCP", port: metricsPort(service) }] }] : []),
  ];
  return [
    {
      logicalName: "network-policy",
      object: {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: metadataOf(service),
        spec: { podSelector: { matchLabels: selectorOf(service) }, policyTypes: ["Ingress"], ingress: rules },
      },
      after: afterNamespace(service),
      why: [
        ...admitted.map(({ entry, who, peers }) => {
          const everybody = peers === "everybody" ? ": not limited, so any source on the port" : "";
          return `${entry === undefined ? "Asked for" : `For ${entry}`}: ${who}${everybody}.`;
        }),
        ...(scraped ? [`For the metrics: Prometheus in namespace ${prometheus}.`] : []),
        `The kubelet's probes need no rule (${OWN_NODE_ALWAYS_ADMITTED.source}). What pods themselves connect to is left open.`,
      ],
    },
  ];
}

function inside({ sameNamespace, namespaces = [], ranges = [] }: NetworkPolicy): Admitted[] {
  return [
    ...(sameNamespace ? [{ who: "pods of the same namespace", peers: [{ podSelector: {} }] }] : []),
    ...namespaces.map((name) => ({ who: `pods of namespace ${name}`, peers: [inNamespace(name)] })),
    ...(ranges.length === 0 ? [] : [{ who: `addresses of ${ranges.join(", ")}`, peers: fromRanges(ranges) }]),
  ];
}

/** One rule for all; without `from` where one of them is everybody. */
const portsForClients = ({ port, ports, metrics }: Service): number[] => [
  port,
  ...ports.filter(({ name }) => name !== metrics.port).map((each) => each.port),
];

function rule(admitted: Admitted[], port: number) {
  if (admitted.length === 0) return [];
  const ports = [{ protocol: "TCP", port }];
  if (admitted.some(({ peers }) => peers === "everybody")) return [{ ports }];
  const peers = admitted.flatMap((one) => one.peers as Peer[]);
  const distinct = new Map(peers.map((peer) => [JSON.stringify(peer), peer]));
  return [{ from: [...distinct.values()], ports }];
}
