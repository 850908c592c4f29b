import { WORKLOAD_DEFAULTS } from "../../path/facts/workloads";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { knownItems, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { shortened } from "../message";
import type { RuleContext, Statement } from "../rule";
import type { Container } from "./containers";
import { podSpecAt } from "./pods";
import { runningContainers } from "./containers";
import { asksNoPrometheus } from "./prometheusAddress";
import type { Metric } from "./metrics";
import { metricsOf } from "./metrics";

/** What is wrong with what an autoscaler measures, for pods that hold connections. */
export function metricFindings(autoscaler: KubernetesObject, workload: KubernetesObject, context: RuleContext): Statement[] {
  const metrics = metricsOf(autoscaler);
  const open = metrics.find(({ kind }) => kind === "unknown");
  if (open !== undefined) {
    const found = "what it measures is not known yet";
    const needed = "a metric that follows the number of connections";
    return [{ ...onlyCpu(autoscaler, open), found, needed, pending: true }];
  }
  const [first] = metrics;
  const cpuAlone = first !== undefined && metrics.every(({ kind, name }) => kind === "resource" && name === "cpu");
  return [
    ...(cpuAlone ? [onlyCpu(autoscaler, first)] : []),
    ...(autoscaler.kind === "HorizontalPodAutoscaler" ? unsupplied(autoscaler, metrics, context) : sharesByShare(autoscaler)),
    ...(autoscaler.kind === "ScaledObject" ? asksNoPrometheus(autoscaler, workload, context.catalog) : []),
    ...withoutRequests(autoscaler, workload, metrics, context),
  ];
}

const UNMEASURED =
  "the autoscaler cannot compute the share and leaves the number of pods as it is, however many connections come";
const CONNECTIONS =
  "metrics: [{ type: Pods, pods: { metric: { name: <gauge of open connections> }, target: { type: AverageValue, averageValue: <connections per pod> } } }]";
const CONNECTIONS_OF_KEDA =
  'triggers: [{ type: prometheus, metricType: AverageValue, metadata: { serverAddress: <Prometheus>, query: <sum of the open connections>, threshold: "<connections per pod>" } }]';

function onlyCpu(autoscaler: KubernetesObject, { at }: Metric): Statement {
  const { utilizationPercent } = WORKLOAD_DEFAULTS.autoscalerMetric;
  const standard = at.length === 1 ? ` (nothing is written, which means ${utilizationPercent} % of the processor)` : "";
  return {
    severity: "warning",
    object: refOf(autoscaler),
    at,
    found: `it measures processor time alone${standard}`,
    needed: "a metric that follows the number of connections: the connections of each pod, or memory beside it",
    fix: autoscaler.kind === "ScaledObject" ? CONNECTIONS_OF_KEDA : CONNECTIONS,
    reason:
      "an open connection that is silent costs memory and no processor time: pods fill up without one being added, and are taken away while all their connections are open",
  };
}

/** Metrics that no kubelet knows come from an adapter; until there is one the autoscaler adds or takes away nothing by them. */
function unsupplied(autoscaler: KubernetesObject, metrics: Metric[], { catalog, cluster }: RuleContext): Statement[] {
  const custom = metrics.find(({ kind }) => kind === "custom");
  if (custom === undefined) return [];
  const declared = Object.keys(cluster.controllers ?? {}).some((name) => /adapter|keda/.test(name));
  const registered = catalog.ofKind("APIService").some((one) => /(custom|external)\.metrics\.k8s\.io$/.test(refOf(one).name));
  if (declared || registered) return [];
  return [
    {
      severity: "warning",
      object: refOf(autoscaler),
      at: custom.at,
      found: `${custom.name} comes from an adapter, and none is among what was read or declared`,
      needed: "an adapter that answers custom.metrics.k8s.io or external.metrics.k8s.io",
      fix: 'declare it: controllers: { prometheus-adapter: "<version>" }; kubectl get apiservices shows whether there is one',
      reason: "without an answer the autoscaler adds no pod for it and takes none away, however many connections come",
    },
  ];
}

/** What says how busy each pod is, or how long one waits: the same however many pods there are. */
const QUANTILE = /^\s*(histogram_quantile|quantile)\s*\(/i;
const BUSY = /(^|[_:])(util(i[sz]ation)?|percent(age)?|ratio|usage|latency|duration|seconds|load\d*|cpu|gpu|memory)([_:]|$)/i;
/** Strings and comments, then labels and what is grouped by: none of them is what is measured. */
const TEXTS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*/g;
const LABELS = /\{[^{}]*\}|\[[^[\]]*\]|\b(by|without)\s*\([^()]*\)/gi;

function isOfEachPod(query: string): boolean {
  const measured = query.replace(TEXTS, "").replace(LABELS, "");
  if (QUANTILE.test(measured)) return true;
  if (!/^\s*avg\b/i.test(measured)) return false;
  return (measured.match(/[a-z_:][\w:]*(?![\w:]|\s*\()/gi) ?? []).some((name) => BUSY.test(name));
}

/**
 * KEDA hands AverageValue to the autoscaler, where nothing else is written, which divides the answer by what one pod carries: right for a sum
 * over all pods only. Source: keda.sh/docs/latest/reference/scaledobject-spec, triggers, metricType; /scalers/prometheus.
 */
function sharesByShare(scaler: KubernetesObject): Statement[] {
  return knownItems(scaler, "spec", "triggers").flatMap((trigger, index): Statement[] => {
    const found = sharedOut(trigger);
    if (found === undefined) return [];
    const at = ["spec", "triggers", index, "metadata", "query"];
    const needed = "a sum over all pods, or metricType: Value";
    return [{ severity: "warning", object: refOf(scaler), at, needed, reason: BY_SHARE, ...found }];
  });
}

/** What is wrong with a trigger whose answer is divided among the pods. */
function sharedOut(trigger: Value): Pick<Statement, "found" | "fix" | "pending"> | undefined {
  const [type, written] = [textAt(trigger, "type"), textAt(trigger, "metricType")];
  const query = textAt(trigger, "metadata", "query");
  if (type !== "prometheus" || ![undefined, "AverageValue", UNKNOWN].includes(written)) return undefined;
  if (query === UNKNOWN || (written === UNKNOWN && isOfEachPod(query ?? ""))) {
    return { found: "its query, or what is made of the answer, is not known yet", fix: WAIT, pending: true };
  }
  if (query === undefined || !isOfEachPod(query)) return undefined;
  return {
    found: `${shortened(query, 60)} says how it is with each pod, and AverageValue divides it among the pods as if it were their sum`,
    fix: "metricType: Value, or sum(...) with what one pod carries as the threshold",
  };
}

const WAIT = "wait for the update";
const BY_SHARE =
  "the answer asks for one and the same number of pods however many there are already: too many of them, or too few, for as long as it stays";

/** A share of what is reserved is not defined where a container reserves nothing: then the autoscaler does nothing at all. */
function withoutRequests(
  autoscaler: KubernetesObject,
  workload: KubernetesObject,
  metrics: Metric[],
  { catalog }: RuleContext,
): Statement[] {
  // A LimitRange writes requests where a pod has none.
  if (catalog.ofKind("LimitRange", namespaceOf(workload)).length > 0) return [];
  const containers = runningContainers(workload);
  const shares = metrics.filter(({ kind, share }) => kind === "resource" && share);
  if (containers === UNKNOWN) return shares.length === 0 ? [] : [containersNotKnown(workload)];
  return shares.flatMap((metric) =>
    containers
      .filter(({ name }) => metric.container === undefined || metric.container === name)
      .flatMap((container) => withoutRequest(autoscaler, workload, container, metric.name)),
  );
}

function containersNotKnown(workload: KubernetesObject): Statement {
  return {
    severity: "warning",
    object: refOf(workload),
    at: podSpecAt(workload),
    found: "which containers it has, and what they request, is not known yet",
    needed: "a request in every container of the pod",
    fix: "resources: { requests: { cpu: <what it needs at least> } }",
    reason: UNMEASURED,
    pending: true,
  };
}

function withoutRequest(
  autoscaler: KubernetesObject,
  workload: KubernetesObject,
  container: Container,
  resource: string,
): Statement[] {
  const request =
    valueAt(container.value, "resources", "requests", resource) ?? valueAt(container.value, "resources", "limits", resource);
  if (request !== undefined && request !== UNKNOWN) return [];
  const name = textAt(container.value, "name");
  return [
    {
      severity: "warning",
      object: refOf(workload),
      container: container.name,
      at: [...container.at, "resources"],
      found:
        request === UNKNOWN
          ? `its ${resource} request is not known yet`
          : `${String(name)} requests no ${resource}, and ${nameOf(autoscaler)} measures a share of what is requested`,
      needed: `a ${resource} request in every container of the pod`,
      fix: `resources: { requests: { ${resource}: <what it needs at least> } }`,
      reason: UNMEASURED,
      ...(request === UNKNOWN && { pending: true }),
    },
  ];
}
