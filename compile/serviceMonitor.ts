import { block, oneOf, seconds, text } from "./check/fields";
import type { Problem } from "./check/problem";
import { ENTRY_LABEL, labelsSchema, metadataOf, selectorOf } from "./labels";
import type { CompiledObject, Need } from "./model";
import { afterNamespace } from "./namespace";
import { portName } from "./port";
import type { Service } from "./service";

/** How Prometheus finds the pods' numbers. */
export interface Metrics {
  /** `service-monitor` (default): the Prometheus operator's object. `annotations`: prometheus.io/* on the pods. `none`: not scraped. Never two. */
  via: "service-monitor" | "annotations" | "none";
  /** Path on the service's port. Default /metrics. */
  path?: string;
  /** Seconds between two readings. 1 to 3600, default 30. Only `service-monitor`. */
  intervalSeconds?: number;
  /** What the operator selects monitors by, often `release: <its Helm release>`. Only `service-monitor`. */
  labels?: Record<string, string>;
}

export const metricsSchema = block({
  via: oneOf(["service-monitor", "annotations", "none"]).default("service-monitor"),
  path: text("a path that begins with /, such as /metrics", /^\/\S*$/).optional(),
  intervalSeconds: seconds(1, 3600).optional(),
  labels: labelsSchema.optional(),
});

const READS: Record<Metrics["via"], (keyof Metrics)[]> = {
  "service-monitor": ["path", "intervalSeconds", "labels"],
  annotations: ["path"],
  none: [],
};

export function checkMetrics(metrics: Metrics): Problem[] {
  return (["path", "intervalSeconds", "labels"] as const)
    .filter((key) => metrics[key] !== undefined && !READS[metrics.via].includes(key))
    .map((key) => {
      const message = `found with via: ${metrics.via}, which does not read it. Remove it, or write via: service-monitor.`;
      return { path: `metrics.${key}`, message };
    });
}

const METRICS_PATH = "/metrics";

/** The pods' annotations where Prometheus looks for those. */
export function scrapeAnnotations({ metrics, port, tls }: Service): Record<string, string> {
  if (metrics.via !== "annotations") return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(port),
    "prometheus.io/path": metrics.path ?? METRICS_PATH,
    ...(tls === undefined ? {} : { "prometheus.io/scheme": "https" }),
  };
}

export function compileServiceMonitor(service: Service): CompiledObject[] {
  const { metrics, tls } = service;
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
          selector: { matchLabels: selectorOf(service), matchExpressions: [{ key: ENTRY_LABEL, operator: "DoesNotExist" }] },
          endpoints: [
            {
              port: portName(service),
              path: metrics.path ?? METRICS_PATH,
              interval: `${metrics.intervalSeconds ?? 30}s`,
              ...(tls === undefined ? {} : { scheme: "https", tlsConfig: { insecureSkipVerify: true } }),
            },
          ],
        },
      },
      after: afterNamespace(service),
      why: [
        "The only way the pods are scraped: together with prometheus.io annotations every number would count twice.",
        `Services labelled ${ENTRY_LABEL} are left out, because they lead to the same pods.`,
        ...(tls === undefined
          ? []
          : [
              "The certificate is not verified, as the kubelet does not: each pod is asked by its own address, for which none is made.",
            ]),
      ],
    },
  ];
}

export function metricsNeeds({ metrics }: Service): Need[] {
  if (metrics.via !== "service-monitor") return [];
  const why = "the Prometheus operator reads the ServiceMonitor; without it write metrics.via: annotations or none";
  return [{ kind: "CustomResourceDefinition", name: "servicemonitors.monitoring.coreos.com", why }];
}
