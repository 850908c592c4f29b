import assert from "node:assert/strict";
import { succeed } from "../../start/pulumi";
import { listObjects, type LiveObject } from "../support/objects";
import { createEngine, nameOf, type Engine } from "./support";

const NAME = "rollout-of-a-secret";
const SERVICE = {
  name: NAME,
  image: "registry.example.com/chat:1.8.2",
  port: 8080,
  secrets: { source: "pulumi", keys: ["TOKEN"], rolloutKey: "ROLLOUT_KEY" },
  scaling: { min: 2, max: 2 },
  metrics: { via: "none" },
  entries: [],
};

/** The pods that serve, by name; those that say goodbye are not among them. */
async function podsThatServe(): Promise<string[]> {
  const pods = (await listObjects(NAME, "Pod")) as (LiveObject & { metadata: { deletionTimestamp?: unknown } })[];
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name)
    .sort();
}

describe("a changed secret, by the real engine", function () {
  this.timeout(300_000);
  let engine: Engine;

  before(async () => {
    engine = await createEngine();
    await engine.configure((config) => ({ ...config, "holdfast:services": [SERVICE] }));
  });
  after(async () => {
    await engine?.discard();
  });

  async function setSecret(key: string, value: string): Promise<void> {
    const { workspace, options } = engine;
    const at = `holdfast:secrets["${NAME}"]["${key}"]`;
    const args = ["config", "set", "--secret", "--path", at, "--stack", workspace.stack, "--config-file", workspace.configFile];
    await succeed(args, { ...options, input: value });
  }

  it("replaces the pods, and an up without a change replaces none", async () => {
    assert.equal((await engine.up()).code, 0);
    const before = await podsThatServe();
    assert.equal(before.length, 2);
    assert.equal((await engine.up(["--skip-preview"])).code, 0);
    assert.deepEqual(await podsThatServe(), before);

    await setSecret("TOKEN", "hunter2-the-second");
    const steps = (await engine.steps()).filter(({ op }) => op !== "same" && op !== "read");
    assert.deepEqual(steps.map(({ op, urn }) => [op, nameOf(urn)]).sort(), [
      ["update", `${NAME}-deployment`],
      ["update", `${NAME}-secret`],
    ]);
    const { code, output } = await engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
    const after = await podsThatServe();
    assert.equal(after.length, 2);
    assert.deepEqual(
      after.filter((name) => before.includes(name)),
      [],
    );
    assert.doesNotMatch(output, /hunter2/);
  });
});
