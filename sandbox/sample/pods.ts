import { CoreV1Api, makeInformer, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import type { PodIdentity } from "./podState";

const RETRY_MILLISECONDS = 500;
/** Between the last goodbye and the kill, where a pod's spec leaves the room. */
const MARGIN_SECONDS = 5;

export interface PodListener {
  /** A pod may listen on a port that nobody listens on yet. */
  portsSeen(ports: number[]): void;
  /** A pod is gone; its process would have had `seconds` from SIGTERM to SIGKILL. */
  podGone(identity: PodIdentity, seconds: number): void;
}

/** Which running pod has which address, kept up to date by the API server. */
export class PodDirectory {
  private readonly pods = new Map<string, V1Pod>();

  constructor(private readonly listener: PodListener) {}

  /** Undefined where no running pod has the address, or where the pod does not listen on the port. */
  find(address: string, port: number): PodIdentity | undefined {
    const pod = this.pods.get(address);
    if (pod === undefined) return undefined;
    const ports = portsOf(pod);
    return ports.length === 0 || ports.includes(port) ? identityOf(pod) : undefined;
  }

  /** Takes in what the API server says about one pod. */
  update(pod: V1Pod): void {
    const address = pod.status?.podIP;
    if (address === undefined || pod.spec?.hostNetwork) return;
    if (pod.status?.phase !== "Running") return this.remove(pod);
    this.pods.set(address, pod);
    this.listener.portsSeen(portsOf(pod));
  }

  remove(pod: V1Pod): void {
    const address = pod.status?.podIP ?? "";
    // The address may belong to the next pod already.
    if (this.pods.get(address)?.metadata?.uid !== pod.metadata?.uid) return;
    this.pods.delete(address);
    this.listener.podGone(identityOf(pod), drainSecondsOf(pod));
  }
}

/** Follows the pods of every namespace for as long as the process lives, also across restarts of the API server. */
export async function followPods(directory: PodDirectory, kubeconfig: KubeConfig): Promise<void> {
  const core = kubeconfig.makeApiClient(CoreV1Api);
  const informer = makeInformer(kubeconfig, "/api/v1/pods", () => core.listPodForAllNamespaces());
  informer.on("add", (pod) => directory.update(pod));
  informer.on("update", (pod) => directory.update(pod));
  informer.on("delete", (pod) => directory.remove(pod));
  const start = async (): Promise<void> => {
    try {
      await informer.start();
    } catch {
      setTimeout(() => void start(), RETRY_MILLISECONDS);
    }
  };
  informer.on("error", () => setTimeout(() => void start(), RETRY_MILLISECONDS));
  await start();
}

/** The seconds a pod's application has between SIGTERM and SIGKILL, less a margin, by its own spec. */
export function drainSecondsOf(pod: V1Pod): number {
  const graceSeconds = pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
  const preStopSeconds = Math.max(
    0,
    ...(pod.spec?.containers ?? []).map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0),
  );
  return Math.max(0, graceSeconds - preStopSeconds - MARGIN_SECONDS);
}

function portsOf(pod: V1Pod): number[] {
  return (pod.spec?.containers ?? []).flatMap(({ ports }) => (ports ?? []).map(({ containerPort }) => containerPort));
}

function identityOf(pod: V1Pod): PodIdentity {
  return { name: pod.metadata!.name!, namespace: pod.metadata!.namespace, uid: pod.metadata!.uid };
}
