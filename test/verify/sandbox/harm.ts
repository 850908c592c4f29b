import { ApiException, CoreV1Api, KubeConfig, PatchStrategy, PolicyV1Api, setHeaderOptions } from "@kubernetes/client-node";
import { layoutOf, up } from "../../../sandbox";
import { stopAll } from "../../../sandbox/process";
import { readState } from "../../../sandbox/state";
import { sharedSandbox } from "../../support/sandbox";
import { pause, type DrainStack } from "./drainStack";

/** What evictions came to. */
export interface Emptied {
  evicted: string[];
  /** Evictions that the budget refused for now (429). */
  refused: number;
  /** The most pods that the budget lets be away at once. */
  allowed: number;
  /** The fewest ready pods that were seen meanwhile. */
  fewestReady: number;
}

const NODES_TO_EMPTY = ["node-1", "node-2"];
const TOO_MANY_REQUESTS = 429;

async function config(): Promise<KubeConfig> {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile((await sharedSandbox()).kubeconfig);
  return kubeconfig;
}

/** What the budget allows once nothing is left of what went before: a pod too many would let one more go. */
async function allowedAtRest(policy: PolicyV1Api, namespace: string): Promise<number> {
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(200)) {
    const [budget] = (await policy.listNamespacedPodDisruptionBudget({ namespace })).items;
    const { currentHealthy, expectedPods, disruptionsAllowed } = budget!.status!;
    if (currentHealthy === expectedPods && disruptionsAllowed === 1) return disruptionsAllowed;
  }
  throw new Error(`the pods of ${namespace} did not come to rest within 60 seconds`);
}

/** Empties two nodes at a time as `kubectl drain` does: nothing new comes, and each pod is evicted as soon as the budget allows it. */
export async function emptyNodes({ name: namespace }: DrainStack): Promise<Emptied> {
  const kubeconfig = await config();
  const core = kubeconfig.makeApiClient(CoreV1Api);
  const allowed = await allowedAtRest(kubeconfig.makeApiClient(PolicyV1Api), namespace);
  const emptied: Emptied = { evicted: [], refused: 0, allowed, fewestReady: Infinity };
  const lookAround = async () => {
    const { items } = await core.listNamespacedPod({ namespace });
    const ready = items.filter(
      ({ metadata, status }) =>
        !metadata!.deletionTimestamp && status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    emptied.fewestReady = Math.min(emptied.fewestReady, ready.length);
    return items;
  };
  const evict = async (name: string): Promise<boolean> => {
    try {
      await core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
      emptied.evicted.push(name);
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== TOO_MANY_REQUESTS) throw error;
      emptied.refused += 1;
    }
    return emptied.evicted.includes(name);
  };
  try {
    await cordon(core, true);
    let wanted = (await lookAround())
      .filter(({ spec }) => NODES_TO_EMPTY.includes(spec!.nodeName!))
      .map(({ metadata }) => metadata!.name!);
    while (wanted.length > 0) {
      // One after the other: of two at once the API server has the second try again by itself, half a second later and unseen.
      const left: string[] = [];
      for (const name of wanted) if (!(await evict(name))) left.push(name);
      wanted = left;
      await lookAround();
      await pause(200);
    }
    return emptied;
  } finally {
    await cordon(core, false);
  }
}

async function cordon(core: CoreV1Api, unschedulable: boolean): Promise<void> {
  const how = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  for (const name of NODES_TO_EMPTY) await core.patchNode({ name, body: { spec: { unschedulable } } }, how);
}

/** Kills parts of the sandbox without a word, and starts them again after some seconds. */
export async function killParts(names: string[], awaySeconds: number): Promise<void> {
  const { components } = readState(layoutOf())!;
  const records = names.map((name) => components[name]!);
  for (const { pid } of records) process.kill(pid, "SIGKILL");
  await pause(awaySeconds * 1000);
  await stopAll(records);
  await up();
}

/** Deletes one pod that gets no time at all. */
export async function forceDelete({ name: namespace }: DrainStack, pod: string): Promise<void> {
  const core = (await config()).makeApiClient(CoreV1Api);
  await core.deleteNamespacedPod({ name: pod, namespace, gracePeriodSeconds: 0 });
}
