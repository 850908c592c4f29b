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

type PolicyKind =
  | "BackendTrafficPolicy"
  | "ClientTrafficPolicy"
  | "GCPBackendPolicy"
  | "ProxySettingsPolicy"
  | "RoutePolicy"
  | "UpstreamSettingsPolicy";

function targetsOf(policy: KubernetesObject): string[] {
  const several = listAt(policy, "spec", "targetRefs");
  const references = [valueAt(policy, "spec", "targetRef"), ...(several === UNKNOWN ? [] : several)];
  return references.map(
    (reference) => `${namespaceOf(policy)} ${String(textAt(reference, "kind"))} ${String(textAt(reference, "name"))}`,
  );
}

/** The policies of a kind that are tied to an object, by targetRef or targetRefs. */
export function policiesOn(catalog: Catalog, kind: PolicyKind, target: KubernetesObject): KubernetesObject[] {
  return catalog.under(`${namespaceOf(target)} ${target.kind} ${refOf(target).name}`, kind, targetsOf);
}
