import type { HopKind } from "../../facts";
import { facts, secondsToWrite } from "../../facts";
import { OTHER_CLOUD_ANNOTATIONS as KEYS, OTHER_CLOUD_PREFIXES } from "../../facts/otherClouds";
import type { Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, hasAnnotationUnder, nameOf, textAt } from "../../value";
import { goDuration } from "../durations";
import { clockNotKnownYet, hopOf } from "../hop";
import { writeClientIp } from "../serviceProxy";

type Clock = Partial<Hop> & { from: string };

/** The load balancer of one of the smaller clouds, where the annotations of a Service ask for it and its rules are public. */
export function otherCloudHop(service: KubernetesObject): Hop | undefined {
  const asks = (prefixes: readonly string[]): boolean => hasAnnotationUnder(service, ...prefixes) === true;
  if (asks(OTHER_CLOUD_PREFIXES.oracle)) return oracleHop(service);
  if (asks(OTHER_CLOUD_PREFIXES.scaleway)) return scalewayHop(service);
  if (asks(OTHER_CLOUD_PREFIXES.openStack) || annotationOf(service, KEYS.ovhClass) === "octavia") return octaviaHop(service);
  return asks(OTHER_CLOUD_PREFIXES.digitalOcean) ? digitalOceanHop(service) : undefined;
}

function oracleHop(service: KubernetesObject): Hop {
  const network = annotationOf(service, KEYS.oracleType);
  const protocol = annotationOf(service, KEYS.oracleProtocol) ?? "TCP";
  const kind =
    typeof network === "string" && /^nlb$/i.test(network)
      ? "oci-nlb"
      : /^tcp$/i.test(String(protocol))
        ? "oci-lb"
        : "oci-lb-http";
  const open = network === UNKNOWN || (kind !== "oci-nlb" && protocol === UNKNOWN);
  const where = `${nameOf(service)} annotation ${network === UNKNOWN ? KEYS.oracleType : KEYS.oracleProtocol}`;
  const clock =
    kind === "oci-nlb"
      ? { from: `${nameOf(service)} annotation ${KEYS.oracleType}: nlb` }
      : timed(service, kind, KEYS.oracleIdle, wholeSeconds);
  const policy = kind === "oci-nlb" ? KEYS.oracleNetworkPolicy : KEYS.oraclePolicy;
  const sticking = kind === "oci-nlb" ? "TWO_TUPLE" : "IP_HASH";
  return hopOf(kind, {
    ...clock,
    ...(open && { from: where, ...clockNotKnownYet(where) }),
    balances: true,
    ...stickyBy(service, policy, (text) => text.toUpperCase() === sticking, "source-ip"),
    ...(textAt(service, "spec", "sessionAffinity") === "ClientIP" && {
      refuses: {
        because: "Oracle Cloud refuses a Service with sessionAffinity: ClientIP and makes no load balancer",
        write: `${policy}: ${sticking}, without sessionAffinity`,
        asked: "affinity" as const,
      },
    }),
    writeAffinity: () => `${policy}: ${sticking}`,
  });
}

/** HAProxy keeps a connection by `timeout tunnel` once both ends have spoken; an answer that is streamed has another clock. */
function scalewayHop(service: KubernetesObject): Hop {
  const http = annotationOf(service, KEYS.scalewayHttp) ?? "false";
  const sticky = annotationOf(service, KEYS.scalewaySticky);
  const open = { limit: "unknown", idleSeconds: null } as const;
  return hopOf("scaleway-lb", {
    ...timed(service, "scaleway-lb", KEYS.scalewayTunnel, goDuration),
    ...(http !== "false" && { perProtocol: { "http-stream": open, grpc: open } }),
    balances: true,
    ...stickyBy(
      service,
      KEYS.scalewaySticky,
      (text) => text === "cookie" || text === "table",
      sticky === "cookie" ? "cookie" : "source-ip",
    ),
    writeAffinity: () => `${KEYS.scalewaySticky}: table, and ${writeClientIp({ mode: "client", ttlSeconds: 3600 })}`,
  });
}

function octaviaHop(service: KubernetesObject): Hop {
  const [client, member] = [KEYS.openStackClient, KEYS.openStackMember].map((key) =>
    timed(service, "octavia-lb", key, wholeMilliseconds),
  );
  const smaller = (client!.idleSeconds ?? 0) <= (member!.idleSeconds ?? 0) ? client! : member!;
  const clientIp = textAt(service, "spec", "sessionAffinity");
  const settle = `${nameOf(service)} spec.sessionAffinity is not known before the update`;
  return hopOf("octavia-lb", {
    ...(client!.pending === true ? client! : member!.pending === true ? member! : smaller),
    writeIdle: (promised) => {
      const written = secondsToWrite("octavia-lb", promised)! * 1000;
      return `${KEYS.openStackClient}: "${written}" and ${KEYS.openStackMember}: "${written}" (milliseconds)`;
    },
    balances: true,
    ...(clientIp === UNKNOWN
      ? { affinityUnknown: true, pending: true, settle }
      : { affinity: clientIp === "ClientIP" ? { mechanism: "source-ip", ttlSeconds: null } : null }),
    writeAffinity: writeClientIp,
  });
}

/** Only its HTTP listeners are read; of what it does to plain TCP no page says anything. */
function digitalOceanHop(service: KubernetesObject): Hop | undefined {
  const protocol = annotationOf(service, KEYS.digitalOceanProtocol);
  const passthrough = annotationOf(service, KEYS.digitalOceanPassthrough) === "true";
  const network = annotationOf(service, KEYS.digitalOceanType);
  const isHttp = typeof protocol === "string" && /^http/.test(protocol);
  if (!isHttp || passthrough || network === UNKNOWN || network === "REGIONAL_NETWORK") return undefined;
  const { from, idleSeconds } = timed(service, "digitalocean-lb", KEYS.digitalOceanIdle, wholeSeconds);
  const written = from.endsWith("is not set") ? undefined : ({ limit: "idle", idleSeconds: idleSeconds ?? null } as const);
  const seconds = Number(annotationOf(service, KEYS.digitalOceanStickySeconds));
  return hopOf("digitalocean-lb", {
    from: `${nameOf(service)} annotation ${KEYS.digitalOceanProtocol}: ${protocol}`,
    ...(written !== undefined && { perProtocol: { "http-stream": written, grpc: written } }),
    balances: true,
    ...stickyBy(
      service,
      KEYS.digitalOceanSticky,
      (text) => text === "cookies",
      "cookie",
      Number.isFinite(seconds) ? seconds : null,
    ),
    writeAffinity: ({ ttlSeconds, cookieName }) =>
      `${KEYS.digitalOceanSticky}: cookies, with sticky-sessions-cookie-name: ${cookieName ?? "route"} and sticky-sessions-cookie-ttl: "${ttlSeconds}"`,
  });
}

/** A clock as its annotation sets it; what the cloud's controller cannot parse leaves it without a load balancer. */
function timed(service: KubernetesObject, kind: HopKind, key: string, parse: (text: string) => number | undefined): Clock {
  const where = `${nameOf(service)} annotation ${key}`;
  const text = annotationOf(service, key);
  const writeIdle = (promised: number): string => {
    const seconds = secondsToWrite(kind, promised);
    return seconds === undefined ? `a heartbeat` : `${key}: "${seconds}${kind === "scaleway-lb" ? "s" : ""}"`;
  };
  if (text === UNKNOWN) return { from: where, ...clockNotKnownYet(where), writeIdle };
  const { defaultSeconds } = facts(kind).idle;
  if (text === undefined) return { from: `${where} is not set`, idleSeconds: defaultSeconds, writeIdle };
  const seconds = parse(text);
  if (seconds !== undefined && seconds > 0) return { from: where, idleSeconds: seconds, writeIdle };
  const because = `"${text}" is nothing that its controller can read, so that the load balancer is not made`;
  return { from: `${where} is "${text}"`, idleSeconds: defaultSeconds, writeIdle, refuses: { because, write: writeIdle(0) } };
}

const wholeSeconds = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
const wholeMilliseconds = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) / 1000 : undefined);

function stickyBy(
  service: KubernetesObject,
  key: string,
  sticks: (text: string) => boolean,
  mechanism: "cookie" | "source-ip",
  ttlSeconds: number | null = null,
): Partial<Hop> {
  const text = annotationOf(service, key);
  if (text === UNKNOWN) {
    return {
      affinityUnknown: true,
      pending: true,
      settle: `${nameOf(service)} annotation ${key} is not known before the update`,
    };
  }
  return { affinity: text !== undefined && sticks(text) ? { mechanism, ttlSeconds } : null };
}
