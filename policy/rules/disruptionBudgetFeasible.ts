import type { Amount } from "../../path/amount";
import { amountOf, amountText, isNone, podsOf } from "../../path/amount";
import type { Catalog } from "../../path/catalog";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { nameOf, refOf, valueAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { Coverage } from "../workload/budgets";
import { budgetsOf } from "../workload/budgets";

/** A budget over judged pods lets a node be drained, one pod at a time: never none, never all. */
export const disruptionBudgetFeasible: Rule = {
  id: "disruption-budget-feasible",
  title: "Disruption budgets let nodes be drained",
  description: "A disruption budget lets one pod go when there are fewest, and never all.",
  group: "availability",
  check: (context: RuleContext): Statement[] => {
    const judged = new Map(context.workloads.map(({ workload, perhaps }) => [workload, perhaps]));
    const alone = [...budgetsOf(context.catalog).coverage].flatMap(([budget, coverage]) => {
      const concerned = coverage.certain.filter((workload) => judged.has(workload));
      if (concerned.length === 0) {
        const open = coverage.perhaps.some((workload) => judged.has(workload));
        return open ? [perhapsCovers(budget, coverage)] : elsewhere(budget, coverage, context);
      }
      const perhaps = concerned.every((workload) => judged.get(workload));
      return checkBudget(budget, coverage, context.catalog).map(({ statement }) => notBefore(statement, perhaps));
    });
    return [...alone, ...overlaps(context)];
  },
};

const NEEDED = "at least one pod that may go while there are fewest pods, and never all of them";
const BLOCKS =
  "a budget that never lets a pod go stops every node drain and node upgrade, until somebody kills the pods by force";
const TAKES_ALL = "a node drain may take all of its pods, and with them every open connection, at once";

/** Where all is judged: a node with a pod that may never go holds up the pods beside it, whoever that pod serves. */
function elsewhere(budget: KubernetesObject, coverage: Coverage, { catalog, options }: RuleContext): Statement[] {
  if (options.assume !== "all") return [];
  if (coverage.certain.length === 0) return coverage.perhaps.length === 0 ? [] : [perhapsCovers(budget, coverage)];
  return checkBudget(budget, coverage, catalog)
    .filter(({ blocks }) => blocks)
    .map(({ statement }) => ({ ...statement, severity: "warning" }));
}

/** A budget that may cover judged pods is looked at when it is known whether it does. */
function perhapsCovers(budget: KubernetesObject, { perhaps }: Coverage): Statement {
  return {
    severity: "warning",
    object: refOf(budget),
    at: ["spec"],
    found: `whether it covers the pods of ${namesOf(perhaps)} is not known yet`,
    needed: NEEDED,
    fix: "maxUnavailable: 1",
    reason: BLOCKS,
    pending: true,
  };
}

function readLimit(budget: KubernetesObject, key: Limit["key"]): { key: Limit["key"]; amount: Read<Amount> } {
  return { key, amount: amountOf(valueAt(budget, "spec", key)) };
}

/** The limit that a budget sets: `minAvailable` or `maxUnavailable`. */
type Limit = { key: "minAvailable" | "maxUnavailable"; amount: Amount };

/** What is said of a budget, and whether it holds up the nodes or may do so. */
type Judged = { statement: Statement; blocks: boolean };

function checkBudget(budget: KubernetesObject, coverage: Coverage, catalog: Catalog): Judged[] {
  const common = { object: refOf(budget), needed: NEEDED };
  const written = (["maxUnavailable", "minAvailable"] as const).map((key) => readLimit(budget, key));
  const fix = `maxUnavailable: 1${written[1]?.amount === undefined ? "" : ", and no minAvailable"}`;
  const amounts = written.filter(({ amount }) => amount !== undefined);
  if (amounts.length > 1) {
    const found = "minAvailable and maxUnavailable are both written";
    const reason = "the API server refuses such a budget, and none protects the pods";
    const statement: Statement = { ...common, severity: "error", at: ["spec", "minAvailable"], found, fix, reason };
    return [{ statement: { ...statement, needed: "one of the two" }, blocks: false }];
  }
  const limit = amounts[0];
  if (limit?.amount === undefined) {
    const found = "neither minAvailable nor maxUnavailable is written, so any number of pods may go at once";
    return [{ statement: { ...common, severity: "warning", at: ["spec"], found, fix, reason: TAKES_ALL }, blocks: false }];
  }
  return checkLimit({ key: limit.key, amount: limit.amount }, { ...common, fix }, coverage, catalog);
}

function checkLimit(
  { key, amount }: { key: Limit["key"]; amount: Amount | typeof UNKNOWN },
  written: Pick<Statement, "object" | "needed" | "fix">,
  coverage: Coverage,
  catalog: Catalog,
): Judged[] {
  const open = { ...written, severity: "warning", at: ["spec", key], reason: BLOCKS, pending: true } as const;
  if (amount === UNKNOWN) return [{ statement: { ...open, found: `${key} is not known yet` }, blocks: true }];
  const pods = podsOfAll(coverage, catalog);
  const judged = judge({ key, amount }, pods, `${namesOf(coverage.certain)}${pods.because}`);
  if (judged === undefined) return [];
  if (judged === UNKNOWN) {
    const found = `whether ${key} ${amountText(amount)} ever lets a pod go is not known yet: the number of pods is not`;
    return [{ statement: { ...open, found }, blocks: true }];
  }
  const common = { ...written, at: ["spec", key], found: judged.found };
  if (judged.blocks) {
    const pending = coverage.perhaps.length > 0 && pods.fewest !== undefined;
    const fix = unblocked(written.fix, pods);
    return [{ statement: { ...common, severity: "error", fix, reason: BLOCKS, ...(pending && { pending }) }, blocks: true }];
  }
  const fix = pods.most === 1 ? "more pods first, at least 2" : written.fix;
  return [{ statement: { ...common, severity: "warning", fix, reason: TAKES_ALL }, blocks: false }];
}

/** A budget that lets the only pod go protects none: it is a way out only where there are more pods at times. */
function unblocked(fix: string, { fewest, most }: Pods): string {
  if (fewest !== 1) return fix;
  return most === 1
    ? `more pods first, at least 2; then ${fix}`
    : `more pods first (at least 2), or for as long as there is one: ${fix}`;
}

/** What a limit does while there are fewest pods. Undefined: it is as it should be. */
function judge(
  { key, amount }: Limit,
  { fewest, most }: Pick<Pods, "fewest" | "most">,
  whose: string,
): { blocks: boolean; found: string } | undefined | typeof UNKNOWN {
  const written = `${key} ${amountText(amount)}`;
  if (key === "maxUnavailable" && isNone(amount)) return { blocks: true, found: `${written} keeps every pod of ${whose}` };
  if (key === "minAvailable" && "percent" in amount && amount.percent >= 100) {
    return { blocks: true, found: `${written} keeps every pod of ${whose}` };
  }
  if (fewest === UNKNOWN) return UNKNOWN;
  if (fewest === undefined) return undefined;
  const named = podsOf(amount, fewest, "up");
  const mayGo = key === "maxUnavailable" ? named : fewest - named;
  if (mayGo <= 0) {
    return { blocks: true, found: `${written} keeps ${fewest === 1 ? "the only pod" : `all ${fewest} pods`} of ${whose}` };
  }
  if (mayGo >= fewest && fewest > 1) return { blocks: false, found: `${written} lets all ${fewest} pods of ${whose} go at once` };
  // What has one pod in a quiet hour and more in a busy one is protected while it matters.
  if (most === 1) return { blocks: false, found: `${written} lets the only pod of ${whose} go, so it protects none` };
  return undefined;
}

interface Pods {
  fewest: Read<number>;
  /** Undefined where nothing ends it. */
  most: number | undefined;
  because: string;
}

/** The fewest and the most pods that the workloads of a budget have together, and which autoscaler says so. A workload at zero has none to protect. */
function podsOfAll({ certain }: Coverage, catalog: Catalog): Pods {
  let fewest = 0;
  let most: number | undefined = 0;
  const scalers = new Set<KubernetesObject>();
  for (const workload of certain) {
    const { floor, ceiling } = catalog.podRange(workload);
    if (floor === UNKNOWN || ceiling === UNKNOWN) return { fewest: UNKNOWN, most: undefined, because: "" };
    if (ceiling !== 0) fewest += Math.max(1, floor ?? 1);
    most = most === undefined || ceiling === undefined ? undefined : most + ceiling;
    for (const autoscaler of catalog.autoscalersOver(workload).certain) scalers.add(autoscaler);
  }
  const because = scalers.size === 0 ? "" : ` (the fewest that ${namesOf([...scalers])} leave${scalers.size > 1 ? "" : "s"})`;
  return fewest === 0 ? { fewest: undefined, most, because } : { fewest, most, because };
}

/** Judged workloads that the same budgets are over, the one that reaches furthest first. */
interface Overlap {
  over: KubernetesObject[];
  open: boolean;
  workloads: KubernetesObject[];
  perhaps: boolean;
}

/** Pods that two budgets cover cannot be evicted at all. One finding for each budget that reaches further than others. */
function overlaps({ catalog, workloads: judged }: RuleContext): Statement[] {
  const workloads = [...judged].sort((left, right) => (nameOf(left.workload) < nameOf(right.workload) ? -1 : 1));
  const { over } = budgetsOf(catalog);
  const byWidest = new Map<KubernetesObject, Overlap>();
  for (const { workload, perhaps } of workloads) {
    const { certain, perhaps: open } = over(workload);
    const both = [...certain, ...open];
    const [widest] = both;
    if (widest === undefined || both.length < 2) continue;
    const known = byWidest.get(widest);
    if (known === undefined) byWidest.set(widest, { over: both, open: certain.length < 2, workloads: [workload], perhaps });
    else {
      known.workloads.push(workload);
      known.open &&= certain.length < 2;
      known.perhaps &&= perhaps;
    }
  }
  return [...byWidest].map(([widest, found]) => overlap(widest, found));
}

function overlap(widest: KubernetesObject, { over, open, workloads, perhaps }: Overlap): Statement {
  const others = over.slice(1, 3).map(nameOf).join(", ");
  const statement: Statement = {
    severity: open ? "warning" : "error",
    object: refOf(widest),
    at: ["spec", "selector"],
    found: open
      ? `whether its selector and that of ${others} both cover the pods of ${namesOf(workloads)} is not known yet`
      : `its selector covers the pods of ${namesOf(workloads)}, which that of another covers as well (${others})`,
    needed: "each pod in one budget only",
    fix: "delete all but one of them, or let their selectors differ",
    reason: "the eviction API refuses to evict a pod that more than one budget covers, so no node with such a pod can be drained",
    ...(open && { pending: true }),
  };
  return notBefore(statement, perhaps);
}

/** Three of them by name, and how many more. */
function namesOf(objects: readonly KubernetesObject[]): string {
  const names = objects.map(nameOf).sort();
  return `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
}
