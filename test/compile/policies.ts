import { CLUSTERS, EXAMPLES, stackOn } from "./entries/stacks";
import type { Block } from "./stacks";

/** What the owner of a cluster would declare. */
export const NETWORK = { nodeRanges: ["10.0.0.0/16"], loadBalancerRanges: ["10.1.0.0/20"] };

/** An example of an entry with a network policy. */
export function rawExample(name: string, more: Block = {}, network: Block = NETWORK, cluster: Block = {}): Block {
  const { platform, entries, service } = EXAMPLES[name]!;
  const raw = stackOn(platform, entries, { ...service, networkPolicy: {}, ...more });
  return {
    ...raw,
    cluster: { context: "lab", kubernetesVersion: "1.36", ...CLUSTERS[platform], cni: "calico", network, ...cluster },
  };
}
