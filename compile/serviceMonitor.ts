import type { MetricNames } from "../observe/observed";
import { block, oneOf, seconds, text, yesOrNo } from "./check/fields";
import type { Problem } from "./check/problem";
import { ENTRY_LABEL, labelsSchema, metadataOf, ownLabel } from "./labels";
import { openEntries } from "./migration";
import type { CompiledObject, Need } from "./model";
import { afterNamespace } from "./namespace";
import { portName, portName15, portNumberOf } from "./port";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** In place of a metric's name: the application has none of that kind. */
export const NO_METRIC = "none";

/** How Prometheus finds the pods' numbers, and what is made of them. */
export interface Metrics {
  /** `service-monitor` (default): the Prometheus operator's object. `annotations`: prometheus.io/* on the pods. `none`: not scraped. Never two. */
  via: "service-monitor" | "annotations" | "none";
  /** Name of the port, where it is one of `ports`. No entry may lead there. Default: the service's own. */
  port?: string;
  /** Path on that port. Default /metrics. */
  path?: string;
  /** Seconds between two readings. 1 to 3600, default 30. Only `service-monitor`. */
  intervalSeconds?: number;
  /** What the operator selects monitors and rules by, often `release: <its Helm release>`. Only where one of the two is written. */
  labels?: Record<string, string>;
  /** What the application calls its metrics; `none` for one it does not have. Default: those of the classic example for `websocket`, else none. */
  names?: MetricNames;
  /** Whether alerts are written, as a PrometheusRule for the operator. Default: with `service-monitor` yes, else no. */
  rules?: boolean;
  /** Whether a Grafana dashboard is written, as a ConfigMap for the sidecar of Grafana's chart. Default false. */
  dashboard: boolean;
}

const metricName = () =>
  text(
    "the name of a metric (letters, digits, underscores and colons, not beginning with a digit), or none",
    /^[a-zA-Z_:][\w:]*$/,
  ).optional();

export const metricsSchema = block({
  via: oneOf(["service-monitor", "annotations", "none"]).default("service-monitor"),
  port: portName15().optional(),
  path: text("a path that begins with /, such as /metrics", /^\/\S*$/).optional(),
  intervalSeconds: seconds(1, 3600).optional(),
  labels: labelsSchema.optional(),
  names: block({
    connections: metricName(),
    requests: metricName(),
    requestSeconds: metricName(),
    closes: metricName(),
  }).optional(),
  rules: yesOrNo().optional(),
  dashboard: yesOrNo().default(false),
});

/** Whether the operator gets alerts. */
export const hasRules = ({ via, rules = via === "service-monitor" }: Metrics): boolean => rules;

function reads(key: keyof Metrics, metrics: Metrics): boolean {
  if (metrics.via === "none") return false;
  if (key === "intervalSeconds") return metrics.via === "service-monitor";
  return key !== "labels" || metrics.via === "service-monitor" || hasRules(metrics);
}

export function checkMetrics(metrics: Metrics): Problem[] {
  return (["port", "path", "intervalSeconds", "labels", "names", "rules", "dashboard"] as const)
    .filter((key) => metrics[key] !== undefined && metrics[key] !== false && !reads(key, metrics))
    .map((key) => {
      const message = `found with via: ${metrics.via}, which does not read it. Remove it, or write via: service-monitor.`;
      return { path: `metrics.${key}`, message };
    });
}

const METRICS_PATH = "/metrics";
export const DEFAULT_INTERVAL_SECONDS = 30;

/**
 * The ways in by which strangers read the metrics: those that pass the port on unread, and those whose path covers that of the metrics.
 */
export function warnAboutMetrics(service: Service, { environment }: Surroundings): string[] {
  const { metrics, entries } = service;
  if (metrics.via === "none" || metrics.port !== undefined || environment !== "production") return [];
  const path = metrics.path ?? METRICS_PATH;
  return entries.flatMap((entry, index) => {
    const { path: below, internal } = entry as { path?: string; internal?: boolean };
    const covers = below === undefined || below === "/" || path === below || path.startsWith(`${below.replace(/\/$/, "")}/`);
    if (!covers || internal || !openEntries(service).includes(entry)) return [];
    const wayOut =
      below === undefined ? "refuse it to strangers in the application" : "give the entry the path that clients open";
    return [`entries[${index}]: whoever reaches it can read the metrics at ${path}; ${wayOut}`];
  });
}

/** The port of the pods that has the numbers. */
export const metricsPort = (service: Service): number =>
  service.metrics.port === undefined ? service.port : portNumberOf(service, service.metrics.port)!;

/** The pods speak TLS on the service's own port alone. */
const readOverTls = ({ tls, metrics }: Service): boolean => tls !== undefined && metrics.port === undefined;

/** The pods' annotations where Prometheus looks for those. */
export function scrapeAnnotations(service: Service): Record<string, string> {
  const { metrics } = service;
  if (metrics.via !== "annotations") return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(metricsPort(service)),
    "prometheus.io/path": metrics.path ?? METRICS_PATH,
    ...(readOverTls(service) ? { "prometheus.io/scheme": "https" } : {}),
  };
}

export function compileServiceMonitor(service: Service): CompiledObject[] {
  const { metrics } = service;
  if (metrics.via !== "service-monitor") return [];
  const { labels, ...metadata } = metadataOf(service);
  return [
    {
      logicalName: "service-monitor",
      object: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: { ...metadata, labels: { ...labels, ...metrics.labels } },
        spec: {
          selector: { matchLabels: ownLabel(service), matchExpressions: [{ key: ENTRY_LABEL, operator: "DoesNotExist" }] },
          endpoints: [
            {
              port: metrics.port ?? portName(service),
              path: metrics.path ?? METRICS_PATH,
              interval: `${metrics.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS}s`,
              ...(readOverTls(service) ? { scheme: "https", tlsConfig: { insecureSkipVerify: true } } : {}),
            },
          ],
        },
      },
      after: afterNamespace(service),
      why: [
        "The only way the pods are scraped: together with prometheus.io annotations every number would count twice.",
        `Services labelled ${ENTRY_LABEL} are left out, because they lead to the same pods.`,
        ...(readOverTls(service)
          ? [
              "The certificate is not verified, as the kubelet does not: each pod is asked by its own address, for which none is made.",
            ]
          : []),
        ...(metrics.labels === undefined
          ? [
              "An operator that selects monitors by a label, as kube-prometheus-stack does by its release, needs metrics.labels to see it.",
            ]
          : []),
      ],
    },
  ];
}

export function metricsNeeds({ metrics }: Service): Need[] {
  const monitor = "the Prometheus operator reads the ServiceMonitor; without it write metrics.via: annotations or none";
  const rule = "the Prometheus operator reads the alerts; without it write metrics.rules: false";
  return [
    ...(metrics.via === "service-monitor" ? [definition("servicemonitors", monitor)] : []),
    ...(hasRules(metrics) ? [definition("prometheusrules", rule)] : []),
  ];
}

const definition = (plural: string, why: string): Need => {
  return { kind: "CustomResourceDefinition", name: `${plural}.monitoring.coreos.com`, why };
};
