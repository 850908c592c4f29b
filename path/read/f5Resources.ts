import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { ClusterFacts, ConnectionPromise, Hop } from "../model";
import type { KubernetesObject, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { listAt, nameOf, textAt, valueAt } from "../value";
import { cookieSeconds, f5ConfigMap } from "./f5Nginx";
import { nginxTime } from "./durations";
import { clockNotKnownYet, hopOf } from "./hop";
import { byRequest, headerOfVariable } from "./requestHash";
import { bareServiceProxyHop } from "./serviceProxy";

/** The rules of a TransportServer: one, which passes everything on; none where it serves datagrams only. */
export function transportRules(server: KubernetesObject): Value[] {
  const action = valueAt(server, "spec", "action");
  if (textAt(server, "spec", "listener", "protocol") === "UDP" || action === undefined) return [];
  return [{ action }];
}

/** The upstreams that a route passes to: by its action, its splits, and those of its matches. */
export function f5Upstreams(resource: KubernetesObject, rule: Value): Value[] | Unknown {
  const upstreams = listAt(resource, "spec", "upstreams");
  const names = upstreamNames(rule);
  if (upstreams === UNKNOWN || names === UNKNOWN) return UNKNOWN;
  const open = upstreams.some((upstream) => textAt(upstream, "name") === UNKNOWN);
  const found = [...new Set(names)].map((name) => upstreams.find((upstream) => textAt(upstream, "name") === name));
  return open && found.includes(undefined) ? UNKNOWN : found.filter((upstream) => upstream !== undefined);
}

function upstreamNames(rule: Value): string[] | Unknown {
  const splits = listAt(rule, "splits");
  const matches = listAt(rule, "matches");
  const own = textAt(rule, "action", "pass") ?? textAt(rule, "action", "proxy", "upstream");
  if (splits === UNKNOWN || matches === UNKNOWN || own === UNKNOWN) return UNKNOWN;
  const names: string[] = own === undefined ? [] : [own];
  for (const inner of [...splits, ...matches].map(upstreamNames)) {
    if (inner === UNKNOWN) return UNKNOWN;
    names.push(...inner);
  }
  return names;
}

/** What an upstream sends to, in the words of other routes; another namespace stands before a slash. */
export function f5Target(upstream: Value): Value {
  const service = textAt(upstream, "service");
  const port = valueAt(upstream, "port");
  if (service === UNKNOWN || service === undefined) return { name: service, port };
  const [name, namespace] = service.split("/").reverse();
  return { name, port, ...(namespace !== undefined && { namespace }) };
}

/** F5's controller serving a route of a VirtualServer or VirtualServerRoute, or a TransportServer. */
export function f5ResourceHops(resource: KubernetesObject, upstream: Value, catalog: Catalog, cluster: ClusterFacts): Hop[] {
  if (resource.kind === "TransportServer") return [transportHop(resource, upstream)];
  const dials = textAt(upstream, "use-cluster-ip");
  const proxy = virtualServerHop(resource, upstream, dials, catalog);
  if (dials !== "true") return [proxy];
  const writeAffinity = (): string => `remove use-cluster-ip from ${nameOf(resource)}, with a sessionCookie in the upstream`;
  return [proxy, { ...bareServiceProxyHop(cluster), writeAffinity }];
}

function virtualServerHop(resource: KubernetesObject, upstream: Value, dials: Read<string>, catalog: Catalog): Hop {
  const sticky = dials === "true" ? { affinity: null } : stickiness(resource, upstream);
  const type = textAt(upstream, "type");
  return hopOf("f5-virtual-server", {
    ...clockOf(resource, upstream, catalog),
    ...sticky,
    ...(dials === UNKNOWN && notKnownYet(`use-cluster-ip of ${nameOf(resource)}`)),
    balances: dials !== "true",
    ...(type === UNKNOWN && {
      ...clockNotKnownYet(`type of the upstream of ${nameOf(resource)}`),
      upgradeUnknown: true,
    }),
    ...(type === "grpc" && {
      refuses: {
        protocols: ["websocket"],
        because: "its upstream is of type grpc, which passes no upgrade on",
        write: "type: http in the upstream",
      },
    }),
    writeIdle: (seconds) => {
      const value = `${secondsToWrite("f5-virtual-server", seconds)}s`;
      return `read-timeout: ${value} and send-timeout: ${value} in the upstream of ${nameOf(resource)}`;
    },
    writeAffinity: ({ ttlSeconds, cookieName }: ConnectionPromise["affinity"]) =>
      `sessionCookie: {enable: true, name: ${cookieName ?? "srv_id"}, path: /, expires: ${ttlSeconds}s} in the upstream of ${nameOf(resource)}`,
  });
}

/** The smaller of the two timeouts; what an upstream leaves out stands in the controller's ConfigMap. */
function clockOf(resource: KubernetesObject, upstream: Value, catalog: Catalog): Partial<Hop> & { from: string } {
  const standard = facts("f5-virtual-server").idle.defaultSeconds ?? 0;
  const global = f5ConfigMap(catalog);
  const inert: string[] = [];
  const read = ["read-timeout", "send-timeout"].map((name) => {
    const own = textAt(upstream, name);
    const written = own ?? (global === undefined ? undefined : textAt(global, "data", `proxy-${name}`));
    const place = own === undefined && written !== undefined ? `${nameOf(global!)} proxy-${name}` : `${nameOf(resource)} ${name}`;
    if (written === undefined) return { seconds: standard, from: `${place} is not set` };
    if (written === UNKNOWN) return { seconds: UNKNOWN, from: place };
    const seconds = nginxTime(written);
    if (seconds === undefined) inert.push(`${name}: "${written}" is no time such as 3660s, and ${standard} s stay`);
    return { seconds: seconds ?? standard, from: place };
  });
  const open = read.find(({ seconds }) => seconds === UNKNOWN);
  if (open !== undefined) return { from: open.from, inert, ...clockNotKnownYet(open.from) };
  const { seconds, from } = read.reduce((best, entry) => (Number(entry.seconds) < Number(best.seconds) ? entry : best));
  return { from, idleSeconds: Number(seconds), inert };
}

function notKnownYet(what: string): Partial<Hop> {
  return { affinityUnknown: true, pending: true, settle: `${what} is not known before the update` };
}

function stickiness(resource: KubernetesObject, upstream: Value): Partial<Hop> {
  const enabled = textAt(upstream, "sessionCookie", "enable");
  const expires = textAt(upstream, "sessionCookie", "expires");
  if (enabled === UNKNOWN || expires === UNKNOWN) return notKnownYet(`sessionCookie of ${nameOf(resource)}`);
  if (enabled !== "true") return byMethod(resource, textAt(upstream, "lb-method"));
  const name = textAt(upstream, "sessionCookie", "name");
  const cookieName = typeof name === "string" ? { cookieName: name } : {};
  return { affinity: { mechanism: "cookie", ttlSeconds: cookieSeconds(expires), ...cookieName } };
}

/** A hash over what the client sends again sticks; one over its address does only if that address arrives. */
function byMethod(resource: KubernetesObject, method: Read<string>): Partial<Hop> {
  if (method === UNKNOWN) return notKnownYet(`the balancing method of ${nameOf(resource)}`);
  if (method === undefined || !/hash/.test(method)) return { affinity: null };
  if (/\$(http|arg|cookie)_/.test(method)) {
    return byRequest(headerOfVariable(method.replace(/^\s*hash\s+|\s+consistent\s*$/g, "")));
  }
  const settle =
    "whether the controller sees the client's own address (externalTrafficPolicy: Local on its Service, or the PROXY protocol)";
  return { affinityUnknown: true, settle };
}

function transportHop(server: KubernetesObject, upstream: Value): Hop {
  const { knob, defaultSeconds } = facts("f5-transport-server").idle;
  const where = `${nameOf(server)} ${knob?.keys[0]}`;
  const text = textAt(server, "spec", "sessionParameters", "timeout");
  const seconds = typeof text === "string" ? nginxTime(text) : undefined;
  return hopOf("f5-transport-server", {
    from: text === undefined ? `${where} is not set` : where,
    idleSeconds: seconds ?? defaultSeconds,
    ...(text === UNKNOWN && clockNotKnownYet(where)),
    balances: true,
    ...byMethod(server, textAt(upstream, "loadBalancingMethod")),
    inert:
      typeof text === "string" && seconds === undefined
        ? [`${knob?.keys[0]}: "${text}" is no time such as 3660s, and ${defaultSeconds} s stay`]
        : [],
    writeIdle: (promised) => `${knob?.keys[0]}: ${secondsToWrite("f5-transport-server", promised)}s in ${nameOf(server)}`,
    writeAffinity: () => `loadBalancingMethod: hash $remote_addr consistent in the upstream of ${nameOf(server)}`,
  });
}
