import { versionAtLeast } from "../../path/facts";
import { KEDA_FALLBACK_BEHAVIOR_SINCE } from "../../path/facts/autoscalers";
import type { ClusterFacts } from "../../path/model";
import { block, seconds, text, wholeNumber } from "../check/fields";
import { show, type Problem } from "../check/problem";
import { metadataOf } from "../labels";
import type { CompiledObject } from "../model";
import { afterNamespace } from "../namespace";
import type { Service } from "../service";
import { workloadKind } from "../workload";
import { behaviorOf } from "./behavior";
import { connectionsQuery } from "./connections";

/** KEDA in place of the cluster's own autoscaler: it asks Prometheus itself, so no adapter is needed. */
export interface Keda {
  /** Where Prometheus answers: `http://prometheus.monitoring.svc:9090`. */
  serverAddress: string;
  /** PromQL for all open connections of the service. Default: the sum of `metrics.names.connections` over its pods. */
  query?: string;
  /** Seconds between two questions. 5 to 3600, default 30. */
  pollingSeconds: number;
  /** What happens while Prometheus does not answer. */
  fallback: {
    /** Questions in a row without an answer. 1 to 100, default 3. */
    failureThreshold: number;
    /** How many pods there are then, at least. `scaling.min` to `scaling.max`, default `scaling.max`: no connection is lost to blindness. */
    replicas?: number;
  };
}

export const kedaSchema = block({
  serverAddress: text("an http or https address such as http://prometheus.monitoring.svc:9090", /^https?:\/\/[^\s/?#]+(\/\S*)?$/),
  query: text("a query in PromQL that gives one number").optional(),
  pollingSeconds: seconds(5, 3600).default(30),
  fallback: block({
    failureThreshold: wholeNumber("questions", 1, 100).default(3),
    replicas: wholeNumber("pods", 1, 1000).optional(),
  }).prefault({}),
});

/** A fallback outside what the autoscaler may choose, and a default query that nothing would answer. */
export function checkKeda({ scaling, metrics }: Partial<Pick<Service, "scaling" | "metrics">>): Problem[] {
  if (scaling?.keda === undefined) return [];
  const { min, max, keda } = scaling;
  const problems: Problem[] = [];
  const { replicas } = keda.fallback;
  if (replicas !== undefined && (replicas < min || replicas > max)) {
    const message = `found ${replicas}; allowed: scaling.min to scaling.max (${min} to ${max} pods). Correct it, or remove it for ${max}.`;
    problems.push({ path: "scaling.keda.fallback.replicas", message });
  }
  if (keda.query === undefined && metrics !== undefined && metrics.via !== "service-monitor") {
    const message = `missing with metrics.via: ${show(metrics.via).replace(/"/g, "")}; the query by default finds the numbers by the labels that a ServiceMonitor gives them. Write the query, or metrics.via: service-monitor.`;
    problems.push({ path: "scaling.keda.query", message });
  }
  return problems;
}

export function compileScaledObject(service: Service, cluster: ClusterFacts): CompiledObject {
  const { min, max, connections, keda } = service.scaling;
  const { serverAddress, query = connectionsQuery(service), pollingSeconds, fallback } = keda!;
  const keepsPods = versionAtLeast(cluster.controllers?.keda, KEDA_FALLBACK_BEHAVIOR_SINCE.version) !== false;
  const threshold = String(connections!.perPod);
  return {
    logicalName: "scaled-object",
    object: {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: metadataOf(service),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: workloadKind(service), name: service.name },
        minReplicaCount: min,
        maxReplicaCount: max,
        pollingInterval: pollingSeconds,
        fallback: {
          failureThreshold: fallback.failureThreshold,
          replicas: fallback.replicas ?? max,
          ...(keepsPods ? { behavior: "currentReplicasIfHigher" } : {}),
        },
        advanced: { horizontalPodAutoscalerConfig: { behavior: behaviorOf(service, cluster) } },
        triggers: [
          {
            type: "prometheus",
            metricType: "AverageValue",
            // An answer without a number would count as no connection at all, and take pods away.
            metadata: { serverAddress, query, threshold, ignoreNullValues: "false" },
          },
        ],
      },
    },
    after: afterNamespace(service),
    why: [
      "KEDA makes the autoscaler from it, so there is no HorizontalPodAutoscaler beside it: two would fight over the replicas.",
      `Never fewer than ${min} pods: at zero nobody could connect, and the disruption budget counts on them.`,
      `While Prometheus does not answer there are at least ${fallback.replicas ?? max} pods.`,
    ],
  };
}
