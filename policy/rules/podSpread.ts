import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { refOf } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import type { Spread } from "../workload/placement";
import { NODE_LABEL, nodeOf, nodePortsOf, spreadsOf, WIDE_LABELS } from "../workload/placement";
import { EVICTED_KINDS, podSpecAt, selectorText } from "../workload/pods";

const REASON = "pods that share a node go down with it, and all their connections in the same moment";

/** The pods of a judged workload are kept on different nodes, in a way that can be met. */
export const podSpread: Rule = {
  id: "pod-spread",
  title: "Pods run on different nodes",
  description: "The pods of a workload with long connections are spread over the nodes.",
  group: "availability",
  check: (context: RuleContext): Statement[] => context.workloads.flatMap((judged) => check(judged, context)),
};

function check({ workload, perhaps }: JudgedWorkload, { catalog }: RuleContext): Statement[] {
  if (!EVICTED_KINDS.has(workload.kind)) return [];
  const { floor, ceiling } = catalog.podRange(workload);
  const most = ceiling ?? floor;
  if (typeof most === "number" && most < 2) return [];
  const pending = most === UNKNOWN && { pending: true };
  return judge(workload).map((statement) => notBefore({ ...statement, ...pending }, perhaps));
}

function judge(workload: KubernetesObject): Statement[] {
  const root = podSpecAt(workload);
  const common = {
    severity: "warning",
    object: refOf(workload),
    at: root,
    needed: "a topologySpreadConstraint or a podAntiAffinity that selects its own pods",
    fix: constraintToWrite(workload),
    reason: REASON,
  } as const;
  const { spreads, open } = spreadsOf(workload);
  const first = spreads[0];
  if (open && !spreads.some(({ own }) => own === true)) {
    return [{ ...common, found: "whether anything keeps its pods apart is not known yet", pending: true }];
  }
  if (first === undefined) return unwritten(workload, common);
  const own = spreads.filter((spread) => spread.own === true);
  if (own.length > 0) {
    return own
      .filter(isTooWide)
      .slice(0, 1)
      .map((spread) => wide(workload, spread));
  }
  if (spreads.some((spread) => spread.own === UNKNOWN)) {
    return [{ ...common, at: first.at, found: "whether what is written selects its own pods is not known yet", pending: true }];
  }
  const found = "what is written selects none of its own pods, so nothing keeps them on different nodes";
  return [{ ...common, at: [...first.at, "labelSelector"], found }];
}

/** Where nothing is written, ports of the node keep pods apart all the same; and pods that are told to run on one node cannot be kept apart. */
function unwritten(workload: KubernetesObject, common: Omit<Statement, "found">): Statement[] {
  const [ports, node] = [nodePortsOf(workload), nodeOf(workload)];
  if (typeof ports === "string") return [];
  if (typeof node === "string") {
    const found = `its pods are told to run on ${node}: nothing can keep them on different nodes`;
    return [
      { ...common, severity: "info", found, fix: "let them run on several nodes, if what binds them to this one allows it" },
    ];
  }
  if (ports === UNKNOWN || node === UNKNOWN) {
    return [{ ...common, found: "whether anything keeps its pods apart is not known yet", pending: true }];
  }
  return [{ ...common, found: "nothing keeps its pods on different nodes" }];
}

/** A share of zones can be met in one zone; one pod per zone cannot. */
const isTooWide = ({ kind, strength, topologyKey }: Spread): boolean =>
  kind === "anti-affinity" && strength === "required" && (topologyKey === UNKNOWN || WIDE_LABELS.has(topologyKey ?? ""));

function wide(workload: KubernetesObject, { at, topologyKey = "" }: Spread): Statement {
  const common = { severity: "warning", object: refOf(workload), at: [...at, "topologyKey"] } as const;
  if (topologyKey === UNKNOWN) {
    const found = "what tells apart where its pods may run is not known yet";
    return { ...common, found, needed: NODE_LABEL, fix: `topologyKey: ${NODE_LABEL}`, reason: REASON, pending: true };
  }
  return {
    ...common,
    found: `a pod must not run where ${topologyKey} is that of another pod of it: there can be one per zone at most`,
    needed: "as many pods per zone as there are pods, evenly where that can be",
    fix: `${constraintToWrite(workload, topologyKey)}, in place of it`,
    reason: "where there are fewer zones than pods the others stay Pending, and a rollout or a drain waits for them",
  };
}

function constraintToWrite(workload: KubernetesObject, topologyKey: string = NODE_LABEL): string {
  const selector = `{ matchLabels: { ${selectorText(workload)} } }`;
  return `topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ${topologyKey}, whenUnsatisfiable: ScheduleAnyway, labelSelector: ${selector} }]`;
}
