import junit from "junit-report-builder";
import { forXml } from "../../lint/formats/xml";
import type { CheckResult, Report } from "../model";

/** A suite for each way in, a case for each check. What nobody could tell is an error and no failure; what does not apply is skipped. */
export function asJunit({ results }: Report): string {
  const builder = junit.newBuilder().name("holdfast verify");
  const suites = new Map<string, ReturnType<(typeof builder)["testSuite"]>>();
  for (const result of results) {
    const name = forXml(`${result.service} by ${result.entry}`);
    const suite = suites.get(name) ?? builder.testSuite().name(name);
    suites.set(name, suite);
    addCase(suite.testCase().className(name), result);
  }
  return `${builder.build()}\n`;
}

type Case = ReturnType<ReturnType<(typeof junit)["testSuite"]>["testCase"]>;

function addCase(testCase: Case, { check, url, outcome, summary, details, write, seconds }: CheckResult): void {
  const told = forXml([url, summary, ...details, ...write.map((line) => `write: ${line}`)].join("\n"));
  testCase.name(check).time(seconds);
  if (outcome === "fails") testCase.failure(forXml(summary), "fails").stacktrace(told);
  else if (outcome === "unknown") testCase.error(forXml(summary), "unknown", told);
  else if (outcome === "does-not-apply") testCase.skipped().standardOutput(told);
  else testCase.standardOutput(told);
}
