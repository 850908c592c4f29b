import { podLabelsOf } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { mapAt, nameOf, namespaceOf, refOf, valueAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";

/** Kinds whose pods a node drain evicts one by one, asking the budgets. */
const EVICTED_KINDS = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"]);

const REASON = "a node drain may take all of its pods, and with them every open connection, at once";
const NEEDED = "one PodDisruptionBudget that selects the pods and still lets one of them go";

/** Every judged workload has exactly one disruption budget that selects its pods and lets a node be drained. */
export const disruptionBudget: Rule = {
  id: "disruption-budget",
  title: "Node drains take one pod at a time",
  description: "Every exposed workload has a disruption budget that works.",
  group: "availability",
  check: (context: RuleContext): Statement[] => {
    const unused = unusedBudgets(context);
    return context.workloads
      .filter(({ workload }) => EVICTED_KINDS.has(workload.kind))
      .flatMap(({ workload, perhaps }) => check(workload, context, unused).map((statement) => notBefore(statement, perhaps)));
  },
};

function check(workload: KubernetesObject, context: RuleContext, unused: KubernetesObject[]): Statement[] {
  const { certain, perhaps } = context.catalog.budgetsOver(workload);
  const { floor, ceiling } = context.catalog.podRange(workload);
  const fix = budgetToWrite(workload, floor, ceiling);
  const common = { object: refOf(workload), needed: NEEDED, fix, reason: REASON } as const;
  if (certain.length === 0 && perhaps.length > 0) {
    const found = `whether ${perhaps.map(nameOf).join(", ")} selects its pods is not known yet`;
    return [{ ...common, severity: "warning", found, pending: true }];
  }
  if (certain.length === 0) {
    return [{ ...common, severity: "error", found: `no PodDisruptionBudget selects its pods${nearMisses(workload, unused)}` }];
  }
  const names = certain.map(nameOf).sort().join(" and ");
  if (certain.length > 1) {
    const reason = "the eviction API refuses to evict a pod that more than one budget covers, so no node can be drained";
    return [
      {
        ...common,
        severity: "error",
        found: `its pods are covered by more than one budget: ${names}`,
        fix: "delete all but one of them",
        reason,
      },
    ];
  }
  const blocked = certain[0] === undefined ? false : blocks(certain[0], floor);
  if (blocked === false && perhaps.length > 0) {
    return [
      {
        ...common,
        severity: "warning",
        found: `whether ${perhaps.map(nameOf).join(", ")} covers its pods as well is not known yet`,
        pending: true,
      },
    ];
  }
  if (blocked === false) return [];
  const reason = "a budget that never lets a pod go stops every node drain and every node upgrade";
  if (blocked === UNKNOWN) {
    return [
      { ...common, severity: "warning", found: `whether ${names} ever lets a pod go is not known yet`, reason, pending: true },
    ];
  }
  return [{ ...common, severity: "error", found: `${names} never lets a pod go: ${blocked}`, reason }];
}

/** Budgets that select no workload that was read: most often they were meant for one that has none. */
function unusedBudgets({ catalog }: RuleContext): KubernetesObject[] {
  const workloads = [...EVICTED_KINDS].flatMap((kind) => catalog.ofKind(kind));
  const used = new Set(workloads.flatMap((workload) => catalog.budgetsOver(workload).certain));
  return catalog.ofKind("PodDisruptionBudget").filter((budget) => !used.has(budget));
}

function nearMisses(workload: KubernetesObject, unused: KubernetesObject[]): string {
  const near = unused.filter((budget) => namespaceOf(budget) === namespaceOf(workload)).map(nameOf);
  if (near.length === 0) return "";
  return `; ${near.sort().slice(0, 3).join(", ")} selects no workload here, these pods carry ${labelText(podLabelsOf(workload))}`;
}

function labelText(labels: Value): string {
  const pairs = mapAt(labels);
  if (pairs === UNKNOWN) return "labels that are not known yet";
  const text = Object.entries(pairs).map(([key, value]) => `${key}=${value === UNKNOWN ? "(not known yet)" : String(value)}`);
  return text.length === 0 ? "no labels" : text.join(", ");
}

type Amount = { count: number } | { percent: number };

function amountOf(value: Value): Amount | typeof UNKNOWN | undefined {
  if (value === UNKNOWN) return UNKNOWN;
  if (typeof value === "number") return { count: value };
  if (typeof value !== "string") return undefined;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent !== undefined) return { percent: Number(percent) };
  return /^\d+$/.test(value) ? { count: Number(value) } : undefined;
}

/** Why a budget lets no pod go while the workload is at its floor; both forms of percentage round up, as the API server does. */
function blocks(budget: KubernetesObject, floor: number | typeof UNKNOWN | undefined): string | false | typeof UNKNOWN {
  const maximum = amountOf(valueAt(budget, "spec", "maxUnavailable"));
  const minimum = amountOf(valueAt(budget, "spec", "minAvailable"));
  if (maximum === UNKNOWN || minimum === UNKNOWN) return UNKNOWN;
  if (maximum !== undefined) {
    const none = "count" in maximum ? maximum.count === 0 : maximum.percent === 0;
    return none ? `maxUnavailable is ${"count" in maximum ? "0" : "0%"}` : false;
  }
  if (minimum === undefined) return false;
  if ("percent" in minimum && minimum.percent >= 100) return "minAvailable is 100%";
  if (floor === UNKNOWN) return UNKNOWN;
  if (floor === undefined || floor === 0) return false;
  const kept = "count" in minimum ? minimum.count : Math.ceil((minimum.percent * floor) / 100);
  const written = "count" in minimum ? String(minimum.count) : `${minimum.percent}%`;
  return kept >= floor ? `minAvailable ${written} keeps all ${floor} of them` : false;
}

function budgetToWrite(
  workload: KubernetesObject,
  floor: number | typeof UNKNOWN | undefined,
  ceiling: number | typeof UNKNOWN | undefined,
): string {
  const several = typeof floor === "number" && floor >= 2 && ceiling !== 1;
  const amount = several ? `minAvailable: ${floor - 1}` : "maxUnavailable: 1";
  const labels = valueAt(workload, "spec", "selector", "matchLabels") ?? podLabelsOf(workload);
  const pairs = mapAt(labels);
  const selector =
    pairs === UNKNOWN || pairs === undefined
      ? "<the pod's labels>"
      : Object.entries(pairs)
          .map(([key, value]) => `${key}: ${String(value)}`)
          .join(", ");
  return `a PodDisruptionBudget in ${namespaceOf(workload)} with spec: { ${amount}, selector: { matchLabels: { ${selector} } } }`;
}
