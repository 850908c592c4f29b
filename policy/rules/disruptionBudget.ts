import type { Catalog } from "../../path/catalog";
import { podLabelsOf } from "../../path/catalog";
import { KINDS_THAT_MAKE_PODS } from "../../path/facts/workloads";
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
      ...unused.map((budget) => idle(budget, neighbours, madeByAnOperator(budget, context.catalog))),
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

/** A budget that selects nothing. Most often it was meant for a workload without one; else its workload may just not have been read. */
function idle(budget: KubernetesObject, neighbours: Neighbours, elsewhereMade: boolean): Statement {
  const near = elsewhereMade ? [] : neighbours.of(budget);
  const first = near[0];
  const asks = mapAt(budget, "spec", "selector", "matchLabels");
  const selector = asks === UNKNOWN || Object.keys(asks).length === 0 ? "its selector" : `its selector (${labelText(asks)})`;
  const carry = near.map((workload) => `the pods of ${nameOf(workload)} carry ${labelText(podLabelsOf(workload))}`);
  const elsewhere = first !== undefined && namespaceOf(first) !== namespaceOf(budget);
  return {
    severity: first === undefined ? "info" : "warning",
    object: refOf(budget),
    at: elsewhere ? ["metadata", "namespace"] : ["spec", "selector"],
    found: [`${selector} matches the pods of no workload that was read in ${namespaceOf(budget)}`, ...carry].join("; "),
    needed: "a selector with labels that the pod template carries, in the namespace of the pods",
    fix: fixOf(first, elsewhere),
    reason: "a budget that selects no pod protects none, and nothing says so",
  };
}

/** Whether a selector names an object of an operator, whose pods nothing that was read describes. */
function madeByAnOperator(budget: KubernetesObject, catalog: Catalog): boolean {
  const pairs = mapAt(budget, "spec", "selector", "matchLabels");
  const values = pairs === UNKNOWN ? [] : Object.values(pairs);
  return KINDS_THAT_MAKE_PODS.kinds.some((kind) =>
    values.some((value) => catalog.find(kind, namespaceOf(budget), String(value)) !== undefined),
  );
}

function fixOf(meant: KubernetesObject | undefined, elsewhere: boolean): string {
  if (meant === undefined) return "correct the selector, or delete the budget";
  return elsewhere ? `namespace: ${namespaceOf(meant)}` : `selector: { matchLabels: { ${selectorText(meant)} } }`;
}

const byName = (left: KubernetesObject, right: KubernetesObject): number => (nameOf(left) < nameOf(right) ? -1 : 1);

/** The workloads without a budget, found by what a budget that misses them has in common with them. */
class Neighbours {
  private readonly byMark = new Map<string, KubernetesObject[]>();

  constructor(workloads: readonly KubernetesObject[]) {
    for (const workload of workloads) {
      const namespace = namespaceOf(workload);
      const marks = marksOf(workload, podLabelsOf(workload));
      for (const mark of [...marks, ...marks.map((own) => `${namespace} ${own}`), namespace]) {
        const known = this.byMark.get(mark) ?? [];
        if (known.length < FEW) this.byMark.set(mark, [...known, workload]);
      }
    }
  }

  /** Those in its namespace that share a label or the name; else any there; else those of another namespace that share one. */
  of(budget: KubernetesObject): KubernetesObject[] {
    const namespace = namespaceOf(budget);
    const marks = marksOf(budget, valueAt(budget, "spec", "selector", "matchLabels"));
    const tiers = [marks.map((mark) => `${namespace} ${mark}`), [namespace], marks];
    const found = tiers.map((keys) => new Set(keys.flatMap((key) => this.byMark.get(key) ?? [])));
    return [...(found.find(({ size }) => size > 0) ?? [])].sort(byName).slice(0, FEW);
  }
}

const FEW = 3;

/** Labels that everything of one release carries. */
const OF_MANY = new Set(
  ["part-of", "managed-by", "version"].map((name) => `app.kubernetes.io/${name}`).concat("helm.sh/chart", "heritage"),
);

function marksOf(object: KubernetesObject, labels: Value): string[] {
  const pairs = mapAt(labels);
  const own =
    pairs === UNKNOWN ? [] : Object.entries(pairs).filter(([key, value]) => typeof value === "string" && !OF_MANY.has(key));
  return [`/${refOf(object).name}`, ...own.map(([key, value]) => `${key}=${String(value)}`)];
}

function labelText(labels: Value): string {
  const pairs = mapAt(labels);
  if (pairs === UNKNOWN) return "labels that are not known yet";
  const text = Object.entries(pairs).map(([key, value]) => `${key}=${value === UNKNOWN ? "(not known yet)" : String(value)}`);
  return text.length === 0 ? "no labels" : text.sort().join(", ");
}
