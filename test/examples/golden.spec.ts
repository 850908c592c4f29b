import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../cli/render";
import { readStack } from "../../cli/stackFile";
import { compileStack } from "../../compile";
import { ALL_EXAMPLES, exampleDirectory, isSeed, PROJECT, stacksOf } from "./support";

const GOLDEN = path.join(PROJECT, "test", "golden", "examples");

function rendered(example: string, stack: string): string {
  const { pools, services, consumers } = compileStack(readStack(exampleDirectory(example), stack).stack);
  return renderObjects([...pools, ...services.flatMap(({ objects }) => objects), ...consumers]);
}

/** The classic forms are compared with the texts themselves, field by field. */
describe("what each stack of the examples deploys", () => {
  for (const example of ALL_EXAMPLES) {
    for (const stack of stacksOf(example).filter((name) => !isSeed(name))) {
      it(`${example}, ${stack}: is what its golden file says`, () => {
        const file = path.join(GOLDEN, `${example}-${stack}.yaml`);
        const text = rendered(example, stack);
        if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
        assert.equal(text, fs.readFileSync(file, "utf8"));
      });
    }
  }

  it("is all there is: no golden file without its stack", () => {
    const wanted = ALL_EXAMPLES.flatMap((example) =>
      stacksOf(example)
        .filter((stack) => !isSeed(stack))
        .map((stack) => `${example}-${stack}.yaml`),
    );
    assert.deepEqual(fs.readdirSync(GOLDEN).sort(), wanted.sort());
  });
});
