import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { Hop, HopAffinity } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, hasAnnotationUnder, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";

/** What Kong calls its two clocks between bytes: on the Service, and in the older KongIngress that the Service names. */
const CLOCKS = { "read-timeout": "read_timeout", "write-timeout": "write_timeout" } as const;
const KONG_PREFIX = "konghq.com/";
const KONG_PREFIXES = [KONG_PREFIX, "configuration.konghq.com"];
const OVERRIDES = [`${KONG_PREFIX}override`, "configuration.konghq.com"];

/**
 * Kong behind an Ingress or a route of a Gateway. What it reads of timeouts and of stickiness stands on the Service; on an Ingress nobody
 * looks for it.
 */
export function kongHop(route: KubernetesObject, service: KubernetesObject | undefined, catalog: Catalog): Hop {
  const unread = Object.keys(CLOCKS).filter((name) => annotationOf(route, KONG_PREFIX + name) !== undefined);
  return hopOf("kong", {
    ...clockOf(route, service, catalog),
    balances: true,
    ...affinityOf(service, catalog),
    ...(service !== undefined && hasAnnotationUnder(service, ...KONG_PREFIXES) === true && { writtenIn: refOf(service) }),
    inert: unread.map((name) => `${KONG_PREFIX}${name} is read on the Service; on ${nameOf(route)} nobody reads it`),
    writeIdle: (promised) => {
      const milliseconds = (secondsToWrite("kong", promised) ?? promised) * 1000;
      return `${facts("kong")
        .idle.knob?.keys.map((key) => `${key}: "${milliseconds}"`)
        .join(" and ")} on the Service`;
    },
    writeAffinity: ({ cookieName }) =>
      `a KongUpstreamPolicy with algorithm: consistent-hashing and hashOn.cookie: ${cookieName ?? "route"}, named by ${KONG_PREFIX}upstream-policy on the Service`,
  });
}

function clockOf(
  route: KubernetesObject,
  service: KubernetesObject | undefined,
  catalog: Catalog,
): Partial<Hop> & Pick<Hop, "from"> {
  const { defaultSeconds } = facts("kong").idle;
  if (service === undefined) return { from: `${nameOf(route)}; its Service was not read` };
  const older = overrideOf(service, catalog);
  const found = Object.entries(CLOCKS).map(([name, field]): { where: string; text: Read<string> } => {
    const text = annotationOf(service, KONG_PREFIX + name) ?? textAt(older, "proxy", field);
    return { where: `${nameOf(service)} annotation ${KONG_PREFIX}${name}`, text };
  });
  const open = found.find(({ text }) => text === UNKNOWN);
  if (open !== undefined) return { from: open.where, ...clockNotKnownYet(open.where) };
  const clocks = found.map(({ where, text }) => {
    const seconds = secondsOf(text);
    return { from: seconds === undefined ? `${where} is not set` : where, idleSeconds: seconds ?? defaultSeconds };
  });
  return clocks.reduce((best, clock) => ((clock.idleSeconds ?? 0) < (best.idleSeconds ?? 0) ? clock : best));
}

/** Both are whole milliseconds. */
function secondsOf(text: Read<string>): number | undefined {
  return typeof text === "string" && /^\d+$/.test(text.trim()) ? Number(text) / 1000 : undefined;
}

function overrideOf(service: KubernetesObject, catalog: Catalog): Value {
  const name = OVERRIDES.map((key) => annotationOf(service, key)).find((value) => typeof value === "string");
  const found = typeof name === "string" ? catalog.find("KongIngress", namespaceOf(service), name) : undefined;
  return found as Value;
}

function affinityOf(service: KubernetesObject | undefined, catalog: Catalog): Partial<Hop> {
  if (service === undefined) return { affinityUnknown: true };
  const name = annotationOf(service, `${KONG_PREFIX}upstream-policy`);
  if (name === UNKNOWN) return { affinityUnknown: true, pending: true };
  if (name === undefined) return olderAffinity(valueAt(overrideOf(service, catalog), "upstream"));
  const policy = catalog.find("KongUpstreamPolicy", namespaceOf(service), name);
  if (policy === undefined) {
    return { affinityUnknown: true, settle: `add KongUpstreamPolicy ${namespaceOf(service)}/${name} to what is read` };
  }
  const algorithm = textAt(policy, "spec", "algorithm");
  if (algorithm === "sticky-sessions") return cookie(textAt(policy, "spec", "stickySessions", "cookie"));
  if (algorithm !== "consistent-hashing") return { affinity: null };
  const on = valueAt(policy, "spec", "hashOn");
  if (textAt(on, "cookie") !== undefined) return cookie(textAt(on, "cookie"));
  return textAt(on, "input") === "ip" ? sourceAddress() : { affinity: { mechanism: "header", ttlSeconds: null } };
}

function olderAffinity(upstream: Value): Partial<Hop> {
  const on = textAt(upstream, "hash_on");
  if (on === undefined || on === "none") return { affinity: null };
  if (on === "cookie") return cookie(textAt(upstream, "hash_on_cookie"));
  return on === "ip" ? sourceAddress() : { affinity: { mechanism: "header", ttlSeconds: null } };
}

function cookie(name: Read<string>): Partial<Hop> {
  const affinity: HopAffinity = { mechanism: "cookie", ttlSeconds: null, ...(typeof name === "string" && { cookieName: name }) };
  return { affinity };
}

/** Of the client, or of what stands before Kong. */
function sourceAddress(): Partial<Hop> {
  const settle =
    "whether Kong sees the client's own address: externalTrafficPolicy: Local on its Service, the PROXY protocol or trusted_ips";
  return { affinityUnknown: true, settle };
}
