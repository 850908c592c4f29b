import { facts, type HopKind } from "../../path/facts";
import type { ClusterFacts, ConnectionPromise } from "../../path/model";
import type { Problem } from "../check/problem";
import { drainOf } from "../drain";
import type { Service } from "../service";

/**
 * The seconds an entry writes for the promise: the promise itself is the boundary, so the row's margin comes on top, rounded up to
 * what the knob can express and kept inside its range.
 */
export function writtenIdleSeconds(kind: HopKind, { idleSeconds }: ConnectionPromise): number {
  const { marginSeconds, minimumSeconds, maximumSeconds, knob } = facts(kind).idle;
  const step = knob?.unit === "minutes" ? 60 : 1;
  const wanted = Math.ceil((idleSeconds + marginSeconds) / step) * step;
  return Math.min(Math.max(wanted, minimumSeconds ?? 0), maximumSeconds ?? Infinity);
}

/** Whether messages of the application keep every silence shorter than a limit. */
export function messagesWithin(promise: ConnectionPromise, limitSeconds: number): boolean {
  return promise.heartbeat?.kind === "message" && promise.heartbeat.seconds < limitSeconds;
}

/** A promise above what the entry can be told. A heartbeat that restarts the clock in time makes good for it. */
export function checkIdle(kind: HopKind, service: Partial<Service>, instead: string): Problem[] {
  const { promise } = service;
  const { title, idle } = facts(kind);
  const largest = idle.maximumSeconds;
  if (promise === undefined || largest === null || promise.idleSeconds < largest || idle.limit !== "idle") return [];
  const { heartbeat } = promise;
  if (heartbeat !== undefined && heartbeat.seconds < largest) return [];
  const message =
    `cannot keep promise.idleSeconds ${promise.idleSeconds}: ${title} allows ${idle.minimumSeconds ?? 1} to ${largest} seconds. ` +
    `Promise less than ${largest}, add a promise.heartbeat below that, or use ${instead}.`;
  return [{ path: "kind", message }];
}

/** Seconds from the moment a pod begins to leave until it has said goodbye: as long as nobody may cut its connections. */
export function leavingSeconds(service: Service, cluster: ClusterFacts): number {
  const { preStopSeconds, drainSeconds } = drainOf(service, cluster);
  return preStopSeconds + drainSeconds;
}

/** A goodbye that is longer than the load balancer waits for a leaving pod. */
export function checkLeaving(kind: HopKind, { promise }: Partial<Service>, { maximum }: { maximum: number }): Problem[] {
  if (promise === undefined) return [];
  const { title, drain } = facts(kind);
  const allowed = maximum - drain.propagationSeconds;
  if (promise.drainSeconds <= allowed) return [];
  const message =
    `cannot keep promise.drainSeconds ${promise.drainSeconds}: ${title} waits at most ${maximum} seconds for a leaving pod, ` +
    `of which ${drain.propagationSeconds} pass until it sends nothing new. Promise up to ${allowed}.`;
  return [{ path: "kind", message }];
}
