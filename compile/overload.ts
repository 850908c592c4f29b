import { NLB_UNHEALTHY_TERMINATES, READINESS_LOSS, type ReadinessLoss } from "../path/facts/readiness";
import { block, wholeNumber } from "./check/fields";
import type { Problem } from "./check/problem";
import type { PlacedEntry } from "./check/serviceRules";
import { environmentName } from "./configMap";
import { entryName, type Entry } from "./entry";
import { healthPath } from "./entry/aws";
import type { GatewayEntry } from "./entry/gateway/implementation";
import { isAutoscaled } from "./horizontalPodAutoscaler";
import { openEntries } from "./migration";
import { resolveProbe } from "./probes";
import { secretKeys } from "./secret";
import type { Service } from "./service";

/**
 * How a pod says that it is full: from so many connections on, the page of its readiness probe answers 503. It then gets no new
 * connections and keeps those it has. The application itself counts and answers; it is told the number.
 */
export interface Overload {
  /** Open connections at which a pod is full. 1 to 1000000. */
  connections: number;
  /** The environment variable by which the application is told. Default MAX_CONNECTIONS. */
  variable: string;
}

export const overloadSchema = block({
  connections: wholeNumber("connections", 1, 1_000_000),
  variable: environmentName().default("MAX_CONNECTIONS"),
});

type Row = keyof typeof READINESS_LOSS;

const OF_GATEWAYS: Record<GatewayEntry["implementation"], Row> = {
  "envoy-gateway": "envoy",
  istio: "envoy",
  "approuting-istio": "envoy",
  contour: "envoy",
  traefik: "traefik",
  gke: "google",
  "aws-lbc": "alb",
  agc: "agc",
};
const OF_KINDS: Record<Exclude<Entry["kind"], "gateway">, Row> = {
  "node-port": "node",
  metallb: "node",
  "azure-lb": "node",
  "gcp-lb": "node",
  "aws-nlb": "nlb",
  "aws-alb": "alb",
  "gce-ingress": "google",
  "ingress-nginx": "nginx",
  "f5-nginx": "f5",
  traefik: "traefik",
};

const readinessLoss = (entry: Entry): ReadinessLoss =>
  READINESS_LOSS[entry.kind === "gateway" ? OF_GATEWAYS[entry.implementation] : OF_KINDS[entry.kind]];

/** What would make a full pod lose its connections, and what would never let it say so. */
export function checkOverload(draft: Partial<Service>, entries: PlacedEntry[]): Problem[] {
  const { overload, probes, protocol, tls } = draft;
  if (overload === undefined) return [];
  return [
    ...(probes === undefined || protocol === undefined ? [] : checkPages({ probes, protocol, ...(tls && { tls }) })),
    ...checkNumbers(overload, draft),
    ...checkVariable(overload, draft),
    ...entries.flatMap(({ index, entry }) => checkOwnCheck(entry, index, draft)),
  ];
}

function checkPages(asked: Parameters<typeof resolveProbe>[1]): Problem[] {
  const [liveness, readiness] = [resolveProbe("liveness", asked), resolveProbe("readiness", asked)];
  if (readiness.check !== "http") {
    const message = `found with a readiness probe of check ${readiness.check}, which cannot answer that the pod is full. Write probes.readiness.check: http, or remove it.`;
    return [{ path: "overload", message }];
  }
  if (liveness.check !== "http" || liveness.path !== readiness.path) return [];
  const message = `found ${liveness.path}, the page that answers 503 when the pod is full (overload): the kubelet would kill the pod with all its connections. Give liveness a page of its own, or check: tcp.`;
  return [{ path: "probes.liveness.path", message }];
}

/** An autoscaler that waits for more than a pod takes never adds one. */
function checkNumbers({ connections }: Overload, { scaling }: Partial<Service>): Problem[] {
  const target = scaling?.connections?.perPod;
  if (target === undefined || target < connections) return [];
  const message = `found ${connections}; allowed: more than scaling.connections.perPod (${target}), or pods are full before the autoscaler adds any. Raise it, or lower perPod.`;
  return [{ path: "overload.connections", message }];
}

function checkVariable({ variable }: Overload, { config, secrets }: Partial<Service>): Problem[] {
  const where = [
    ...(config !== undefined && Object.hasOwn(config, variable) ? ["config"] : []),
    ...(secretKeys(secrets).includes(variable) ? ["secrets"] : []),
  ];
  if (where.length === 0) return [];
  const message = `found ${variable}, which is in ${where.join(" and ")} too, whose value would be hidden. Remove it there, or choose another name here.`;
  return [{ path: "overload.variable", message }];
}

/** The check of a Network Load Balancer asks the readiness page by default, and what fails it loses what is open. */
function checkOwnCheck(entry: Entry, index: number, draft: Partial<Service>): Problem[] {
  const { probes, protocol } = draft;
  if (entry.kind !== "aws-nlb" || probes === undefined || protocol === undefined) return [];
  const service = draft as Service;
  const readiness = resolveProbe("readiness", service);
  const asked = healthPath(service, entry.healthCheck.path);
  if (asked === undefined || asked !== readiness.path) return [];
  const message = `${entry.healthCheck.path === undefined ? "missing" : `found ${asked}`}; the load balancer would ask ${asked}, which answers 503 when a pod is full (overload), and close all that is open to it (${NLB_UNHEALTHY_TERMINATES.attribute}: ${NLB_UNHEALTHY_TERMINATES.source}). Write the page of the liveness probe, or another that a full pod still answers.`;
  return [{ path: `entries[${index}].healthCheck.path`, message }];
}

/** Where nobody says whether a full pod keeps its connections, and where nothing makes room for more. */
export function warnAboutOverload(service: Service): string[] {
  const { overload, scaling, entries } = service;
  if (overload === undefined) return [];
  const all = overload.connections * scaling.max;
  const grows = isAutoscaled(service) && scaling.profile === "connections";
  return [
    ...(grows
      ? []
      : [
          `overload: connections do not make pods come, so all may be full before there are ${scaling.max}; scaling.profile: connections counts them. From ${all} on nobody gets in`,
        ]),
    ...entries.flatMap((entry, index) => {
      if (!openEntries(service).includes(entry)) return [];
      const { title, keepsOpen, source } = readinessLoss(entry);
      if (keepsOpen) return [];
      return [
        `entries[${index}]: overload: whether ${title} keeps what is open to a pod that says it is full is not known (${source}); try ${entryName(entry)} before you rely on it, or let the application refuse new connections itself`,
      ];
    }),
  ];
}

/** What the container is told. */
export function overloadEnvironment({ overload }: Service): { env?: { name: string; value: string }[] } {
  return overload === undefined ? {} : { env: [{ name: overload.variable, value: String(overload.connections) }] };
}

export function overloadWhy({ overload, probes }: Service): string[] {
  if (overload === undefined) return [];
  const { periodSeconds, failureThreshold } = probes.readiness;
  return [
    `From ${overload.connections} connections on a pod says that it is full; up to ${periodSeconds * failureThreshold} s later it gets no new ones, and keeps those it has.`,
  ];
}
