import * as http from "node:http";
import * as https from "node:https";
import type { ClusterReader } from "../cluster";
import { kubeconfigFiles, loadKubeconfigs } from "../cluster";
import type { Target, TargetEntry } from "./model";

/** Why no rollout is started; said to the user as it is. */
export class RolloutRefused extends Error {}

/** The workloads that replace their pods when their template changes. */
export const RESTARTABLE: Record<string, string> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};

/** What `kubectl rollout restart` writes into the template of the pods, so that all of them are replaced. */
export const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

const ANSWER_MILLISECONDS = 15_000;

/** Whose pods are replaced, and where. */
export interface Restart {
  target: Pick<Target, "title" | "cluster">;
  entry: Pick<TargetEntry, "workload" | "namespace" | "service">;
  cluster: Pick<ClusterReader, "context" | "server" | "find">;
}

/**
 * Refuses what must not be restarted: an unknown workload, a kind without rollouts, a cluster that is not the stack's own. Changes
 * nothing.
 *
 * @throws {RolloutRefused}
 */
export async function checkRestart({ target, entry, cluster }: Restart): Promise<void> {
  const { workload, namespace, service } = entry;
  if (workload === undefined || namespace === undefined) {
    throw new RolloutRefused(`nobody knows which workload ${service} is; a rollout is only started for a service of a stack`);
  }
  if (!Object.hasOwn(RESTARTABLE, workload.kind)) {
    const kinds = Object.keys(RESTARTABLE).join(", ");
    throw new RolloutRefused(`${workload.kind} ${namespace}/${workload.name} is none of ${kinds}; start its rollout yourself`);
  }
  const { context, uid } = target.cluster ?? {};
  if (context === undefined || context !== cluster.context) {
    const named = context === undefined ? "no context" : `context ${context}`;
    throw new RolloutRefused(
      `${target.title} names ${named} and ${cluster.context} was opened; nothing is changed in another cluster`,
    );
  }
  if (uid === undefined) return;
  const found = (await cluster.find("v1", "Namespace", "kube-system"))?.metadata.uid;
  if (found === uid) return;
  throw new RolloutRefused(
    `context ${context} leads to a cluster with uid ${String(found ?? "unknown")}, ${target.title} is for ${uid}; nothing is changed`,
  );
}

/**
 * Starts the rollout: the one thing that `verify` ever writes, one annotation of one workload.
 *
 * @throws {RolloutRefused}
 */
export async function startRollout(restart: Restart, environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  await checkRestart(restart);
  const { cluster, entry } = restart;
  const { kind, name } = entry.workload!;
  const kubeconfig = loadKubeconfigs(kubeconfigFiles(environment));
  kubeconfig.setCurrentContext(cluster.context);
  const server = kubeconfig.getCurrentCluster()?.server;
  if (server !== cluster.server) {
    throw new RolloutRefused(`context ${cluster.context} led to ${cluster.server} and leads to ${server ?? "nothing"} now`);
  }
  const options: https.RequestOptions = {
    method: "PATCH",
    headers: { "content-type": "application/strategic-merge-patch+json", accept: "application/json" },
    timeout: ANSWER_MILLISECONDS,
  };
  await kubeconfig.applyToHTTPSOptions(options);
  const place = `/apis/apps/v1/namespaces/${encodeURIComponent(entry.namespace!)}/${RESTARTABLE[kind]!}/${encodeURIComponent(name)}`;
  const annotations = { [RESTARTED_AT]: new Date().toISOString() };
  const { status, text } = await send(`${server.replace(/\/$/, "")}${place}?fieldManager=holdfast-verify`, options, {
    spec: { template: { metadata: { annotations } } },
  });
  if (status === 200) return;
  throw new RolloutRefused(
    `the API server refused the rollout of ${kind} ${entry.namespace}/${name} (${status}): ${saidIn(text)}`,
  );
}

function send(url: string, options: https.RequestOptions, body: object): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("http:") ? http : https).request(url, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer came in time")));
    request.on("error", (error) =>
      reject(new RolloutRefused(`the API server could not be asked for the rollout: ${error.message}`)),
    );
    request.end(JSON.stringify(body));
  });
}

function saidIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
