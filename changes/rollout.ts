import { amountOf, podsOf as podsOfAmount } from "../path/amount";
import type { Catalog } from "../path/catalog";
import { POD_LIFECYCLE } from "../path/facts";
import { WORKLOAD_DEFAULTS } from "../path/facts/workloads";
import type { KubernetesObject, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { listAt, mapAt, nameOf, namespaceOf, numberAt, refOf, textAt, valueAt } from "../path/value";
import type { ResourceChange } from "./preview";

/** What a change does to the pods of one workload, and so to the connections they hold. */
export interface Rollout {
  /** `Deployment chat/web`. */
  workload: string;
  kind: "restart" | "delete" | "scale-in";
  /** Why its pods end: the properties that change. */
  because: string[];
  /** Pods that end: `at least` at the workload's floor, `at most` at its ceiling; null where nothing read decides it. */
  pods: { atLeast: number; atMost: number | null };
  /** Pods that end at one time; null for all of them. */
  atATime: number | null;
  /** Seconds from the first pod that ends to the last one gone: the soonest, and the latest; null where nothing decides it. */
  seconds: { soonest: number; latest: number } | null;
  /** Seconds a connection has from the moment its pod begins to leave until it is killed. */
  notice: Notice;
  /** Connections of one pod at which the autoscaler adds another; null where nothing says so. */
  connectionsPerPod: number | null;
}

export interface Notice {
  /** Seconds the pod serves on before the application is told; 0 where it is told at once. */
  preStopSeconds: number;
  /** Seconds until the kubelet kills it, counted from the same moment. */
  gracePeriodSeconds: number;
}

const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
const AUTOSCALERS = new Set(["HorizontalPodAutoscaler", "ScaledObject"]);

/** The workloads that lose pods, in the order of the preview. `before` and `after` hold the cluster's objects on either side. */
export function rolloutsOf(changes: readonly ResourceChange[], before: Catalog, after: Catalog): Rollout[] {
  const ending = changes.flatMap((change) => {
    const workload = change.before ?? change.after;
    return workload !== undefined && WORKLOADS.has(workload.kind) ? ofWorkload(change, before, after) : [];
  });
  const restarted = new Set(ending.map(({ workload }) => workload));
  return [...ending, ...scaledIn(changes, before, after).filter(({ workload }) => !restarted.has(workload))];
}

function ofWorkload(
  { operation, before: old, after: next, changed }: ResourceChange,
  before: Catalog,
  after: Catalog,
): Rollout[] {
  if (old === undefined || operation === "same" || operation === "create") return [];
  if (operation === "delete" || operation === "replace" || next === undefined) {
    const because = operation === "replace" ? ["it is deleted and made anew"] : ["it is deleted"];
    return [{ ...common(old, before), kind: "delete", because, atATime: null, seconds: null }];
  }
  const because = changed.filter((property) => property.startsWith("spec.template"));
  if (because.length === 0) return [];
  // The new template's pods take the place of pods that still leave as the old template says.
  const rollout: Omit<Rollout, "atATime" | "seconds"> = { ...common(old, before), kind: "restart", because };
  rollout.pods = podsOf(next, after);
  const atATime = podsAtATime(next, rollout.pods);
  return [{ ...rollout, atATime, seconds: durationOf(next, rollout, atATime) }];
}

function common(workload: KubernetesObject, catalog: Catalog) {
  return {
    workload: nameOf(workload),
    pods: podsOf(workload, catalog),
    notice: noticeOf(workload),
    connectionsPerPod: connectionsPerPod(workload, catalog),
  };
}

function podsOf(workload: KubernetesObject, catalog: Catalog): Rollout["pods"] {
  const { floor, ceiling } = catalog.podRange(workload);
  return { atLeast: typeof floor === "number" ? floor : 0, atMost: typeof ceiling === "number" ? ceiling : null };
}

/** Fewer replicas, or a lower ceiling of the autoscaler. */
function scaledIn(changes: readonly ResourceChange[], before: Catalog, after: Catalog): Rollout[] {
  const touched = changes.filter(({ operation }) => operation === "update" || operation === "delete" || operation === "replace");
  const workloads = touched.flatMap(({ before: old }) => {
    if (old === undefined) return [];
    if (!AUTOSCALERS.has(old.kind)) return WORKLOADS.has(old.kind) ? [old] : [];
    return targetOf(old, before) ?? [];
  });
  return [...new Set(workloads)].flatMap((workload) => {
    const next = after.resolve(refOf(workload));
    if (next === undefined) return [];
    const [old, now] = [podsOf(workload, before), podsOf(next, after)];
    if (old.atMost === null || now.atMost === null || now.atMost >= old.atMost) return [];
    const because = [`at most ${old.atMost} pods before, ${now.atMost} after`];
    const pods = { atLeast: Math.max(0, old.atLeast - now.atMost), atMost: old.atMost - now.atMost };
    return [{ ...common(workload, before), kind: "scale-in" as const, because, pods, atATime: null, seconds: null }];
  });
}

function targetOf(autoscaler: KubernetesObject, catalog: Catalog): KubernetesObject | undefined {
  const kind = textAt(autoscaler, "spec", "scaleTargetRef", "kind") ?? "Deployment";
  const name = textAt(autoscaler, "spec", "scaleTargetRef", "name");
  if (typeof kind !== "string" || typeof name !== "string") return undefined;
  return catalog.find(kind, namespaceOf(autoscaler), name);
}

/** A preStop hook that sleeps, in either form; what an exec hook does otherwise nobody can read. */
function noticeOf(workload: KubernetesObject): Notice {
  const pod = ["spec", "template", "spec"] as const;
  const grace = numberAt(workload, ...pod, "terminationGracePeriodSeconds");
  const containers = listAt(workload, ...pod, "containers");
  const sleeps = containers === UNKNOWN ? [] : containers.map(sleepOf);
  return {
    preStopSeconds: Math.max(0, ...sleeps),
    gracePeriodSeconds: typeof grace === "number" ? grace : POD_LIFECYCLE.defaultGracePeriodSeconds,
  };
}

function sleepOf(container: Value): number {
  const seconds = numberAt(container, "lifecycle", "preStop", "sleep", "seconds");
  if (typeof seconds === "number") return seconds;
  const command = listAt(container, "lifecycle", "preStop", "exec", "command");
  const text = command === UNKNOWN ? "" : command.map(String).join(" ");
  return Number(/\bsleep (\d+)/.exec(text)?.[1] ?? 0);
}

/** How many pods the controller takes at once: the surge and what may be missing together. Null: all of them. */
function podsAtATime(workload: KubernetesObject, { atLeast, atMost }: Rollout["pods"]): number | null {
  const pods = atMost ?? atLeast;
  if (workload.kind === "StatefulSet") return WORKLOAD_DEFAULTS.oneAtATime.maxUnavailable;
  if (textAt(workload, "spec", "strategy", "type") === "Recreate") return null;
  const isDaemonSet = workload.kind === "DaemonSet";
  const update = mapAt(workload, "spec", isDaemonSet ? "updateStrategy" : "strategy", "rollingUpdate");
  const written = update === UNKNOWN ? {} : update;
  const standard = isDaemonSet ? { maxSurge: 0, ...WORKLOAD_DEFAULTS.oneAtATime } : WORKLOAD_DEFAULTS.rollingUpdate;
  const count = (key: "maxSurge" | "maxUnavailable", round: "up" | "down"): number => {
    const amount = amountOf(written[key] ?? standard[key]);
    return amount === undefined || amount === UNKNOWN ? 0 : podsOfAmount(amount, pods, round);
  };
  return Math.max(1, count("maxSurge", "up") + count("maxUnavailable", "down"));
}

/**
 * A Deployment goes on as soon as a new pod serves and lets the old ones leave meanwhile; a StatefulSet waits until the old one is gone.
 */
function durationOf(workload: KubernetesObject, { pods, notice }: Pick<Rollout, "pods" | "notice">, atATime: number | null) {
  const { soonest, latest } = readySeconds(workload);
  const steps = (total: number): number => (atATime === null ? 1 : Math.ceil(total / atATime));
  const oneByOne = workload.kind === "StatefulSet" || workload.kind === "DaemonSet";
  const last = pods.atMost ?? pods.atLeast;
  if (oneByOne) {
    return {
      soonest: steps(pods.atLeast) * (notice.preStopSeconds + soonest),
      latest: steps(last) * (notice.gracePeriodSeconds + latest),
    };
  }
  return {
    soonest: steps(pods.atLeast) * soonest + notice.preStopSeconds,
    latest: steps(last) * latest + notice.gracePeriodSeconds,
  };
}

/** From the start of a new pod until it counts: by its probes, without the time to fetch its image. */
function readySeconds(workload: KubernetesObject): { soonest: number; latest: number } {
  const containers = listAt(workload, "spec", "template", "spec", "containers");
  const minimum = asNumber(valueAt(workload, "spec", "minReadySeconds"), 0);
  const each = containers === UNKNOWN ? [] : containers.map(ofContainer);
  return {
    soonest: minimum + Math.max(0, ...each.map(({ soonest }) => soonest)),
    latest: minimum + Math.max(0, ...each.map(({ latest }) => latest)),
  };
}

function ofContainer(container: Value): { soonest: number; latest: number } {
  const probe = (name: string) => ({
    there: valueAt(container, name) !== undefined,
    delay: asNumber(valueAt(container, name, "initialDelaySeconds"), 0),
    period: asNumber(valueAt(container, name, "periodSeconds"), WORKLOAD_DEFAULTS.probe.periodSeconds),
    failures: asNumber(valueAt(container, name, "failureThreshold"), WORKLOAD_DEFAULTS.probe.failureThreshold),
  });
  const [startup, readiness] = [probe("startupProbe"), probe("readinessProbe")];
  const start = startup.there ? { soonest: startup.delay, latest: startup.delay + startup.period * startup.failures } : NOTHING;
  const ready = readiness.there ? { soonest: readiness.delay, latest: readiness.delay + readiness.period } : NOTHING;
  return { soonest: start.soonest + ready.soonest, latest: start.latest + ready.latest };
}

const NOTHING = { soonest: 0, latest: 0 };

function asNumber(value: Value, standard: number): number {
  return typeof value === "number" ? value : standard;
}

/** From an autoscaler that counts connections: the average per pod at which it adds another. */
function connectionsPerPod(workload: KubernetesObject, catalog: Catalog): number | null {
  for (const autoscaler of catalog.ofKind("HorizontalPodAutoscaler", namespaceOf(workload))) {
    if (targetOf(autoscaler, catalog) !== workload) continue;
    const metrics = listAt(autoscaler, "spec", "metrics");
    for (const metric of metrics === UNKNOWN ? [] : metrics) {
      const name = textAt(metric, "pods", "metric", "name");
      const target = textAt(metric, "pods", "target", "averageValue");
      if (typeof name === "string" && /connection|socket|session/i.test(name) && typeof target === "string") {
        return /^\d+$/.test(target) ? Number(target) : null;
      }
    }
  }
  return null;
}
