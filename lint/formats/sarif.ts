import { createHash } from "node:crypto";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { nameOf } from "../../path/value";
import { textOf } from "../../policy/propertyPath";
import { RULES } from "../../policy/rules";
import type { PlacedFinding, Problem } from "../model";
import type { Linted } from "../run";

const SARIF_LEVELS = { error: "error", warning: "warning", info: "note" } as const;

/** SARIF 2.1.0, as code scanning services take it. What is waived is there, suppressed, with its reason. */
export function asSarif(linted: Linted, version: string): string {
  const run = new SarifRunBuilder().initSimple({ toolDriverName: "holdfast", toolDriverVersion: version });
  for (const { id, title, description } of RULES) {
    run.addRule(new SarifRuleBuilder().initSimple({ ruleId: id, shortDescriptionText: title, fullDescriptionText: description }));
  }
  for (const { findings } of linted.clusters) for (const finding of findings) run.addResult(resultOf(finding));
  run.run.columnKind = "utf16CodeUnits";
  run.run.invocations = [
    { executionSuccessful: linted.problems.length === 0, toolExecutionNotifications: linted.problems.map(notificationOf) },
  ];
  const builder = new SarifBuilder();
  builder.addRun(run);
  return `${builder.buildSarifJsonString({ indent: true })}\n`;
}

function resultOf(finding: PlacedFinding): SarifResultBuilder {
  const { rule, severity, object, container, at, found, needed, reason, fix, url, waived, origin, line, column } = finding;
  const result = new SarifResultBuilder().initSimple({
    level: SARIF_LEVELS[severity],
    ruleId: rule,
    messageText: `${nameOf(object)}: ${found}\nneeded: ${needed}\nwhy: ${reason}\nwrite: ${fix}\nmore: ${url}`,
    ...(origin && { fileUri: uriOf(origin.part.source.file) }),
    ...(line !== undefined && { startLine: line, startColumn: column ?? 1, endLine: line, endColumn: (column ?? 1) + 1 }),
  });
  const qualified = `${nameOf(object)}${container === undefined ? "" : `#${container}`}${at === undefined ? "" : ` ${textOf(at)}`}`;
  const [location = {}] = result.result.locations ?? [];
  result.result.locations = [
    { ...location, logicalLocations: [{ name: object.name, fullyQualifiedName: qualified, kind: "resource" }] },
  ];
  // The same finding on another line is no new one.
  result.result.partialFingerprints = {
    "holdfast/v1": createHash("sha256").update(`${rule} ${object.apiVersion} ${qualified}`).digest("hex"),
  };
  if (waived !== undefined) result.result.suppressions = [{ kind: "inSource", justification: waived }];
  return result;
}

function notificationOf({ file, line, column, message }: Problem) {
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column ?? 1 } };
  return {
    level: "error" as const,
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }],
  };
}

/** Relative to the folder in which the command runs, as services expect it, where it lies below that. */
function uriOf(file: string): string {
  if (file === "-") return "stdin";
  const relative = path.relative(process.cwd(), path.resolve(file));
  if (relative.startsWith("..") || path.isAbsolute(relative)) return pathToFileURL(path.resolve(file)).href;
  return relative.split(path.sep).map(encodeURIComponent).join("/");
}
