import { WORKLOAD_DEFAULTS } from "../../path/facts/workloads";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, textAt, valueAt } from "../../path/value";
import type { PropertyPath } from "../rule";

/** What an autoscaler compares. */
export interface Metric {
  kind: "resource" | "custom" | "unknown";
  /** `cpu`, `memory`, or the name of what an adapter or a scaler answers. */
  name: string;
  /** A share of what the containers reserve: it needs their requests. */
  share: boolean;
  /** Only of this container. */
  container?: string;
  at: PropertyPath;
}

/** The metrics of an autoscaler in every version of its API, KEDA's triggers among them. */
export function metricsOf(autoscaler: KubernetesObject): Metric[] {
  if (autoscaler.kind === "ScaledObject") return triggersOf(autoscaler);
  const v1 = valueAt(autoscaler, "spec", "targetCPUUtilizationPercentage");
  if (v1 !== undefined) return [cpu(["spec", "targetCPUUtilizationPercentage"])];
  const metrics = listAt(autoscaler, "spec", "metrics");
  if (metrics === UNKNOWN) return [{ kind: "unknown", name: "", share: false, at: ["spec", "metrics"] }];
  if (metrics.length === 0) return [cpu(["spec"])];
  return metrics.map((metric, index) => metricOf(metric, ["spec", "metrics", index]));
}

const cpu = (at: PropertyPath): Metric => ({
  kind: "resource",
  name: WORKLOAD_DEFAULTS.autoscalerMetric.resource,
  share: true,
  at,
});

function metricOf(metric: Value, at: PropertyPath): Metric {
  const type = textAt(metric, "type");
  if (type === "Resource" || type === "ContainerResource") {
    const key = type === "Resource" ? "resource" : "containerResource";
    const name = textAt(metric, key, "name");
    if (name === UNKNOWN) return { kind: "unknown", name: "", share: false, at };
    const share = [valueAt(metric, key, "target", "averageUtilization"), valueAt(metric, key, "targetAverageUtilization")];
    const container = textAt(metric, key, "container");
    return {
      kind: "resource",
      name: name ?? "",
      share: share.some((value) => value !== undefined),
      ...(typeof container === "string" && { container }),
      at,
    };
  }
  if (type === UNKNOWN || type === undefined) return { kind: "unknown", name: "", share: false, at };
  const key = type.charAt(0).toLowerCase() + type.slice(1);
  const names = [textAt(metric, key, "metric", "name"), textAt(metric, key, "metricName")];
  const name = names.find((one): one is string => typeof one === "string");
  return { kind: "custom", name: name ?? type, share: false, at };
}

function triggersOf(scaler: KubernetesObject): Metric[] {
  const triggers = listAt(scaler, "spec", "triggers");
  if (triggers === UNKNOWN) return [{ kind: "unknown", name: "", share: false, at: ["spec", "triggers"] }];
  return triggers.map((trigger, index): Metric => {
    const type = textAt(trigger, "type");
    const at = ["spec", "triggers", index];
    if (type === UNKNOWN) return { kind: "unknown", name: "", share: false, at };
    if (type !== "cpu" && type !== "memory") return { kind: "custom", name: type ?? "", share: false, at };
    const target = textAt(trigger, "metricType") ?? textAt(trigger, "metadata", "type");
    return { kind: "resource", name: type, share: target === undefined || target === "Utilization", at };
  });
}
