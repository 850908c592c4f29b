import { podLabelsOf } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { mapAt, nameOf, namespaceOf, refOf, valueAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { budgetsOf, budgetToWrite } from "../workload/budgets";
import { EVICTED_KINDS, selectorText } from "../workload/pods";

const REASON = "a node drain may take all of its pods, and with them every open connection, at once";
const NEEDED = "one PodDisruptionBudget that selects its pods";

/** Every judged workload has a disruption budget, and no budget beside it misses its pods. */
export const disruptionBudget: Rule = {
  id: "disruption-budget",
  title: "Node drains take one pod at a time",
  description: "Every workload with long connections has a disruption budget.",
  group: "availability",
  check: (context: RuleContext): Statement[] => {
    const { over, unused } = budgetsOf(context.catalog);
    const bare = context.workloads.filter(
      ({ workload }) => EVICTED_KINDS.has(workload.kind) && over(workload).certain.length === 0,
    );
    const neighbours = new Neighbours(bare.map(({ workload }) => workload).sort(byName));
    return [
      ...bare.flatMap((judged) => check(judged, context, unused.length > 0)),
      ...unused.flatMap((budget) => idle(budget, neighbours)),
    ];
  },
};

function check(
  { workload, perhaps: judgedPerhaps }: JudgedWorkload,
  { catalog, options }: RuleContext,
  near: boolean,
): Statement[] {
  const { perhaps } = budgetsOf(catalog).over(workload);
  const { ceiling } = catalog.podRange(workload);
  if (ceiling === 0) return [];
  const common = { object: refOf(workload), needed: NEEDED, fix: budgetToWrite(workload), reason: REASON } as const;
  if (perhaps.length > 0) {
    const found = `whether ${perhaps.map(nameOf).join(", ")} selects its pods is not known yet`;
    return [{ ...common, severity: "warning", found, pending: true }];
  }
  const carries = near ? ` (they carry ${labelText(podLabelsOf(workload))})` : "";
  const found = `no PodDisruptionBudget selects its pods${carries}`;
  if (ceiling !== 1) return [notBefore({ ...common, severity: "error", found }, judgedPerhaps)];
  const statement: Statement = {
    ...common,
    severity: "warning",
    found: `${found}, and there is only one`,
    needed: `${NEEDED}, and a second pod that stays when one goes`,
    fix: `first replicas: ${Math.max(2, options.minimumReplicas)}, then ${common.fix}`,
    reason: "a node drain takes the only pod, and with it every open connection; a budget alone cannot help one pod",
  };
  return [notBefore(statement, judgedPerhaps)];
}

/** A budget that selects nothing. Most often it was meant for a workload beside it; else its workload may just not have been read. */
function idle(budget: KubernetesObject, neighbours: Neighbours): Statement[] {
  const near = neighbours.of(budget);
  const first = near[0];
  const asks = mapAt(budget, "spec", "selector", "matchLabels");
  const selector = asks === UNKNOWN || Object.keys(asks).length === 0 ? "its selector" : `its selector (${labelText(asks)})`;
  const carry = near.map((workload) => `the pods of ${nameOf(workload)} carry ${labelText(podLabelsOf(workload))}`);
  return [
    {
      severity: first === undefined ? "info" : "warning",
      object: refOf(budget),
      at: ["spec", "selector"],
      found: `${[`${selector} matches the pods of no workload that was read`, ...carry].join("; ")}`,
      needed: "a selector that every label of the pod template satisfies",
      fix:
        first === undefined
          ? "correct the selector, or delete the budget"
          : `selector: { matchLabels: { ${selectorText(first)} } }`,
      reason: "a budget that selects no pod protects none, and nothing says so",
    },
  ];
}

const byName = (left: KubernetesObject, right: KubernetesObject): number => (nameOf(left) < nameOf(right) ? -1 : 1);

/** The workloads without a budget, found by what a budget that misses them has in common with them. */
class Neighbours {
  private readonly byMark = new Map<string, KubernetesObject[]>();

  constructor(workloads: readonly KubernetesObject[]) {
    for (const workload of workloads) {
      for (const mark of this.marksOf(workload, podLabelsOf(workload))) {
        this.byMark.set(mark, [...(this.byMark.get(mark) ?? []), workload].slice(0, 3));
      }
    }
  }

  of(budget: KubernetesObject): KubernetesObject[] {
    const marks = this.marksOf(budget, valueAt(budget, "spec", "selector", "matchLabels"));
    return [...new Set(marks.flatMap((mark) => this.byMark.get(mark) ?? []))].sort(byName).slice(0, 3);
  }

  private marksOf(object: KubernetesObject, labels: Value): string[] {
    const namespace = namespaceOf(object);
    const pairs = mapAt(labels);
    const own = pairs === UNKNOWN ? [] : Object.entries(pairs).filter(([, value]) => typeof value === "string");
    return [`${namespace} ${refOf(object).name}`, ...own.map(([key, value]) => `${namespace} ${key}=${String(value)}`)];
  }
}

function labelText(labels: Value): string {
  const pairs = mapAt(labels);
  if (pairs === UNKNOWN) return "labels that are not known yet";
  const text = Object.entries(pairs).map(([key, value]) => `${key}=${value === UNKNOWN ? "(not known yet)" : String(value)}`);
  return text.length === 0 ? "no labels" : text.sort().join(", ");
}
