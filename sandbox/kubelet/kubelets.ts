import type { V1Pod } from "@kubernetes/client-node";
import { addressOfNode, PodAddresses } from "./addresses";
import { type Cluster, Pod } from "./pod";
import type { Runtime } from "./runtime";

/** The kubelets of all nodes of the sandbox: which pods there are, and which address each has. */
export class Kubelets {
  private readonly pods = new Map<string, Pod>();
  private readonly addresses = new PodAddresses();

  constructor(private readonly cluster: Cluster) {}

  /** Takes in a pod as the API server has it now. */
  see(pod: V1Pod): void {
    const nodeName = pod.spec?.nodeName;
    const nodeAddress = nodeName === undefined ? undefined : addressOfNode(nodeName);
    if (nodeName === undefined || nodeAddress === undefined) return;
    const known = this.pods.get(keyOf(pod));
    if (known !== undefined) {
      if (known.uid === pod.metadata!.uid) return known.update(pod);
      // Another one of the same name has taken the place of one whose end was not seen.
      this.forget(keyOf(pod), known);
    }
    if (isOver(pod)) return;
    const address = pod.spec!.hostNetwork ? nodeAddress : this.addressFor(pod, nodeName);
    if (address === undefined) return console.error(`${keyOf(pod)}: ${nodeName} has no address left`);
    const made = new Pod(pod, { address, nodeAddress }, this.cluster);
    this.pods.set(keyOf(pod), made);
    made.begin();
  }

  gone(pod: V1Pod): void {
    const known = this.pods.get(keyOf(pod));
    if (known !== undefined && known.uid === pod.metadata!.uid) this.forget(keyOf(pod), known);
  }

  /** The news that a container has ended. */
  ended(id: string): void {
    for (const pod of this.pods.values()) pod.ended(id);
  }

  /** Ends what is still played of pods that went while no kubelet looked. */
  sweep({ running, kill }: Runtime): void {
    const wanted = new Set([...this.pods.values()].flatMap((pod) => pod.playedIds()));
    for (const id of running) if (!wanted.has(id)) kill(id);
  }

  /** Notes the addresses of pods that are there already, before any is given to a new one. */
  keepAddresses(pods: V1Pod[]): void {
    for (const { spec, status } of pods) if (status?.podIP) this.addresses.keep(spec!.nodeName ?? "", status.podIP);
  }

  private addressFor({ status }: V1Pod, nodeName: string): string | undefined {
    return status?.podIP ?? this.addresses.take(nodeName);
  }

  private forget(key: string, pod: Pod): void {
    this.pods.delete(key);
    pod.kill();
    this.addresses.giveBack(pod.place.address);
  }
}

const keyOf = ({ metadata }: V1Pod): string => `${metadata!.namespace}/${metadata!.name}`;

/** A pod whose work is done, and that nobody takes away, needs nothing more. */
const isOver = ({ status, metadata }: V1Pod): boolean =>
  ["Succeeded", "Failed"].includes(status?.phase ?? "") && !metadata!.deletionTimestamp;
