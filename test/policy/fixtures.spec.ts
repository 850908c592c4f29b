import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameOf } from "../../path/value";
import { textOf } from "../../policy/propertyPath";
import { runRule } from "../../policy/report";
import type { Finding } from "../../policy/rule";
import { ruleContext } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { fixedBy } from "../lint/fixed";
import { readFixture } from "./fixture";

/** `UPDATE_GOLDEN=1` writes what the rule answers into the file, for a person to review. */
function rewrite(file: string, text: string, answered: string[]): void {
  const kept = text.split("\n").filter((line) => !line.startsWith("# expect: "));
  const head = kept.findIndex((line) => !/^# (cluster|options): /.test(line));
  writeFileSync(file, [...kept.slice(0, head), ...answered.map((line) => `# expect: ${line}`), ...kept.slice(head)].join("\n"));
}

/** `error Deployment chat/web#app at spec.template: no probe -> write one`, with `waived (why)` before it where it is. */
function line({ severity, object, container, at, found, fix, waived }: Finding): string {
  const where = `${nameOf(object)}${container === undefined ? "" : `#${container}`}${at === undefined ? "" : ` at ${textOf(at)}`}`;
  return `${waived === undefined ? "" : `waived (${waived}) `}${severity} ${where}: ${found} -> ${fix}`;
}

const isHead = (text: string): boolean => /^# (cluster|options|expect): /.test(text);
const bodyOf = (text: string): string =>
  text
    .split("\n")
    .filter((each) => !isHead(each))
    .join("\n");

/** Without what it answers, which a mended file does not answer any more. */
const headOf = (text: string): string =>
  text
    .split("\n")
    .filter((each) => isHead(each) && !each.startsWith("# expect: "))
    .map((each) => `${each}\n`)
    .join("");

describe("the rules' fixtures", () => {
  for (const rule of RULES) {
    describe(rule.id, () => {
      const folder = join(__dirname, rule.id);
      const files = readdirSync(folder).sort();

      it("has examples that pass and examples that fail", () => {
        assert.ok(files.some((file) => file.startsWith("pass")) && files.some((file) => file.startsWith("fail")));
      });

      it("has, of each example that is mended for certain, what lint --fix makes of it", () => {
        for (const name of files.filter((each) => each.startsWith("fail"))) {
          const { text, cluster, options } = readFixture(join(folder, name));
          const made = fixedBy(rule.id, text, cluster, options);
          assert.deepEqual(made.notes, [], name);
          assert.equal(fixedBy(rule.id, made.text, cluster, options).text, made.text, `${name}: once is enough`);
          const fixed = name.replace(/^fail/, "fixed");
          if (made.text === text && process.env.UPDATE_GOLDEN === "1") rmSync(join(folder, fixed), { force: true });
          else if (made.text === text) assert.ok(!files.includes(fixed), `nothing mends ${name}, and there is ${fixed}`);
          else if (process.env.UPDATE_GOLDEN === "1") writeFileSync(join(folder, fixed), headOf(text) + bodyOf(made.text));
          else assert.equal(bodyOf(made.text), bodyOf(readFixture(join(folder, fixed)).text), name);
        }
      });

      for (const name of files) {
        it(name.replace(/\.yaml$/, "").replaceAll("-", " "), () => {
          const file = join(folder, name);
          const { text, cluster, options, expected, objects } = readFixture(file);
          const findings = runRule(rule, ruleContext(objects, cluster, options));
          const answered = findings.map(line);
          if (process.env.UPDATE_GOLDEN === "1") return rewrite(file, text, answered);
          assert.deepEqual(answered, expected);
          // What is mended may still have what only a person can decide.
          if (name.startsWith("fixed")) return;
          assert.equal(
            findings.some(({ waived }) => waived === undefined),
            name.startsWith("fail"),
          );
          assert.equal(
            findings.some(({ waived }) => waived !== undefined),
            name.startsWith("waived"),
          );
        });
      }
    });
  }
});
