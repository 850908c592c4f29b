import type { Catalog } from "../../path/catalog";
import type { HopKind } from "../../path/facts";
import { facts, secondsToWrite } from "../../path/facts";
import type { Hop, HopAffinity } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { hopOf, undecidedHop } from "../../path/read/hop";
import type { Read } from "../../path/value";
import { nameOf } from "../../path/value";
import type { CloudReading, Shown } from "./resource";
import { clockFrom, numberOf, property, shownBy, strongest, textOf } from "./resource";

/** Global and regional backend services that the program makes itself. */
export function readGcp(catalog: Catalog): CloudReading {
  const reading: CloudReading = { clocks: [], choosers: [], drains: [], listeners: [] };
  for (const service of catalog.ofKind("gcp:compute:BackendService")) readOne(service, globalKind(service), reading);
  for (const service of catalog.ofKind("gcp:compute:RegionBackendService")) readOne(service, regionalKind(service), reading);
  return reading;
}

function readOne(service: KubernetesObject, kind: Read<HopKind>, reading: CloudReading): void {
  if (kind === UNKNOWN) notKnownYet(service, reading);
  else if (kind !== undefined) readService(service, kind, reading);
}

const HTTP = new Set(["HTTP", "HTTPS", "HTTP2", "H2C"]);

/** Which load balancer a backend service is part of; undefined where it serves a mesh, which brings proxies of its own. */
function globalKind(service: KubernetesObject): Read<HopKind> {
  const scheme = textOf(property(service, "loadBalancingScheme")) ?? "EXTERNAL";
  const protocol = textOf(property(service, "protocol")) ?? "HTTP";
  if (scheme === "INTERNAL_SELF_MANAGED") return undefined;
  if (scheme === UNKNOWN || protocol === UNKNOWN) return UNKNOWN;
  if (!HTTP.has(protocol)) return "unknown-load-balancer";
  return scheme === "EXTERNAL" ? "gce-ingress" : scheme === "EXTERNAL_MANAGED" ? "gke-gateway-global" : "gke-gateway-regional";
}

function regionalKind(service: KubernetesObject): Read<HopKind> {
  const scheme = textOf(property(service, "loadBalancingScheme")) ?? "INTERNAL";
  const protocol = textOf(property(service, "protocol")) ?? "HTTP";
  if (scheme === UNKNOWN || protocol === UNKNOWN) return UNKNOWN;
  if (scheme === "INTERNAL") return "gcp-lb-internal";
  if (scheme === "EXTERNAL") return "gcp-lb";
  return HTTP.has(protocol) ? "gke-gateway-regional" : "unknown-load-balancer";
}

/** The scheme and the protocol decide which load balancer it is, and so what its numbers mean. */
function notKnownYet(service: KubernetesObject, { clocks, choosers }: CloudReading): void {
  const settle = `loadBalancingScheme and protocol of ${nameOf(service)} are not known before the update`;
  const hop = undecidedHop("unknown-load-balancer", { from: nameOf(service), settle, pending: true });
  for (const list of [clocks, choosers]) {
    list.push({ object: service, at: ["spec", "loadBalancingScheme"], hop, shown: shownIn(service) });
  }
}

function readService(service: KubernetesObject, kind: HopKind, { clocks, choosers, drains }: CloudReading): void {
  const shown = shownIn(service);
  clocks.push({ object: service, at: ["spec", "timeoutSec"], hop: clockHop(service, kind), shown });
  choosers.push({ object: service, at: ["spec", "sessionAffinity"], hop: chooserHop(service, kind), shown });
  const seconds = numberOf(property(service, "connectionDrainingTimeoutSec"));
  drains.push({ object: service, at: ["spec", "connectionDrainingTimeoutSec"], title: facts(kind).title, seconds, shown });
}

function shownIn(service: KubernetesObject): Shown {
  const standard = facts("gce-ingress").idle.defaultSeconds ?? 0;
  return strongest([
    shownBy(numberOf(property(service, "timeoutSec")), (seconds) => seconds > standard),
    shownBy(textOf(property(service, "sessionAffinity")), (type) => type !== "NONE"),
  ]);
}

function clockHop(service: KubernetesObject, kind: HopKind): Hop {
  const from = `${nameOf(service)} timeoutSec`;
  const { knob, defaultSeconds } = facts(kind).idle;
  // A passthrough load balancer has no such clock: what it is given here is for nobody.
  if (knob === null) return hopOf(kind, { from });
  const read = clockFrom(numberOf(property(service, "timeoutSec")), defaultSeconds, from);
  const { perProtocol: clocks } = facts(kind).idle;
  const perProtocol = Object.fromEntries(
    Object.entries(clocks ?? {}).map(([protocol, { limit }]) => [
      protocol,
      { limit: read.pending === true ? "unknown" : limit, idleSeconds: read.idleSeconds ?? null },
    ]),
  );
  return hopOf(kind, {
    from,
    ...read,
    ...(clocks !== undefined && { perProtocol: perProtocol as Hop["perProtocol"] }),
    writeIdle: (promised) => `timeoutSec: ${secondsToWrite(kind, promised)}`,
  });
}

function chooserHop(service: KubernetesObject, kind: HopKind): Hop {
  const from = `${nameOf(service)} sessionAffinity`;
  const byCookie = facts(kind).layer === 7;
  const affinity = affinityOf(service);
  return hopOf(kind, {
    from,
    balances: true,
    ...(affinity === UNKNOWN
      ? { affinityUnknown: true, pending: true, settle: `${from} is not known before the update` }
      : { affinity: affinity ?? null }),
    writeAffinity: ({ ttlSeconds }) =>
      byCookie ? `sessionAffinity: "GENERATED_COOKIE", affinityCookieTtlSec: ${ttlSeconds}` : 'sessionAffinity: "CLIENT_IP"',
  });
}

/** Where each type of cookie says how long it lasts. Nothing, or 0, is a cookie for the session of the browser. */
const COOKIES: Record<string, (string | number)[]> = {
  GENERATED_COOKIE: ["affinityCookieTtlSec"],
  HTTP_COOKIE: ["consistentHash", "httpCookie", "ttl", "seconds"],
  STRONG_COOKIE_AFFINITY: ["strongSessionAffinityCookie", "ttl", "seconds"],
};

function affinityOf(service: KubernetesObject): Read<HopAffinity> {
  const type = textOf(property(service, "sessionAffinity"));
  if (type === undefined || type === "NONE") return undefined;
  if (type === UNKNOWN) return UNKNOWN;
  const cookie = COOKIES[type];
  if (cookie === undefined) return { mechanism: type === "HEADER_FIELD" ? "header" : "source-ip", ttlSeconds: null };
  const seconds = numberOf(property(service, ...cookie));
  if (seconds === UNKNOWN) return UNKNOWN;
  return { mechanism: "cookie", ttlSeconds: seconds === undefined || seconds === 0 ? null : seconds };
}
