import { WAIVER_ANNOTATION_PREFIX } from "../path/declarations";
import type { Catalog } from "../path/catalog";
import type { ObjectRef } from "../path/objects";
import { annotationOf } from "../path/value";
import { waitingFor } from "./hidden";
import { asMends } from "./mends";
import { durationMends } from "./mends/durations";
import type { Finding, Mend, Rule, RuleContext, Severity, Statement } from "./rule";
import { SEVERITIES } from "./rule";
import { RULES } from "./rules";

/** What a rule is turned to: all its findings of one severity, or no findings. */
export type Level = Severity | "off";

/** A rule that failed itself. It stops no other. */
export interface BrokenRule {
  rule: string;
  message: string;
}

export interface Report {
  /** In an order that does not depend on that of the objects. */
  findings: Finding[];
  broken: BrokenRule[];
}

/** Runs every rule that is not off over what was read of one cluster. */
export function reportOn(
  context: RuleContext,
  levels: Readonly<Record<string, Level>> = {},
  rules: readonly Rule[] = RULES,
): Report {
  const report: Report = { findings: [], broken: [] };
  const causes = new Set<string>();
  for (const rule of rules) {
    const level = levels[rule.id];
    if (level === "off") continue;
    try {
      // What is not known yet is said by every rule that waits for it: each may turn out to have something of its own to say.
      const found = runRule(rule, context, level).filter(
        ({ cause, pending }) => cause === undefined || pending === true || !causes.has(cause),
      );
      for (const { cause } of found) if (cause !== undefined) causes.add(cause);
      report.findings.push(...found);
    } catch (error) {
      report.broken.push({ rule: rule.id, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return report;
}

/** The findings of one rule: each once, waived where the object says so, sorted. */
export function runRule(rule: Rule, context: RuleContext, level?: Severity): Finding[] {
  const findings = new Map<string, Finding>();
  const said = rule.check(context);
  for (const statement of [...said, ...waitingFor(rule, context.catalog, said)]) {
    const waived = waiverOf(rule.id, statement.object, context.catalog);
    const severity = severityOf(statement, level);
    const mends = mendsOf(rule.id, statement, context.catalog);
    const finding: Finding = {
      ...statement,
      ...(mends.length > 0 && { mends }),
      severity,
      rule: rule.id,
      url: `docs/rules/${rule.id}.md`,
      ...(waived !== undefined && { waived }),
    };
    const key = keyOf(finding);
    if (!findings.has(key)) findings.set(key, finding);
  }
  return [...findings.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, finding]) => finding);
}

/** What is not known yet, and what rests on a number nobody can look up, is never an error. */
function severityOf({ severity, pending, unsourced }: Statement, level: Severity | undefined): Severity {
  const wanted = level ?? severity;
  return wanted === "error" && (pending === true || unsourced === true) ? "warning" : wanted;
}

/** What the rule itself would write, and the times that are wrong beyond doubt on an object that closes connections too early. */
function mendsOf(rule: string, { object, mends = [], pending }: Statement, catalog: Catalog): Mend[] {
  const found = rule === "idle-timeout" && pending !== true ? catalog.resolve(object) : undefined;
  if (found === undefined) return mends;
  const written = new Set(mends.map(({ at }) => at.join("\u0000")));
  return [...mends, ...asMends(found, durationMends(found)).filter(({ at }) => !written.has(at.join("\u0000")))];
}

function keyOf({ object, container, severity, found }: Finding): string {
  const order = String(SEVERITIES.indexOf(severity));
  return [object.namespace ?? "default", object.kind, object.name, container ?? "", order, found].join("\u0000");
}

/** An empty reason waives nothing. */
function waiverOf(rule: string, ref: ObjectRef, catalog: Catalog): string | undefined {
  const object = catalog.resolve(ref);
  const reason = object === undefined ? undefined : annotationOf(object, WAIVER_ANNOTATION_PREFIX + rule);
  return typeof reason === "string" && reason.trim() !== "" ? reason.trim() : undefined;
}
