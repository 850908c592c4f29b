import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from "@kubernetes/client-node";
import { CONTROL_SOCKET } from "../sample/orders";
import { Kubelets } from "./kubelets";
import { type Pace, paceOf, PACES } from "./manners";
import type { Cluster } from "./pod";
import { connectRuntime } from "./runtime";

// Stands in for the kubelets of the sandbox's nodes: no container is started, the sample server plays every pod.
const RETRY_MILLISECONDS = 300;
const STRATEGIC = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

const statusOf = (error: unknown): number | undefined => (error as { code?: number }).code;

/** Repeats what an API server that is away did not take. False where the object is gone or another. */
async function insist(what: string, write: () => Promise<unknown>): Promise<boolean> {
  for (;;) {
    try {
      await write();
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404 || status === 409) return false;
      if (status === 422 || status === 400) {
        console.error(`${what}: ${(error as Error).message}`);
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

/** Keeps an informer going for as long as the process lives, also across restarts of the API server. */
async function keepGoing<T extends KubernetesObject>(informer: Informer<T>, going: () => void = () => {}): Promise<void> {
  const start = (): Promise<void> => informer.start().then(going, again);
  const again = (): void => void setTimeout(() => void start(), RETRY_MILLISECONDS);
  informer.on("error", again);
  await start();
}

async function main(): Promise<void> {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromDefault();
  const core = kubeconfig.makeApiClient(CoreV1Api);
  const usual = PACES.find((pace) => pace === process.env.HOLDFAST_SANDBOX_PODS) ?? PACES[0];

  const namespaces = makeInformer(kubeconfig, "/api/v1/namespaces", () => core.listNamespace());
  const pace = ({ metadata }: V1Pod): Pace =>
    paceOf(metadata!.annotations, namespaces.get(metadata!.namespace!)?.metadata?.annotations, usual);

  const runtime = await connectRuntime(CONTROL_SOCKET, (id) => kubelets.ended(id));
  const cluster: Cluster = {
    runtime,
    pace,
    writeStatus: ({ metadata }, status) => {
      const { name = "", namespace = "", uid } = metadata!;
      const body = { metadata: { uid }, status };
      return insist(`${namespace}/${name}`, () => core.patchNamespacedPodStatus({ name, namespace, body }, STRATEGIC));
    },
    remove: async ({ metadata }) => {
      const { name = "", namespace = "", uid } = metadata!;
      const body = { gracePeriodSeconds: 0, preconditions: { uid } };
      await insist(`${namespace}/${name}`, () => core.deleteNamespacedPod({ name, namespace, body }));
    },
  };
  const kubelets = new Kubelets(cluster);
  const pods = makeInformer(kubeconfig, "/api/v1/pods", async () => {
    const list = await core.listPodForAllNamespaces();
    kubelets.keepAddresses(list.items);
    return list;
  });
  pods.on("add", (pod) => kubelets.see(pod));
  pods.on("update", (pod) => kubelets.see(pod));
  pods.on("delete", (pod) => kubelets.gone(pod));
  await keepGoing(namespaces);
  await keepGoing(pods, () => kubelets.sweep(runtime));
  console.log(`following the pods, ${usual}`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(2);
});
