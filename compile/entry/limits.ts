import { facts, secondsToWrite, type HopKind } from "../../path/facts";
import type { ClusterFacts, ConnectionPromise } from "../../path/model";
import type { Problem } from "../check/problem";
import { drainOf } from "../drain";
import type { Service } from "../service";

/**
 * The seconds an entry writes for the promise: the promise itself is the boundary, so the row's margin comes on top. Above the knob's
 * range the largest it takes, for then a heartbeat keeps the promise.
 */
export function writtenIdleSeconds(kind: HopKind, { idleSeconds }: ConnectionPromise): number {
  return secondsToWrite(kind, idleSeconds) ?? facts(kind).idle.maximumSeconds ?? idleSeconds;
}

/** Whether messages of the application keep every silence shorter than a limit. */
export function messagesWithin(promise: ConnectionPromise | undefined, limitSeconds: number): boolean {
  return promise?.heartbeat?.kind === "message" && promise.heartbeat.seconds < limitSeconds;
}

/**
 * A promise above what the entry can be told. A heartbeat that restarts the clock in time makes good for an idle limit.
 *
 * @param instead another way in, told as a way out where it takes the promise.
 */
export function checkIdle(kind: HopKind, { promise }: Partial<Service>, instead?: { name: string; hop: HopKind }): Problem[] {
  const { title, idle, layer } = facts(kind);
  const largest = idle.maximumSeconds ?? (idle.knob === null ? idle.defaultSeconds : null);
  if (promise === undefined || largest === null || promise.idleSeconds < largest || idle.limit !== "idle") return [];
  const { heartbeat } = promise;
  if (heartbeat !== undefined && heartbeat.seconds < largest && (heartbeat.kind === "message" || layer === 4)) return [];
  const can = idle.knob === null ? `has ${largest} seconds, fixed` : `allows ${idle.minimumSeconds ?? 1} to ${largest} seconds`;
  const waysOut = [
    `Promise less than ${largest}`,
    `add a promise.heartbeat below ${largest}${layer === 4 ? "" : " with kind: message"}`,
    ...(instead !== undefined && keeps(instead.hop, promise) ? [`use ${instead.name}`] : []),
  ];
  const message =
    `cannot keep promise.idleSeconds ${promise.idleSeconds}: ${title} ${can}. ` +
    `${waysOut.slice(0, -1).join(", ")}${waysOut.length > 2 ? "," : ""} or ${waysOut.at(-1)}.` +
    (heartbeat?.kind === "tcp-keepalive" && layer === 7 ? " A TCP keepalive ends at the proxy and restarts nothing." : "");
  return [{ path: "kind", message }];
}

const keeps = (kind: HopKind, { idleSeconds }: ConnectionPromise): boolean =>
  idleSeconds < (facts(kind).idle.maximumSeconds ?? Infinity);

/** Seconds from the moment a pod begins to leave until it has said goodbye, during which nobody may cut its connections. */
export function leavingSeconds(service: Service, cluster: ClusterFacts): number {
  const { preStopSeconds, drainSeconds } = drainOf(service, cluster);
  return preStopSeconds + drainSeconds;
}

/** The same, as far as the load balancer waits at all. */
export function writtenLeavingSeconds(kind: HopKind, service: Service, cluster: ClusterFacts): number {
  return Math.min(leavingSeconds(service, cluster), facts(kind).drain.knob?.maximumSeconds ?? Infinity);
}

/** A goodbye that is longer than the load balancer waits for a leaving pod. */
export function checkLeaving(kind: HopKind, { promise }: Partial<Service>): Problem[] {
  const { title, drain } = facts(kind);
  const longest = drain.knob?.maximumSeconds ?? null;
  if (promise === undefined || longest === null || promise.drainSeconds <= longest - drain.propagationSeconds) return [];
  const message =
    `cannot keep promise.drainSeconds ${promise.drainSeconds}: ${title} waits at most ${longest} seconds for a leaving pod, ` +
    `of which ${drain.propagationSeconds} pass until it sends nothing new. Promise up to ${longest - drain.propagationSeconds}.`;
  return [{ path: "kind", message }];
}

/** Stickiness for longer than the vendor's cookie can last. */
export function checkStickiness(kind: HopKind, { promise }: Partial<Service>): Problem[] {
  const { title, affinity } = facts(kind);
  const longest = affinity.ttl?.maximumSeconds ?? null;
  if (promise?.affinity.mode !== "client" || longest === null || promise.affinity.ttlSeconds <= longest) return [];
  const message = `cannot keep promise.affinity.ttlSeconds ${promise.affinity.ttlSeconds}: the cookie of ${title} lasts up to ${longest} seconds. Promise up to ${longest}.`;
  return [{ path: "kind", message }];
}
