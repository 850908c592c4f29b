import type { Opening } from "../../path/connectingFrom";
import { connectingFrom } from "../../path/connectingFrom";
import { GOOGLE_PROXIES } from "../../path/facts/networkSources";
import type { Path } from "../../path/model";
import type { Admission } from "../../path/networkPolicy";
import { admission, NAMESPACE_NAME_LABEL, nearness, policiesOver } from "../../path/networkPolicy";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { knownItems, listAt, nameOf, namespaceOf, refOf, valueAt } from "../../path/value";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { runningContainers } from "../workload/containers";
import { podSpecOf } from "../workload/pods";
import { policiesForNobody } from "../workload/policiesForNobody";

/** The network policies over the pods let in who really connects to them for each way in. */
export const networkPolicyAdmitsEntry: Rule = {
  id: "network-policy-admits-entry",
  title: "Network policies let the way in through",
  description: "Network policies admit whoever really opens the connections of each way in.",
  group: "connection",
  check: (context: RuleContext): Statement[] => {
    const refusals = context.workloads.map((judged) => ({ judged, said: check(judged, context) }));
    const refused = refusals.filter(({ said }) => said.some(({ severity, pending }) => severity !== "info" && pending !== true));
    return [
      ...refusals.flatMap(({ judged, said }) => said.map((one) => notBefore(one, judged.perhaps))),
      ...policiesForNobody(
        refused.map(({ judged }) => judged.workload),
        context.catalog,
      ),
    ];
  },
};

function check(judged: JudgedWorkload, { catalog }: RuleContext): Statement[] {
  const { workload, paths } = judged;
  const { certain, perhaps } = policiesOver(workload, catalog);
  const policies = [...certain, ...perhaps];
  if (policies.length === 0) return [];
  if (valueAt(podSpecOf(workload), "hostNetwork") === true) {
    return policies.map((policy) => ({ ...notApplied(policy, workload), ...(!certain.includes(policy) && { pending: true }) }));
  }
  const found = new Map<string, Statement>();
  for (const path of paths) {
    const opens = connectingFrom(path, catalog);
    // Nobody connects to a tunnel's own client; whether these pods are its, or what it leads to, may be open.
    if (opens.who === "nobody" && !judged.perhaps) continue;
    const from: Opening = opens.who === "nobody" ? { who: "pending", title: opens.title } : opens;
    const port = podPort(path, judged, catalog);
    const by = (some: KubernetesObject[]): Admission => admission(some, from, port.number, port.names, catalog);
    const all = together(certain, perhaps, by);
    if (all === "yes") continue;
    const near = (policy: KubernetesObject): number => nearness(policy, from, port.number, port.names, catalog);
    const meant = mostMeant(policies, near);
    const answer = typeof all === "object" ? by([meant]) : all;
    if (answer === "yes") continue;
    const statement = refusal(answer, from, path, judged, { policies, meant }, port.number);
    const pending = answer === "unknown" || certain.length === 0;
    const key = `${statement.found} ${nameOf(statement.object)}`;
    found.set(key, pending ? { ...statement, severity: "warning", pending: true } : statement);
  }
  return [...found.values()];
}

/** One that is not known to be over the pods lets nobody in for certain. */
function together(
  certain: KubernetesObject[],
  perhaps: KubernetesObject[],
  by: (policies: KubernetesObject[]) => Admission,
): Admission {
  const all = by([...certain, ...perhaps]);
  const isOpen = certain.length > 0 && perhaps.length > 0 && all === "yes" && by(certain) !== "yes";
  return isOpen ? "unknown" : all;
}

function refusal(
  answer: Exclude<Admission, "yes">,
  from: Opening,
  path: Path,
  { workload }: JudgedWorkload,
  { policies, meant }: { policies: KubernetesObject[]; meant: KubernetesObject },
  port: Read<number>,
): Statement {
  const where = typeof port === "number" ? ` on port ${port}` : "";
  const common = {
    object: refOf(meant),
    at: ["spec", "ingress"],
    path,
    needed: `a rule that lets in ${whoText(from)}${where}`,
    fix: ruleToWrite(from, port),
    reason: `whatever no policy over the pods of ${nameOf(workload)} lets in is dropped: connections time out, and health checks fail`,
  };
  const names = policies.map(nameOf).sort().join(" and ");
  if (typeof answer === "object") {
    const found = `${nameOf(meant)} lets in namespaces labelled ${answer.ifLabelled} only, a label that no namespace has unless somebody gave it one`;
    return { ...common, severity: "warning", found };
  }
  if (answer === "unknown") {
    return { ...common, severity: "warning", found: `whether ${names} lets in ${whoText(from)} is not known yet` };
  }
  const closed = answer === "other-port" || policies.every((policy) => isEmpty(listAt(policy, "spec", "ingress")));
  const certain =
    closed ||
    (from.who === "outside" && from.perhaps !== true) ||
    from.who === "vendor" ||
    (from.who === "proxy" && from.workload !== undefined);
  const found =
    answer === "other-port"
      ? `${names} lets in ${whoText(from)}, but not${where || " on the port of the pods"}: a policy counts the ports of pods, not those of Services`
      : `${names} does not let in ${whoText(from)}${where}: ${admittedText(policies)}`;
  return { ...common, severity: certain ? "error" : "warning", found };
}

const isEmpty = (list: ReturnType<typeof listAt>): boolean => list !== UNKNOWN && list.length === 0;

function whoText(from: Opening): string {
  if (from.who === "proxy") {
    const named = from.namespace === undefined || from.title === (from.workload && nameOf(from.workload));
    return `the pods of ${from.title}${named ? "" : ` (namespace ${from.namespace})`}`;
  }
  if (from.who === "vendor") return `the addresses of ${from.title} (${from.ranges.join(", ")})`;
  if (from.who === "outside") return `addresses outside the cluster, from which ${from.title} brings connections`;
  const perhaps = from.who === "anybody" ? (from.perhaps ?? []).map((one) => ` or the pods of ${nameOf(one)}`) : [];
  return `an Ingress controller or a load balancer${perhaps.join("")}`;
}

/** The policy whose rules somebody would extend: the nearest to letting it in; else one that has rules and selects these pods in particular. */
function mostMeant(policies: KubernetesObject[], near: (policy: KubernetesObject) => number): KubernetesObject {
  const weight = (policy: KubernetesObject): number => {
    const rules = listAt(policy, "spec", "ingress");
    const selector = valueAt(policy, "spec", "podSelector");
    const particular = selector !== undefined && JSON.stringify(selector) !== "{}";
    return 4 * near(policy) + (rules !== UNKNOWN && rules.length > 0 ? 2 : 0) + (particular ? 1 : 0);
  };
  const weighed = policies.map((policy) => ({ policy, weight: policies.length === 1 ? 0 : weight(policy) }));
  return weighed.reduce((best, one) => (one.weight > best.weight ? one : best)).policy;
}

function admittedText(policies: KubernetesObject[]): string {
  const rules = policies.flatMap((policy) => knownItems(policy, "spec", "ingress"));
  if (rules.length === 0) return "it has no rule, so it lets nobody in";
  const peers = rules.flatMap((rule) => knownItems(rule, "from"));
  const kinds = [
    peers.some((peer) => valueAt(peer, "namespaceSelector") !== undefined) ? "pods of other namespaces" : "",
    peers.some((peer) => valueAt(peer, "namespaceSelector") === undefined && valueAt(peer, "podSelector") !== undefined)
      ? "pods of its own namespace"
      : "",
    peers.some((peer) => valueAt(peer, "ipBlock") !== undefined) ? "other blocks of addresses" : "",
  ].filter((kind) => kind !== "");
  return `it lets in ${kinds.join(", ") || "others"} only`;
}

const CONTROLLERS_NAMESPACE = "<namespace of the controller>";

function ruleToWrite(from: Opening, port: Read<number>): string {
  const ports = typeof port === "number" ? `, ports: [{ protocol: TCP, port: ${port} }]` : "";
  if (from.who === "vendor") {
    return `- { from: [${from.ranges.map((range) => `{ ipBlock: { cidr: ${range} } }`).join(", ")}]${ports} }`;
  }
  if (from.who === "proxy") {
    const namespace = from.namespace ?? CONTROLLERS_NAMESPACE;
    return `- { from: [{ namespaceSelector: { matchLabels: { ${NAMESPACE_NAME_LABEL}: ${namespace} } } }]${ports} }`;
  }
  if (from.who === "outside") {
    return `- { from: [{ ipBlock: { cidr: <the load balancer's subnets, the nodes or the clients> } }]${ports} }`;
  }
  const [tunnel] = from.who === "anybody" ? (from.perhaps ?? []) : [];
  const namespace = tunnel === undefined ? CONTROLLERS_NAMESPACE : namespaceOf(tunnel);
  return `- { from: [{ namespaceSelector: { matchLabels: { ${NAMESPACE_NAME_LABEL}: ${namespace} } } }]${ports} }, or an ipBlock (Google's load balancers: ${GOOGLE_PROXIES.ranges.join(", ")})`;
}

/** The pods' port of a way in, by number, and the names that containers give it. */
function podPort(
  path: Path,
  { workload }: JudgedWorkload,
  catalog: RuleContext["catalog"],
): { number: Read<number>; names: string[] } {
  const ports = listAt(catalog.resolve(path.service), "spec", "ports");
  const containers = runningContainers(workload);
  if (ports === UNKNOWN || containers === UNKNOWN) return { number: UNKNOWN, names: [] };
  const open = catalog.mayStillMean(path.service) || ports.some((item) => valueAt(item, "port") === UNKNOWN);
  if (open) return { number: UNKNOWN, names: [] };
  const own = ports.find((item) => [valueAt(item, "port"), valueAt(item, "name")].includes(path.port)) ?? onlyOne(ports);
  const target = valueAt(own, "targetPort") ?? valueAt(own, "port");
  if (target === UNKNOWN) return { number: UNKNOWN, names: [] };
  const declared = containers.flatMap(({ value }) => knownItems(value, "ports"));
  const named = declared.find((item) => valueAt(item, "name") === target);
  const number = typeof target === "number" ? target : valueAt(named, "containerPort");
  const names = declared.filter((item) => valueAt(item, "containerPort") === number).map((item) => valueAt(item, "name"));
  return {
    number: number === UNKNOWN || typeof number === "number" ? number : undefined,
    names: names.filter((name) => typeof name === "string"),
  };
}

const onlyOne = (ports: Value[]): Value => (ports.length === 1 ? ports[0] : undefined);

function notApplied(policy: KubernetesObject, workload: KubernetesObject): Statement {
  return {
    severity: "info",
    object: refOf(policy),
    at: ["spec", "podSelector"],
    found: `it does nothing for ${nameOf(workload)}, whose pods run in the network of their nodes`,
    needed: "pods in a network of their own, or a firewall of the nodes",
    fix: "remove hostNetwork from the pods, or limit the nodes' ports outside Kubernetes",
    reason: "network plugins leave pods of the host's network out: everybody who reaches the node reaches them",
  };
}
