import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { Hop, HopAffinity } from "../model";
import type { KubernetesObject, ObjectRef } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { nameOf, namespaceOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { byRequest } from "./requestHash";
import { durationOf } from "./routeTimers";

/** `web`, `web.chat` and `web.chat.svc.cluster.local` name one Service. */
export function serviceOfHost(host: string, namespace: string): ObjectRef {
  const [name = "", other] = host.split(".");
  return { apiVersion: "v1", kind: "Service", namespace: other ?? namespace, name };
}

function destinationRule(catalog: Catalog, service: ObjectRef): KubernetesObject | undefined {
  return catalog.under(`${service.namespace}/${service.name}`, "DestinationRule", serviceMeant)[0];
}

function serviceMeant(rule: KubernetesObject): string[] {
  const host = textAt(rule, "spec", "host");
  if (typeof host !== "string") return [];
  const { namespace, name } = serviceOfHost(host, namespaceOf(rule));
  return [`${namespace}/${name}`];
}

function affinityOf(rule: KubernetesObject | undefined): Partial<Hop> {
  const hash = valueAt(rule, "spec", "trafficPolicy", "loadBalancer", "consistentHash");
  if (hash === undefined) return { affinity: null };
  const name = textAt(hash, "httpCookie", "name");
  if (typeof name === "string") {
    const ttl = durationOf(textAt(hash, "httpCookie", "ttl"));
    const affinity: HopAffinity = {
      mechanism: "cookie",
      ttlSeconds: ttl === undefined || ttl === 0 ? null : ttl,
      cookieName: name,
    };
    return { affinity };
  }
  if (textAt(hash, "useSourceIp") === "true") {
    const settle =
      "whether the gateway sees the client's own address: externalTrafficPolicy: Local on its Service, or the PROXY protocol";
    return { affinityUnknown: true, settle };
  }
  return byRequest(textAt(hash, "httpHeaderName"));
}

/** Istio's gateway for HTTP: it ends nothing by silence; a timeout of the route ends a streamed answer. */
export function istioHop(
  kind: "istio" | "approuting-istio",
  from: KubernetesObject,
  service: ObjectRef,
  timeout: Read<string>,
  catalog: Catalog,
): Hop {
  const seconds = durationOf(timeout);
  const timed = seconds !== undefined && seconds > 0;
  const life = { limit: "lifetime" as const, idleSeconds: seconds ?? null };
  return hopOf(kind, {
    from: timed ? `${nameOf(from)} timeout: ${String(timeout)}` : nameOf(from),
    ...(timeout === UNKNOWN && clockNotKnownYet(`${nameOf(from)} timeout`)),
    balances: true,
    ...(kind === "istio" ? affinityOf(destinationRule(catalog, service)) : {}),
    // Envoy's own words and reports disagree on whether it ends an upgraded connection too: istio/istio#17424 and envoyproxy/envoy#20062
    // saw it, since envoyproxy/envoy#41075 (2025) it counts for the opening alone.
    ...(timed && {
      limit: "unknown",
      perhapsSeconds: seconds,
      perProtocol: { "http-stream": life, grpc: life },
      settle: `remove timeout: ${String(timeout)} from ${nameOf(from)}: whether it ends an upgraded connection is not certain`,
    }),
    writeIdle: () => `remove timeout from ${nameOf(from)}, or set it to 0s`,
    ...(kind === "istio" && {
      writeAffinity: ({ ttlSeconds, cookieName }) =>
        `a DestinationRule for ${service.name} with trafficPolicy.loadBalancer.consistentHash.httpCookie: {name: ${cookieName ?? "route"}, ttl: ${ttlSeconds}s}`,
    }),
  });
}

/** Istio's gateway for TCP, or TLS that it does not end: Envoy's own hour, unless the DestinationRule says otherwise. */
export function istioTcpHop(from: KubernetesObject, service: ObjectRef, catalog: Catalog): Hop {
  const rule = destinationRule(catalog, service);
  const { knob, defaultSeconds } = facts("istio-tcp").idle;
  const written = textAt(rule, "spec", "trafficPolicy", "connectionPool", "tcp", "idleTimeout");
  const seconds = durationOf(written);
  const where =
    rule === undefined ? `${nameOf(from)}; no DestinationRule for ${service.name}` : `${nameOf(rule)} ${knob?.keys[0]}`;
  return hopOf("istio-tcp", {
    from: where,
    idleSeconds: seconds ?? defaultSeconds,
    ...(seconds === 0 && { limit: "none", idleSeconds: null }),
    balances: true,
    ...affinityOf(rule),
    writeIdle: (promised) =>
      `${knob?.keys[0]}: ${secondsToWrite("istio-tcp", promised)}s in a DestinationRule for ${service.name}`,
    writeAffinity: () => `a DestinationRule for ${service.name} with trafficPolicy.loadBalancer.consistentHash.useSourceIp: true`,
  });
}
