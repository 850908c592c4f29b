import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { Hop, Path } from "../model";
import type { KubernetesObject, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { knownItems, listAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { contourGlobal, contourUpgradesAll } from "./otherIngress";
import { byRequest } from "./requestHash";
import { durationOf, standardRouteTimeout, withRouteTimeout } from "./routeTimers";

/** With a tcpproxy Contour reads no route; one that hands on to another HTTPProxy sends nowhere itself. */
export function httpProxyRules(proxy: KubernetesObject): { list: string; rule: Value }[] | Unknown {
  const tcp = valueAt(proxy, "spec", "tcpproxy");
  if (tcp === UNKNOWN) return UNKNOWN;
  if (tcp !== undefined) return [{ list: "tcpproxy", rule: tcp }];
  const routes = listAt(proxy, "spec", "routes");
  return routes === UNKNOWN ? UNKNOWN : routes.map((rule) => ({ list: "routes", rule }));
}

/** What an HTTPProxy hands on to, as namespace and name. */
function included(proxy: KubernetesObject): string[] {
  const several = listAt(proxy, "spec", "includes");
  const tcp = valueAt(proxy, "spec", "tcpproxy");
  const all: Value[] = [...(several === UNKNOWN ? [] : several), valueAt(tcp, "include"), valueAt(tcp, "includes")];
  return all.filter((include) => include !== undefined).map((include) => idOf(proxy, include));
}

function idOf(proxy: KubernetesObject, include: Value): string {
  return `${String(textAt(include, "namespace") ?? namespaceOf(proxy))}/${String(textAt(include, "name"))}`;
}

const includersOf = (proxy: KubernetesObject, catalog: Catalog): KubernetesObject[] =>
  catalog.under(`${namespaceOf(proxy)}/${refOf(proxy).name}`, "HTTPProxy", included);

function prefixOf(owner: Value): string {
  const prefixes = knownItems(owner, "conditions").map((condition) => textAt(condition, "prefix"));
  return String(prefixes.find((prefix) => typeof prefix === "string") ?? "").replace(/\/$/, "");
}

/** The host and the path of a route: those of the HTTPProxies that include this one, from the root inwards, before its own. */
export function httpProxyPlace(proxy: KubernetesObject, rule: Value, catalog: Catalog): Pick<Path, "host" | "pathPrefix"> {
  let prefix = prefixOf(rule);
  let root = proxy;
  const seen = new Set<KubernetesObject>();
  while (!seen.has(root) && valueAt(root, "spec", "virtualhost") === undefined) {
    seen.add(root);
    const [includer] = includersOf(root, catalog);
    if (includer === undefined) break;
    const child = `${namespaceOf(root)}/${refOf(root).name}`;
    const includes = listAt(includer, "spec", "includes");
    const place = includes === UNKNOWN ? undefined : includes.find((include) => idOf(includer, include) === child);
    prefix = prefixOf(place) + prefix;
    root = includer;
  }
  const fqdn = textAt(root, "spec", "virtualhost", "fqdn");
  return { ...(typeof fqdn === "string" && { host: fqdn }), ...(prefix !== "" && { pathPrefix: prefix }) };
}

function orphanNotes(proxy: KubernetesObject, catalog: Catalog): Pick<Hop, "notes"> {
  const rooted = valueAt(proxy, "spec", "virtualhost") !== undefined || includersOf(proxy, catalog).length > 0;
  return rooted
    ? {}
    : { notes: [`${nameOf(proxy)} has no virtualhost, and no HTTPProxy that was read includes it: alone it serves nothing.`] };
}

/** Contour passing a TCP connection on, or TLS that it does not end. */
export function tcpProxyHop(proxy: KubernetesObject, rule: Value, catalog: Catalog): Hop {
  const { defaultSeconds } = facts("contour-tcp").idle;
  const strategy = textAt(rule, "loadBalancerPolicy", "strategy");
  const ignored = strategy === "Cookie" || strategy === "RequestHash";
  return hopOf("contour-tcp", {
    from: `${nameOf(proxy)} spec.tcpproxy`,
    balances: true,
    inert: ignored ? [`loadBalancerPolicy.strategy: ${strategy} is ignored in a tcpproxy`] : [],
    ...orphanNotes(proxy, catalog),
    writeIdle: () => `no setting raises it: promise a heartbeat shorter than ${defaultSeconds} s, or routes in place of tcpproxy`,
    writeAffinity: () => "routes with loadBalancerPolicy.strategy: Cookie in place of tcpproxy",
  });
}

/** Contour serving a route of an HTTPProxy. */
export function httpProxyHop(proxy: KubernetesObject, route: Value, catalog: Catalog): Hop {
  const clock = clockOf(proxy, route, catalog);
  const response = textAt(route, "timeoutPolicy", "response");
  const standard = standardRouteTimeout("contour");
  // 0 means "not set" to Contour; `infinity` reads as 0 seconds here, which switches the timeout off.
  const written = durationOf(response);
  const off = typeof response === "string" && /^infinit/.test(response);
  const timeout = off ? null : written === undefined || written === 0 ? standard : written;
  const sockets = textAt(route, "enableWebsockets");
  return hopOf("contour", {
    ...clock,
    ...withRouteTimeout({ limit: clock.limit ?? "idle", idleSeconds: clock.idleSeconds ?? null }, timeout),
    ...(sockets === UNKNOWN && { ...clockNotKnownYet(`${nameOf(proxy)} enableWebsockets`), upgradeUnknown: true }),
    balances: true,
    ...orphanNotes(proxy, catalog),
    ...affinityOf(proxy, route),
    ...(sockets !== "true" &&
      sockets !== UNKNOWN &&
      !contourUpgradesAll(catalog) && {
        refuses: {
          protocols: ["websocket"],
          because: "the route does not say enableWebsockets: true, so Contour passes no upgrade on",
          write: "enableWebsockets: true in the route",
        },
      }),
    writeIdle: (seconds) =>
      `timeoutPolicy: {idle: ${secondsToWrite("contour", seconds)}s, response: infinity} in the route of ${nameOf(proxy)}`,
    writeAffinity: () => "loadBalancerPolicy: {strategy: Cookie} in the route",
  });
}

function clockOf(proxy: KubernetesObject, route: Value, catalog: Catalog): Partial<Hop> & { from: string } {
  const text = textAt(route, "timeoutPolicy", "idle");
  const from = `${nameOf(proxy)} timeoutPolicy.idle`;
  if (text === UNKNOWN) {
    return { from, limit: "unknown", idleSeconds: null, pending: true, settle: `${from} is not known before the update` };
  }
  if (text !== undefined && /^infinit/.test(text)) return { from, limit: "none", idleSeconds: null };
  const seconds = durationOf(text);
  if (seconds !== undefined && seconds > 0) return { from, limit: "idle", idleSeconds: seconds };
  const unread = text === undefined || seconds === 0 ? "is not set" : `is "${text}", which is no duration such as 3660s`;
  const { from: global, limit, idleSeconds, pending, settle } = contourGlobal(`${from} ${unread}`, catalog);
  return {
    from: global,
    ...(pending === true && { pending, settle }),
    limit: limit ?? "idle",
    idleSeconds: idleSeconds === undefined ? facts("contour").idle.defaultSeconds : idleSeconds,
  };
}

function affinityOf(proxy: KubernetesObject, route: Value): Partial<Hop> {
  const strategy = textAt(route, "loadBalancerPolicy", "strategy");
  if (strategy === UNKNOWN) {
    return { affinityUnknown: true, pending: true, settle: `${nameOf(proxy)} loadBalancerPolicy is not known before the update` };
  }
  if (strategy === "Cookie") {
    return { affinity: { mechanism: "cookie", ttlSeconds: null, cookieName: "X-Contour-Session-Affinity" } };
  }
  if (strategy === "RequestHash") {
    const hashed = listAt(route, "loadBalancerPolicy", "requestHashPolicies");
    const [only] = hashed === UNKNOWN || hashed.length > 1 ? [] : hashed;
    return byRequest(textAt(only, "headerHashOptions", "headerName"));
  }
  return { affinity: null };
}
