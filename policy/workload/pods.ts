import { podLabelsOf } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, valueAt } from "../../path/value";
import type { PropertyPath } from "../rule";

/** Kinds whose pods a node drain evicts one by one, asking the budgets. */
export const EVICTED_KINDS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
  "DeploymentConfig",
]);

/** Where a workload describes its pods. */
export function podSpecAt(workload: KubernetesObject): PropertyPath {
  return workload.kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
}

export function podSpecOf(workload: KubernetesObject): Value {
  return valueAt(workload, ...podSpecAt(workload));
}

/** `app: web, tier: front`: the labels by which a workload knows its pods, as they are written in a selector. */
export function selectorText(workload: KubernetesObject): string {
  const pairs = mapAt(valueAt(workload, "spec", "selector", "matchLabels") ?? podLabelsOf(workload));
  if (pairs === UNKNOWN) return "<the pod's labels>";
  const known = Object.entries(pairs)
    .filter(([, value]) => value !== UNKNOWN)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return known.length === 0 ? "<the pod's labels>" : known.map(([key, value]) => `${key}: ${String(value)}`).join(", ");
}

/** Names of the claims that its pods mount together: those of the template, not the ones that a StatefulSet makes for each pod. */
export function sharedClaims(workload: KubernetesObject): string[] | typeof UNKNOWN {
  const volumes = listAt(podSpecOf(workload), "volumes");
  if (volumes === UNKNOWN) return UNKNOWN;
  const names = volumes.map((volume) => valueAt(volume, "persistentVolumeClaim", "claimName"));
  if (names.includes(UNKNOWN)) return UNKNOWN;
  return [...new Set(names.filter((name): name is string => typeof name === "string"))];
}
