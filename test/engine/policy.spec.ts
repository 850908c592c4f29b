import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { runStackCommand } from "../../start/pulumi";
import { listObjects } from "../support/objects";
import { createEngine, PROJECT, type Engine } from "./support";

const PACK = ["--policy-pack", path.join(PROJECT, "policy")];

/** What is broken, in the words of the broken program; what the pack has to say of it: found, needed, the line to write. */
const REFUSALS: Record<string, RegExp[]> = {
  "cookie of 60 s": [/sticky-sessions/, /60/, /3600/, /session-cookie-max-age: "3600"/],
  "timeout with a unit": [/idle-timeout/, /3600s/, /60 s/, /proxy-read-timeout: "36\d\d"/],
  "ClientIP only": [/sticky-sessions/, /ClientIP/, /affinity: "?cookie/],
  "budget of another workload": [/disruption-budget/, /Deployment chatpulse\/chatpulse/],
};

describe("the policy pack over the dev stack, by the real engine", function () {
  this.timeout(300_000);
  let engine: Engine;

  before(async () => {
    engine = await createEngine(path.join(__dirname, "programs/broken"));
    // As if ingress-nginx itself served the class: it reads the timeouts that Traefik passes over.
    await engine.configure((config) => {
      const cluster = config["holdfast:cluster"] as Record<string, unknown>;
      return { ...config, "holdfast:cluster": { ...cluster, ingressClasses: {} } };
    });
  });
  after(async () => {
    if (engine !== undefined) fs.rmSync(engine.workspace.stateDirectory, { recursive: true, force: true });
  });

  it("passes the stack as it is", async () => {
    const { code, output } = await engine.preview(PACK);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  for (const [broken, wanted] of Object.entries(REFUSALS)) {
    it(`refuses in the preview of an update: ${broken}; and nothing is created`, async () => {
      const environment = { ...engine.options.environment, HOLDFAST_TEST_BREAK: broken };
      const { code, output } = await runStackCommand("up", PACK, { ...engine.options, environment });
      assert.notEqual(code, 0, output);
      assert.match(output, /\[mandatory\]/);
      for (const part of wanted) assert.match(output, part);
      assert.deepEqual(await existing(), []);
    });
  }

  const existing = async () => (await listObjects("chatpulse")).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
});
