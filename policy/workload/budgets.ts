import type { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, namespaceOf, refOf } from "../../path/value";
import { EVICTED_KINDS, selectorText } from "./pods";

/** The workloads whose pods one budget counts and no other does for certain. */
export interface Coverage {
  certain: KubernetesObject[];
  perhaps: KubernetesObject[];
}

/** The budgets over one workload: of many only the first few, which is as many as anybody reads. */
export interface Over {
  certain: KubernetesObject[];
  perhaps: KubernetesObject[];
}

/** Which budgets there are, and what each is over. */
export interface Budgets {
  over(workload: KubernetesObject): Over;
  coverage: Map<KubernetesObject, Coverage>;
  /** Those that select the pods of no workload. */
  unused: KubernetesObject[];
}

const FEW = 3;
const read = new WeakMap<Catalog, Budgets>();

/** Read once for all rules. */
export function budgetsOf(catalog: Catalog): Budgets {
  const budgets = read.get(catalog) ?? readBudgets(catalog);
  read.set(catalog, budgets);
  return budgets;
}

function readBudgets(catalog: Catalog): Budgets {
  const all = catalog.ofKind("PodDisruptionBudget");
  const coverage = new Map<KubernetesObject, Coverage>(all.map((budget) => [budget, { certain: [], perhaps: [] }]));
  const overWorkload = new Map<KubernetesObject, Over>();
  const used = new Set<KubernetesObject>();
  for (const workload of [...EVICTED_KINDS, "Pod"].flatMap((kind) => catalog.ofKind(kind))) {
    const { certain, perhaps } = catalog.budgetsOver(workload);
    for (const budget of [...certain, ...perhaps]) used.add(budget);
    overWorkload.set(workload, { certain: widestFirst(certain), perhaps: widestFirst(perhaps) });
    // Pods that two cover are evicted by neither, so neither counts them.
    const [only, second] = certain;
    if (only !== undefined && second === undefined) coverage.get(only)?.certain.push(workload);
    if (only === undefined) for (const budget of perhaps.slice(0, FEW)) coverage.get(budget)?.perhaps.push(workload);
  }
  return {
    over: (workload) => overWorkload.get(workload) ?? { certain: [], perhaps: [] },
    coverage,
    unused: all.filter((budget) => !used.has(budget)),
  };
}

function widestFirst(budgets: KubernetesObject[]): KubernetesObject[] {
  if (budgets.length < 2) return budgets;
  const keyed = budgets.map((budget) => ({ budget, reach: reach(budget), name: refOf(budget).name }));
  keyed.sort((left, right) => left.reach - right.reach || (left.name < right.name ? -1 : 1));
  return keyed.slice(0, FEW).map(({ budget }) => budget);
}

/** The fewer conditions a selector has, the further it reaches. */
function reach(budget: KubernetesObject): number {
  const pairs = mapAt(budget, "spec", "selector", "matchLabels");
  const expressions = listAt(budget, "spec", "selector", "matchExpressions");
  return (pairs === UNKNOWN ? 0 : Object.keys(pairs).length) + (expressions === UNKNOWN ? 0 : expressions.length);
}

/**
 * The budget to write for a workload, as one line of YAML. One pod at a time: that holds for any number of pods, whereas a minimum that stays
 * behind when the service grows lets all new ones go at once.
 */
export function budgetToWrite(workload: KubernetesObject): string {
  const name = `{ name: ${refOf(workload).name}, namespace: ${namespaceOf(workload)} }`;
  const spec = `{ maxUnavailable: 1, selector: { matchLabels: { ${selectorText(workload)} } } }`;
  return `{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: ${name}, spec: ${spec} }`;
}
