import type { PolicyConfigSchema, ReportViolation, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { CLUSTER_ANNOTATION, parseClusterFacts, PROMISE_RANGES } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { UNKNOWN } from "../path/objects";
import { annotationOf, nameOf, refOf } from "../path/value";
import type { Cluster } from "./adapter";
import { clustersOf } from "./adapter";
import { formatFinding } from "./message";
import type { OptionName } from "./packOptions";
import { readOptions } from "./packOptions";
import { runRule } from "./report";
import type { Finding, Rule } from "./rule";
import { ruleContext } from "./rule";
import { RULES } from "./rules";
import { notKnownYet, reportAdvisory } from "./sdk";

const SECONDS = {
  type: "integer" as const,
  minimum: PROMISE_RANGES.idleSeconds.minimum,
  maximum: PROMISE_RANGES.idleSeconds.maximum,
};
const OPTION_SCHEMAS: PolicyConfigSchema["properties"] = {
  idleSeconds: {
    ...SECONDS,
    description: "Seconds a silent connection must stay open where no promise is written on the object. Default 3600.",
  },
  affinityTtlSeconds: {
    ...SECONDS,
    description:
      "Seconds within which a client that comes back must reach the same pod where no promise is written. Default 3600.",
  },
  cluster: {
    type: "object",
    description:
      "What no manifest shows: kubeProxyMode, cni, controllers, ingressClasses, nodeConntrackEstablishedSeconds, serviceProxyIdleSeconds, inFront, gateways.",
  },
};
/** What each rule's configuration may say. */
const OPTIONS_OF: Record<string, OptionName[]> = {
  "idle-timeout": ["idleSeconds", "cluster"],
  "sticky-sessions": ["affinityTtlSeconds", "cluster"],
  "disruption-budget": [],
};

/** One policy per rule, so that each has its own enforcement level. */
export function packPolicies(): StackValidationPolicy[] {
  return RULES.map((rule) => {
    const names = OPTIONS_OF[rule.id] ?? [];
    return {
      name: rule.id,
      displayName: rule.title,
      description: rule.description,
      enforcementLevel: "mandatory",
      url: `docs/rules/${rule.id}.md`,
      configSchema: { properties: Object.fromEntries(names.map((name) => [name, OPTION_SCHEMAS[name] ?? {}])) },
      validateStack: (args: StackValidationArgs, report: ReportViolation) => validate(rule, names, args, report),
    };
  });
}

/**
 * Violations first, then what is undecided. The SDK's proxies are new at every access, so the objects are copied out of them once
 * and every rule works on the copy.
 */
function validate(rule: Rule, names: OptionName[], args: StackValidationArgs, report: ReportViolation): void {
  const { options, cluster, problems } = readOptions(rule.id, args.getConfig<Record<string, unknown>>(), names);
  for (const problem of problems) report(problem);
  const pending: string[] = [];
  for (const found of clustersOf(args.resources)) {
    const declared = declaredBy(found, pending, report);
    const context = ruleContext(found.objects, { ...declared, ...cluster }, options);
    for (const finding of runRule(rule, context)) tell(finding, found, pending, report);
  }
  if (pending.length > 0) throw notKnownYet(waitingText(pending));
}

function tell(finding: Finding, cluster: Cluster, pending: string[], report: ReportViolation): void {
  const urn = cluster.urnOf(finding.object);
  if (finding.waived !== undefined) reportAdvisory(report, formatFinding(finding), urn);
  else if (finding.pending) pending.push(`${nameOf(finding.object)}: ${finding.found}`);
  else if (finding.severity === "error") report(formatFinding(finding), urn);
  else reportAdvisory(report, formatFinding(finding), urn);
}

function waitingText(pending: string[]): string {
  const lines = [...new Set(pending)].sort().map((line) => `\n  ${line}`);
  return `what it needs is not known yet; it looks again during the update.${lines.join("")}`;
}

/** What the Namespaces of the stack declare of their cluster. */
function declaredBy(cluster: Cluster, pending: string[], report: ReportViolation): ClusterFacts {
  let declared: ClusterFacts = {};
  for (const object of cluster.objects.filter(({ kind }) => kind === "Namespace")) {
    const text = annotationOf(object, CLUSTER_ANNOTATION);
    if (text === undefined) continue;
    if (text === UNKNOWN) {
      pending.push(`${nameOf(object)}: annotation ${CLUSTER_ANNOTATION} is not known yet`);
      continue;
    }
    const parsed = parseClusterFacts(text, `${nameOf(object)} annotation ${CLUSTER_ANNOTATION}`);
    if ("value" in parsed) declared = { ...declared, ...parsed.value };
    else for (const problem of parsed.problems) report(problem, cluster.urnOf(refOf(object)));
  }
  return declared;
}
