import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf } from "../../path/value";
import { ruleContext, runRule, STANDARD_OPTIONS } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { readFixture } from "./fixture";

const FIXTURES = join(__dirname, "fixtures");

/** `UPDATE_GOLDEN=1` writes what the rule answers into the file, for a person to review. */
function rewrite(file: string, text: string, answered: string[]): void {
  const kept = text.split("\n").filter((line) => !line.startsWith("# expect: "));
  const head = kept[0]?.startsWith("# cluster: ") ? 1 : 0;
  writeFileSync(file, [...kept.slice(0, head), ...answered.map((line) => `# expect: ${line}`), ...kept.slice(head)].join("\n"));
}

describe("the rules' fixtures", () => {
  for (const rule of RULES) {
    describe(rule.id, () => {
      const folder = join(FIXTURES, rule.id);
      const files = readdirSync(folder).sort();

      it("has examples that pass and examples that fail", () => {
        assert.ok(files.some((file) => file.startsWith("success")) && files.some((file) => file.startsWith("failure")));
      });

      for (const name of files) {
        it(name.replace(/\.yaml$/, "").replaceAll("-", " "), () => {
          const file = join(folder, name);
          const { text, cluster, expected, objects } = readFixture(file);
          const findings = runRule(rule, ruleContext(objects, cluster, STANDARD_OPTIONS));
          const answered = findings.map(
            (finding) => `${finding.severity} ${nameOf(finding.object)}: ${finding.found} -> ${finding.fix}`,
          );
          if (process.env.UPDATE_GOLDEN === "1") return rewrite(file, text, answered);
          assert.deepEqual(answered, expected);
          assert.equal(answered.length > 0, name.startsWith("failure"));
        });
      }
    });
  }
});
