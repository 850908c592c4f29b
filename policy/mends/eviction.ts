import type { KubernetesObject } from "../../path/objects";
import { valueAt } from "../../path/value";
import type { OwnMend } from ".";

/**
 * A budget counts ready pods. By default a pod that is not ready is kept as well once the budget is used up, so that a workload that is
 * down already holds up the drain of its node; nothing is gained by keeping what serves nobody.
 */
export function evictionMends(object: KubernetesObject): OwnMend[] {
  if (object.kind !== "PodDisruptionBudget" || object.apiVersion !== "policy/v1") return [];
  if (valueAt(object, "spec") === undefined || valueAt(object, "spec", "unhealthyPodEvictionPolicy") !== undefined) return [];
  return [{ at: ["spec", "unhealthyPodEvictionPolicy"], write: "AlwaysAllow" }];
}
