import type { Amount } from "../../path/amount";
import { amountOf, isNone, podsOf } from "../../path/amount";
import { WORKLOAD_DEFAULTS } from "../../path/facts/workloads";
import type { KubernetesObject } from "../../path/objects";
import type { Read } from "../../path/value";
import { textAt, valueAt } from "../../path/value";

/** How a workload replaces its pods, with what the API server adds. */
export interface Strategy {
  type: Read<string>;
  /** Undefined where nothing that the API server takes is written. */
  maxSurge: Read<Amount>;
  maxUnavailable: Read<Amount>;
  /** The key of the spec it is written under. */
  key: "strategy" | "updateStrategy";
}

export function strategyOf(workload: KubernetesObject): Strategy {
  const key = workload.kind === "Deployment" ? "strategy" : "updateStrategy";
  const read = (name: string, standard: string | number): Read<Amount> =>
    amountOf(valueAt(workload, "spec", key, "rollingUpdate", name) ?? standard);
  const { rollingUpdate, oneAtATime } = WORKLOAD_DEFAULTS;
  const deployment = workload.kind === "Deployment";
  return {
    type: textAt(workload, "spec", key, "type") ?? "RollingUpdate",
    maxSurge: read("maxSurge", deployment ? rollingUpdate.maxSurge : 0),
    maxUnavailable: read("maxUnavailable", deployment ? rollingUpdate.maxUnavailable : oneAtATime.maxUnavailable),
    key,
  };
}

/** The pods that a rolling update adds and takes away at `pods`. Where both come to none, one goes: it would never begin otherwise. */
export function stepOf(maxSurge: Amount, maxUnavailable: Amount, pods: number): { added: number; gone: number } {
  const added = podsOf(maxSurge, pods, "up");
  const gone = podsOf(maxUnavailable, pods, "down");
  return added === 0 && gone === 0 ? { added, gone: 1 } : { added, gone };
}

/** What the API server refuses: neither a pod more nor a pod less. */
export const neverBegins = (maxSurge: Amount, maxUnavailable: Amount): boolean => isNone(maxSurge) && isNone(maxUnavailable);
