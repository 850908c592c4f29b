import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { createEngine } from "../engine/support";
import { exampleDirectory, EXAMPLES, examine, PROJECT, type Example } from "./support";

const PACK = ["--policy-pack", path.join(PROJECT, "policy")];

/** The classic form as its text has it first; further forms differ in the way in. */
const SEED = "seed";

describe("the classic forms, by the real engine with the policy pack", function () {
  this.timeout(300_000);

  for (const example of EXAMPLES) {
    it(`${example}: is refused for what its page lists as errors, and for nothing else`, async () => {
      const { code, output } = await preview(example);
      const { broken, errors } = expected(example);
      assert.equal(code !== 0, broken.length + errors.length > 0, output);
      // What our own check of the file refuses never comes as far as the pack.
      for (const problem of broken) assert.ok(flat(output).includes(flat(problem)), `${problem}\n${output}`);
      if (broken.length > 0) return;
      for (const found of errors) assert.ok(flat(output).includes(flat(found)), `${found}\n${output}`);
      assert.equal(output.match(/^\s+\[mandatory\]/gm)?.length ?? 0, errors.length, output);
    });
  }

  async function preview(example: Example): Promise<{ code: number; output: string }> {
    const directory = exampleDirectory(example);
    const engine = await createEngine(directory);
    try {
      engine.workspace.trackedConfigFile = path.join(directory, `Pulumi.${SEED}.yaml`);
      await engine.configure();
      return await engine.preview(PACK);
    } finally {
      fs.rmSync(engine.workspace.stateDirectory, { recursive: true, force: true });
    }
  }
});

function expected(example: Example): { broken: string[]; errors: string[] } {
  const { objects, cluster, broken } = examine(example, SEED);
  const { findings } = reportOn(ruleContext(objects, cluster, STANDARD_OPTIONS));
  const errors = findings.filter(({ severity, waived }) => severity === "error" && waived === undefined);
  return { broken, errors: errors.map(({ found }) => found) };
}

/** Without the line breaks that the CLI puts into what it prints. */
const flat = (text: string): string => text.replaceAll(/\s+/g, " ");
