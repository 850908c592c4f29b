import { isDeepStrictEqual } from "node:util";
import type { Catalog } from "../path/catalog";
import { POD_LIFECYCLE } from "../path/facts";
import type { ClusterFacts } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { readPreStop } from "../path/preStop";
import { listAt, nameOf, namespaceOf, numberAt, refOf, textAt, valueAt } from "../path/value";
import type { RuleContext } from "../policy/rule";
import { heldBy, podsAtATime, reached, secondsOf } from "./pace";
import type { ResourceChange } from "./preview";

/** What a change does to the pods of one workload, and so to the connections they hold. */
export interface Rollout {
  /** `Deployment chat/web`. */
  workload: string;
  /** `held`: its pods end only when somebody goes on by hand. */
  kind: "restart" | "delete" | "scale-in" | "held";
  /** Why its pods end: the properties that change. */
  because: string[];
  /** Pods that end: `at least` at the workload's floor, `at most` at its ceiling; null where nothing read decides it. */
  pods: { atLeast: number; atMost: number | null };
  /** Pods that end at one time, at most: a share (`10%`) where their number is not known; null for all of them. */
  atATime: number | string | null;
  /** Seconds from the first pod that ends to the last one gone: the soonest, and the latest; null where nothing decides it. */
  seconds: { soonest: number; latest: number } | null;
  /** Seconds a connection has from the moment its pod begins to leave until it is killed. */
  notice: Notice;
  /** Connections of one pod at which the autoscaler adds another; null where nothing says so. */
  connectionsPerPod: number | null;
}

export interface Notice {
  /** Seconds the pod serves on before the application is told; 0 where it is told at once, null where a program decides. */
  preStopSeconds: number | null;
  /** Seconds until the kubelet kills it, counted from the same moment. */
  gracePeriodSeconds: number;
}

/** The cluster before the change, or after it. */
type Side = Pick<RuleContext, "catalog" | "cluster">;

const WORKLOADS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
const AUTOSCALERS = new Set(["HorizontalPodAutoscaler", "ScaledObject"]);

/** The workloads that lose pods, in the order of the preview. `before` and `after` are the cluster on either side. */
export function rolloutsOf(changes: readonly ResourceChange[], before: Side, after: Side): Rollout[] {
  const ending = changes.flatMap((change) => {
    const workload = change.before ?? change.after;
    return workload !== undefined && WORKLOADS.has(workload.kind) ? ofWorkload(change, before, after) : [];
  });
  const restarted = new Set(ending.flatMap(({ workload, kind }) => (kind === "held" ? [] : workload)));
  return [...ending, ...scaledIn(changes, before, after).filter(({ workload }) => !restarted.has(workload))];
}

function ofWorkload(change: ResourceChange, before: Side, after: Side): Rollout[] {
  const { operation, before: old, after: next } = change;
  if (old === undefined || operation === "same" || operation === "create") return [];
  if (operation === "delete" || operation === "replace" || next === undefined) {
    if (change.isKept) return [];
    const because = operation === "replace" ? ["it is deleted and made anew"] : ["it is deleted"];
    return [{ ...common(old, before), kind: "delete", because, atATime: null, seconds: null }];
  }
  const because = templateChanges(change);
  if (because.length === 0) return [];
  // The pods that leave do so as the old template says; the new one decides how fast others take their place.
  const told = common(old, before);
  const pods = podsEnding(told.pods, podsOf(next, after.catalog), next);
  if (pods.atMost === 0) return [];
  const heldUntil = heldBy(next);
  if (heldUntil !== undefined) return [{ ...told, kind: "held", because: [heldUntil], pods, atATime: null, seconds: null }];
  const size = podsOf(next, after.catalog);
  const seconds = secondsOf(next, { pods: size, notice: told.notice });
  return [{ ...told, kind: "restart", because, pods, atATime: podsAtATime(next, size), seconds }];
}

/** The properties of the pod template that change; where the engine only names a block above it, the two are compared. */
function templateChanges({ changed, before, after }: ResourceChange): string[] {
  const named = changed.filter((property) => property.startsWith("spec.template"));
  if (named.length > 0 || !changed.includes("spec")) return named;
  return isDeepStrictEqual(valueAt(before, "spec", "template"), valueAt(after, "spec", "template")) ? [] : ["spec.template"];
}

/** A workload that changes its size as well does so first, so that the larger of the two numbers may end. */
function podsEnding(old: Rollout["pods"], now: Rollout["pods"], next: KubernetesObject): Rollout["pods"] {
  const most = old.atMost === null || now.atMost === null ? null : Math.max(old.atMost, now.atMost);
  const gone = old.atMost === null || now.atMost === null ? 0 : Math.max(0, old.atLeast - now.atMost);
  const left = reached(next, old.atLeast - gone) + gone;
  return { atLeast: left, atMost: most === null || now.atMost === null ? null : most - now.atMost + reached(next, now.atMost) };
}

function common(workload: KubernetesObject, { catalog, cluster }: Side) {
  return {
    workload: nameOf(workload),
    pods: podsOf(workload, catalog),
    notice: noticeOf(workload, cluster),
    connectionsPerPod: connectionsPerPod(workload, catalog),
  };
}

function podsOf(workload: KubernetesObject, catalog: Catalog): Rollout["pods"] {
  const { floor, ceiling } = catalog.podRange(workload);
  return { atLeast: typeof floor === "number" ? floor : 0, atMost: typeof ceiling === "number" ? ceiling : null };
}

/** Fewer replicas, or a lower ceiling of the autoscaler. */
function scaledIn(changes: readonly ResourceChange[], before: Side, after: Side): Rollout[] {
  const touched = changes.filter(({ operation }) => operation === "update" || operation === "delete" || operation === "replace");
  const workloads = touched.flatMap(({ before: old }) => {
    if (old === undefined) return [];
    if (!AUTOSCALERS.has(old.kind)) return WORKLOADS.has(old.kind) ? [old] : [];
    return targetOf(old, before.catalog) ?? [];
  });
  return [...new Set(workloads)].flatMap((workload) => {
    const next = after.catalog.resolve(refOf(workload));
    if (next === undefined) return [];
    const [old, now] = [podsOf(workload, before.catalog), podsOf(next, after.catalog)];
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

/** What the pods of the old template are told; a hook that is a program of its own takes as long as it likes. */
function noticeOf(workload: KubernetesObject, cluster: ClusterFacts): Notice {
  const pod = ["spec", "template", "spec"] as const;
  const grace = numberAt(workload, ...pod, "terminationGracePeriodSeconds");
  const containers = listAt(workload, ...pod, "containers");
  const hooks = (containers === UNKNOWN ? [] : containers).map((container) => readPreStop(container, cluster));
  const isOpen =
    containers === UNKNOWN ||
    hooks.some((hook) => hook.kind === "unknown" || (hook.kind === "runs" && hook.seconds === undefined));
  const seconds = hooks.map((hook) => (hook.kind === "runs" ? (hook.seconds ?? 0) : 0));
  return {
    preStopSeconds: isOpen ? null : Math.max(0, ...seconds),
    gracePeriodSeconds: typeof grace === "number" ? grace : POD_LIFECYCLE.defaultGracePeriodSeconds,
  };
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
