import type { KubernetesObject } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { listAt, numberAt, valueAt } from "../path/value";

/** What the pods of a workload say when they leave. */
export interface Goodbye {
  /** Seconds of the preStop sleep; 0 where there is none that can be read. */
  preStopSeconds: number;
  /** Absent: the API server's default. */
  gracePeriodSeconds?: number;
}

const WORKLOAD_KINDS = ["Deployment", "StatefulSet"];

/** Reads it back from a workload; undefined for every other object. */
export function readGoodbye(object: KubernetesObject): Goodbye | undefined {
  if (!WORKLOAD_KINDS.includes(object.kind)) return undefined;
  const pod = valueAt(object, "spec", "template", "spec");
  const grace = numberAt(pod, "terminationGracePeriodSeconds");
  const containers = listAt(pod, "containers");
  const sleeps =
    containers === UNKNOWN ? [] : containers.map((container) => sleepSeconds(valueAt(container, "lifecycle", "preStop")));
  const preStopSeconds = Math.max(0, ...sleeps);
  return { preStopSeconds, ...(typeof grace === "number" ? { gracePeriodSeconds: grace } : {}) };
}

/** The kubelet's own sleep, or a command that is nothing but one: `sleep 15`, `sh -c "sleep 15"`. */
function sleepSeconds(preStop: unknown): number {
  const native = numberAt(preStop, "sleep", "seconds");
  if (typeof native === "number") return native;
  const command = listAt(preStop, "exec", "command");
  const text = command === UNKNOWN ? "" : command.filter((word) => typeof word === "string").join(" ");
  return Number(/(?:^|\s)sleep (\d+)s?$/.exec(text)?.[1] ?? 0);
}
