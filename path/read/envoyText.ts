import { loadAll } from "js-yaml";
import type { Value } from "../objects";
import { listAt, numberAt, textAt, valueAt } from "../value";
import { goDuration } from "./durations";
import type { Choice, Target } from "./ownProxyChoice";
import { BY_NOTHING, byCookie, bySourceAddress, byTheRequest, notRead } from "./ownProxyChoice";

/** One way on which an Envoy passes connections on, and its clocks; undefined where a clock is not set, 0 where it is off. */
export interface EnvoyPassing {
  /** The clock that ends it in silence, by its name in the configuration. */
  clock: "stream_idle_timeout" | "idle_timeout of a route" | "idle_timeout of tcp_proxy";
  idleSeconds: number | undefined;
  /** What ends it at an age: a longest duration of the stream or the connection. */
  longestSeconds: number | undefined;
  /** Of a route, counted from the end of the request; absent for TCP. */
  routeTimeoutSeconds?: number;
  isTcp: boolean;
  upgrades: boolean;
  /** Whether what it passes to speaks HTTP/2: no WebSocket is meant then, but streams. */
  streams: boolean;
  /** The port of its listener. */
  port: number | undefined;
}

export interface EnvoyText {
  passings: EnvoyPassing[];
  /** The hosts of its clusters. */
  targets: Target[];
}

const HTTP = /(^|[.])(http_connection_manager|HttpConnectionManager)$/;
const TCP = /(^|[.])(tcp_proxy|TcpProxy)$/;

/**
 * What an Envoy's bootstrap, or a file of its listeners, says in the API's second or third version, as YAML or JSON. Undefined where the text
 * is none, or does not parse.
 */
export function envoyText(text: string): EnvoyText | undefined {
  if (!/http_?connection_?manager|tcp_?proxy/i.test(text)) return undefined;
  const documents: Value[] = [];
  try {
    loadAll(text, (document) => documents.push(inSnakeCase(document as Value)));
  } catch {
    return undefined;
  }
  const clusters = documents.flatMap((document) => objectsIn(document).filter(isCluster));
  const http2 = new Set(clusters.filter(speaksHttp2).flatMap((cluster) => textAt(cluster, "name") ?? []));
  const listeners = documents.flatMap((document) => objectsIn(document).filter((one) => list(one, "filter_chains").length > 0));
  const passings = listeners.flatMap((listener) => passingsOf(listener, http2 as Set<string>));
  const all = documents.flatMap((document) => objectsIn(document));
  return { passings, targets: clusters.flatMap((cluster) => targetsOf(cluster, all)) };
}

function targetsOf(cluster: Value, all: Value[]): Target[] {
  const addresses = objectsIn(cluster).map((one) => textAt(one, "socket_address", "address"));
  const hosts = addresses.filter(
    (host): host is string => typeof host === "string" && /[a-z]/i.test(host) && !host.includes(":"),
  );
  const choice = hosts.length === 0 ? BY_NOTHING : choiceOf(cluster, all);
  return hosts.map((host) => ({ host, choice }));
}

/**
 * www.envoyproxy.io/docs/envoy/latest: config.cluster.v3.Cluster lb_policy and type, config.route.v3.RouteAction.HashPolicy. A hash without a
 * policy on the route is one of nothing.
 */
function choiceOf(cluster: Value, all: Value[]): Choice {
  const type = String(textAt(cluster, "type") ?? "STATIC").toUpperCase();
  const newer = valueAt(cluster, "load_balancing_policy") !== undefined;
  if (newer || !/^(STRICT_DNS|STATIC)$/.test(type) || all.some((one) => /stateful_session/.test(String(textAt(one, "name"))))) {
    return notRead(`how the cluster ${String(textAt(cluster, "name"))} chooses one of its addresses`);
  }
  if (!/^(RING_HASH|MAGLEV)$/.test(String(textAt(cluster, "lb_policy")))) return BY_NOTHING;
  const routes = all.filter((one) => textAt(one, "cluster") === textAt(cluster, "name"));
  const [policy] = routes.flatMap((route) => list(route, "hash_policy"));
  if (policy === undefined) return BY_NOTHING;
  const cookie = textAt(policy, "cookie", "name");
  if (typeof cookie === "string") return byCookie(cookie, seconds(policy, "cookie", "ttl") || null);
  return valueAt(policy, "connection_properties") === undefined ? byTheRequest() : bySourceAddress("Envoy");
}

function passingsOf(listener: Value, http2: ReadonlySet<string>): EnvoyPassing[] {
  const port = numberAt(listener, "address", "socket_address", "port_value");
  const filters = list(listener, "filter_chains").flatMap((chain) => list(chain, "filters"));
  return filters.flatMap((filter) => {
    const settings = valueAt(filter, "typed_config") ?? valueAt(filter, "config");
    const kinds = [textAt(filter, "name"), textAt(settings, "@type")].filter((kind) => typeof kind === "string");
    const found = kinds.some((kind) => HTTP.test(kind))
      ? httpPassings(settings, http2)
      : kinds.some((kind) => TCP.test(kind))
        ? [tcpPassing(settings)]
        : [];
    return found.map((passing) => ({ ...passing, port: typeof port === "number" ? port : undefined }));
  });
}

type OnSomePort = Omit<EnvoyPassing, "port">;

function tcpPassing(settings: Value): OnSomePort {
  return {
    clock: "idle_timeout of tcp_proxy",
    idleSeconds: seconds(settings, "idle_timeout"),
    longestSeconds: seconds(settings, "max_downstream_connection_duration"),
    isTcp: true,
    upgrades: true,
    streams: false,
  };
}

function httpPassings(settings: Value, http2: ReadonlySet<string>): OnSomePort[] {
  const whole = {
    idleSeconds: seconds(settings, "stream_idle_timeout"),
    longestSeconds: shortest(
      seconds(settings, "common_http_protocol_options", "max_stream_duration"),
      seconds(settings, "common_http_protocol_options", "max_connection_duration"),
    ),
    upgrades: upgradesIn(settings) === true,
  };
  const routes = list(valueAt(settings, "route_config"), "virtual_hosts").flatMap((host) => list(host, "routes"));
  const passing = routes.filter((route) => valueAt(route, "route") !== undefined);
  // Routes that another file or a server hands over are not read.
  if (passing.length === 0) return [{ clock: "stream_idle_timeout", ...whole, isTcp: false, streams: false }];
  return passing.map((route) => routed(valueAt(route, "route"), valueAt(route, "match"), whole, http2));
}

function routed(
  route: Value,
  match: Value,
  whole: Pick<EnvoyPassing, "idleSeconds" | "longestSeconds" | "upgrades">,
  http2: ReadonlySet<string>,
): OnSomePort {
  const own = seconds(route, "idle_timeout");
  const timeout = seconds(route, "timeout");
  const clusters = [
    textAt(route, "cluster"),
    ...list(valueAt(route, "weighted_clusters"), "clusters").map((one) => textAt(one, "name")),
  ];
  return {
    clock: own === undefined ? "stream_idle_timeout" : "idle_timeout of a route",
    idleSeconds: own ?? whole.idleSeconds,
    longestSeconds: shortest(seconds(route, "max_stream_duration", "max_stream_duration"), whole.longestSeconds),
    ...(timeout !== undefined && { routeTimeoutSeconds: timeout }),
    isTcp: false,
    upgrades: upgradesIn(route) ?? (whole.upgrades || textAt(route, "use_websocket") === "true"),
    streams: valueAt(match, "grpc") !== undefined || clusters.some((name) => typeof name === "string" && http2.has(name)),
  };
}

/** Undefined where nothing is said of WebSockets. */
function upgradesIn(settings: Value): boolean | undefined {
  const own = list(settings, "upgrade_configs").find((one) => /^websocket$/i.test(String(textAt(one, "upgrade_type"))));
  return own === undefined ? undefined : textAt(own, "enabled") !== "false";
}

function isCluster(one: Value): boolean {
  return (
    valueAt(one, "load_assignment") !== undefined ||
    (valueAt(one, "connect_timeout") !== undefined && textAt(one, "name") !== undefined)
  );
}

function speaksHttp2(cluster: Value): boolean {
  const options = valueAt(cluster, "typed_extension_protocol_options");
  return (
    valueAt(cluster, "http2_protocol_options") !== undefined ||
    objectsIn(options).some((one) => valueAt(one, "http2_protocol_options") !== undefined)
  );
}

function seconds(root: Value, ...at: string[]): number | undefined {
  const text = textAt(root, ...at);
  return typeof text === "string" ? goDuration(text) : undefined;
}

/** Of those that are set and not off. */
function shortest(...found: (number | undefined)[]): number | undefined {
  const set = found.filter((one): one is number => one !== undefined && one > 0);
  return set.length === 0 ? undefined : Math.min(...set);
}

function list(root: Value, key: string): Value[] {
  const found = listAt(root, key);
  return Array.isArray(found) ? found : [];
}

/** It and every object below it, each once however often the text refers to it. */
function objectsIn(value: Value, seen = new Set<Value>()): Value[] {
  if (value === null || typeof value !== "object" || seen.has(value)) return [];
  seen.add(value);
  const below = Object.values(value as Record<string, Value>).flatMap((one) => objectsIn(one, seen));
  return Array.isArray(value) ? below : [value, ...below];
}

/** Envoy takes both ways of writing a field. */
function inSnakeCase(value: Value, known = new Map<Value, Value>()): Value {
  if (value === null || typeof value !== "object") return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const made: Value[] | { [key: string]: Value } = Array.isArray(value) ? [] : {};
  known.set(value, made);
  for (const [key, one] of Object.entries(value as Record<string, Value>)) {
    (made as Record<string, Value>)[snake(key)] = inSnakeCase(one, known);
  }
  return made;
}

function snake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before}_${after.toLowerCase()}`);
}
