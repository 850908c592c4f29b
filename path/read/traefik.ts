import type { Catalog } from "../catalog";
import { facts, TRAEFIK_READ_DEADLINE_SINCE, versionAtLeast } from "../facts";
import { NGINX_ANNOTATION_PREFIX, readsNginxAnnotation } from "../facts/annotations";
import type { ConnectionPromise, Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, hasAnnotationUnder, mapAt, nameOf } from "../value";
import { hopOf } from "./hop";
import { hashOf } from "./ingressNginx";
import { WRITE_IN_OLDEST_TRAEFIK } from "../facts/oldestTraefikAnnotations";
import { runsOldestTraefik, sticksInOldest } from "./oldestTraefik";
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

/** Traefik serving an Ingress through its ingress-nginx provider. */
export function traefikNginxHop(ingress: KubernetesObject, version: string | undefined): Hop {
  const emulates = versionAtLeast(version, TRAEFIK_READ_DEADLINE_SINCE);
  const kind = emulates === false ? "traefik-nginx-provider" : "traefik-nginx-provider-3.7";
  const upstream = nginxAnnotation(ingress, "service-upstream");
  const affinity = isTrue(upstream)
    ? {
        affinity: null,
        inert: ['service-upstream: "true" sends everything to the Service\'s own address, so the cookie picks no pod'],
      }
    : upstream === UNKNOWN
      ? notKnownYet(ingress, "service-upstream")
      : affinityOf(ingress, kind, emulates);
  const clock = emulates === false ? { from: nameOf(ingress), inert: [] } : deadline(ingress, emulates);
  return hopOf(kind, {
    ...clock,
    ...affinity,
    balances: !isTrue(upstream),
    inert: [...clock.inert, ...affinity.inert, ...unread(ingress, kind)],
    ...("settle" in clock && clock.settle !== undefined && { settle: clock.settle }),
    ...(emulates !== false && {
      writeIdle: (idleSeconds: number) => writeNginxTimeouts(idleSeconds + facts(kind).idle.marginSeconds),
    }),
    writeAffinity: (wanted) => writeNginxCookie(wanted).replace(`, ${NGINX_ANNOTATION_PREFIX}affinity-mode: "persistent"`, ""),
  });
}

/**
 * Only the read deadline can end a silent connection: the write deadline is set by each write and runs during it.
 * A value of 0 or less switches it off. Without a declared version the older behaviour (no deadline) may be the true one, so the
 * default is not held against the Ingress.
 */
function deadline(ingress: KubernetesObject, emulates: boolean | undefined): ReturnType<typeof nginxClock> {
  const standard = facts("traefik-nginx-provider-3.7").idle.defaultSeconds ?? 0;
  const text = nginxAnnotation(ingress, "proxy-read-timeout");
  const off = typeof text === "string" && (wholeNumber(text) ?? 1) <= 0;
  const clock = nginxClock(ingress, ["proxy-read-timeout"], { "proxy-read-timeout": standard });
  if (off) return { ...clock, limit: "none", idleSeconds: null };
  const written = typeof text === "string" && wholeNumber(text) !== undefined;
  if (emulates === undefined && !written && text !== UNKNOWN) {
    return {
      ...clock,
      limit: "unknown",
      idleSeconds: null,
      settle: `declare cluster.controllers.traefik: before ${TRAEFIK_READ_DEADLINE_SINCE} nothing cuts a silent WebSocket, since then it is cut after ${standard} s unless proxy-read-timeout says otherwise`,
    };
  }
  return clock;
}

function affinityOf(
  ingress: KubernetesObject,
  kind: "traefik-nginx-provider" | "traefik-nginx-provider-3.7",
  emulates: boolean | undefined,
): AffinityReading {
  const value = nginxAnnotation(ingress, "affinity");
  if (value === UNKNOWN) return notKnownYet(ingress, "affinity");
  // Before it emulated deadlines, any value that is not empty switched the cookie on.
  const sticky = emulates === false ? value !== undefined && value !== "" : value === "cookie";
  const hash = nginxAnnotation(ingress, "upstream-hash-by");
  if (!sticky) {
    const inert = value === undefined || value === "" ? [] : [`affinity: "${value}" is not read; the only value is "cookie"`];
    return hash === undefined || !readsNginxAnnotation(kind, "upstream-hash-by")
      ? { affinity: null, inert }
      : hashOf(ingress, hash, inert);
  }
  return cookieLifetime(ingress, kind);
}

/** Both annotations are whole numbers; 0 leaves the attribute out, and a cookie without an end lasts as long as the browser's session. */
function cookieLifetime(
  ingress: KubernetesObject,
  kind: "traefik-nginx-provider" | "traefik-nginx-provider-3.7",
): AffinityReading {
  const inert: string[] = [];
  for (const name of ["session-cookie-max-age", "session-cookie-expires"]) {
    if (!readsNginxAnnotation(kind, name)) continue;
    const text = nginxAnnotation(ingress, name);
    if (text === UNKNOWN) return notKnownYet(ingress, name);
    if (text === undefined) continue;
    const seconds = wholeNumber(text);
    if (seconds === undefined) inert.push(`${name}: "${text}" is not a whole number of seconds and is ignored`);
    else if (seconds !== 0) return cookieOf(ingress, Math.max(0, seconds), inert);
  }
  return cookieOf(ingress, null, inert);
}

/** ingress-nginx annotations that this Traefik does not know, so that nobody believes they work. */
function unread(ingress: KubernetesObject, kind: "traefik-nginx-provider" | "traefik-nginx-provider-3.7"): string[] {
  const annotations = mapAt(ingress, "metadata", "annotations");
  if (annotations === UNKNOWN) return [];
  return Object.keys(annotations)
    .filter((key) => key.startsWith(NGINX_ANNOTATION_PREFIX))
    .map((key) => key.slice(NGINX_ANNOTATION_PREFIX.length))
    .filter((name) => !readsNginxAnnotation(kind, name))
    .map((name) => `${name} is not read by ${facts(kind).title}`);
}

const STICKY_PREFIX = "traefik.ingress.kubernetes.io/service.sticky.cookie";

/** Traefik serving an Ingress of its own class: stickiness is written on the Service. */
export function traefikHop(ingress: KubernetesObject, service: KubernetesObject | undefined, catalog: Catalog): Hop {
  const isOldest = runsOldestTraefik(catalog);
  const read = service === undefined ? unreadService() : isOldest ? stickyInOldest(service) : stickyOf(service);
  const native = service !== undefined && isTrue(annotationOf(service, "traefik.ingress.kubernetes.io/service.nativelb"));
  const lost = native ? ["service.nativelb hands the choice of the pod to the Service, so the cookie picks none"] : read.inert;
  const misplaced = hasAnnotationUnder(ingress, STICKY_PREFIX) === true;
  return hopOf("traefik", {
    from: nameOf(ingress),
    ...(native ? { affinity: null } : read),
    inert: misplaced ? [...lost, `${STICKY_PREFIX} on ${nameOf(ingress)} is not read; it belongs on the Service`] : lost,
    balances: !native,
    writeAffinity: isOldest ? () => `on the Service: ${WRITE_IN_OLDEST_TRAEFIK}` : writeTraefikCookie,
  });
}

function unreadService(): AffinityReading {
  return {
    affinityUnknown: true,
    inert: [],
    settle: "add the Service to what is read: Traefik takes stickiness from its annotations",
  };
}

function stickyInOldest(service: KubernetesObject): AffinityReading {
  return sticksInOldest(service) ? { affinity: { mechanism: "cookie", ttlSeconds: null }, inert: [] } : stickyOf(service);
}

function stickyOf(service: KubernetesObject): AffinityReading {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) {
    return {
      affinityUnknown: true,
      pending: true,
      inert: [],
      settle: `${nameOf(service)} metadata.annotations are not known before the update`,
    };
  }
  const sticky = Object.entries(annotations).filter(([key]) => key.toLowerCase().startsWith(STICKY_PREFIX));
  if (sticky.length === 0) return { affinity: null, inert: [] };
  const valueOf = (suffix: string): unknown => sticky.find(([key]) => key.toLowerCase() === STICKY_PREFIX + suffix)?.[1];
  const [whole, age, name] = [valueOf(""), valueOf(".maxage"), valueOf(".name")];
  if (whole === UNKNOWN || age === UNKNOWN) {
    return {
      affinityUnknown: true,
      pending: true,
      inert: [],
      settle: `${nameOf(service)} annotation ${STICKY_PREFIX} is not known before the update`,
    };
  }
  if (whole === "false" && sticky.length === 1) return { affinity: null, inert: [] };
  const seconds = typeof age === "string" ? wholeNumber(age) : undefined;
  const ttlSeconds = seconds === undefined || seconds === 0 ? null : Math.max(0, seconds);
  return { affinity: { mechanism: "cookie", ttlSeconds, ...(typeof name === "string" && { cookieName: name }) }, inert: [] };
}

function writeTraefikCookie(affinity: ConnectionPromise["affinity"]): string {
  const lines = [`${STICKY_PREFIX}: "true"`, `${STICKY_PREFIX}.maxage: "${affinity.ttlSeconds}"`];
  if (affinity.cookieName !== undefined) lines.push(`${STICKY_PREFIX}.name: ${affinity.cookieName}`);
  return `on the Service: ${lines.join(", ")}`;
}
