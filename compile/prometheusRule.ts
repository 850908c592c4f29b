import { alertsOf } from "../observe/alerts";
import { metadataOf } from "./labels";
import type { CompiledObject, CompiledService } from "./model";
import { afterNamespace } from "./namespace";
import { observe } from "./observed";
import { hasRules } from "./serviceMonitor";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** The service's alerts, where an operator reads them. Nothing where no metric can show anything. */
export function compilePrometheusRule(
  service: Service,
  surroundings: Surroundings,
  opened: Pick<CompiledService, "objects" | "endpoints">,
): CompiledObject[] {
  const { metrics } = service;
  const rules = hasRules(metrics) ? alertsOf(observe(service, surroundings, opened)) : [];
  if (rules.length === 0) return [];
  const { labels, ...metadata } = metadataOf(service);
  return [
    {
      logicalName: "prometheus-rule",
      object: {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { ...metadata, labels: { ...labels, ...metrics.labels } },
        spec: { groups: [{ name: `holdfast/${service.namespace}/${service.name}`, rules }] },
      },
      after: afterNamespace(service),
      why: [
        "The thresholds follow from the promise, the affinity and the fewest pods; docs/observability.md tells how, and what to do for each.",
      ],
    },
  ];
}
