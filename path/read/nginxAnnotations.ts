import { NGINX_ANNOTATION_PREFIX } from "../facts/annotations";
import type { ConnectionPromise, Hop, HopAffinity } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, nameOf } from "../value";

/** An `nginx.ingress.kubernetes.io/` annotation by its name below the prefix. */
export function nginxAnnotation(ingress: KubernetesObject, name: string): Read<string> {
  return annotationOf(ingress, NGINX_ANNOTATION_PREFIX + name);
}

/** The whole number both controllers parse (Go's Atoi): an optional sign and digits, nothing around them. */
export function wholeNumber(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Go's ParseBool, which both controllers use. */
export function isTrue(text: Read<string>): boolean {
  return typeof text === "string" && ["1", "t", "T", "true", "TRUE", "True"].includes(text);
}

type Clock = Pick<Hop, "limit" | "idleSeconds" | "inert" | "from"> & Partial<Pick<Hop, "settle" | "pending">>;

/**
 * The idle limit that proxy-read-timeout and proxy-send-timeout make together: the smaller of the two.
 * A value that is no whole number is dropped without an event and the default stays.
 */
export function nginxClock(ingress: KubernetesObject, names: string[], defaults: Record<string, number>): Clock {
  const inert: string[] = [];
  const read = names.map((name) => {
    const text = nginxAnnotation(ingress, name);
    const fallback = defaults[name] ?? 0;
    if (text === UNKNOWN) return { name, seconds: UNKNOWN, suffix: "" } as const;
    if (text === undefined || text.trim() === "") return { name, seconds: fallback, suffix: " is not set" } as const;
    const seconds = wholeNumber(text);
    if (seconds === undefined) {
      inert.push(`${name}: "${text}" is not a whole number of seconds, so the controller keeps its default of ${fallback} s`);
      return { name, seconds: fallback, suffix: ` is "${text}", which is no whole number` } as const;
    }
    return { name, seconds: Math.max(0, seconds), suffix: "" } as const;
  });
  const where = nameOf(ingress);
  const open = read.find((entry) => entry.seconds === UNKNOWN);
  const known = read.filter((entry) => entry.seconds !== UNKNOWN) as { name: string; seconds: number; suffix: string }[];
  const smallest = known.reduce((best, entry) => (entry.seconds < best.seconds ? entry : best), {
    name: "",
    seconds: Infinity,
    suffix: "",
  });
  if (open !== undefined) {
    const from = `${where} annotation ${NGINX_ANNOTATION_PREFIX}${open.name}`;
    return { limit: "unknown", idleSeconds: null, inert, from, pending: true, settle: `${from} is not known before the update` };
  }
  const from = `${where} annotation ${NGINX_ANNOTATION_PREFIX}${smallest.name}${smallest.suffix}`;
  return { limit: "idle", idleSeconds: smallest.seconds, inert, from };
}

export type AffinityReading = Partial<Pick<Hop, "affinity" | "affinityUnknown" | "pending" | "settle">> & { inert: string[] };

/** The lines that make either controller stick by a cookie. */
export function writeNginxCookie(affinity: ConnectionPromise["affinity"]): string {
  const lines = ['affinity: "cookie"', 'affinity-mode: "persistent"', `session-cookie-max-age: "${affinity.ttlSeconds}"`];
  if (affinity.cookieName !== undefined) lines.splice(2, 0, `session-cookie-name: "${affinity.cookieName}"`);
  return lines.map((line) => NGINX_ANNOTATION_PREFIX + line).join(", ");
}

/** The lines that raise the idle limit. */
export function writeNginxTimeouts(seconds: number): string {
  return ["proxy-read-timeout", "proxy-send-timeout"].map((name) => `${NGINX_ANNOTATION_PREFIX}${name}: "${seconds}"`).join(", ");
}

export function notKnownYet(ingress: KubernetesObject, name: string): AffinityReading {
  const settle = `${nameOf(ingress)} annotation ${NGINX_ANNOTATION_PREFIX}${name} is not known before the update`;
  return { affinityUnknown: true, pending: true, settle, inert: [] };
}

/** The cookie's own end: null where it lasts as long as the browser's session. */
export function cookieOf(ingress: KubernetesObject, ttlSeconds: number | null, inert: string[]): AffinityReading {
  const name = nginxAnnotation(ingress, "session-cookie-name");
  const cookieName =
    typeof name === "string" && name.trim() !== "" ? name.trim() : name === UNKNOWN ? undefined : "INGRESSCOOKIE";
  const affinity: HopAffinity = { mechanism: "cookie", ttlSeconds };
  return { affinity: cookieName === undefined ? affinity : { ...affinity, cookieName }, inert };
}
