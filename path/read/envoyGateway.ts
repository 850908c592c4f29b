import type { Catalog } from "../catalog";
import { ENVOY_AI_GATEWAY_REQUEST, ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE, facts, secondsToWrite, versionAtLeast } from "../facts";
import type { ClusterFacts, Hop, HopAffinity } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { knownItems, nameOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { declaredClock, type RouteContext } from "./gateway";
import { byRequest } from "./requestHash";
import { durationOf, policiesOn, requestTimeout, standardRouteTimeout, withRouteTimeout } from "./routeTimers";

const HOUR_SECONDS = 3600;

/** The policy on the route wins over the one on its Gateway, as a whole. */
function policyFor(
  catalog: Catalog,
  kind: "BackendTrafficPolicy" | "ClientTrafficPolicy",
  { route, gateway }: RouteContext,
): KubernetesObject | undefined {
  // An AIGatewayRoute becomes an HTTPRoute of its name.
  const routed = route.kind === "AIGatewayRoute" ? { ...route, kind: "HTTPRoute" } : route;
  return policiesOn(catalog, kind, routed)[0] ?? policiesOn(catalog, kind, gateway)[0];
}

/** Envoy Gateway: what an HTTPRoute leaves open stands in the policies that are tied to it or to its Gateway. */
export function envoyGatewayHops(read: RouteContext, catalog: Catalog, cluster: ClusterFacts): Hop[] {
  const context: RouteContext = Object.assign({ ...read }, { rule: withStandardTimeout(read) });
  const backend = policyFor(catalog, "BackendTrafficPolicy", context);
  const client = policyFor(catalog, "ClientTrafficPolicy", context);
  const clock = idleClock(context, backend, client, cluster);
  const request = requestTimeout(context.rule) ?? textAt(backend, "spec", "timeout", "http", "requestTimeout");
  const seconds = request === UNKNOWN ? null : (durationOf(request) ?? standardRouteTimeout("envoy-gateway"));
  const hop = hopOf("envoy-gateway", {
    ...clock,
    ...withRouteTimeout(clock, seconds),
    balances: true,
    ...affinityOf(context, backend),
    ...upgrades(backend, client),
    writeIdle:
      clock.writeIdle ??
      ((promised) =>
        `a BackendTrafficPolicy on ${nameOf(context.route)} with spec.timeout.http.streamIdleTimeout: ${secondsToWrite("envoy-gateway", promised)}s, and timeouts.request: 0s in the route's rule`),
    writeAffinity: ({ ttlSeconds, cookieName }) =>
      `a BackendTrafficPolicy on ${nameOf(context.route)} with spec.loadBalancer: {type: ConsistentHash, consistentHash: {type: Cookie, cookie: {name: ${cookieName ?? "route"}, ttl: ${ttlSeconds}s}}}`,
  });
  return [hop, ...answersEnd(read), ...longestLives(backend)];
}

/** What Envoy AI Gateway writes into the route that it makes of its own. */
function withStandardTimeout({ route, rule }: RouteContext): Value {
  if (route.kind !== "AIGatewayRoute" || rule === UNKNOWN || requestTimeout(rule) !== undefined) return rule;
  const timeouts = { request: `${ENVOY_AI_GATEWAY_REQUEST.defaultSeconds}s` };
  return { ...(rule as Record<string, Value>), timeouts };
}

/** What an AIGatewayRoute passes on are answers, streamed or not, and each ends with its rule's request timeout. */
function answersEnd({ route, rule }: RouteContext): Hop[] {
  if (route.kind !== "AIGatewayRoute") return [];
  const text = requestTimeout(rule);
  const from = `${nameOf(route)} timeouts.request`;
  const title = "Envoy AI Gateway's timeout of a request";
  if (text === UNKNOWN) return [hopOf("envoy-gateway", { title, perProtocol: {}, from, ...clockNotKnownYet(from) })];
  const seconds = durationOf(text) ?? ENVOY_AI_GATEWAY_REQUEST.defaultSeconds;
  if (seconds === 0) return [];
  return [
    hopOf("envoy-gateway", {
      title,
      limit: "lifetime",
      idleSeconds: seconds,
      perProtocol: {},
      from: text === undefined ? `${from} is not set` : from,
      writeIdle: (promised) => `timeouts.request of its rules: ${promised}s or more, or 0s, in ${nameOf(route)}`,
    }),
  ];
}

function idleClock(
  { route, rule, gateway, declared }: RouteContext,
  backend: KubernetesObject | undefined,
  client: KubernetesObject | undefined,
  cluster: ClusterFacts,
): Pick<Hop, "limit" | "idleSeconds" | "from" | "inert"> & Partial<Hop> {
  const standard = facts("envoy-gateway").idle.defaultSeconds;
  const timer = (seconds: number, from: string, inert: string[] = []) =>
    seconds === 0
      ? ({ limit: "none", idleSeconds: null, from, inert } as const)
      : ({ limit: "idle", idleSeconds: seconds, from, inert } as const);
  const open = [backend, client].find((policy) => textAt(policy, "spec", "timeout", "http", "streamIdleTimeout") === UNKNOWN);
  if (open !== undefined || requestTimeout(rule) === UNKNOWN) {
    const from = open === undefined ? `${nameOf(route)} timeouts.request` : `${nameOf(open)} spec.timeout.http.streamIdleTimeout`;
    return { from, inert: [], ...clockNotKnownYet(from) };
  }
  const onRoute = durationOf(textAt(backend, "spec", "timeout", "http", "streamIdleTimeout"));
  const known = versionAtLeast(cluster.controllers?.["envoy-gateway"], ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE) !== false;
  const inert =
    onRoute !== undefined && !known
      ? [
          `spec.timeout.http.streamIdleTimeout of ${nameOf(backend!)} is read only since Envoy Gateway ${ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE}`,
        ]
      : [];
  if (onRoute !== undefined && known) return timer(onRoute, `${nameOf(backend!)} spec.timeout.http.streamIdleTimeout`);
  const onClient = durationOf(textAt(client, "spec", "timeout", "http", "streamIdleTimeout"));
  if (onClient !== undefined) return timer(onClient, `${nameOf(client!)} spec.timeout.http.streamIdleTimeout`, inert);
  // What is set on a Gateway that nobody reads wins over what follows from the route's request timeout.
  if (declared !== undefined) return { inert, ...declaredClock(declared, gateway) };
  const inRule = requestTimeout(rule);
  const request = durationOf(inRule ?? textAt(backend, "spec", "timeout", "http", "requestTimeout"));
  if (request !== undefined) {
    // A request timeout makes Envoy Gateway derive the idle limit: none from 0, else the longer of it and an hour.
    const from =
      inRule === undefined ? `${nameOf(backend!)} spec.timeout.http.requestTimeout` : `${nameOf(route)} timeouts.request`;
    return timer(request === 0 ? 0 : Math.max(HOUR_SECONDS, request), from, inert);
  }
  return timer(standard ?? 0, `no policy on ${nameOf(route)} or its Gateway sets streamIdleTimeout`, inert);
}

function affinityOf({ rule }: RouteContext, backend: KubernetesObject | undefined): Partial<Hop> {
  const hash = valueAt(backend, "spec", "loadBalancer", "consistentHash");
  const type = textAt(hash, "type");
  if (textAt(backend, "spec", "loadBalancer", "type") === "ConsistentHash" && typeof type === "string") return hashed(hash, type);
  return sessionPersistence(rule);
}

function hashed(hash: Value, type: string): Partial<Hop> {
  if (type === "Cookie") {
    const name = textAt(hash, "cookie", "name");
    const ttl = durationOf(textAt(hash, "cookie", "ttl"));
    const affinity: HopAffinity = { mechanism: "cookie", ttlSeconds: ttl === undefined || ttl === 0 ? null : ttl };
    return { affinity: typeof name === "string" ? { ...affinity, cookieName: name } : affinity };
  }
  if (type === "SourceIP") {
    const settle =
      "whether Envoy sees the client's own address: externalTrafficPolicy: Local on its Service, or the PROXY protocol";
    return { affinityUnknown: true, settle };
  }
  return byRequest(type === "Header" ? textAt(hash, "header", "name") : undefined);
}

/** The API server drops the field where only the standard channel of the Gateway API is installed. */
export function sessionPersistence(rule: Value): Partial<Hop> {
  const persistence = valueAt(rule, "sessionPersistence");
  if (persistence === undefined) return { affinity: null };
  return {
    affinityUnknown: true,
    settle:
      "whether the experimental channel of the Gateway API is installed: with the standard one the API server drops sessionPersistence",
  };
}

function upgrades(backend: KubernetesObject | undefined, client: KubernetesObject | undefined): Pick<Hop, "refuses"> {
  const types = knownItems(backend, "spec", "httpUpgrade").map((item) => textAt(item, "type"));
  const without = types.length > 0 && !types.includes("websocket");
  const buffered = valueAt(backend, "spec", "requestBuffer") !== undefined;
  if (!without && !buffered) return {};
  const policy = nameOf((backend ?? client)!);
  return {
    refuses: {
      protocols: ["websocket"],
      because: buffered
        ? `${policy} spec.requestBuffer switches upgrades off`
        : `${policy} spec.httpUpgrade leaves websocket out`,
      write: buffered ? `remove spec.requestBuffer from ${policy}` : `spec.httpUpgrade: [{type: websocket}] in ${policy}`,
    },
  };
}

function longestLives(backend: KubernetesObject | undefined): Hop[] {
  return ["maxStreamDuration", "maxConnectionDuration"].flatMap((name) => {
    const text = textAt(backend, "spec", "timeout", "http", name);
    if (text === undefined || backend === undefined) return [];
    const from = `${nameOf(backend)} spec.timeout.http.${name}`;
    if (text === UNKNOWN) {
      return [hopOf("envoy-gateway", { title: `Envoy Gateway's ${name}`, perProtocol: {}, from, ...clockNotKnownYet(from) })];
    }
    const seconds = durationOf(text);
    if (seconds === undefined || seconds === 0) return [];
    return [
      hopOf("envoy-gateway", {
        title: `Envoy Gateway's ${name}`,
        limit: "lifetime",
        idleSeconds: seconds,
        perProtocol: {},
        from,
        writeIdle: (promised) => `spec.timeout.http.${name}: ${promised}s or more, or remove it, in ${nameOf(backend)}`,
      }),
    ];
  });
}
