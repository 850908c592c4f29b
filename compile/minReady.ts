import { entryKind } from "./entry";
import { openEntries } from "./migration";
import { resolveProbe } from "./probes";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

export const LONGEST_MIN_READY_SECONDS = 3600;

/** How long the API server lets a rollout be without progress where nothing is written; it refuses a `minReadySeconds` of as much. */
const PROGRESS_DEADLINE_SECONDS = 600;

/** How long a new pod must have been ready before an old one goes, and why that long. */
export interface MinReady {
  seconds: number;
  why: string[];
}

/**
 * What is written; else, in production, the longest of what the readiness probe needs to notice that a new pod is not well after
 * all, and of what the load balancers need that check pods themselves and that no readiness gate waits for.
 *
 * Proxies and nodes add nothing: they learn of a new pod by the same watch as of a leaving one, which serves until they have.
 */
export function minReadyOf(service: Service, { environment }: Surroundings): MinReady {
  const { minReadySeconds } = service;
  if (minReadySeconds !== undefined) return { seconds: minReadySeconds, why: [] };
  if (environment === "development") return { seconds: 0, why: [] };
  const { periodSeconds, failureThreshold } = resolveProbe("readiness", service);
  const ofProbe = periodSeconds * failureThreshold;
  const ofEntries = openEntries(service).map((entry) => entryKind(entry.kind)!.checksPodsForSeconds?.(entry, service) ?? 0);
  const seconds = Math.min(Math.max(ofProbe, ...ofEntries), LONGEST_MIN_READY_SECONDS);
  const reason =
    seconds === ofProbe
      ? `${failureThreshold} tries of the readiness probe, one each ${periodSeconds} s: a pod that is not well after all is noticed before an old one goes.`
      : "the load balancer sends to no pod before it has registered it and found it healthy, and nothing else makes a rollout wait for that.";
  return { seconds, why: [`minReadySeconds ${seconds}: ${reason}`] };
}

/** The fields of a Deployment. Nothing is written where nothing is waited for. */
export function minReadyFields(seconds: number): { minReadySeconds?: number; progressDeadlineSeconds?: number } {
  return {
    ...(seconds === 0 ? {} : { minReadySeconds: seconds }),
    ...(seconds < PROGRESS_DEADLINE_SECONDS ? {} : { progressDeadlineSeconds: seconds + PROGRESS_DEADLINE_SECONDS }),
  };
}
