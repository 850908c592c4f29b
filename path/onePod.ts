import type { KubernetesObject, Value } from "./objects";
import { UNKNOWN } from "./objects";
import type { Ternary } from "./selector";
import { selectsByPairs } from "./selector";
import { mapAt, refOf, valueAt } from "./value";

/**
 * Labels that a StatefulSet gives each of its pods and that its template does not show. Source: kubernetes.io/docs, StatefulSet: pod name label,
 * pod index label (both set by the controller; v1.33).
 */
export const POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name";
export const POD_INDEX_LABEL = "apps.kubernetes.io/pod-index";

/** Whether a Service sends to one pod of a StatefulSet alone. */
export function picksOnePod(service: KubernetesObject): boolean {
  const pairs = mapAt(service, "spec", "selector");
  return pairs !== UNKNOWN && isOnePod(pairs);
}

/** Whether a selector asks for one of the labels that only the pods themselves carry. */
export const isOnePod = (pairs: Record<string, Value>): boolean =>
  typeof pairs[POD_NAME_LABEL] === "string" || typeof pairs[POD_INDEX_LABEL] === "string";

/** The labels that the template shows, of those that a selector asks for. */
export function withoutOnePod(pairs: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(pairs).filter(([key]) => key !== POD_NAME_LABEL && key !== POD_INDEX_LABEL));
}

/** The StatefulSet whose pod is asked for by its name: `web` of `web-0`. */
export function nameOfSet(pairs: Record<string, Value>): string | undefined {
  const name = pairs[POD_NAME_LABEL];
  return typeof name === "string" ? name.replace(/-\d+$/, "") : undefined;
}

/** Whether one of the pods of a workload is the one that is asked for. */
export function hasThatPod(pairs: Record<string, Value>, workload: KubernetesObject): Ternary {
  if (workload.kind !== "StatefulSet") return false;
  const name = nameOfSet(pairs);
  if (name !== undefined && name !== refOf(workload).name) return false;
  const rest = withoutOnePod(pairs);
  const labels = valueAt(workload, "spec", "template", "metadata", "labels");
  return Object.keys(rest).length === 0 || selectsByPairs(rest as Value, labels);
}
