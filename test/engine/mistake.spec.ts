import assert from "node:assert/strict";
import * as path from "node:path";
import { createEngine, type Engine } from "./support";

describe("a mistake in a program", function () {
  this.timeout(300_000);
  let engine: Engine;

  before(async () => {
    engine = await createEngine(path.join(__dirname, "programs/mistaken"));
    await engine.configure();
  });
  after(() => engine?.discard());

  it("is told with the line of the source, although what ran was compiled from it", async () => {
    const { code, output } = await engine.preview();
    assert.notEqual(code, 0);
    assert.match(output, /TypeError: Cannot read properties of undefined \(reading 'name'\)/);
    assert.match(output, /index\.ts:7:32/);
  });
});
