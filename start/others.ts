import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig, KubernetesObjectApi, PatchStrategy, type KubernetesObject } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { StartError } from "./errors";

const GONE_SECONDS = 90;
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

/** Takes it away again, the last first, and waits until it is gone: nothing can be made in a namespace that is leaving. */
export async function removeOthers(file: string, kubeconfig: string): Promise<void> {
  const api = apiOf(kubeconfig);
  const objects = readOthers(file).reverse();
  for (const object of objects) await unlessGone(api.delete(object));
  const deadline = performance.now() + GONE_SECONDS * 1000;
  for (const object of objects) {
    while ((await unlessGone(api.read(object as KubernetesObject & { metadata: { name: string } }))) !== undefined) {
      if (performance.now() > deadline) {
        throw new StartError(`${object.kind} ${object.metadata?.name} is still there ${GONE_SECONDS} s after its deletion.`);
      }
      await sleep(200);
    }
  }
}

async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as { code?: number }).code === 404) return undefined;
    throw error;
  }
}

function apiOf(kubeconfig: string): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}
