import type { V1Pod } from "@kubernetes/client-node";
import { addressOfNode, PodAddresses } from "./addresses";
import { type Cluster, Pod } from "./pod";
import type { Runtime } from "./runtime";

/** The kubelets of all nodes of the sandbox: which pods there are, and which address each has. */
export class Kubelets {
  /** By uid: a StatefulSet's pod has the name of the one before it. */
  private readonly pods = new Map<string, Pod>();
  private readonly addresses = new PodAddresses();
  /** uid -> resourceVersion of what was looked at already. */
  private seen = new Map<string, string>();
  private swept = false;

  constructor(private readonly cluster: Cluster) {}

  /** Takes in all pods as the API server has them now. */
  see(pods: V1Pod[]): void {
    const before = this.seen;
    this.seen = new Map(pods.map((pod) => [uidOf(pod), pod.metadata!.resourceVersion!]));
    for (const [uid, pod] of this.pods) if (!this.seen.has(uid)) this.forget(uid, pod);
    const changed = pods.filter((pod) => before.get(uidOf(pod)) !== pod.metadata!.resourceVersion && !isOver(pod));
    // Addresses that pods have already are noted before any is given to a new one.
    for (const pod of changed) if (!this.pods.has(uidOf(pod))) this.keepAddress(pod);
    for (const pod of changed) this.seeOne(pod);
    if (!this.swept) this.sweep(this.cluster.runtime);
    this.swept = true;
  }

  private seeOne(pod: V1Pod): void {
    const nodeName = pod.spec?.nodeName;
    const nodeAddress = nodeName === undefined ? undefined : addressOfNode(nodeName);
    if (nodeName === undefined || nodeAddress === undefined) return;
    const known = this.pods.get(uidOf(pod));
    if (known !== undefined) return known.update(pod);
    const address = pod.spec!.hostNetwork ? nodeAddress : this.addressFor(pod, nodeName);
    if (address === undefined) return console.error(`${pod.metadata!.name}: ${nodeName} has no address left`);
    const made = new Pod(pod, { address, nodeAddress }, this.cluster);
    this.pods.set(uidOf(pod), made);
    made.begin();
  }

  /** Undefined where no such pod runs. */
  addressOf(namespace: string, name: string): string | undefined {
    return [...this.pods.values()].findLast((pod) => pod.isCalled(namespace, name))?.place.address;
  }

  /** The news that a container has ended. */
  ended(id: string): void {
    for (const pod of this.pods.values()) pod.ended(id);
  }

  /** Ends what is still played of pods that went while no kubelet looked. */
  private sweep({ running, kill }: Runtime): void {
    const wanted = new Set([...this.pods.values()].flatMap((pod) => pod.playedIds()));
    for (const id of running) if (!wanted.has(id)) kill(id);
  }

  private addressFor({ status }: V1Pod, nodeName: string): string | undefined {
    return status?.podIP ?? this.addresses.take(nodeName);
  }

  private keepAddress({ spec, status }: V1Pod): void {
    if (spec?.nodeName !== undefined && status?.podIP) this.addresses.keep(spec.nodeName, status.podIP);
  }

  private forget(uid: string, pod: Pod): void {
    this.pods.delete(uid);
    pod.kill();
    this.addresses.giveBack(pod.place.address);
  }
}

const uidOf = ({ metadata }: V1Pod): string => metadata!.uid!;

/** A pod whose work is done, and that nobody takes away, needs nothing more. */
const isOver = ({ status, metadata }: V1Pod): boolean =>
  ["Succeeded", "Failed"].includes(status?.phase ?? "") && !metadata!.deletionTimestamp;
