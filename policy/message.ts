import { WAIVER_ANNOTATION_PREFIX } from "../path/declarations";
import { nameOf } from "../path/value";
import type { Finding } from "./rule";

/** A finding as a person reads it: what was found, what is needed, the line to write. */
export function formatFinding(finding: Finding): string {
  const head = `${nameOf(finding.object)}: ${finding.found}`;
  if (finding.waived !== undefined) return `${head}\n  waived: ${finding.waived}`;
  return [
    head,
    `  needed: ${finding.needed}`,
    finding.severity === "warning" ? `  settle: ${finding.fix}` : `  write:  ${finding.fix}`,
    `  why:    ${finding.reason}`,
    `  more:   ${finding.url}; to live with it, annotate the object with ${WAIVER_ANNOTATION_PREFIX}${finding.rule}: "<why>"`,
  ].join("\n");
}
