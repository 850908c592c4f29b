import type { V1Pod } from "@kubernetes/client-node";
import { API_SERVER_PORT, CONTROL_PLANE_ADDRESS } from "../addresses";
import { Api } from "../api";
import { follow } from "../follow";
import { layoutOf } from "../paths";
import { CONTROL_SOCKET } from "../sample/orders";
import { openDoor } from "./door";
import { Kubelets } from "./kubelets";
import { paceOf, PACES } from "./manners";
import type { Cluster } from "./pod";
import { connectRuntime } from "./runtime";

// Stands in for the kubelets of the sandbox's nodes: no container is started, the sample server plays every pod.
const RETRY_MILLISECONDS = 300;
const GONE = 404;
const CONFLICT = 409;
/** So often in a row it is no accident: the object is another one of the same name. */
const CONFLICTS = 3;
const REFUSED = [400, 422];
const STRATEGIC = "application/strategic-merge-patch+json";

/** Repeats what an API server that is away, or not ready, did not take. False where the object is gone, or is another one. */
async function insist(api: Api, method: string, url: string, body: object, contentType?: string): Promise<boolean> {
  for (let conflicts = 0; conflicts < CONFLICTS;) {
    const answer = await api.request(method, url, body, contentType).catch(() => undefined);
    const status = answer?.status ?? 0;
    if (status >= 200 && status < 300) return true;
    if (status === GONE) return false;
    if (REFUSED.includes(status)) {
      console.error(`${method} ${url}: ${answer?.body?.message ?? answer?.body}`);
      return false;
    }
    if (status === CONFLICT) conflicts++;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
  return false;
}

const urlOf = ({ metadata }: V1Pod): string => `/api/v1/namespaces/${metadata!.namespace}/pods/${metadata!.name}`;

async function main(): Promise<void> {
  const layout = layoutOf();
  const api = new Api(layout, API_SERVER_PORT, CONTROL_PLANE_ADDRESS);
  const usual = PACES.find((pace) => pace === process.env.HOLDFAST_SANDBOX_PODS) ?? PACES[0];
  const namespaces = new Map<string, Record<string, string> | undefined>();
  const runtime = await connectRuntime(CONTROL_SOCKET, (id) => kubelets.ended(id));
  const cluster: Cluster = {
    runtime,
    pace: ({ metadata }) => paceOf(metadata!.annotations, namespaces.get(metadata!.namespace!), usual),
    readSecret: async (namespace, name) => {
      const answer = await api.request("GET", `/api/v1/namespaces/${namespace}/secrets/${name}`).catch(() => undefined);
      return answer?.status === 200 ? answer.body.data : undefined;
    },
    writeStatus: (pod, status) =>
      insist(api, "PATCH", `${urlOf(pod)}/status`, { metadata: { uid: pod.metadata!.uid }, status }, STRATEGIC),
    remove: async (pod) => {
      const options = { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata!.uid } };
      await insist(api, "DELETE", urlOf(pod), { apiVersion: "v1", kind: "DeleteOptions", ...options });
    },
  };
  const kubelets = new Kubelets(cluster);
  await new Promise<void>((known) => {
    void follow(api, "/api/v1/namespaces", (items) => {
      namespaces.clear();
      for (const { metadata } of items) namespaces.set(metadata.name, metadata.annotations);
      known();
    });
  });
  openDoor(layout.certificates, (namespace, name) => kubelets.addressOf(namespace, name));
  console.log(`following the pods, which are played ${usual}`);
  await follow(api, "/api/v1/pods", (items) => kubelets.see(items as unknown as V1Pod[]));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(2);
});
