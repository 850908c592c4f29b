import junit from "junit-report-builder";
import { nameOf } from "../../path/value";
import type { PlacedFinding } from "../model";
import type { Linted } from "../run";
import { forXml } from "./xml";

/** A suite per file, a case per finding; what is waived is skipped, what is only worth knowing passes. A file without any is one case that passes. */
export function asJunit(linted: Linted): string {
  const builder = junit.newBuilder().name("holdfast lint");
  for (const [file, findings] of byFile(linted)) {
    const suite = builder.testSuite().name(forXml(file));
    const problems = linted.problems.filter((problem) => problem.file === file);
    for (const { line, message } of problems) {
      suite
        .testCase()
        .className(forXml(file))
        .name(`can be read${line === undefined ? "" : ` (line ${line})`}`)
        .error(forXml(message), "not-read");
    }
    for (const finding of findings) addCase(suite.testCase().className(forXml(file)), finding);
    if (problems.length === 0 && findings.length === 0) suite.testCase().className(forXml(file)).name("keeps its connections");
  }
  return `${builder.build()}\n`;
}

function byFile({ clusters, problems }: Linted): Map<string, PlacedFinding[]> {
  const files = new Map<string, PlacedFinding[]>();
  for (const { file } of problems) files.set(file, []);
  for (const { name, findings } of clusters) {
    if (findings.length === 0) files.set(name || "the cluster", files.get(name || "the cluster") ?? []);
    for (const finding of findings) {
      const file = finding.origin?.part.source.file ?? (name || "the cluster");
      const known = files.get(file);
      if (known === undefined) files.set(file, [finding]);
      else known.push(finding);
    }
  }
  return files;
}

type Case = ReturnType<ReturnType<(typeof junit)["testSuite"]>["testCase"]>;

function addCase(testCase: Case, finding: PlacedFinding): void {
  const { rule, severity, object, container, waived, line, found, needed, reason, fix, url, origin } = finding;
  const place = line === undefined ? "" : ` line ${line}`;
  testCase.name(forXml(`${rule}: ${nameOf(object)}${container === undefined ? "" : `#${container}`}${place}`));
  if (origin !== undefined) testCase.file(forXml(origin.part.source.file));
  const told = forXml([`found: ${found}`, `needed: ${needed}`, `why: ${reason}`, `write: ${fix}`, `more: ${url}`].join("\n"));
  if (waived !== undefined) testCase.skipped().standardOutput(forXml(`waived: ${waived}\n${told}`));
  else if (severity === "info") testCase.standardOutput(told);
  else testCase.failure(forXml(found), severity).stacktrace(told);
}
