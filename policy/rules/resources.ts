import type { Catalog } from "../../path/catalog";
import type { PlacedContainer } from "../../path/containers";
import { containersOf, podSpecPath } from "../../path/containers";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, namespaceOf, refOf, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { servingContainers } from "../workload/containers";

const CPU_REQUEST = "cpu request";
const NEEDED = "requests for cpu and memory, and a memory limit; a cpu limit is not asked for, it only slows a busy pod";
const REASON =
  "a node that runs out of memory kills first the pods that asked for nothing, and with them every connection they hold; the scheduler cannot keep room for what is not asked for";
const EXAMPLE =
  "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }, with the numbers of your own pods";

/** Every container of a judged workload says what it needs and where its memory ends. */
export const resources: Rule = {
  id: "resources",
  title: "Pods keep their place on the node",
  description: "Serving containers have requests and a memory limit.",
  group: "hygiene",
  check: (context: RuleContext): Statement[] =>
    context.workloads.flatMap((judged) =>
      check(judged, context.catalog).map((statement) => notBefore(statement, judged.perhaps)),
    ),
};

function check(judged: JudgedWorkload, catalog: Catalog): Statement[] {
  const { workload } = judged;
  const root = podSpecPath(workload);
  const containers = containersOf(workload);
  if (containers === UNKNOWN) return [notKnownYet(workload, root, { needed: NEEDED, reason: REASON })];
  // What is said for the pod as a whole, or for the whole namespace, holds for each of its containers.
  const forAll = [valueAt(workload, ...root, "resources"), ...defaultsOf(workload, catalog)];
  const serving = servingContainers(judged, catalog);
  const serves = ({ container }: PlacedContainer): boolean =>
    serving === UNKNOWN || serving.containers.some(({ value }) => value === container);
  const running = containers.filter(({ endsBeforeStart }) => !endsBeforeStart);
  return running.flatMap((placed) => checkContainer(workload, placed, forAll, serves(placed)));
}

function checkContainer(
  workload: KubernetesObject,
  { name, container, at }: PlacedContainer,
  forAll: unknown[],
  serves: boolean,
): Statement[] {
  const place = [...at, "resources"];
  const named = name === undefined ? {} : { container: name };
  const sources = [valueAt(container, "resources"), ...forAll];
  const limits = namesIn(sources, "limits");
  const requests = namesIn(sources, "requests");
  // A limit without a request is the request as well.
  const asked = new Set([...requests, ...limits]);
  const missing = [
    ...(asked.size === 0 ? ["requests"] : asked.has("cpu") || asked.has(UNKNOWN) ? [] : [CPU_REQUEST]),
    ...(limits.size === 0 ? ["limits"] : limits.has("memory") || limits.has(UNKNOWN) ? [] : ["memory limit"]),
  ];
  if (requests.has(UNKNOWN) && missing.includes("requests")) missing.shift();
  if (missing.length === 0) {
    const open = limits.has(UNKNOWN) || requests.has(UNKNOWN);
    return open ? [notKnownYet(workload, place, { needed: NEEDED, reason: REASON, ...named })] : [];
  }
  return [
    {
      // Its memory is what a pod is killed for; without a share of the processor it only waits longer for its turn.
      severity: serves && missing.some((one) => one !== CPU_REQUEST) ? "warning" : "info",
      object: refOf(workload),
      ...named,
      at: place,
      found: `no ${missing.join(" and no ")}`,
      needed: NEEDED,
      fix: EXAMPLE,
      reason: REASON,
    },
  ];
}

/** The resources that are named, with UNKNOWN among them where there may be more. */
function namesIn(sources: unknown[], part: "requests" | "limits"): Set<string | Unknown> {
  const names = new Set<string | Unknown>();
  for (const source of sources) {
    const amounts = mapAt(source, part);
    if (amounts === UNKNOWN) names.add(UNKNOWN);
    else for (const [name, amount] of Object.entries(amounts)) names.add(amount === UNKNOWN ? UNKNOWN : name);
  }
  return names;
}

/** A LimitRange fills in what a container of its namespace leaves out. */
function defaultsOf(workload: KubernetesObject, catalog: Catalog): unknown[] {
  return catalog.ofKind("LimitRange", namespaceOf(workload)).flatMap((range) => {
    const limits = listAt(range, "spec", "limits");
    if (limits === UNKNOWN) return [{ requests: UNKNOWN, limits: UNKNOWN }];
    return limits
      .filter((limit) => valueAt(limit, "type") === "Container")
      .map((limit) => ({ limits: valueAt(limit, "default"), requests: valueAt(limit, "defaultRequest") }));
  });
}
