import { readGoodbye } from "../compile/goodbye";
import type { Block } from "../compile/mergePatch";
import { DRAIN_MARGIN_SECONDS } from "../path/drain";
import { facts, POD_LIFECYCLE } from "../path/facts";
import { parseRequirement, PROMISE_ANNOTATION, PROMISE_RANGES, type Requirement } from "../path/declarations";
import { annotationOf, numberAt, textAt, written } from "./read";
import type { Said } from "./entries";
import type { Group } from "./group";
import type { Decision } from "./model";

/** What is asked of the connections, as far as the objects say it. */
export interface TakenPromise {
  promise: Block;
  drain?: Block;
  protocol?: string;
  decisions: Decision[];
}

/** An annotation of ours repeats the promise; else it is what the timeouts, the cookies and the pods amount to. */
export function takePromise(group: Group, entries: Said[], propagationSeconds: number, keep: boolean): TakenPromise {
  const decisions: Decision[] = [];
  const asked = askedOf(group);
  const idleSeconds = asked?.promise.idleSeconds ?? takeIdle(entries, keep, decisions);
  const affinity = takeAffinity(group, entries, asked, decisions);
  const { drainSeconds, drain } = takeDrain(group, asked, { propagationSeconds, keep }, decisions);
  const promise = written({ idleSeconds, drainSeconds, affinity, heartbeat: asked?.promise.heartbeat });
  return {
    promise,
    decisions,
    ...(drain === undefined ? {} : { drain }),
    ...(asked === undefined ? {} : { protocol: asked.protocol }),
  };
}

function askedOf({ services, ways }: Group): Requirement | undefined {
  for (const found of [...services, ...ways.map((way) => way.found)]) {
    const text = annotationOf(found, PROMISE_ANNOTATION);
    const parsed = text === undefined ? undefined : parseRequirement(text);
    if (parsed !== undefined && "value" in parsed) return parsed.value;
  }
  return undefined;
}

function takeIdle(entries: Said[], keep: boolean, decisions: Decision[]): number | undefined {
  const said = entries.flatMap(({ idle }) => idle ?? []).sort((left, right) => left.seconds - right.seconds);
  const [smallest] = said;
  if (smallest === undefined) {
    decisions.push({ at: ["promise"], why: "no timeout is written down, so the idle seconds are the default" });
    return undefined;
  }
  const margin = keep ? facts(smallest.hop).idle.marginSeconds : 0;
  const away = margin === 0 ? "" : `, less ${margin} s, because the limit itself is a boundary`;
  decisions.push({ at: ["promise", "idleSeconds"], why: `as ${smallest.from} says${away}` });
  const { minimum, maximum } = PROMISE_RANGES.idleSeconds;
  return Math.min(Math.max(smallest.seconds - margin, minimum), maximum);
}

const clientIpSeconds = ({ object }: { object: unknown }): number | undefined =>
  numberAt(object, "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");

function takeAffinity(group: Group, entries: Said[], asked: Requirement | undefined, decisions: Decision[]): Block {
  const cookieName = entries.flatMap(({ sticks }) => sticks?.cookieName ?? [])[0];
  if (asked !== undefined) {
    const { mode, ttlSeconds } = asked.promise.affinity;
    return mode === "none" ? { mode } : written({ mode, ttlSeconds, cookieName });
  }
  const byService = group.services.find(({ object }) => textAt(object, "spec", "sessionAffinity") === "ClientIP");
  const byEntry = entries.flatMap(({ sticks }) => sticks ?? [])[0];
  if (byService === undefined && byEntry === undefined) {
    decisions.push({ at: ["promise", "affinity"], why: "nothing there keeps a client on one pod" });
    return { mode: "none" };
  }
  const ttlSeconds =
    entries.flatMap(({ sticks }) => sticks?.ttlSeconds ?? [])[0] ??
    (byService === undefined ? undefined : clientIpSeconds(byService));
  decisions.push({ at: ["promise", "affinity"], why: `as ${byEntry?.from ?? "the Service's sessionAffinity"} says` });
  return written({ mode: "client", ttlSeconds, cookieName });
}

/** The application's own time is what the grace period leaves after the preStop and the margin. */
function takeDrain(
  group: Group,
  asked: Requirement | undefined,
  needs: { propagationSeconds: number; keep: boolean },
  decisions: Decision[],
): { drainSeconds?: number; drain?: Block } {
  const { propagationSeconds, keep } = needs;
  const goodbye = group.workload === undefined ? undefined : readGoodbye(group.workload.object);
  if (goodbye === undefined) return { drainSeconds: asked?.promise.drainSeconds };
  const grace = goodbye.gracePeriodSeconds ?? POD_LIFECYCLE.defaultGracePeriodSeconds;
  // What the ways in need on top comes on top; with `keep` it has to come out of the application's own time.
  const preStopSeconds = keep ? Math.max(goodbye.preStopSeconds, propagationSeconds) : goodbye.preStopSeconds;
  const left = grace - preStopSeconds - DRAIN_MARGIN_SECONDS;
  const { minimum, maximum } = PROMISE_RANGES.drainSeconds;
  const drainSeconds = asked?.promise.drainSeconds ?? Math.min(Math.max(left, minimum), maximum);
  const spare = grace > Math.max(goodbye.preStopSeconds, propagationSeconds) + drainSeconds + DRAIN_MARGIN_SECONDS;
  const drain = written({
    preStopSeconds: goodbye.preStopSeconds > propagationSeconds ? goodbye.preStopSeconds : undefined,
    gracePeriodSeconds: spare ? grace : undefined,
  });
  if (asked === undefined) {
    decisions.push({
      at: ["promise", "drainSeconds"],
      why: `the grace period of ${grace} s less preStop ${preStopSeconds} and a margin of ${DRAIN_MARGIN_SECONDS}`,
    });
  }
  return { drainSeconds, ...(Object.keys(drain).length === 0 ? {} : { drain }) };
}
