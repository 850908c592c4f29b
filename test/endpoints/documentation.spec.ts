import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { FORMATS } from "../../compile/endpoints";
import { FINDING_KINDS, knownAddresses, lintText } from "../../endpoints";
import { parsed } from "../compile/stacks";
import { platformStack } from "./stack";

const docs = path.join(__dirname, "..", "..", "docs");
const text = fs.readFileSync(path.join(docs, "endpoints.md"), "utf8");
const rows = [...text.matchAll(/^\| `([^`]+)` .*\|$/gm)].map(([row, name]) => ({ name: name!, row }));

describe("docs/endpoints.md", () => {
  it("has every kind of finding, each with examples that are found as that kind", () => {
    const stack = parsed(platformStack({ mlflow: { endpoints: { mlflow: { formerly: ["192.168.1.105:30800"] } } } })).stack;
    for (const kind of FINDING_KINDS) {
      const { row } = rows.find(({ name }) => name === kind) ?? assert.fail(`no row for ${kind}`);
      const examples = [
        ...row
          .split("|")
          .at(-2)!
          .matchAll(/`([^`]+)`/g),
      ].map(([, example]) => example!);
      assert.ok(examples.length > 0);
      for (const example of examples) {
        assert.deepEqual(
          lintText(example, knownAddresses(stack)).map((finding) => finding.kind),
          [kind],
        );
      }
    }
    assert.ok(!rows.some(({ name }) => name === "elsewhere"));
  });

  it("has every option of the command", () => {
    for (const option of ["--env", "--json", "--consumer <name>", "--outputs <file>"]) {
      assert.ok(
        rows.some(({ name }) => name === option),
        option,
      );
    }
  });

  it("leaves the formats to docs/configuration.md, which has them all", () => {
    const configuration = fs.readFileSync(path.join(docs, "configuration.md"), "utf8");
    const row = configuration.split("\n").find((line) => line.startsWith("| `consumes.*.format`"))!;
    for (const format of FORMATS) assert.ok(row.includes(`\`${format}\``), format);
  });
});
