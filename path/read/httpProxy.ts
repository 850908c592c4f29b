import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { Hop } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { nameOf, textAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { contourGlobal } from "./otherIngress";
import { durationOf, standardRouteTimeout, withRouteTimeout } from "./routeTimers";

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
    ...(sockets === UNKNOWN && clockNotKnownYet(`${nameOf(proxy)} enableWebsockets`)),
    balances: true,
    ...affinityOf(proxy, route),
    ...(sockets !== "true" &&
      sockets !== UNKNOWN && {
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
  const { from: global, limit, idleSeconds } = contourGlobal(`${from} is not set`, catalog);
  return {
    from: global,
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
  if (strategy === "RequestHash") return { affinity: { mechanism: "header", ttlSeconds: null } };
  return { affinity: null };
}
