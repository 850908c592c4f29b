import { MANAGED_CAPS, POD_LIFECYCLE } from "./facts";
import type { ManagedCap } from "./facts";

/** Seconds between the application's last goodbye and the kubelet's SIGKILL, so that an exit on time is never a kill. */
export const DRAIN_MARGIN_SECONDS = 5;

export interface DrainPlan {
  /** Seconds the pod keeps serving after it was told to leave, while the way in still sends to it. */
  preStopSeconds: number;
  /** Seconds the application then gets to say goodbye. */
  drainSeconds: number;
  marginSeconds: number;
  /** What `terminationGracePeriodSeconds` must be: the sum of the three. */
  gracePeriodSeconds: number;
}

/** How long the parts of a pod's goodbye take: the propagation of its slowest entry, the application's own time, and a margin. */
export function planDrain(wanted: { propagationSeconds: number; drainSeconds: number }): DrainPlan {
  const preStopSeconds = wanted.propagationSeconds;
  const marginSeconds = DRAIN_MARGIN_SECONDS;
  return {
    preStopSeconds,
    drainSeconds: wanted.drainSeconds,
    marginSeconds,
    gracePeriodSeconds: preStopSeconds + wanted.drainSeconds + marginSeconds,
  };
}

/** What a pod really says, and what is asked of it. */
export interface DrainSettings {
  propagationSeconds: number;
  drainSeconds: number;
  /** Seconds of the preStop sleep; 0 where there is none. */
  preStopSeconds: number;
  /** Absent: the API server's default. */
  gracePeriodSeconds?: number;
  /** The managed platforms whose caps apply. */
  managedBy?: ManagedCap["id"][];
}

/** What is wrong with a pod's goodbye, each a sentence; empty when nothing is. */
export function checkDrain(settings: DrainSettings): string[] {
  const plan = planDrain(settings);
  const grace = settings.gracePeriodSeconds ?? POD_LIFECYCLE.defaultGracePeriodSeconds;
  const sentences: string[] = [];
  if (settings.preStopSeconds < plan.preStopSeconds) {
    sentences.push(
      `preStop sleeps ${settings.preStopSeconds} s, but new connections keep coming for ${plan.preStopSeconds} s after the pod began to leave; let it sleep ${plan.preStopSeconds} s.`,
    );
  }
  const needed = Math.max(settings.preStopSeconds, plan.preStopSeconds) + plan.drainSeconds + plan.marginSeconds;
  if (grace < needed) {
    const written = settings.gracePeriodSeconds === undefined ? `the default of ${grace} s` : `${grace} s`;
    sentences.push(
      `terminationGracePeriodSeconds is ${written}; preStop ${Math.max(settings.preStopSeconds, plan.preStopSeconds)} s, drain ${plan.drainSeconds} s and a margin of ${plan.marginSeconds} s need ${needed} s.`,
    );
  }
  for (const cap of MANAGED_CAPS) {
    if (settings.managedBy?.includes(cap.id) && Math.max(grace, needed) > cap.seconds) {
      sentences.push(
        `${cap.title} waits at most ${cap.seconds} s for a pod, whatever its grace period of ${Math.max(grace, needed)} s says (${cap.source}).`,
      );
    }
  }
  return sentences;
}
