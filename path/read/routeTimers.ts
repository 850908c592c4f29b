import { facts } from "../facts";
import type { HopKind } from "../facts";
import type { Hop, LimitKind } from "../model";
import type { Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { listAt, namespaceOf, refOf, textAt, valueAt } from "../value";
import type { Catalog } from "../catalog";
import type { KubernetesObject } from "../objects";
import { goDuration } from "./durations";

type Timer = { limit: LimitKind; idleSeconds: number | null };

/** Seconds of a duration that was read; 0 where it is switched off; undefined where it is absent or no duration. */
export function durationOf(text: Read<string>): number | undefined {
  return typeof text === "string" ? (/^(infinity|infinite)$/.test(text) ? 0 : goDuration(text)) : undefined;
}

/** The request timeout of a rule of an HTTPRoute or GRPCRoute. */
export function requestTimeout(rule: Value): Read<string> {
  return textAt(rule, "timeouts", "request");
}

/**
 * Envoy counts a route's timeout from the end of the request to the end of the answer: it ends an answer that is streamed, and never
 * a connection that was upgraded. Of the idle limit and this lifetime the shorter one decides.
 */
export function withRouteTimeout(hop: Timer, timeoutSeconds: number | null): Pick<Hop, "perProtocol"> {
  const idle: Timer = { limit: hop.limit, idleSeconds: hop.idleSeconds };
  const shorter = timeoutSeconds !== null && timeoutSeconds > 0 && timeoutSeconds <= (hop.idleSeconds ?? Infinity);
  const timer: Timer = shorter ? { limit: "lifetime", idleSeconds: timeoutSeconds } : idle;
  return { perProtocol: { "http-stream": timer, grpc: timer } };
}

/** The seconds after which this proxy ends a streamed answer where a route says nothing; null where it does not. */
export function standardRouteTimeout(kind: HopKind): number | null {
  return facts(kind).idle.perProtocol?.["http-stream"]?.defaultSeconds ?? null;
}

/** By catalog: policies by their kind, and the kind, namespace and name of what they are tied to. */
const tiedPolicies = new WeakMap<Catalog, Map<string, KubernetesObject[]>>();
const POLICY_KINDS = ["BackendTrafficPolicy", "ClientTrafficPolicy", "GCPBackendPolicy", "RoutePolicy"] as const;

function indexOf(catalog: Catalog): Map<string, KubernetesObject[]> {
  const index = new Map<string, KubernetesObject[]>();
  for (const policy of POLICY_KINDS.flatMap((kind) => catalog.ofKind(kind))) {
    const several = listAt(policy, "spec", "targetRefs");
    const references = [valueAt(policy, "spec", "targetRef"), ...(several === UNKNOWN ? [] : several)];
    const targets = references.map((reference) => `${String(textAt(reference, "kind"))} ${String(textAt(reference, "name"))}`);
    for (const target of new Set(targets)) {
      const key = `${policy.kind} ${namespaceOf(policy)} ${target}`;
      index.set(key, [...(index.get(key) ?? []), policy]);
    }
  }
  return index;
}

/** The policies of a kind that are tied to an object, by targetRef or targetRefs. */
export function policiesOn(catalog: Catalog, kind: (typeof POLICY_KINDS)[number], target: KubernetesObject): KubernetesObject[] {
  const index = tiedPolicies.get(catalog) ?? indexOf(catalog);
  tiedPolicies.set(catalog, index);
  return index.get(`${kind} ${namespaceOf(target)} ${target.kind} ${refOf(target).name}`) ?? [];
}
