import type { ExplainedService } from "./model";
import { duration } from "./words";

/** What is asked of each connection: `silent for 1 h, same pod for 1 h, 40 s for goodbyes`. */
export function promiseWords({ promise }: Pick<ExplainedService, "promise">): string {
  const { idleSeconds, drainSeconds, affinity, heartbeat } = promise;
  const parts = [`a connection may be silent for ${duration(idleSeconds)}`];
  parts.push(affinity.mode === "none" ? "any pod will do" : `a client finds its pod again for ${duration(affinity.ttlSeconds)}`);
  parts.push(`${duration(drainSeconds)} for goodbyes`);
  if (heartbeat !== undefined) parts.push(`a ${heartbeat.kind} heartbeat every ${duration(heartbeat.seconds)}`);
  return parts.join(", ");
}

/** How a pod leaves. */
export function drainWords({ drain }: Pick<ExplainedService, "drain">): string {
  if (drain === undefined) return "not known: somebody else makes the pods, and workload.declared does not say it";
  const { preStopSeconds, drainSeconds, gracePeriodSeconds } = drain;
  return `a leaving pod serves on for ${duration(preStopSeconds)}, then has ${duration(drainSeconds)}; killed after ${duration(gracePeriodSeconds)}`;
}
