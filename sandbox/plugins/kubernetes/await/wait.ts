import type { Cluster } from "../cluster";
import { describe } from "../identity";
import { annotationOf, at, isObject, type Json, type KubernetesObject, listAt, textAt } from "../properties";
import { sleep } from "../request";
import { backendsOf, conditionFor, type Progress, type Surroundings } from "./conditions";
import { waitForExpressions, waitForProgress } from "./waitFor";

const defaultTimeoutSeconds = 600;
/** Looking again is cheap on one machine and, unlike a watch, needs no care when the API server restarts. */
const pollMilliseconds = 500;

export interface WaitOptions {
  cluster: Cluster;
  signal: AbortSignal;
  timeoutSeconds: number;
  onStatus: (message: string) => void;
}

export interface WaitResult {
  live: KubernetesObject;
  /** Empty when the object is ready. */
  reasons: string[];
}

/** The resource option comes first, then the annotation. */
export function timeoutSecondsOf(object: Json, customTimeoutSeconds: number): number {
  if (customTimeoutSeconds > 0) return customTimeoutSeconds;
  const seconds = Number(annotationOf(object, "pulumi.com/timeoutSeconds"));
  return Number.isInteger(seconds) && seconds > 0 ? seconds : defaultTimeoutSeconds;
}

export function skipsAwait(object: Json): boolean {
  return annotationOf(object, "pulumi.com/skipAwait") === "true";
}

/**
 * Waits until an object that was just applied is ready, has failed, or time is up. Never throws: an object that exists must reach the
 * state whatever goes wrong while it is awaited.
 */
export async function waitUntilReady(applied: KubernetesObject, options: WaitOptions): Promise<WaitResult> {
  if (skipsAwait(applied)) return { live: applied, reasons: [] };
  const start = Date.now();
  let live = applied;
  let open: string[] = [];
  try {
    for (;;) {
      const elapsedSeconds = (Date.now() - start) / 1000;
      const progress = await readiness(live, options.cluster, elapsedSeconds);
      if (progress.ready) return { live, reasons: [] };
      open = progress.reasons;
      if (progress.failed) return { live, reasons: open };
      if (elapsedSeconds >= options.timeoutSeconds) {
        return { live, reasons: [`not ready after ${options.timeoutSeconds} s`, ...open] };
      }
      options.onStatus(progress.status);
      await sleep(pollMilliseconds, options.signal);
      const next = await options.cluster.get(live, options.onStatus);
      if (!next) return { live, reasons: ["it was deleted while its readiness was awaited"] };
      live = next;
    }
  } catch (error) {
    const why = options.signal.aborted ? "the wait was cancelled" : (error as Error).message;
    return { live, reasons: [why, ...open] };
  }
}

/** How ready an object is at this moment. */
export async function readiness(live: KubernetesObject, cluster: Cluster, elapsedSeconds: number): Promise<Progress> {
  const expressions = waitForExpressions(live);
  if (expressions.length > 0) return waitForProgress(live, expressions);
  const condition = conditionFor(live);
  if (!condition) return { ready: true, status: "", reasons: [] };
  return condition(live, { ...(await surroundingsOf(live, cluster)), elapsedSeconds });
}

async function surroundingsOf(live: KubernetesObject, cluster: Cluster): Promise<Omit<Surroundings, "elapsedSeconds">> {
  const namespace = textAt(live, "metadata", "namespace") || "default";
  const slices = (selector: string) => cluster.list("discovery.k8s.io/v1", "EndpointSlice", namespace, selector);
  const nothing = { pods: [], endpointSlices: [], services: [] };
  switch (live.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "Job":
      return { ...nothing, pods: await cluster.list("v1", "Pod", namespace, selectorOf(at(live, "spec", "selector"))) };
    case "Service":
      return { ...nothing, endpointSlices: await slices(`kubernetes.io/service-name=${live.metadata.name}`) };
    case "Ingress": {
      const names = backendsOf(live);
      if (names.length === 0) return nothing;
      const endpointSlices = await slices(`kubernetes.io/service-name in (${names.join(",")})`);
      return { ...nothing, endpointSlices, services: await cluster.list("v1", "Service", namespace, "") };
    }
    case "PersistentVolumeClaim": {
      const name = textAt(live, "spec", "storageClassName");
      const storageClass =
        name === ""
          ? undefined
          : await cluster.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name } });
      return { ...nothing, volumeBindingMode: textAt(storageClass, "volumeBindingMode") };
    }
    default:
      return nothing;
  }
}

function selectorOf(selector: Json | undefined): string {
  const labels = at(selector, "matchLabels");
  const equal = isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : [];
  const operators: Record<string, (key: string, values: string) => string> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  const expressions = listAt(selector, "matchExpressions").map((each) =>
    operators[textAt(each, "operator")]?.(textAt(each, "key"), listAt(each, "values").join(",")),
  );
  return [...equal, ...expressions.filter((each) => each !== undefined)].join(",");
}

/** Waits until the object is gone. */
export async function waitUntilGone(deleted: KubernetesObject, options: WaitOptions): Promise<WaitResult | undefined> {
  const start = Date.now();
  const uid = textAt(deleted, "metadata", "uid");
  let live = deleted;
  for (;;) {
    const next = await options.cluster.get(deleted, options.onStatus);
    // Another object of the same name is not the one that was deleted.
    if (!next || (uid !== "" && next.metadata.uid !== uid)) return undefined;
    live = next;
    const finalizers = listAt(live, "metadata", "finalizers").join(", ");
    const holds = finalizers ? ` (finalizers that hold it: ${finalizers})` : "";
    if ((Date.now() - start) / 1000 >= options.timeoutSeconds) {
      return { live, reasons: [`${describe(live)} still exists ${options.timeoutSeconds} s after its deletion${holds}`] };
    }
    if (options.signal.aborted) return { live, reasons: [`the wait for the deletion of ${describe(live)} was cancelled`] };
    options.onStatus(`Waiting for ${describe(live)} to be deleted${holds}`);
    await sleep(pollMilliseconds, options.signal).catch(() => undefined);
  }
}
