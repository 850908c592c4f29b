import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MENDS } from "../../policy/mends";
import { ASSUMPTIONS, NUMBER_OPTIONS } from "../../policy/options";
import { packPolicies } from "../../policy/pack";
import { ruleIndex } from "../../policy/ruleIndex";
import { RULES } from "../../policy/rules";

const DOCS = join(__dirname, "..", "..", "docs");
const text = (file: string) => readFileSync(join(DOCS, file), "utf8");

describe("the pages of the policy pack", () => {
  it("list every rule, in the order in which they are reported", () => {
    const expected = ruleIndex(RULES);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(join(DOCS, "rules", "README.md"), expected);
    assert.equal(text("rules/README.md"), expected);
  });

  it("have one for every rule, which says what it asks, why, and how to waive it", () => {
    for (const { id } of RULES) {
      assert.ok(existsSync(join(DOCS, "rules", `${id}.md`)), `docs/rules/${id}.md is missing`);
      for (const part of [`# ${id}`, "## What it asks", "## Why", "## Fails", "## Passes", "## Waive"]) {
        assert.ok(text(`rules/${id}.md`).includes(part), `docs/rules/${id}.md says nothing under "${part}"`);
      }
    }
  });

  it("name every policy with its level", () => {
    for (const { name, enforcementLevel } of packPolicies()) {
      assert.match(text("policy.md"), new RegExp(`\\| \`${name}\` +\\| ${enforcementLevel} `));
    }
  });

  it("name every setting with its unit, its range and its default", () => {
    for (const [name, { unit, minimum, maximum, standard }] of Object.entries(NUMBER_OPTIONS)) {
      assert.match(
        text("policy.md"),
        new RegExp(`\`options\\.${name}\` +\\| ${unit} +\\| ${minimum} to ${maximum} +\\| ${standard} `),
      );
    }
    assert.ok(text("policy.md").includes(ASSUMPTIONS.join(", ")));
    for (const key of ["rules.<id>", "options.assume", "cluster", "waivers"]) {
      assert.ok(text("policy.md").includes(`| \`${key}\``), key);
    }
  });

  it("name everything that is mended, under the rule that asks for it", () => {
    const section = text("policy.md").split("## Mends")[1] ?? "";
    for (const { rule } of MENDS) {
      assert.ok(section.includes(`| \`${rule}\``), rule);
      assert.ok(
        RULES.some(({ id }) => id === rule),
        rule,
      );
    }
  });
});
