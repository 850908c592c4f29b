import { loadAll } from "js-yaml";
import type { Value } from "../../objects";
import { listAt, numberAt, textAt, valueAt } from "../../value";
import { goDuration } from "../durations";
import type { Choice, Target } from "./choice";
import { BY_NOTHING, byCookie, bySourceAddress, byTheRequest, notRead } from "./choice";

/** One way on which an Envoy passes connections on, and its clocks; undefined where a clock is not set, 0 where it is off. */
export interface EnvoyPassing {
  /** The clock that ends it in silence, by its name in the configuration. */
  clock: "stream_idle_timeout" | "idle_timeout of a route" | "idle_timeout of tcp_proxy";
  idleSeconds: number | undefined;
  /** What is written for that clock, where it is no duration. */
  unread?: string;
  /** What ends it at an age: a longest duration of the stream, or of a TCP connection. */
  longestSeconds: number | undefined;
  /** Of a route, counted from the end of the request; absent for TCP. */
  routeTimeoutSeconds?: number;
  isTcp: boolean;
  upgrades: boolean;
  /** Whether what it passes to speaks HTTP/2: no WebSocket is meant then, but streams. */
  streams: boolean;
  /** The names of the clusters it passes to; undefined where its routes are elsewhere, or a request names one. */
  clusters: string[] | undefined;
  /** What it makes a hash of, for the clusters that choose by one. */
  hashPolicies: Value[];
  /** The port of its listener. */
  port: number | undefined;
}

export interface EnvoyText {
  passings: EnvoyPassing[];
  /** The ports of its listeners, of those that pass nothing on as well; undefined for one whose port is not said. */
  listeners: (number | undefined)[];
  /** The hosts that some of its passings lead to. */
  targetsOf: (passings: readonly EnvoyPassing[]) => Target[];
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
  const all = documents.flatMap((document) => objectsIn(document));
  const clusters = all.filter(isCluster);
  const http2 = new Set(clusters.filter(speaksHttp2).map((cluster) => String(textAt(cluster, "name"))));
  const listeners = all.filter((one) => list(one, "filter_chains").length > 0);
  // What sends a client back by a cookie of its own does so for every cluster of its listener.
  const stateful = all.some((one) => /stateful_session/.test(String(textAt(one, "name"))));
  return {
    passings: listeners.flatMap((listener) => passingsOf(listener, http2)),
    listeners: listeners.map(portOf),
    targetsOf: (passings) => targetsOf(passings, clusters, { stateful, asked: askedByEnvoy(documents) }),
  };
}

/** What the text says beside its clusters and the ways to them. */
interface Beside {
  stateful: boolean;
  /** Clusters that Envoy asks for itself. */
  asked: ReadonlySet<string>;
}

interface Named {
  name: string;
  cluster: Value;
  hosts: string[];
}

/** Routes that are elsewhere may lead to any cluster that Envoy does not ask for itself; to which of several, nothing here says. */
function targetsOf(passings: readonly EnvoyPassing[], clusters: Value[], { stateful, asked }: Beside): Target[] {
  const open = passings.some((passing) => passing.clusters === undefined);
  const leading = new Map<string, EnvoyPassing[]>();
  for (const passing of passings) {
    for (const name of passing.clusters ?? []) {
      const known = leading.get(name);
      if (known === undefined) leading.set(name, [passing]);
      else known.push(passing);
    }
  }
  const named = clusters.map((cluster): Named => ({ cluster, name: String(textAt(cluster, "name")), hosts: hostsOf(cluster) }));
  const plausible = named.filter(({ name, hosts }) => open && !leading.has(name) && !asked.has(name) && hosts.length > 0);
  return named.flatMap((one) => {
    const routes = leading.get(one.name);
    if (routes === undefined && !plausible.includes(one)) return [];
    const isOneOfSeveral = routes === undefined && leading.size + plausible.length > 1;
    const choice = isOneOfSeveral ? whether(one.name) : choiceOf(one.cluster, routes, stateful);
    return one.hosts.map((host) => ({ host, choice }));
  });
}

const whether = (name: string): Choice => notRead(`whether its routes, which stand elsewhere, lead to the cluster ${name}`);

/**
 * The clusters that an Envoy asks for its own configuration, traces and checks: www.envoyproxy.io/docs/envoy/latest/api-v3:
 * config.core.v3.GrpcService.EnvoyGrpc, config.core.v3.ApiConfigSource, config.core.v3.HttpUri, config.trace.v3.ZipkinConfig.
 */
function askedByEnvoy(documents: Value[]): ReadonlySet<string> {
  const outside = documents.flatMap((document) => objectsIn(document, new Set(), (one) => !isCluster(one)));
  const names = outside.flatMap((one) => [
    ...["cluster_name", "tcp_cluster_name", "collector_cluster"].map((key) => textAt(one, key)),
    ...list(one, "cluster_names"),
    ...(valueAt(one, "uri") === undefined ? [] : [textAt(one, "cluster")]),
  ]);
  return new Set(names.filter((name) => typeof name === "string"));
}

function hostsOf(cluster: Value): string[] {
  const addresses = objectsIn(cluster).map((one) => textAt(one, "socket_address", "address"));
  return addresses.filter((host): host is string => typeof host === "string" && /[a-z]/i.test(host) && !host.includes(":"));
}

/**
 * www.envoyproxy.io/docs/envoy/latest: config.cluster.v3.Cluster lb_policy and type, config.route.v3.RouteAction.HashPolicy. A hash without a
 * policy on the route is one of nothing.
 */
function choiceOf(cluster: Value, routes: EnvoyPassing[] | undefined, stateful: boolean): Choice {
  const name = String(textAt(cluster, "name"));
  const type = String(textAt(cluster, "type") ?? "STATIC").toUpperCase();
  const newer = valueAt(cluster, "load_balancing_policy") !== undefined;
  if (newer || !/^(STRICT_DNS|STATIC)$/.test(type) || stateful) {
    return notRead(`how the cluster ${name} chooses one of its addresses`);
  }
  if (!/^(RING_HASH|MAGLEV)$/.test(String(textAt(cluster, "lb_policy")))) return BY_NOTHING;
  if (routes === undefined) return notRead(`the hash_policy of the routes that lead to the cluster ${name}`);
  const hashing = routes.find(({ hashPolicies }) => hashPolicies.length > 0);
  if (hashing === undefined) return BY_NOTHING;
  if ((hashing.clusters?.length ?? 0) > 1) return notRead(`which of its weighted clusters a route to ${name} sends a client to`);
  return byHash(hashing.hashPolicies[0]!, hashing.hashPolicies.length === 1);
}

/** A cookie is given to a client only where its ttl is written; 0s makes it one of the session. */
function byHash(policy: Value, alone: boolean): Choice {
  const cookie = textAt(policy, "cookie", "name");
  if (typeof cookie === "string") {
    const ttlSeconds = seconds(policy, "cookie", "ttl");
    if (ttlSeconds !== undefined) return byCookie(cookie, ttlSeconds || null);
    return notRead(`who gives clients the cookie ${cookie}: Envoy does only where its hash_policy has a ttl`);
  }
  if (["connection_properties", "source_ip"].some((key) => valueAt(policy, key) !== undefined)) return bySourceAddress("Envoy");
  if (valueAt(policy, "query_parameter") !== undefined) return byTheRequest();
  if (valueAt(policy, "header") !== undefined) {
    return byTheRequest(null, textAt(alone ? policy : undefined, "header", "header_name"));
  }
  return notRead("what its hash_policy makes a hash of");
}

function portOf(listener: Value): number | undefined {
  const port = numberAt(listener, "address", "socket_address", "port_value");
  return typeof port === "number" ? port : undefined;
}

function passingsOf(listener: Value, http2: ReadonlySet<string>): EnvoyPassing[] {
  const filters = list(listener, "filter_chains").flatMap((chain) => list(chain, "filters"));
  return filters.flatMap((filter) => {
    const settings = valueAt(filter, "typed_config") ?? valueAt(filter, "config");
    const kinds = [textAt(filter, "name"), textAt(settings, "@type")].filter((kind) => typeof kind === "string");
    const found = kinds.some((kind) => HTTP.test(kind))
      ? httpPassings(settings, http2)
      : kinds.some((kind) => TCP.test(kind))
        ? [tcpPassing(settings)]
        : [];
    return found.map((passing) => ({ ...passing, port: portOf(listener) }));
  });
}

type OnSomePort = Omit<EnvoyPassing, "port">;

function tcpPassing(settings: Value): OnSomePort {
  return {
    clock: "idle_timeout of tcp_proxy",
    ...clockAt(settings, "idle_timeout"),
    longestSeconds: seconds(settings, "max_downstream_connection_duration") || undefined,
    isTcp: true,
    upgrades: true,
    streams: false,
    clusters: clustersOf(settings),
    hashPolicies: list(settings, "hash_policy"),
  };
}

/** What stands for every route of a connection manager. Its max_connection_duration ends none that is still in use. */
type Whole = Pick<EnvoyPassing, "idleSeconds" | "unread" | "longestSeconds" | "upgrades">;

function httpPassings(settings: Value, http2: ReadonlySet<string>): OnSomePort[] {
  const whole: Whole = {
    ...clockAt(settings, "stream_idle_timeout"),
    longestSeconds: seconds(settings, "common_http_protocol_options", "max_stream_duration") || undefined,
    upgrades: upgradesIn(settings) === true,
  };
  const routes = list(valueAt(settings, "route_config"), "virtual_hosts").flatMap((host) => list(host, "routes"));
  if (routes.length > 0) {
    const passing = routes.filter((route) => valueAt(route, "route") !== undefined);
    return passing.map((route) => routed(valueAt(route, "route"), valueAt(route, "match"), whole, http2));
  }
  // Routes that another file or a server hands over are not read.
  return [{ clock: "stream_idle_timeout", ...whole, isTcp: false, streams: false, clusters: undefined, hashPolicies: [] }];
}

function routed(route: Value, match: Value, whole: Whole, http2: ReadonlySet<string>): OnSomePort {
  const own = valueAt(route, "idle_timeout") === undefined ? undefined : clockAt(route, "idle_timeout");
  const timeout = seconds(route, "timeout");
  const clusters = clustersOf(route);
  const { idleSeconds, unread } = own ?? whole;
  return {
    clock: own === undefined ? "stream_idle_timeout" : "idle_timeout of a route",
    idleSeconds,
    ...(unread !== undefined && { unread }),
    // One of its own replaces the other, and 0s switches both off.
    longestSeconds: (seconds(route, "max_stream_duration", "max_stream_duration") ?? whole.longestSeconds) || undefined,
    ...(timeout !== undefined && { routeTimeoutSeconds: timeout }),
    isTcp: false,
    upgrades: upgradesIn(route) ?? (whole.upgrades || textAt(route, "use_websocket") === "true"),
    streams: valueAt(match, "grpc") !== undefined || (clusters ?? []).some((name) => http2.has(name)),
    clusters,
    hashPolicies: list(route, "hash_policy"),
  };
}

/** Undefined where only the request says which. */
function clustersOf(route: Value): string[] | undefined {
  const weighted = list(valueAt(route, "weighted_clusters"), "clusters").map((one) => textAt(one, "name"));
  const names = [textAt(route, "cluster"), ...weighted].filter((name) => typeof name === "string");
  return names.length === 0 ? undefined : [...new Set(names)];
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

function clockAt(root: Value, key: string): Pick<EnvoyPassing, "idleSeconds" | "unread"> {
  const idleSeconds = seconds(root, key);
  const written = valueAt(root, key);
  if (written === undefined || idleSeconds !== undefined) return { idleSeconds };
  return { idleSeconds, unread: String(textAt(root, key) ?? "(no text)") };
}

function list(root: Value, key: string): Value[] {
  const found = listAt(root, key);
  return Array.isArray(found) ? found : [];
}

/** It and every object below it that is wanted, each once however often the text refers to it. */
function objectsIn(value: Value, seen = new Set<Value>(), isWanted: (one: Value) => boolean = () => true): Value[] {
  if (value === null || typeof value !== "object" || seen.has(value) || !isWanted(value)) return [];
  seen.add(value);
  const below = Object.values(value as Record<string, Value>).flatMap((one) => objectsIn(one, seen, isWanted));
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
