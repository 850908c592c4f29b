import { chosenLocation, type Consumer, type Consumes } from "../consumers";
import type { Endpoints } from "../endpoints";
import type { CompiledService } from "../model";
import type { ExaminedService } from "../parse";
import { pathText, type PathKey, type Problem } from "./problem";

interface Peer {
  namespaceSelector?: { matchLabels?: Record<string, string> };
  podSelector?: object;
  ipBlock?: object;
}

/** Whether the policy of a service lets pods of a namespace in; undefined where only the addresses of pods would tell. */
function admits({ objects, namespace: own }: CompiledService, namespace: string): boolean | undefined {
  const policies = objects.filter(({ object }) => object.kind === "NetworkPolicy");
  const rules = policies.flatMap(({ object }) => (object.spec as { ingress?: { from?: Peer[] }[] }).ingress ?? []);
  if (policies.length === 0 || rules.some(({ from }) => from === undefined)) return true;
  const peers = rules.flatMap(({ from = [] }) => from);
  const lets = ({ namespaceSelector, podSelector }: Peer): boolean =>
    namespaceSelector === undefined
      ? podSelector !== undefined && namespace === own
      : namespaceSelector.matchLabels?.["kubernetes.io/metadata.name"] === namespace;
  if (peers.some(lets)) return true;
  return peers.some(({ ipBlock }) => ipBlock !== undefined) ? undefined : false;
}

/** Consumers that go through the cluster to a service whose network policy keeps them out. */
export function checkAdmission(examined: ExaminedService[], consumers: Consumer[], endpoints: Endpoints): Problem[] {
  const compiled = new Map(examined.map((one) => [one.service.name, one.compiled]));
  const asking: { at: PathKey[]; namespace: string; consumes: Consumes }[] = [
    ...examined.map(({ service }, index) => ({
      at: ["services", index, "consumes"],
      namespace: service.namespace,
      consumes: service.consumes,
    })),
    ...consumers.map(({ namespace, environment }, index) => ({
      at: ["consumers", index, "environment"],
      namespace,
      consumes: environment,
    })),
  ];
  return asking.flatMap(({ at, namespace, consumes }) =>
    Object.entries(consumes).flatMap(([variable, consumed]) => {
      const endpoint = endpoints[consumed.endpoint];
      const inside = endpoint?.cluster !== undefined && chosenLocation(consumed, endpoint) === endpoint.cluster;
      const service = inside ? compiled.get(endpoint.service!) : undefined;
      if (service === undefined || admits(service, namespace) !== false) return [];
      const wayOut =
        namespace === service.namespace ? "networkPolicy.sameNamespace: true" : `networkPolicy.namespaces: [${namespace}]`;
      const message = `goes to ${service.name} inside the cluster, whose networkPolicy admits nobody from namespace ${namespace}. Write ${wayOut} there${endpoint!.outside === undefined ? "" : ", or via: entry here"}.`;
      return [{ path: pathText([...at, variable]), message }];
    }),
  );
}
