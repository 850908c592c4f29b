import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { LINT_FORMATS, writeReport, type LintFormat } from "../../lint/formats";
import { RULE_IDS } from "../../lint/levels";
import { lintGroups } from "../../lint/run";
import { exposed, lintText, settings, source } from "./fixture";

const WAIVED = '\n    holdfast/waive.idle-timeout: "clients ping, and one says ]]> too"';
const BROKEN = '---\na: "\n';
const report = (format: LintFormat, text = exposed({ annotations: WAIVED }) + BROKEN): string =>
  writeReport(format, lintText(text), { colored: false, version: "1.2.3" });

/** No node with a pod of it is ever drained. */
const BUDGET = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 3, selector: { matchLabels: { app: web } } }
`;

/** Every tag that is opened is closed, and nothing stands in the text that XML has no place for. */
function assertWellFormed(xml: string): void {
  const text = xml.replace(/<\?xml[^?]*\?>/, "").replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, "");
  const open: string[] = [];
  for (const [, close, name, empty] of text.matchAll(/<(\/?)([\w-]+)(?:\s+[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close === "/") assert.equal(open.pop(), name);
    else if (empty !== "/") open.push(name!);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(text.replace(/<[^<>]*>/g, ""), /[<]|&(?!\w+;|#)/);

  assert.doesNotMatch(xml, /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/);
}

describe("the formats of lint", () => {
  it("text says how many ways in were judged, beside errors that need none too", () => {
    const [, , deployment = ""] = exposed().split("---\n");
    const alone = report("text", `${deployment}---\n${BUDGET}`);
    assert.match(alone, /✘ error/);
    assert.match(alone, /No way in from outside was found, so none was judged\.\n/);
    assert.match(report("text"), /1 of 1 way in judged, because of: /);
  });

  it("JSON has exactly the fields that it is documented with", () => {
    const { schemaVersion, findings, paths, notes, summary, ...others } = JSON.parse(report("json")) as Record<
      string,
      unknown
    > & {
      findings: Record<string, unknown>[];
      paths: Record<string, unknown>[];
    };
    assert.deepEqual([schemaVersion, notes, others], [1, [], {}]);
    assert.deepEqual(Object.keys(summary as object), ["files", "documents", "objects", "errors", "warnings", "infos", "waived"]);
    const all = [
      "rule",
      "severity",
      "waived",
      "reason",
      "object",
      "container",
      "file",
      "line",
      "column",
      "path",
      "found",
      "needed",
      "message",
      "fix",
      "url",
    ];
    for (const finding of findings) {
      const left = all.filter((key) => !(key in finding));
      assert.deepEqual(
        Object.keys(finding),
        all.filter((key) => key in finding),
      );
      assert.deepEqual(
        left.filter((key) => key !== "reason" && key !== "container"),
        [],
      );
      assert.equal("reason" in finding, finding.waived);
      assert.ok(Number.isInteger(finding.line) && Number.isInteger(finding.column));
    }
    const waived = findings.filter((finding) => finding.waived === true);
    assert.deepEqual(
      waived.map(({ rule, reason }) => [rule, reason]),
      [["idle-timeout", "clients ping, and one says ]]> too"]],
    );
    assert.deepEqual(
      paths.map(({ entry, verdict, hops }) => [(entry as { name: string }).name, verdict, (hops as object[]).length > 1]),
      [["web", "fails", true]],
    );
  });

  it("SARIF is valid by its schema, and suppresses what is waived", () => {
    // The schema of OASIS as SchemaStore (Apache-2.0) keeps it.
    const schema = JSON.parse(readFileSync(join(__dirname, "sarif-2.1.0.schema.json"), "utf8")) as object;
    const validate = new Ajv({ schemaId: "auto", allErrors: true }).compile(schema);
    const log = JSON.parse(report("sarif")) as {
      runs: {
        results: { ruleId: string; suppressions?: { justification: string }[] }[];
        invocations: { executionSuccessful: boolean }[];
      }[];
    };
    assert.ok(validate(log), JSON.stringify(validate.errors));
    const [run] = log.runs;
    assert.deepEqual(
      run!.results.filter(({ suppressions }) => suppressions).map(({ ruleId }) => ruleId),
      ["idle-timeout"],
    );
    assert.equal(run!.invocations[0]!.executionSuccessful, false);
    assert.ok(!validate({ ...log, runs: [{ results: "none" }] }), "the schema refuses what is wrong");
  });

  it("JUnit is well-formed, counts what is not waived, and skips what is", () => {
    const nasty = exposed({ annotations: WAIVED }).replaceAll("registry.example.com/web:1.2.3", '"a<b>&\\u0001]]>:latest"');
    for (const xml of [report("junit"), report("junit", nasty)]) assertWellFormed(xml);
    const xml = report("junit");
    assert.match(xml, /<testsuite name="a.yaml" tests="\d+" failures="\d+" errors="1" skipped="1">/);
    assert.match(xml, /<testcase classname="a.yaml" name="can be read \(line 43\)">\s*<error message="not valid YAML: /);
    const fine = writeReport("junit", lintGroups([{ name: "b.yaml", sources: [source("", "b.yaml")] }], settings()), {
      colored: false,
      version: "1",
    });
    assert.match(fine, /<testcase classname="b.yaml" name="keeps its connections"\/>/);
  });

  it("GitHub's commands have one line each, with nothing that would end them early", () => {
    const lines = report("github").trimEnd().split("\n");
    assert.ok(lines.length > 5);
    for (const line of lines) assert.match(line, /^::(error|warning|notice) [^:\n]*::[^\n]+$/);
    assert.match(lines[0]!, /^::error file=a.yaml,line=43,col=1,title=not read::not valid YAML: /);
    assert.ok(!lines.some((line) => line.includes("title=idle-timeout")), "what is waived is no annotation");
  });

  for (const format of ["text", "markdown"] as const) {
    it(`${format} reads as it did`, () => {
      const golden = join(__dirname, `report.${format === "text" ? "txt" : "md"}`);
      // Few rules, so that it stays as it is when others come.
      const levels = {
        ...Object.fromEntries(RULE_IDS.map((id) => [id, "off" as const])),
        "idle-timeout": "error",
        "disruption-budget": "warning",
        "graceful-drain": "warning",
      } as const;
      const linted = lintText(
        exposed({ annotations: '\n    holdfast/waive.idle-timeout: " "' }).replace(
          "kind: Deployment\nmetadata:",
          'kind: Deployment\nmetadata:\n  annotations: { holdfast/waive.graceful-drain: "it says goodbye by itself" }',
        ) + BROKEN,
        { levels },
      );
      const written = writeReport(format, linted, { colored: false, version: "1" });
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, written);
      assert.equal(written, readFileSync(golden, "utf8"));
    });
  }

  it("colours a text where that is asked for, and only then", () => {
    const linted = lintText(exposed());
    assert.match(writeReport("text", linted, { colored: true, version: "1" }), /\u001B\[31m/);
    for (const format of LINT_FORMATS) {
      assert.doesNotMatch(writeReport(format, linted, { colored: false, version: "1" }), /\u001B/);
    }
  });
});
