import type { Catalog } from "./catalog";
import { podLabelsOf } from "./catalog";
import type { Opening } from "./connectingFrom";
import type { KubernetesObject, Value } from "./objects";
import { UNKNOWN } from "./objects";
import { liesWithin, overlap } from "./ranges";
import type { Ternary } from "./selector";
import { every, selectsByLabelSelector } from "./selector";
import type { Read } from "./value";
import { listAt, mapAt, NAME_NOT_KNOWN, namespaceOf, textAt, valueAt } from "./value";

/** The label that every namespace carries with its own name. */
export const NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name";

/** The policies that say who may connect to a workload's pods. Once there is one, whatever none of them admits is dropped. */
export function policiesOver(
  workload: KubernetesObject,
  catalog: Catalog,
): { certain: KubernetesObject[]; perhaps: KubernetesObject[] } {
  const labels = podLabelsOf(workload);
  const pairs = mapAt(labels);
  const namespace = namespaceOf(workload);
  const keys = pairs === UNKNOWN ? [] : Object.entries(pairs).map(([key, value]) => pairText(key, value));
  const open = pairs === UNKNOWN || Object.values(pairs).includes(UNKNOWN);
  const elsewhere =
    namespace === NAME_NOT_KNOWN ? catalog.ofKind("NetworkPolicy") : catalog.ofKind("NetworkPolicy", NAME_NOT_KNOWN);
  const here = open
    ? catalog.ofKind("NetworkPolicy", namespace)
    : [ANY, ...keys].flatMap((key) => catalog.under(`${namespace} ${key}`, "NetworkPolicy", distinctivePair));
  const candidates = new Set([...here, ...elsewhere]);
  const certain: KubernetesObject[] = [];
  const perhaps: KubernetesObject[] = [];
  for (const policy of candidates) {
    const selects = every([limitsIngress(policy), selectsByLabelSelector(valueAt(policy, "spec", "podSelector") ?? {}, labels)]);
    const sure = namespace !== NAME_NOT_KNOWN && namespaceOf(policy) === namespace;
    if (selects === true && sure) certain.push(policy);
    else if (selects !== false) perhaps.push(policy);
  }
  return { certain, perhaps };
}

const ANY = "*";

/** `app=web`; only texts are labels, whatever else somebody wrote matches nothing. */
const pairText = (key: string, value: Value): string => `${key}=${typeof value === "object" ? "" : String(value)}`;

/** One label pair without which a policy cannot select a pod. */
function distinctivePair(policy: KubernetesObject): string[] {
  const pairs = mapAt(policy, "spec", "podSelector", "matchLabels");
  const first = pairs === UNKNOWN ? undefined : Object.entries(pairs).find(([, value]) => value !== UNKNOWN);
  return [`${namespaceOf(policy)} ${first === undefined ? ANY : pairText(...first)}`];
}

/** Whether it says who may connect, and not only where to. */
export function limitsIngress(policy: KubernetesObject): Ternary {
  const types = listAt(policy, "spec", "policyTypes");
  if (types === UNKNOWN) return UNKNOWN;
  return types.length === 0 || types.includes("Ingress") ? true : types.includes(UNKNOWN) ? UNKNOWN : false;
}

/** What a rule or policy answers to somebody who connects. */
export type Admission =
  | "yes"
  | "no"
  /** Only if a namespace carries labels that nothing that was read gives it. */
  | { ifLabelled: string }
  /** The peer is let in, but not to this port. */
  | "other-port"
  /** Not known before the update. */
  | "unknown";

/** The better one of two answers: what any rule admits is admitted. */
const ORDER = ["no", "other-port", "label", "unknown", "yes"];
const rank = (answer: Admission): number => ORDER.indexOf(typeof answer === "object" ? "label" : answer);
const best = (answers: Admission[]): Admission =>
  answers.reduce<Admission>((better, answer) => {
    if (typeof answer === "object" && typeof better === "object") return eitherLabel(better.ifLabelled, answer.ifLabelled);
    return rank(answer) > rank(better) ? answer : better;
  }, "no");

const eitherLabel = (one: string, other: string): Admission => ({
  ifLabelled: [...new Set([one, other].flatMap((labels) => labels.split(OR)))].join(OR),
});
const OR = " or ";

/** What the policies together answer to a connection to one port (by number; `names` are its other names). */
export function admission(
  policies: readonly KubernetesObject[],
  from: Opening,
  port: Read<number>,
  names: readonly string[],
  catalog: Catalog,
): Admission {
  return best(
    policies.flatMap((policy) => {
      const rules = listAt(policy, "spec", "ingress");
      if (rules === UNKNOWN) return ["unknown" as const];
      return rules.map((rule): Admission => {
        const peer = rule === UNKNOWN ? "unknown" : admitsPeer(rule, from, policy, catalog);
        const open = isOpenPort(rule, port, names);
        if (open === true || peer === "no") return peer;
        return open === UNKNOWN ? "unknown" : "other-port";
      });
    }),
  );
}

/** How much a single policy has to do with a connection: the nearer its answer is to yes, and the more it says of who and where. */
export function nearness(
  policy: KubernetesObject,
  from: Opening,
  port: Read<number>,
  names: readonly string[],
  catalog: Catalog,
): number {
  const rules = listAt(policy, "spec", "ingress");
  const opens = rules !== UNKNOWN && rules.some((rule) => rule !== UNKNOWN && isOpenPort(rule, port, names) === true);
  const answer = admission([policy], from, port, names, catalog);
  return 4 * rank(answer) + (isNamedAfter(answer, from) ? 2 : 0) + (opens ? 1 : 0);
}

function isOpenPort(rule: Value, port: Read<number>, names: readonly string[]): Ternary {
  const ports = listAt(rule, "ports");
  if (ports === UNKNOWN || port === UNKNOWN) return UNKNOWN;
  const tcp = ports.filter((item) => (textAt(item, "protocol") ?? "TCP") === "TCP");
  if (ports.length === 0) return true;
  const answers = tcp.map((item): Ternary => {
    const own = valueAt(item, "port");
    const end = valueAt(item, "endPort");
    if (own === UNKNOWN || end === UNKNOWN) return UNKNOWN;
    if (own === undefined || port === undefined) return true;
    if (typeof own === "string") return names.includes(own);
    return typeof end === "number" && typeof own === "number" ? port >= own && port <= end : own === port;
  });
  return answers.includes(true) ? true : answers.includes(UNKNOWN) ? UNKNOWN : false;
}

function admitsPeer(rule: Value, from: Opening, policy: KubernetesObject, catalog: Catalog): Admission {
  const peers = listAt(rule, "from");
  if (peers === UNKNOWN) return "unknown";
  if (peers.length === 0) return "yes";
  if (from.who === "vendor") return vendorAdmitted(peers, from.ranges);
  const answers = peers.map((peer) => (peer === UNKNOWN ? "unknown" : onePeer(peer, from, policy, catalog)));
  const all = best(answers);
  // Of several labels the one that is called like the namespace of the proxy was written for it.
  return typeof all === "object" ? (answers.find((answer) => isNamedAfter(answer, from)) ?? all) : all;
}

/** Whether a policy asks for a label of the namespace where the proxy most likely runs. */
function isNamedAfter(answer: Admission, from: Opening): boolean {
  const namespace = from.who === "proxy" ? from.namespace : undefined;
  return typeof answer === "object" && namespace !== undefined && answer.ifLabelled.endsWith(`=${namespace}`);
}

/** Every range of the vendor must be let in: health checks come from all of them. */
function vendorAdmitted(peers: Value[], ranges: readonly string[]): Admission {
  const blocks = peers.map((peer) => valueAt(peer, "ipBlock"));
  const missing = ranges.filter((range) => !blocks.some((block) => holds(block, range)));
  if (missing.length === 0) return "yes";
  return peers.includes(UNKNOWN) || blocks.some((block) => textAt(block, "cidr") === UNKNOWN) ? "unknown" : "no";
}

function holds(block: Value, range: string): boolean {
  const cidr = textAt(block, "cidr");
  const except = listAt(block, "except");
  if (typeof cidr !== "string" || except === UNKNOWN) return false;
  return liesWithin(range, cidr) === true && !except.some((item) => typeof item === "string" && overlap(range, item) === true);
}

function onePeer(peer: Value, from: Opening, policy: KubernetesObject, catalog: Catalog): Admission {
  if (from.who === "pending") return "unknown";
  // Whose addresses a block holds, no manifest shows; whoever wrote one meant somebody outside.
  if (valueAt(peer, "ipBlock") !== undefined) return "yes";
  if (from.who === "outside" || from.who === "vendor") return "no";
  const namespaces = valueAt(peer, "namespaceSelector");
  if (from.who === "anybody") {
    const pods = (from.perhaps ?? []).map((workload) => ({
      who: "proxy" as const,
      title: from.title,
      workload,
      namespace: namespaceOf(workload),
    }));
    return namespaces === undefined ? best(pods.map((one) => onePeer(peer, one, policy, catalog))) : "yes";
  }
  const inNamespace =
    namespaces === undefined ? sameNamespace(from, policy) : selectedNamespace(namespaces, from, policy, catalog);
  if (inNamespace !== "yes" || from.workload === undefined) return inNamespace;
  const pods = valueAt(peer, "podSelector");
  const selected = pods === undefined ? true : selectsByLabelSelector(pods, podLabelsOf(from.workload));
  return selected === true ? "yes" : selected === UNKNOWN ? "unknown" : "no";
}

type Proxy = Extract<Opening, { who: "proxy" }>;

const sameNamespace = ({ namespace }: Proxy, policy: KubernetesObject): Admission =>
  namespace === namespaceOf(policy) ? "yes" : "no";

/** Where the proxy runs is known only where it was read; a selector that names any namespace may mean its. */
function selectedNamespace(
  selector: Value,
  { workload, namespace }: Proxy,
  policy: KubernetesObject,
  catalog: Catalog,
): Admission {
  const wanted = mapAt(selector, "matchLabels");
  if (selector === UNKNOWN || wanted === UNKNOWN) return "unknown";
  const own = workload === undefined ? undefined : catalog.named("Namespace", namespace);
  const foreign = Object.entries(wanted).filter(([key]) => key !== NAMESPACE_NAME_LABEL);
  if (own === undefined && foreign.length > 0) return byLabelsOfOthers(selector, foreign, namespace, policy, catalog);
  if (workload === undefined) return "yes";
  const labels = own === undefined ? { [NAMESPACE_NAME_LABEL]: namespace ?? "" } : labelsOf(own);
  const selected = selectsByLabelSelector(selector, labels);
  return selected === true ? "yes" : selected === UNKNOWN ? "unknown" : "no";
}

/** Who carries a label among the namespaces that were read may be where the proxy runs; the policy's own is where it does not. */
function byLabelsOfOthers(
  selector: Value,
  foreign: [key: string, value: Value][],
  namespace: string | undefined,
  policy: KubernetesObject,
  catalog: Catalog,
): Admission {
  const home = namespaceOf(policy);
  const isElsewhere = namespace !== undefined && namespace !== home;
  const answerOf = (object: KubernetesObject): Ternary => selectsByLabelSelector(selector, labelsOf(object));
  const mayBe = (object: KubernetesObject): boolean => !isElsewhere || textAt(object, "metadata", "name") !== home;
  const pairs = foreign.map(([key, value]) => pairText(key, value));
  const lists = pairs.map((pair) => catalog.under(pair, "Namespace", labelPairs));
  const fewest = lists.reduce((best, list) => (list.length < best.length ? list : best));
  const carriers = fewest.filter((object) => mayBe(object) && answerOf(object) === true);
  // One whose name is not known yet may turn out to be the policy's own.
  const isCertain = home !== NAME_NOT_KNOWN && carriers.some((object) => textAt(object, "metadata", "name") !== UNKNOWN);
  if (carriers.length > 0) return isCertain ? "yes" : "unknown";
  const open = [...fewest, ...catalog.under(ANY, "Namespace", labelPairs)];
  if (foreign.some(([, value]) => value === UNKNOWN) || open.some((object) => mayBe(object) && answerOf(object) === UNKNOWN)) {
    return "unknown";
  }
  // A label that is the name of its own namespace was written for that one alone.
  const ofHome = foreign.every(([, value]) => value === home) && fewest.some((object) => answerOf(object) === true);
  return isElsewhere && ofHome ? "no" : { ifLabelled: pairs.join(", ") };
}

/** Each of its labels; ANY where not all of them are known. */
function labelPairs(namespace: KubernetesObject): string[] {
  const labels = mapAt(namespace, "metadata", "labels");
  if (labels === UNKNOWN) return [ANY];
  const pairs = Object.entries(labels);
  return pairs.some(([, value]) => value === UNKNOWN) ? [ANY] : pairs.map(([key, value]) => pairText(key, value));
}

function labelsOf(namespace: KubernetesObject): Value {
  const labels = mapAt(namespace, "metadata", "labels");
  return labels === UNKNOWN ? UNKNOWN : { ...labels, [NAMESPACE_NAME_LABEL]: textAt(namespace, "metadata", "name") };
}
