import type { Listed } from "../../cluster";
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
  type Likelihood,
  type Ward,
} from "./diagnosis";

/** An autoscaler that does nothing: its own conditions, and the four usual reasons. */
export async function hpa(ward: Ward): Promise<Diagnosis[]> {
  const autoscalers = await objectsIn(ward, "autoscaling/v2", "HorizontalPodAutoscaler");
  const services = await ward.reader.list("apiregistration.k8s.io/v1", "APIService");
  const workloads = [...(await objectsIn(ward, "apps/v1", "Deployment")), ...(await objectsIn(ward, "apps/v1", "StatefulSet"))];
  if (autoscalers.length === 0) return [{ about: "no HorizontalPodAutoscaler is there", causes: [] }];
  return autoscalers.map((autoscaler) => {
    const wanted = {
      kind: textAt(autoscaler, "spec", "scaleTargetRef", "kind"),
      name: textAt(autoscaler, "spec", "scaleTargetRef", "name"),
    };
    const target = workloads.find(
      ({ kind, metadata: { name, namespace } }) =>
        name === wanted.name && kind === (wanted.kind ?? "Deployment") && namespace === autoscaler.metadata.namespace,
    );
    const causes = [server(services), requests(target, autoscaler), below(autoscaler), window(autoscaler), ...told(autoscaler)];
    return { about: nameOf(autoscaler), causes: sorted(causes) };
  });
}

function server(services: Listed): Cause {
  const api = "objects" in services ? services.objects.find(({ metadata }) => metadata.name === METRICS_API) : undefined;
  const down =
    api === undefined ? undefined : conditionsOf(api).find(({ type, status }) => type === "Available" && status !== "True");
  const [likelihood, evidence]: [Likelihood, string] =
    "refused" in services
      ? ["no sign", `APIServices could not be read: ${services.refused.said}`]
      : api === undefined
        ? ["seen", `there is no APIService ${METRICS_API}`]
        : down !== undefined
          ? ["seen", `${METRICS_API} is not available: ${down.message ?? down.reason ?? ""}`]
          : ["ruled out", "metrics.k8s.io is registered"];
  const mend = "install metrics-server; kubectl top pods then answers";
  return { likelihood, what: "no metrics server that answers, so nobody knows what the pods use", evidence, mend };
}

const METRICS_API = "v1beta1.metrics.k8s.io";

/** A share is one of the request for the resource that the metric names; a limit stands for a request that is not written. */
function requests(target: KubernetesObject | undefined, autoscaler: KubernetesObject): Cause {
  type Amounts = Record<string, unknown>;
  type Container = { name: string; resources?: { requests?: Amounts; limits?: Amounts } };
  const { template } = (target?.spec ?? {}) as { template?: { spec?: { containers?: Container[] } } };
  const { metrics = [] } = (autoscaler.spec ?? {}) as { metrics?: Metric[] };
  const names = metrics.flatMap(({ resource }) => (resource?.target?.averageUtilization === undefined ? [] : resource.name));
  const without = (template?.spec?.containers ?? []).flatMap(({ name, resources }) =>
    names
      .filter((each) => resources?.requests?.[each] === undefined && resources?.limits?.[each] === undefined)
      .map((each) => `${name} (${each})`),
  );
  return {
    likelihood: target === undefined ? "no sign" : without.length > 0 ? "seen" : "ruled out",
    what: "a container without requests: a share of nothing cannot be reckoned",
    evidence:
      target === undefined
        ? "its target was not found"
        : without.length > 0
          ? `${nameOf(target)}: ${without.join(", ")}`
          : names.length === 0
            ? "it compares no share of a request"
            : `every container has requests for ${names.join(", ")}`,
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
