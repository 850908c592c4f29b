import { textOf } from "../../policy/propertyPath";
import type { PlacedFinding } from "../model";
import { pathTables } from "../paths";
import type { Linted } from "../run";
import { summaryOf } from "../summary";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
const SCHEMA_VERSION = 1;

/** The report for programs. Its fields are stable. */
export function asJson(linted: Linted): string {
  const findings = linted.clusters.flatMap((cluster) => cluster.findings.map(findingTable));
  const paths = linted.clusters.flatMap(pathTables);
  const { notes } = linted;
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, findings, paths, notes, summary: summaryOf(linted) }, null, 2)}\n`;
}

function findingTable(finding: PlacedFinding) {
  const { rule, severity, waived, object, container, origin, line, column, at, found, needed, reason, fix, url } = finding;
  return {
    rule,
    severity,
    waived: waived !== undefined,
    ...(waived === undefined ? {} : { reason: waived }),
    object,
    ...(container === undefined ? {} : { container }),
    file: origin?.part.source.file ?? null,
    line: line ?? null,
    column: column ?? null,
    path: at === undefined ? "" : textOf(at),
    found,
    needed,
    message: reason,
    fix,
    url,
  };
}
