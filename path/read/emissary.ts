import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { ClusterFacts, ConnectionPromise, Hop } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { byRequest } from "./requestHash";
import { durationOf, withRouteTimeout } from "./routeTimers";
import { bareServiceProxyHop } from "./serviceProxy";

const ADDRESS = /^(?:\w+:\/\/)?([a-z0-9-]+)(?:\.([a-z0-9-]+))?(?:\.svc(?:\.[\w.-]+)?)?(?::(\d+))?$/i;
/** What a name without a port means. */
const STANDARD_PORT = { plain: 80, tls: 443 } as const;

/** `web`, `web.chat:8080`, `https://web.chat.svc.cluster.local`; another host is outside the cluster. */
export function emissaryTarget(spec: Value): Value {
  const text = textAt(spec, "service");
  if (text === UNKNOWN || text === undefined) return text;
  const [, name, namespace, port] = ADDRESS.exec(text.trim()) ?? [];
  if (name === undefined) return { name: text };
  const standard = /^(https|wss):/i.test(text) ? STANDARD_PORT.tls : STANDARD_PORT.plain;
  return { name, ...(namespace !== undefined && { namespace }), port: port === undefined ? standard : Number(port) };
}

/** Emissary sends to the Service, unless the Mapping or its Module names a resolver of endpoints. */
export function emissaryHops(route: KubernetesObject, spec: Value, catalog: Catalog, cluster: ClusterFacts): Hop[] {
  const ofModule = catalog.ofKind("Module").map((module) => textAt(module, "spec", "config", "resolver"));
  const resolver = textAt(spec, "resolver") ?? ofModule.find((name) => name !== undefined);
  const proxy = route.kind === "TCPMapping" ? tcpHop(route, spec) : httpHop(route, spec);
  const affinity = resolver === undefined ? bypassed(spec) : resolver === UNKNOWN ? NOT_KNOWN_YET : affinityOf(spec);
  const told: Hop = {
    ...proxy,
    ...affinity,
    inert: [...proxy.inert, ...(affinity.inert ?? [])],
    balances: resolver !== undefined,
    writeAffinity,
  };
  return resolver === undefined ? [told, { ...bareServiceProxyHop(cluster), writeAffinity }] : [told];
}

const NOT_KNOWN_YET: Partial<Hop> = { affinityUnknown: true, pending: true };

function bypassed(spec: Value): Partial<Hop> {
  return valueAt(spec, "load_balancer") === undefined
    ? { affinity: null }
    : { affinity: null, inert: ["load_balancer without a resolver of endpoints: Emissary sends to the Service's own address"] };
}

function writeAffinity({ ttlSeconds, cookieName }: ConnectionPromise["affinity"]): string {
  return `resolver: endpoint, with load_balancer: {policy: ring_hash, cookie: {name: ${cookieName ?? "route"}, ttl: ${ttlSeconds}s}}`;
}

function affinityOf(spec: Value): Partial<Hop> {
  const balancer = valueAt(spec, "load_balancer");
  const policy = textAt(balancer, "policy");
  const cookie = valueAt(balancer, "cookie");
  if ([balancer, policy, cookie].includes(UNKNOWN)) return NOT_KNOWN_YET;
  if (policy !== "ring_hash" && policy !== "maglev") return { affinity: null };
  const ttl = durationOf(textAt(cookie, "ttl"));
  const name = textAt(cookie, "name");
  if (cookie !== undefined) {
    const cookieName = typeof name === "string" ? { cookieName: name } : {};
    return { affinity: { mechanism: "cookie", ttlSeconds: ttl === undefined || ttl === 0 ? null : ttl, ...cookieName } };
  }
  if (valueAt(balancer, "header") !== undefined) return byRequest(textAt(balancer, "header"));
  return { affinityUnknown: true, settle: "whether Emissary sees the client's own address" };
}

function httpHop(route: KubernetesObject, spec: Value): Hop {
  const upgrades = listAt(spec, "allow_upgrade");
  const older = valueAt(spec, "use_websocket");
  const open = upgrades === UNKNOWN || upgrades.includes(UNKNOWN) || older === UNKNOWN;
  const passes = open || older === true || upgrades.some((name) => String(name).toLowerCase() === "websocket");
  const isGrpc = valueAt(spec, "grpc") === true;
  const hop = hopOf("emissary", {
    ...clockOf("emissary", route, spec),
    ...(open && { ...clockNotKnownYet(`allow_upgrade of ${nameOf(route)}`), upgradeUnknown: true }),
    ...(!passes &&
      !isGrpc && {
        refuses: {
          protocols: ["websocket"],
          because: "allow_upgrade does not list websocket, so Emissary passes no upgrade on",
          write: `allow_upgrade: [websocket] in ${nameOf(route)}`,
        },
      }),
  });
  const written = milliseconds(valueAt(spec, "timeout_ms"));
  const standard = facts("emissary").idle.perProtocol?.["http-stream"]?.defaultSeconds ?? null;
  return { ...hop, ...withRouteTimeout(hop, written ?? standard) };
}

function tcpHop(route: KubernetesObject, spec: Value): Hop {
  return hopOf("emissary-tcp", clockOf("emissary-tcp", route, spec));
}

/** A number or a text of whole milliseconds; 0 switches the clock off. */
function milliseconds(value: Value): number | undefined {
  return (typeof value === "number" || typeof value === "string") && /^\d+$/.test(String(value))
    ? Number(value) / 1000
    : undefined;
}

function clockOf(kind: "emissary" | "emissary-tcp", route: KubernetesObject, spec: Value): Partial<Hop> & { from: string } {
  const where = `${nameOf(route)} idle_timeout_ms`;
  const value = valueAt(spec, "idle_timeout_ms");
  const writeIdle = (promised: number): string =>
    `idle_timeout_ms: ${(secondsToWrite(kind, promised) ?? promised) * 1000} in ${nameOf(route)}`;
  if (value === UNKNOWN) return { from: where, ...clockNotKnownYet(where), writeIdle };
  const seconds = milliseconds(value);
  if (seconds === 0) return { from: where, limit: "none", idleSeconds: null, writeIdle };
  return {
    from: seconds === undefined ? `${where} is not set` : where,
    idleSeconds: seconds ?? facts(kind).idle.defaultSeconds,
    writeIdle,
  };
}
