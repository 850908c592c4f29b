import { checkDrain, planDrain, type DrainPlan } from "../path/drain";
import { facts, POD_LIFECYCLE, versionAtLeast } from "../path/facts";
import type { ClusterFacts } from "../path/model";
import { block, seconds } from "./check/fields";
import type { Problem } from "./check/problem";
import { entryHop, type Entry } from "./entry";
import type { Service } from "./service";

/** Where the derived goodbye of a pod does not suit. Both may only be longer than what the entries and the promise need. */
export interface Drain {
  /** Seconds a leaving pod keeps serving before SIGTERM. Default: what the slowest entry needs to send nothing new. */
  preStopSeconds?: number;
  /** Seconds until SIGKILL, all included. Default: preStop, promise.drainSeconds and a margin. */
  gracePeriodSeconds?: number;
}

export const drainSchema = block({
  preStopSeconds: seconds(0, 3600).optional(),
  gracePeriodSeconds: seconds(0, 86_400).optional(),
});

/** The seconds until the slowest way in sends nothing new to a leaving pod. Every pod is also reached through its Service. */
export function propagationSeconds(entries: Entry[], cluster: ClusterFacts): number {
  const hops = ["unknown-service-proxy" as const, ...entries.map((entry) => entryHop(entry, cluster))];
  return Math.max(...hops.map((hop) => facts(hop).drain.propagationSeconds));
}

/** The goodbye of a pod of this service, with what the user wrote in place of what was derived. */
export function drainOf(service: Pick<Service, "promise" | "drain" | "entries">, cluster: ClusterFacts): DrainPlan {
  const { drainSeconds } = service.promise;
  const derived = planDrain({ propagationSeconds: propagationSeconds(service.entries, cluster), drainSeconds });
  const preStopSeconds = service.drain.preStopSeconds ?? derived.preStopSeconds;
  const plan = planDrain({ propagationSeconds: preStopSeconds, drainSeconds });
  return { ...plan, gracePeriodSeconds: service.drain.gracePeriodSeconds ?? plan.gracePeriodSeconds };
}

/** An override that is too short for the entries or for the promise. */
export function checkDrainOverrides(service: Pick<Service, "promise" | "drain" | "entries">, cluster: ClusterFacts): Problem[] {
  const { preStopSeconds, gracePeriodSeconds } = drainOf(service, cluster);
  const sentences = checkDrain({
    propagationSeconds: propagationSeconds(service.entries, cluster),
    drainSeconds: service.promise.drainSeconds,
    preStopSeconds,
    gracePeriodSeconds,
  });
  return sentences.map((sentence) => {
    const key = sentence.startsWith("preStop") ? "preStopSeconds" : "gracePeriodSeconds";
    return { path: `drain.${key}`, message: `too short: ${sentence} Or remove it, and it is derived.` };
  });
}

/** The hook that keeps a leaving pod serving while the ways in learn that it leaves. */
export function compilePreStop(preStopSeconds: number, cluster: ClusterFacts): { lifecycle?: object; why: string[] } {
  if (preStopSeconds === 0) return { why: [] };
  const since = POD_LIFECYCLE.nativeSleepSince;
  if (versionAtLeast(cluster.kubernetesVersion, since) === false) {
    const why = `preStop runs the image's own sleep command, because Kubernetes has a sleep of its own only since ${since}.`;
    return { lifecycle: { preStop: { exec: { command: ["sleep", String(preStopSeconds)] } } }, why: [why] };
  }
  const why = "preStop uses the kubelet's own sleep, which works in images without a shell too.";
  return { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } }, why: [why] };
}
