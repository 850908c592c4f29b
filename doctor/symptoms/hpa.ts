import type { KubernetesObject } from "../../path/objects";
import { duration } from "../../explain/words";
import { AUTOSCALER_BOUNDS } from "../../path/facts/autoscalers";
import { numberAt, textAt } from "../../path/value";
import {
  conditionsOf,
  describe,
  nameOf,
  objectsIn,
  sorted,
  type Cause,
  type Condition,
  type Diagnosis,
  type Ward,
} from "./diagnosis";

/** An autoscaler that does nothing: its own conditions, and the four usual reasons. */
export async function hpa(ward: Ward): Promise<Diagnosis[]> {
  const autoscalers = await objectsIn(ward, "autoscaling/v2", "HorizontalPodAutoscaler");
  const services = await ward.reader.list("apiregistration.k8s.io/v1", "APIService");
  const metrics = "objects" in services && services.objects.some(({ metadata }) => metadata.name === "v1beta1.metrics.k8s.io");
  const workloads = await objectsIn(ward, "apps/v1", "Deployment");
  if (autoscalers.length === 0) return [{ about: "no HorizontalPodAutoscaler is there", causes: [] }];
  return autoscalers.map((autoscaler) => {
    const target = workloads.find(({ metadata }) => metadata.name === textAt(autoscaler, "spec", "scaleTargetRef", "name"));
    const causes = [server(metrics), requests(target), below(autoscaler), window(autoscaler), ...told(autoscaler)];
    return { about: nameOf(autoscaler), causes: sorted(causes) };
  });
}

const server = (isThere: boolean): Cause => ({
  likelihood: isThere ? "ruled out" : "seen",
  what: "no metrics server, so nobody knows what the pods use",
  evidence: isThere ? "metrics.k8s.io is registered" : "there is no APIService v1beta1.metrics.k8s.io",
  mend: "install metrics-server; kubectl top pods then answers",
});

function requests(target: KubernetesObject | undefined): Cause {
  type Container = { name: string; resources?: { requests?: object } };
  const { template } = (target?.spec ?? {}) as { template?: { spec?: { containers?: Container[] } } };
  const without = (template?.spec?.containers ?? []).filter(({ resources }) => resources?.requests === undefined);
  const names = without.map(({ name }) => name).join(", ");
  return {
    likelihood: target === undefined ? "no sign" : without.length > 0 ? "seen" : "ruled out",
    what: "a container without requests: a share of nothing cannot be reckoned",
    evidence:
      target === undefined
        ? "its target was not found"
        : without.length > 0
          ? `${nameOf(target)}: ${names}`
          : "every container has requests",
    mend: "resources.requests in each container",
  };
}

interface Metric {
  resource?: { name: string; current?: { averageUtilization?: number }; target?: { averageUtilization?: number } };
}

function below(autoscaler: KubernetesObject): Cause {
  const { currentMetrics = [] } = (autoscaler.status ?? {}) as { currentMetrics?: Metric[] };
  const { metrics = [] } = (autoscaler.spec ?? {}) as { metrics?: Metric[] };
  const read = metrics.flatMap(({ resource }) => {
    const now = currentMetrics.find((each) => each.resource?.name === resource?.name)?.resource?.current?.averageUtilization;
    const target = resource?.target?.averageUtilization;
    return now === undefined || target === undefined ? [] : [{ name: resource!.name, now, target }];
  });
  const evidence = read.map(({ name, now, target }) => `${name} ${now} % of ${target} %`).join(", ");
  return {
    likelihood: read.length === 0 ? "no sign" : read.every(({ now, target }) => now <= target) ? "seen" : "ruled out",
    what: "use is below the target, so there is nothing to do; silent connections use no processor at all",
    evidence: evidence || "it has no current numbers",
    mend: "scale by connections: scaling.connections",
  };
}

function window(autoscaler: KubernetesObject): Cause {
  const seconds = numberAt(autoscaler, "spec", "behavior", "scaleDown", "stabilizationWindowSeconds");
  const length = typeof seconds === "number" ? seconds : AUTOSCALER_BOUNDS.standardScaleDown.stabilizationSeconds;
  const stabilized = conditionsOf(autoscaler).some(({ reason }) => reason === "ScaleDownStabilized");
  return {
    likelihood: stabilized ? "seen" : "no sign",
    what: `it looks back ${duration(length)} before it takes a pod away`,
    evidence: stabilized ? "condition AbleToScale: ScaleDownStabilized" : "",
    mend: "wait, or behavior.scaleDown.stabilizationWindowSeconds; each pod that goes closes its connections",
  };
}

/** What it says of itself, where that is bad news. */
function told(autoscaler: KubernetesObject): Cause[] {
  const isBad = ({ type, status }: Condition): boolean => (type === "ScalingLimited" ? status === "True" : status === "False");
  return conditionsOf(autoscaler)
    .filter(isBad)
    .map(({ type, reason, message }) => ({
      likelihood: "seen",
      what: type === "ScalingLimited" ? "it is at the end of its range" : `${type} is not so`,
      evidence: `${reason ?? ""}: ${message ?? ""}`,
      mend: describe(autoscaler),
    }));
}
