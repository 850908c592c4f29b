import { Catalog } from "../path/catalog";
import { PROMISE_RANGES, WAIVER_ANNOTATION_PREFIX } from "../path/declarations";
import type { ClusterFacts, Path } from "../path/model";
import type { KubernetesObject, ObjectRef } from "../path/objects";
import { readCatalog } from "../path/reader";
import { annotationOf } from "../path/value";
import type { Asked } from "./rules/asked";
import { whatIsAsked } from "./rules/asked";

/** What the one who runs the rules asks of every service that does not say it itself. */
export interface RuleOptions {
  /** Seconds a silent connection must stay open. 1 to 86400, default 3600. */
  idleSeconds: number;
  /** Seconds within which a client that comes back must reach the same pod. 1 to 86400, default 3600. */
  affinityTtlSeconds: number;
}

export const STANDARD_OPTIONS: RuleOptions = {
  idleSeconds: PROMISE_RANGES.idleSeconds.standard,
  affinityTtlSeconds: PROMISE_RANGES.ttlSeconds.standard,
};

/** Everything a rule may look at: the objects of one cluster, the ways in that they open, and what is asked of each. */
export interface RuleContext {
  catalog: Catalog;
  paths: Path[];
  asked: Asked[];
  cluster: ClusterFacts;
  options: RuleOptions;
}

export interface Finding {
  rule: string;
  /** `error`: a promise is broken. `warning`: nothing that was read decides it. `info`: worth knowing. */
  severity: "error" | "warning" | "info";
  object: ObjectRef;
  /** What was found, a sentence. */
  found: string;
  /** What is needed instead. */
  needed: string;
  /** The line to write, or what to declare. */
  fix: string;
  /** What happens to a connection if it stays so. */
  reason: string;
  /** Where the rule is explained. */
  link: string;
  /** True where a preview does not know a value yet and the update will. */
  pending?: boolean;
  /** The reason its owner gave for living with it. */
  waived?: string;
}

/** What a rule says; who it is and where it is explained is added when it runs. */
export type Statement = Omit<Finding, "rule" | "link" | "waived">;

export interface Rule {
  id: string;
  title: string;
  /** One short sentence; the CLI prints it before every message. */
  description: string;
  severity: "low" | "medium" | "high" | "critical";
  check(context: RuleContext): Statement[];
}

/** Reads the objects of one cluster once, for all rules. */
export function ruleContext(objects: readonly KubernetesObject[], cluster: ClusterFacts, options: RuleOptions): RuleContext {
  const catalog = new Catalog(objects);
  const paths = readCatalog(catalog, cluster);
  return { catalog, paths, asked: whatIsAsked(catalog, paths, options), cluster, options };
}

/** The findings of one rule: each once, waived where the object says so, in an order that does not depend on that of the objects. */
export function runRule(rule: Rule, context: RuleContext): Finding[] {
  const findings = new Map<string, Finding>();
  for (const statement of rule.check(context)) {
    const finding: Finding = { rule: rule.id, link: `docs/rules/${rule.id}.md`, ...statement };
    const waived = waiverOf(rule.id, finding.object, context.catalog);
    if (waived !== undefined) finding.waived = waived;
    findings.set(keyOf(finding), finding);
  }
  return [...findings.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, finding]) => finding);
}

function keyOf({ object, severity, found }: Finding): string {
  return [object.namespace ?? "default", object.kind, object.name, severity, found].join("\u0000");
}

/** An empty reason waives nothing. */
function waiverOf(rule: string, ref: ObjectRef, catalog: Catalog): string | undefined {
  const object = catalog.resolve(ref);
  const reason = object === undefined ? undefined : annotationOf(object, WAIVER_ANNOTATION_PREFIX + rule);
  return typeof reason === "string" && reason.trim() !== "" ? reason.trim() : undefined;
}
