import { podLabelsOf } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Ternary } from "../../path/selector";
import { selectsByLabelSelector } from "../../path/selector";
import type { Read } from "../../path/value";
import { listAt, textAt, valueAt } from "../../path/value";
import type { PropertyPath } from "../rule";
import { runningContainers } from "./containers";
import { podSpecAt } from "./pods";

/** A rule of the scheduler that keeps the pods of one workload apart. */
export interface Spread {
  /** The node label that tells apart where pods may run. */
  topologyKey: Read<string>;
  /** `required`: a pod that finds no other place does not start. */
  strength: "required" | "preferred";
  kind: "anti-affinity" | "constraint";
  /** Whether it counts the workload's own pods; one that does not keeps nothing apart. */
  own: Ternary;
  at: PropertyPath;
}

/** Everything that spreads a workload's pods; `open` where there may be more, which is not known yet. */
export function spreadsOf(workload: KubernetesObject): { spreads: Spread[]; open: boolean } {
  const root = podSpecAt(workload);
  const labels = podLabelsOf(workload);
  const lists: (Spread[] | typeof UNKNOWN)[] = [
    readTerms(workload, [...root, "topologySpreadConstraints"], [], labels, constraintStrength, "constraint"),
    readTerms(workload, [...root, "affinity", "podAntiAffinity", REQUIRED], [], labels, () => "required", "anti-affinity"),
    readTerms(
      workload,
      [...root, "affinity", "podAntiAffinity", PREFERRED],
      ["podAffinityTerm"],
      labels,
      () => "preferred",
      "anti-affinity",
    ),
  ];
  return { spreads: lists.flatMap((list): Spread[] => (list === UNKNOWN ? [] : list)), open: lists.includes(UNKNOWN) };
}

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

function readTerms(
  workload: KubernetesObject,
  at: PropertyPath,
  below: string[],
  labels: Value,
  strengthOf: (term: Value) => Spread["strength"],
  kind: Spread["kind"],
): Spread[] | typeof UNKNOWN {
  const terms = listAt(workload, ...at);
  if (terms === UNKNOWN) return UNKNOWN;
  return terms.map((term, index) => ({
    topologyKey: textAt(term, ...below, "topologyKey"),
    strength: strengthOf(term),
    kind,
    own: selectsByLabelSelector(valueAt(term, ...below, "labelSelector"), labels),
    at: [...at, index, ...below],
  }));
}

function constraintStrength(constraint: Value): Spread["strength"] {
  return textAt(constraint, "whenUnsatisfiable") === "ScheduleAnyway" ? "preferred" : "required";
}

export const NODE_LABEL = "kubernetes.io/hostname";

/** Labels of which a cluster has few values, often only one. */
export const WIDE_LABELS: ReadonlySet<string> = new Set([
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
]);

/**
 * Why two pods of a workload never run on one node by themselves: a port of the node can be taken once, and the scheduler counts. Source:
 * kubernetes.io/docs/reference/scheduling/config, NodePorts; with hostNetwork the API server makes each listed port one of the node.
 */
export function nodePortsOf(workload: KubernetesObject): Read<string> {
  const containers = runningContainers(workload);
  const hostNetwork = valueAt(workload, ...podSpecAt(workload), "hostNetwork");
  if (containers === UNKNOWN || hostNetwork === UNKNOWN) return UNKNOWN;
  const listed = containers.map(({ value }) => listAt(value, "ports"));
  const key = hostNetwork === true ? "containerPort" : "hostPort";
  const taken = listed.flatMap((list): Read<string>[] => (list === UNKNOWN ? [UNKNOWN] : list.map((port) => textAt(port, key))));
  const port = taken.find((one) => typeof one === "string" && one !== "0");
  return port ?? (taken.includes(UNKNOWN) ? UNKNOWN : undefined);
}

/** The one node that a workload's pods are told to run on. */
export function nodeOf(workload: KubernetesObject): Read<string> {
  const root = podSpecAt(workload);
  const named = [textAt(workload, ...root, "nodeName"), textAt(workload, ...root, "nodeSelector", NODE_LABEL)];
  const known = named.find((name) => typeof name === "string");
  if (known !== undefined) return known;
  const terms = listAt(workload, ...root, "affinity", "nodeAffinity", REQUIRED, "nodeSelectorTerms");
  const term = terms === UNKNOWN ? UNKNOWN : terms.length === 1 ? terms[0] : undefined;
  const conditions = term === UNKNOWN ? UNKNOWN : listAt(term, "matchExpressions");
  if (conditions === UNKNOWN || named.includes(UNKNOWN)) return UNKNOWN;
  const values = conditions
    .filter((one) => textAt(one, "key") === NODE_LABEL && textAt(one, "operator") === "In")
    .map((one) => listAt(one, "values"));
  const own = values.find((list) => list === UNKNOWN || list.length === 1);
  return own === UNKNOWN ? UNKNOWN : own === undefined ? undefined : String(own[0]);
}
