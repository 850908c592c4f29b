import type { KubernetesObject } from "../../path/objects";
import { valueAt } from "../../path/value";
import type { OwnMend } from ".";

export const EVICTION_POLICIES = ["AlwaysAllow", "IfHealthyBudget"] as const;
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/**
 * Whether a drain may take pods that are not ready past a budget that is used up. `AlwaysAllow` keeps a workload that is down from holding
 * up the drain of its nodes; where pods say that they are full by not being ready, it takes them with all their connections. Only their
 * owner knows which of the two it is, so nothing is written unless the owner says it.
 */
export function evictionMends(object: KubernetesObject, wanted: EvictionPolicy | undefined): OwnMend[] {
  if (wanted === undefined || object.kind !== "PodDisruptionBudget" || object.apiVersion !== "policy/v1") return [];
  if (valueAt(object, "spec") === undefined || valueAt(object, "spec", "unhealthyPodEvictionPolicy") !== undefined) return [];
  return [{ at: ["spec", "unhealthyPodEvictionPolicy"], write: wanted }];
}
