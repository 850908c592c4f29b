import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { compileStack } from "../../compile";
import { renderObjects } from "../../render";
import { parsed, type Block } from "../compile/stacks";
import { cloudStack, platformStack } from "./stack";

const GOLDEN = path.join(__dirname, "..", "golden", "endpoints");

/** The ConfigMaps of a stack's consumers. What reads them is tested where it is compiled. */
function objectsFor(raw: Block): string {
  const { services, consumers } = compileStack(parsed(raw).stack);
  const own = services.flatMap(({ objects }) => objects.filter(({ logicalName }) => logicalName === "endpoints"));
  return renderObjects([...own, ...consumers]);
}

describe("what consumers get", () => {
  for (const [name, stack] of Object.entries({ pinned: platformStack(), later: cloudStack() })) {
    it(`${name} is what its golden file says`, () => {
      const file = path.join(GOLDEN, `${name}.yaml`);
      const text = objectsFor(stack);
      if (process.env.UPDATE_GOLDEN) {
        fs.mkdirSync(GOLDEN, { recursive: true });
        fs.writeFileSync(file, text);
      }
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });
  }
});
