import * as fs from "node:fs";
import { KubeConfig, KubernetesObjectApi, PatchStrategy, type KubernetesObject } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";

const FIELD_MANAGER = "holdfast-others";

/** What another team runs in the cluster, as its file says. */
export function readOthers(file: string): KubernetesObject[] {
  const documents = parseAllDocuments(fs.readFileSync(file, "utf8"));
  return documents.flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
}

/** Plays the other team: applies what it would have installed. */
export async function installOthers(file: string, kubeconfig: string): Promise<number> {
  const api = apiOf(kubeconfig);
  const objects = readOthers(file);
  for (const object of objects) {
    await api.patch(object, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply);
  }
  return objects.length;
}

/** Takes it away again, the last first. What is gone already is no error. */
export async function removeOthers(file: string, kubeconfig: string): Promise<void> {
  const api = apiOf(kubeconfig);
  for (const object of readOthers(file).reverse()) {
    try {
      await api.delete(object);
    } catch (error) {
      if ((error as { code?: number }).code !== 404) throw error;
    }
  }
}

function apiOf(kubeconfig: string): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}
