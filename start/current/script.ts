import { createHash } from "node:crypto";
import { KubernetesObjectApi, PatchStrategy, type KubeConfig } from "@kubernetes/client-node";
import { bundleSampleServer } from "../../sandbox/sample/bundle";
import { StartError } from "../errors";
import { reasonOf } from "./inspect";

const FIELD_MANAGER = "holdfast-start";

/** The sample server's script, and a name that changes with it: a new script is a new ConfigMap, which restarts the pods. */
export async function sampleScript(): Promise<{ configMap: string; script: string }> {
  const script = await bundleSampleServer();
  return { configMap: `holdfast-sample-${createHash("sha256").update(script).digest("hex").slice(0, 8)}`, script };
}

/** Puts the script into each namespace, and the namespace into the cluster where the stack has not made it yet. */
export async function applyScript(
  kubeconfig: KubeConfig,
  namespaces: string[],
  { configMap, script }: { configMap: string; script: string },
): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(kubeconfig);
  for (const namespace of namespaces) {
    const objects = [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: configMap, namespace }, data: { "server.js": script } },
    ];
    for (const object of objects) {
      try {
        await api.patch(object, undefined, undefined, FIELD_MANAGER, undefined, PatchStrategy.ServerSideApply);
      } catch (error) {
        throw new StartError(`${object.kind} ${object.metadata.name} could not be applied: ${reasonOf(error)}`);
      }
    }
  }
}
