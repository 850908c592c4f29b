import assert from "node:assert/strict";
import * as path from "node:path";
import { importManifests } from "../../adopt";
import type { Change } from "../../adopt/model";
import { compileStack } from "../../compile";
import type { Stack } from "../../compile/stack";
import { readStack } from "../../cli/stackFile";
import { renderObjects } from "../../render";
import { CERTIFICATE_ARN, EXAMPLES, stackOn } from "../compile/entries/stacks";
import { parsed } from "../compile/stacks";
import { readAll } from "./fixture";

const ROOT = path.join(__dirname, "..", "..");

/** What a cloud makes has its own names in the cluster. */
function asDeployed(text: string): string {
  let made = 0;
  return text
    .replace(/<certificate of [^>]+>/g, CERTIFICATE_ARN)
    .replace(/<elastic-ip of [^>]+>/g, () => `eipalloc-0a1b2c3${(made++).toString(16)}`);
}

function imported(stack: Stack) {
  const { pools, services } = compileStack(stack);
  const text = asDeployed(renderObjects([...pools, ...services.flatMap(({ objects }) => objects)]));
  return importManifests(readAll(text), { context: "lab", keep: false, platform: stack.platform });
}

const lines = (changes: Change[]): string[] =>
  changes.map(({ object, field, from, to }) => `${object} ${field}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`);

describe("what Holdfast itself deployed, imported", () => {
  for (const stack of ["dev", "prod"]) {
    it(`is the ${stack} stack again: no object changes`, () => {
      const { changes, problems, ids } = imported(readStack(ROOT, stack).stack);
      assert.deepEqual(problems, []);
      assert.ok(ids.length >= 9, `only ${ids.length} objects were recognised`);
      assert.deepEqual(lines(changes), []);
    });
  }

  for (const [name, { platform, entries, service }] of Object.entries(EXAMPLES)) {
    it(`${name}: compiles to the same objects again`, () => {
      const { stack } = parsed(stackOn(platform, entries, service));
      const { changes, problems, ids } = imported(stack);
      const written = compileStack(stack).services.flatMap(({ objects }) => objects);
      assert.deepEqual(
        ids.map(({ name: logical }) => logical).sort(),
        written.map(({ logicalName }) => `chat-${logicalName}`).sort(),
      );
      assert.deepEqual(problems, []);
      assert.deepEqual(lines(changes), []);
    });
  }

  it("is told apart where one field is another: the comparison sees it", () => {
    const { stack } = parsed(stackOn("bare-metal", EXAMPLES.metallb!.entries));
    const { services } = compileStack(stack);
    const text = renderObjects(services.flatMap(({ objects }) => objects)).replace("maxSurge: 1", "maxSurge: 2");
    const { changes } = importManifests(readAll(text), { context: "lab", keep: false });
    assert.deepEqual(lines(changes), ["Deployment chat/chat spec.strategy.rollingUpdate.maxSurge: 2 -> 1"]);
  });
});
