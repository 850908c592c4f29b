import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import { F5_PREFIX } from "../facts/ingressControllers";
import type { ConnectionPromise, Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, nameOf, textAt } from "../value";
import { nginxTime } from "./durations";
import { clockNotKnownYet, hopOf } from "./hop";

/** The controller's own ConfigMap, by the names its manifests and its chart give it. */
export function f5ConfigMap(catalog: Catalog): KubernetesObject | undefined {
  return catalog.named("ConfigMap", "nginx-ingress") ?? catalog.named("ConfigMap", "nginx-config");
}

/** `max` ends in 2037, which is as good as never; without an end the cookie lasts as long as the browser's session. */
export function cookieSeconds(expires: string | undefined): number | null {
  return expires === undefined || expires === "max" ? null : (nginxTime(expires) ?? null);
}

const TIMEOUTS = ["proxy-read-timeout", "proxy-send-timeout"];
const annotation = (ingress: KubernetesObject, name: string): Read<string> => annotationOf(ingress, F5_PREFIX + name);

/** What F5's controller makes of an Ingress for one Service; `configMap` is its own, where it is among the objects. */
export function f5NginxHop(ingress: KubernetesObject, serviceName: string, configMap: KubernetesObject | undefined): Hop {
  const sockets = annotation(ingress, "websocket-services");
  const known = typeof sockets === "string" ? sockets.split(",").map((name) => name.trim()) : [];
  const named = known.includes(serviceName);
  const clock = clockOf(ingress, configMap);
  const sticky = stickiness(ingress, serviceName);
  return hopOf("f5-nginx", {
    ...clock,
    ...(sockets === UNKNOWN && {
      ...clockNotKnownYet(`${nameOf(ingress)} annotation ${F5_PREFIX}websocket-services`),
      upgradeUnknown: true,
    }),
    balances: true,
    ...sticky,
    inert: [...clock.inert, ...sticky.inert],
    ...(!named &&
      sockets !== UNKNOWN && {
        refuses: {
          protocols: ["websocket"],
          because: `${F5_PREFIX}websocket-services does not name ${serviceName}, so the upgrade is not passed on`,
          write: `${F5_PREFIX}websocket-services: "${[...known, serviceName].join(",")}"`,
        },
      }),
    writeIdle: (seconds) => TIMEOUTS.map((name) => `${F5_PREFIX}${name}: "${secondsToWrite("f5-nginx", seconds)}s"`).join(", "),
    writeAffinity: ({ ttlSeconds, cookieName }: ConnectionPromise["affinity"]) =>
      `${F5_PREFIX}sticky-cookie-services: "serviceName=${serviceName} ${cookieName ?? "srv_id"} expires=${ttlSeconds}s path=/"`,
  });
}

function clockOf(
  ingress: KubernetesObject,
  configMap: KubernetesObject | undefined,
): Partial<Hop> & { from: string; inert: string[] } {
  const standard = facts("f5-nginx").idle.defaultSeconds ?? 0;
  const inert: string[] = [];
  const read = TIMEOUTS.map((name) => {
    const global = configMap === undefined ? undefined : textAt(configMap, "data", name);
    const fallback = (typeof global === "string" ? nginxTime(global) : undefined) ?? standard;
    const text = annotation(ingress, name);
    if (text === undefined) return { name, seconds: fallback, suffix: " is not set" };
    if (text === UNKNOWN) return { name, seconds: UNKNOWN, suffix: "" };
    const seconds = nginxTime(text);
    if (seconds === undefined) inert.push(`${F5_PREFIX}${name}: "${text}" is no time such as 3660s, so ${fallback} s stay`);
    return { name, seconds: seconds ?? fallback, suffix: "" };
  });
  const open = read.find(({ seconds }) => seconds === UNKNOWN);
  if (open !== undefined) {
    const from = `${nameOf(ingress)} annotation ${F5_PREFIX}${open.name}`;
    return { from, limit: "unknown", idleSeconds: null, pending: true, settle: `${from} is not known before the update`, inert };
  }
  const smallest = read.reduce((best, entry) => (Number(entry.seconds) < Number(best.seconds) ? entry : best));
  const from = `${nameOf(ingress)} annotation ${F5_PREFIX}${smallest.name}${smallest.suffix}`;
  return { from, idleSeconds: Number(smallest.seconds), inert };
}

/** `serviceName=web srv_id expires=1h path=/;serviceName=...`: the word after the Service's name is the cookie's. */
function stickiness(ingress: KubernetesObject, serviceName: string): Partial<Hop> & { inert: string[] } {
  const text = annotation(ingress, "sticky-cookie-services") ?? annotationOf(ingress, "nginx.com/sticky-cookie-services");
  if (text === UNKNOWN) {
    const settle = `${nameOf(ingress)} annotation ${F5_PREFIX}sticky-cookie-services is not known before the update`;
    return { affinityUnknown: true, pending: true, settle, inert: [] };
  }
  const entries = (text ?? "").split(";").map((entry) => entry.trim().split(/\s+/));
  const own = entries.find(([name]) => name === `serviceName=${serviceName}`);
  if (own === undefined) {
    const inert = text === undefined ? [] : [`${F5_PREFIX}sticky-cookie-services does not name ${serviceName}`];
    return { affinity: null, inert };
  }
  const expires = own.find((word) => word.startsWith("expires="))?.slice("expires=".length);
  return {
    affinity: { mechanism: "cookie", ttlSeconds: cookieSeconds(expires), ...(own[1] !== undefined && { cookieName: own[1] }) },
    inert: [],
  };
}
