import type { PolicyResource } from "@pulumi/policy";
import { declaredCluster } from "../path/declaredCluster";
import { WAIVER_ANNOTATION_PREFIX } from "../path/declarations";
import { isCloud } from "../path/kinds";
import { nameOf, refOf } from "../path/value";
import { readStack } from "./adapter";
import type { Cluster, StackObjects } from "./adapter";
import { redactor } from "./message";
import type { Settings, Waiver } from "./packOptions";
import { SETTINGS_POLICY } from "./packOptions";
import type { BrokenRule } from "./report";
import { reportOn } from "./report";
import type { Finding, Rule } from "./rule";
import { ruleContext } from "./rule";

/** A finding and the resource to show it at. */
export interface Located extends Finding {
  urn?: string;
}

/** A sentence about the stack that no rule says. */
export interface Note {
  sentence: string;
  urn?: string;
}

/** What all rules say of a whole stack, read once for all policies. */
export interface StackReport {
  findings: Located[];
  broken: BrokenRule[];
  /** What is wrong with what was declared: nobody goes by it. */
  problems: Note[];
  /** Declarations that a preview does not know yet. */
  pending: Note[];
  /** What nobody looked at, and waivers that waive nothing. */
  notes: Note[];
  /** Takes the values of Secrets out of a message. */
  redact: (message: string) => string;
}

/** Each cluster is judged for itself: objects of two of them never belong together. The cloud resources are judged together. */
export function reportOnStack(resources: readonly PolicyResource[], settings: Settings, rules: readonly Rule[]): StackReport {
  const stack = readStack(resources);
  const report: StackReport = {
    findings: [],
    broken: [],
    problems: [],
    pending: [],
    notes: stack.notLookedInto,
    redact: redactor(stack.secretTexts),
  };
  const waivers = settings.waivers.map((waiver) => ({ waiver, meets: waive(waiver, stack) }));
  for (const cluster of stack.clusters) judgeCluster(cluster, settings, rules, report);
  report.notes.push(...waivers.flatMap(({ waiver, meets }) => idle(waiver, meets, report.findings) ?? []));
  return report;
}

function judgeCluster(cluster: Cluster, settings: Settings, rules: readonly Rule[], report: StackReport): void {
  const declared = declaredCluster(cluster.objects);
  for (const { on, problem } of declared.problems) report.problems.push({ sentence: problem, urn: cluster.urnOf(refOf(on)) });
  for (const object of declared.open) {
    report.pending.push({ sentence: `${nameOf(object)}: what it declares of its cluster is not known yet` });
  }
  const context = ruleContext(cluster.objects, { ...declared.facts, ...settings.cluster }, settings.options);
  const { findings, broken } = reportOn(context, settings.rules, rules);
  report.findings.push(...findings.map((finding) => ({ ...finding, urn: cluster.urnOf(finding.object) })));
  for (const one of broken) if (!report.broken.some(({ rule }) => rule === one.rule)) report.broken.push(one);
}

type Meets = "a cloud resource" | "a Kubernetes object" | "nothing";

/** Writes a waiver where rules look for one: among the annotations of the plain object. */
function waive(waiver: Waiver, { clusters }: StackObjects): Meets {
  let meets: Meets = "nothing";
  for (const { objects, urnOf } of clusters) {
    for (const object of objects) {
      const urn = urnOf(refOf(object));
      if (urn === undefined || !isMeant(waiver, urn)) continue;
      if (!isCloud(object.apiVersion)) meets = "a Kubernetes object";
      else {
        meets = "a cloud resource";
        object.metadata.annotations = {
          ...object.metadata.annotations,
          [WAIVER_ANNOTATION_PREFIX + waiver.rule]: waiver.reason,
        };
      }
    }
  }
  return meets;
}

/** The type in a URN is the last of the chain of its parents' types: `urn:pulumi:stack::project::parent$type::name`. */
function isMeant(waiver: Waiver, urn: string): boolean {
  if (waiver.urn !== undefined) return waiver.urn === urn;
  const [, , chain = "", name] = urn.split("::");
  return waiver.name === name && waiver.type === chain.slice(chain.lastIndexOf("$") + 1);
}

/** A waiver that waives nothing is told: most often what it was for has gone. */
function idle(waiver: Waiver, meets: Meets, findings: readonly Located[]): Note | undefined {
  const whom = waiver.urn ?? `${waiver.type} ${waiver.name}`;
  const waived = findings.some(
    ({ rule, urn, waived }) => rule === waiver.rule && waived !== undefined && isMeant(waiver, urn ?? ""),
  );
  if (waived) return undefined;
  const head = `waivers of ${SETTINGS_POLICY}: the one of ${waiver.rule} for ${whom} waives nothing`;
  const annotation = `annotate the object with ${WAIVER_ANNOTATION_PREFIX}${waiver.rule} instead`;
  const why = {
    "a cloud resource": "the rule has nothing against it; take it out",
    "a Kubernetes object": `a Kubernetes object carries its own waivers; ${annotation}`,
    nothing: "no resource of the stack is that",
  }[meets];
  return { sentence: `${head}: ${why}` };
}
