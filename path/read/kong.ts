import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import { KONG_ANNOTATIONS, OLDER_KONG_OVERRIDE } from "../facts/kongAnnotations";
import type { Hop, HopAffinity } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, hasAnnotationUnder, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { byRequest } from "./requestHash";
import { durationOf } from "./routeTimers";

/** What Kong calls its two clocks between bytes: on the Service, and in the older KongIngress that the Service names. */
const CLOCKS = { "read-timeout": "read_timeout", "write-timeout": "write_timeout" } as const;
const KONG_PREFIX = KONG_ANNOTATIONS.prefix;
const KONG_PREFIXES = [KONG_PREFIX, OLDER_KONG_OVERRIDE.key];
const OVERRIDES = [`${KONG_PREFIX}override`, OLDER_KONG_OVERRIDE.key];

/** What a rule of a route says of its own, beside the Service it sends to. */
interface Behind {
  /** Of a Service that was not read. */
  serviceName: string;
  /** Of a rule of an HTTPRoute; the controller sets both clocks from it. */
  backendRequest?: Read<string>;
}

/**
 * Kong behind an Ingress or a route of a Gateway. What it reads of timeouts and of stickiness stands on the Service, and on the rules of an
 * HTTPRoute; on an Ingress nobody looks for it.
 */
export function kongHop(route: KubernetesObject, service: KubernetesObject | undefined, behind: Behind, catalog: Catalog): Hop {
  const unread = Object.keys(CLOCKS).filter((name) => annotationOf(route, KONG_PREFIX + name) !== undefined);
  const older = service === undefined ? {} : olderOf(service, catalog);
  const clock = clockOf(route, service, older, behind);
  const affinity = affinityOf(service, older, catalog);
  const settle = new Set([clock.settle, affinity.settle].filter((text) => text !== undefined));
  return hopOf("kong", {
    ...clock,
    balances: true,
    ...affinity,
    ...(settle.size > 0 && { settle: [...settle].join("; ") }),
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

/** The KongIngress that a Service names: what is in it, or why that is not known. */
interface Older {
  value?: KubernetesObject;
  open?: { settle: string; pending?: true };
}

function olderOf(service: KubernetesObject, catalog: Catalog): Older {
  const key = OVERRIDES.find((candidate) => annotationOf(service, candidate) !== undefined);
  const name = key === undefined ? undefined : annotationOf(service, key);
  if (name === undefined) return {};
  if (name === UNKNOWN) {
    return { open: { settle: `${nameOf(service)} annotation ${key} is not known before the update`, pending: true } };
  }
  const value = catalog.find("KongIngress", namespaceOf(service), name);
  return value === undefined
    ? { open: { settle: `add KongIngress ${namespaceOf(service)}/${name} to what is read` } }
    : { value };
}

/**
 * The annotations of the Service are laid over what the rule of a route set, each that is a number over its own clock; the controllers that
 * read the rule (since 3.1.0) read no clocks in the older object any more (since 3.0.0). Sources: Kong/kubernetes-ingress-controller
 * internal/dataplane/translator/translator.go (FillOverrides after the translation), internal/dataplane/kongstate/service.go
 * (overrideReadTimeout), CHANGELOG.md 3.0.0 and 3.1.0 (v3.5.9).
 */
function clockOf(
  route: KubernetesObject,
  service: KubernetesObject | undefined,
  ofOlder: Older,
  { serviceName, backendRequest }: Behind,
): Partial<Hop> & Pick<Hop, "from"> {
  if (service === undefined) {
    const settle = `add Service ${namespaceOf(route)}/${serviceName} to what is read: its annotations say how long Kong waits`;
    return { from: `${nameOf(route)}; its Service was not read`, limit: "unknown", idleSeconds: null, settle };
  }
  const { value: older, open }: Older = backendRequest === undefined ? ofOlder : {};
  const found = Object.entries(CLOCKS).map(([name, field]): Written => {
    const annotation = annotationOf(service, KONG_PREFIX + name);
    const text = annotation ?? textAt(older, "proxy", field);
    return { where: `${nameOf(service)} annotation ${KONG_PREFIX}${name}`, text, decided: annotation !== undefined };
  });
  if (open !== undefined && found.some(({ decided }) => !decided)) {
    return { from: nameOf(service), limit: "unknown", idleSeconds: null, ...open };
  }
  const pending = found.find(({ text }) => text === UNKNOWN);
  if (pending !== undefined) return { from: pending.where, ...clockNotKnownYet(pending.where) };
  if (backendRequest === UNKNOWN && found.some(({ text }) => secondsOf(text) === undefined)) {
    const where = `${nameOf(route)} timeouts.backendRequest`;
    return { from: where, ...clockNotKnownYet(where) };
  }
  const clocks = found.map((written) => secondsIn(written, route, backendRequest));
  return clocks.reduce((best, clock) => (clock.idleSeconds < best.idleSeconds ? clock : best));
}

interface Written {
  where: string;
  text: Read<string>;
  /** True where nothing else is asked. */
  decided: boolean;
}

function secondsIn(
  { where, text }: Written,
  route: KubernetesObject,
  backendRequest: Read<string>,
): { from: string; idleSeconds: number } {
  const seconds = secondsOf(text);
  if (seconds !== undefined) return { from: where, idleSeconds: seconds };
  const ofRule = durationOf(backendRequest);
  if (ofRule !== undefined && ofRule > 0) {
    return { from: `${nameOf(route)} timeouts.backendRequest: ${String(backendRequest)}`, idleSeconds: ofRule };
  }
  const why =
    text === undefined
      ? "is not set"
      : `is ${JSON.stringify(text)}, no whole number of milliseconds, which the controller leaves out`;
  return { from: `${where} ${why}`, idleSeconds: facts("kong").idle.defaultSeconds ?? Infinity };
}

/** Both are whole milliseconds. */
function secondsOf(text: Read<string>): number | undefined {
  return typeof text === "string" && /^\d+$/.test(text.trim()) ? Number(text) / 1000 : undefined;
}

const NOT_KNOWN_YET: Partial<Hop> = { affinityUnknown: true, pending: true };

function affinityOf(service: KubernetesObject | undefined, { value: older, open }: Older, catalog: Catalog): Partial<Hop> {
  if (service === undefined) return { affinityUnknown: true };
  const name = annotationOf(service, `${KONG_PREFIX}upstream-policy`);
  if (name === UNKNOWN) return NOT_KNOWN_YET;
  if (name === undefined) {
    return open === undefined ? olderAffinity(valueAt(older, "upstream")) : { affinityUnknown: true, ...open };
  }
  const policy = catalog.find("KongUpstreamPolicy", namespaceOf(service), name);
  if (policy === undefined) {
    return { affinityUnknown: true, settle: `add KongUpstreamPolicy ${namespaceOf(service)}/${name} to what is read` };
  }
  const algorithm = textAt(policy, "spec", "algorithm");
  if (algorithm === UNKNOWN) return NOT_KNOWN_YET;
  if (algorithm === "sticky-sessions") return cookie(textAt(policy, "spec", "stickySessions", "cookie"));
  return algorithm === "consistent-hashing" ? hashedBy(policy) : { affinity: null };
}

function hashedBy(policy: KubernetesObject): Partial<Hop> {
  const on = valueAt(policy, "spec", "hashOn");
  const name = textAt(on, "cookie");
  const input = textAt(on, "input");
  if (on === UNKNOWN || (name === undefined && input === UNKNOWN)) return NOT_KNOWN_YET;
  if (on === undefined) {
    return {
      affinityUnknown: true,
      settle: `say in spec.hashOn of ${nameOf(policy)} what its algorithm hashes; nothing is written`,
    };
  }
  if (name !== undefined) return cookie(name);
  if (input === "ip") return sourceAddress();
  const alone = valueAt(policy, "spec", "hashOnFallback") === undefined;
  return byRequest(alone ? textAt(on, "header") : undefined);
}

function olderAffinity(upstream: Value): Partial<Hop> {
  const on = textAt(upstream, "hash_on");
  if (on === UNKNOWN) return NOT_KNOWN_YET;
  if (on === undefined || on === "none") return { affinity: null };
  if (on === "cookie") return cookie(textAt(upstream, "hash_on_cookie"));
  if (on === "ip") return sourceAddress();
  const alone = on === "header" && (textAt(upstream, "hash_fallback") ?? "none") === "none";
  return byRequest(alone ? textAt(upstream, "hash_on_header") : undefined);
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
