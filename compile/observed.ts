import type { MetricNames, Observed, ObservedEntry, Stickiness } from "../observe/observed";
import type { Protocol } from "../path/model";
import type { HopKind } from "../path/facts";
import { SCRAPE_INTERVAL } from "../path/facts/exporters";
import { drainOf } from "./drain";
import { entryHop, entryKind, entryName, type Entry } from "./entry";
import { tlsSecretName, type SecretTls } from "./entry/hosts";
import { openEntries } from "./migration";
import type { CompiledObject, CompiledService, Endpoint } from "./model";
import { DEFAULT_INTERVAL_SECONDS, NO_METRIC } from "./serviceMonitor";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** What the classic WebSocket example exposes. Whoever speaks another protocol has other metrics, and has to name them. */
const NAMES: Partial<Record<Protocol, Required<MetricNames>>> = {
  websocket: {
    connections: "websocket_connections_current",
    requests: "http_requests_total",
    requestSeconds: "http_request_duration_seconds",
    closes: "websocket_closes_total",
  },
};

/** The metrics a service has: those it names, else those of its protocol, without those it says it lacks. */
export function metricNames({ metrics, protocol }: Pick<Service, "metrics" | "protocol">): MetricNames {
  const named = Object.entries({ ...NAMES[protocol], ...metrics.names });
  return Object.fromEntries(named.filter(([, name]) => name !== NO_METRIC && name !== undefined));
}

/** A service as alerts and dashboards see it. */
export function observe(
  service: Service,
  surroundings: Surroundings,
  { objects, endpoints }: Pick<CompiledService, "objects" | "endpoints">,
): Observed {
  const { cluster } = surroundings;
  const { name, namespace, protocol, metrics, scaling, promise } = service;
  const stickiness = stickinessOf(service);
  return {
    name,
    namespace,
    protocol,
    names: metricNames(service),
    toldBy: metrics.via === "service-monitor" ? "service" : "pod",
    intervalSeconds:
      metrics.via === "service-monitor" ? (metrics.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS) : SCRAPE_INTERVAL.defaultSeconds,
    floorPods: scaling.min,
    drain: drainOf(service, cluster),
    stickiness,
    ...(stickiness === "none" ? {} : { ttlSeconds: promise.affinity.ttlSeconds }),
    entries: openEntries(service).map((entry, index) =>
      observeEntry(entry, service, surroundings, { objects, endpoint: endpoints[index]! }),
    ),
  };
}

/** What scatters the connections most. A service without entries is reached by its Service, which sticks by source address. */
function stickinessOf(service: Service): Stickiness {
  if (service.promise.affinity.mode === "none") return "none";
  const ways = openEntries(service).map((entry) => entryKind(entry.kind)!.sticksBy(entry));
  if (ways.length === 0 || ways.includes("source-ip")) return "source-ip";
  return ways.some((way) => way !== "none") ? "cookie" : "none";
}

function observeEntry(
  entry: Entry,
  service: Service,
  surroundings: Surroundings,
  { objects, endpoint }: { objects: CompiledObject[]; endpoint: Endpoint },
): ObservedEntry {
  const { address, host, addressFrom } = endpoint;
  const own = addressFrom?.service === undefined ? addressFrom?.logicalName : undefined;
  const object = objects.find(({ logicalName }) => logicalName === own)?.object;
  const type = (object?.spec as { type?: string } | undefined)?.type;
  const { tls } = entry as { tls?: SecretTls };
  return {
    name: entryName(entry),
    ...(object?.kind === "Ingress" ? { ingress: object.metadata.name } : {}),
    ...(object?.kind === "Service" && type === "LoadBalancer" ? { loadBalancer: object.metadata.name } : {}),
    ...(host === undefined ? {} : { host }),
    ...(address === undefined ? {} : { address }),
    ...controllerOf(entryHop(entry, surroundings.cluster)),
    tls: typeof tls === "object",
    ...(tls?.clusterIssuer !== undefined || tls?.issuer !== undefined ? { certificate: tlsSecretName(service, tls) } : {}),
  };
}

function controllerOf(hop: HopKind): Pick<ObservedEntry, "controller"> {
  if (hop === "ingress-nginx") return { controller: "ingress-nginx" };
  return hop.startsWith("traefik") ? { controller: "traefik" } : {};
}
