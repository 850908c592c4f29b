import assert from "node:assert/strict";
import { createEngine, upKilledAt, upLosingApiServerAt, type Engine } from "./support";

/** What stands in the CLI's output while the update is in its middle: some objects are there, some are not. */
const MIDDLE = /chatpulse-deployment.* creating/;

describe("an update that is cut off", function () {
  this.timeout(300_000);
  let engine: Engine;

  beforeEach(async () => {
    engine = await createEngine();
    await engine.configure();
  });
  afterEach(async () => {
    await engine.discard();
  });

  it("is followed by one that ends right, when the CLI is killed in the middle", async () => {
    await engine.preview();
    const killed = await upKilledAt(engine, MIDDLE);
    assert.equal(killed, "SIGKILL");
    await endsRight();
  });

  it("is followed by one that ends right, when the API server is killed in the middle", async () => {
    await upLosingApiServerAt(engine, MIDDLE);
    await endsRight();
  });

  async function endsRight(): Promise<void> {
    const { code, output } = await engine.up();
    assert.equal(code, 0, output);
    assert.deepEqual(
      (await engine.steps()).filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${urn}`),
      [],
    );
  }
});
