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
    await engine?.discard();
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

  it("obeys the levels and the options of its configuration, and refuses an option that it does not know", async () => {
    const settings = { cluster: { kubeProxyMode: "ipvs" } };
    const refused = await engine.preview(configured({ settings }));
    assert.notEqual(refused.code, 0, refused.output);
    assert.match(refused.output, /\[mandatory\][^]*idle-timeout[^]*kube-proxy \(IPVS\) closes a connection/);
    const told = await engine.preview(configured({ settings, "idle-timeout": "advisory" }));
    assert.equal(told.code, 0, told.output);
    assert.match(told.output, /\[advisory\][^]*idle-timeout[^]*kube-proxy \(IPVS\) closes a connection/);
    const misspelt = await engine.preview(configured({ settings: { options: { idleSecond: 60 } } }));
    assert.notEqual(misspelt.code, 0, misspelt.output);
    assert.match(misspelt.output, /unknown key "idleSecond"; did you mean "idleSeconds"\?/);
  });

  it("says in a preview what it cannot know yet, looks again in the update, and refuses that", async () => {
    const environment = { ...engine.options.environment, HOLDFAST_TEST_BREAK: "cookie of 60 s, known only to the update" };
    const options = { ...engine.options, environment };
    const preview = await runStackCommand("preview", PACK, options);
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /\[advisory\][^]*sticky-sessions[^]*not known yet; it looks again during the update/);
    const update = await runStackCommand("up", PACK, options);
    assert.notEqual(update.code, 0, update.output);
    assert.match(update.output, /\[mandatory\][^]*sticky-sessions[^]*forgets a client after 60 s/);
    assert.equal((await engine.destroy()).code, 0);
  });

  /** The pack with a configuration of its own. */
  function configured(policies: object): string[] {
    const file = path.join(engine.workspace.stateDirectory, "policy-pack-config.json");
    fs.writeFileSync(file, JSON.stringify(policies));
    return [...PACK, "--policy-pack-config", file];
  }

  const existing = async () => (await listObjects("chatpulse")).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
});
