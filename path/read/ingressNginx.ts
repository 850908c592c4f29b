import { facts } from "../facts";
import type { Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { nameOf, textAt } from "../value";
import { hopOf } from "./hop";
import { byRequest, headerOfVariable } from "./requestHash";
import type { AffinityReading } from "./nginxAnnotations";
import {
  cookieOf,
  isTrue,
  nginxAnnotation,
  nginxClock,
  notKnownYet,
  wholeNumber,
  writeNginxCookie,
  writeNginxTimeouts,
} from "./nginxAnnotations";

const TIMEOUTS = ["proxy-read-timeout", "proxy-send-timeout"];

/** What kubernetes/ingress-nginx makes of an Ingress; `configMap` is the controller's own, where it is among the objects. */
export function ingressNginxHop(ingress: KubernetesObject, configMap: KubernetesObject | undefined): Hop {
  const row = facts("ingress-nginx");
  const clock = nginxClock(ingress, TIMEOUTS, defaultsOf(configMap));
  const upstream = nginxAnnotation(ingress, "service-upstream");
  const affinity = isTrue(upstream)
    ? bypassed()
    : upstream === UNKNOWN
      ? notKnownYet(ingress, "service-upstream")
      : affinityOf(ingress);
  return hopOf("ingress-nginx", {
    ...clock,
    ...affinity,
    balances: !isTrue(upstream),
    inert: [...clock.inert, ...affinity.inert],
    ...(clock.settle !== undefined && { settle: clock.settle }),
    notes: [
      `A change of any Ingress, certificate or setting reloads nginx; connections open at that moment end ${row.reloadCutSeconds} s later.`,
    ],
    writeIdle: (idleSeconds) => writeNginxTimeouts(idleSeconds + row.idle.marginSeconds),
    writeAffinity: writeNginxCookie,
  });
}

function defaultsOf(configMap: KubernetesObject | undefined): Record<string, number> {
  const standard = facts("ingress-nginx").idle.defaultSeconds ?? 0;
  return Object.fromEntries(
    TIMEOUTS.map((name) => {
      const text = configMap === undefined ? undefined : textAt(configMap, "data", name);
      const seconds = typeof text === "string" ? wholeNumber(text) : undefined;
      return [name, seconds === undefined ? standard : Math.max(0, seconds)];
    }),
  );
}

function bypassed(): AffinityReading {
  return {
    affinity: null,
    inert: ['service-upstream: "true" sends everything to the Service\'s own address, so the cookie picks no pod'],
  };
}

function affinityOf(ingress: KubernetesObject): AffinityReading {
  const kind = nginxAnnotation(ingress, "affinity");
  if (kind === UNKNOWN) return notKnownYet(ingress, "affinity");
  const hash = nginxAnnotation(ingress, "upstream-hash-by");
  if (kind?.trim() !== "cookie") {
    const inert = kind === undefined || kind.trim() === "" ? [] : [`affinity: "${kind}" is not read; the only value is "cookie"`];
    return hash === undefined ? { affinity: null, inert } : hashOf(ingress, hash, inert);
  }
  const regex = nginxAnnotation(ingress, "use-regex");
  const cookiePath = nginxAnnotation(ingress, "session-cookie-path");
  if (isTrue(regex) && (cookiePath === undefined || cookiePath === "")) {
    return {
      affinity: null,
      inert: [
        'use-regex: "true" without session-cookie-path gives the cookie a path that no browser sends back; set session-cookie-path',
      ],
    };
  }
  return cookieLifetime(ingress);
}

/** Max-Age wins over Expires in every browser; without either the cookie lasts as long as the browser's session. */
function cookieLifetime(ingress: KubernetesObject): AffinityReading {
  const inert: string[] = [];
  for (const name of ["session-cookie-max-age", "session-cookie-expires"]) {
    const text = nginxAnnotation(ingress, name);
    if (text === UNKNOWN) return notKnownYet(ingress, name);
    const value = text?.trim();
    if (value === undefined || value === "") continue;
    if (/^-?\d+$/.test(value)) return cookieOf(ingress, Math.max(0, Number(value)), inert);
    if (/(^0|-?[1-9]\d*$)/.test(value)) {
      return {
        affinityUnknown: true,
        inert,
        settle: `write ${name} of ${nameOf(ingress)} as a whole number of seconds; "${value}" is not one`,
      };
    }
    inert.push(`${name}: "${value}" is not a whole number of seconds and is ignored`);
  }
  return cookieOf(ingress, null, inert);
}

/** A hash over something the client sends again sticks; a hash over its address does only if that address arrives. */
export function hashOf(ingress: KubernetesObject, hash: string | typeof UNKNOWN, inert: string[]): AffinityReading {
  if (hash === UNKNOWN) return { ...notKnownYet(ingress, "upstream-hash-by"), inert };
  if (hash.trim() === "") return { affinity: null, inert };
  if (/remote_addr/.test(hash)) {
    return {
      affinityUnknown: true,
      inert,
      settle:
        "whether the controller sees the client's own address (externalTrafficPolicy: Local on its Service, or the PROXY protocol)",
    };
  }
  if (/\$(http|arg|cookie)_/.test(hash)) return { ...byRequest(headerOfVariable(hash)), inert };
  return { affinityUnknown: true, inert, settle: `whether every request of a client carries the same ${hash}` };
}
