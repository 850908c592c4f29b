import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createEngine, nameOf, withService, type Engine, type Step } from "./support";
import { listObjects } from "../support/objects";

const POLICY = ["--policy-pack", "policy"];
const operations = (steps: Step[]) => new Set(steps.map(({ op }) => op));
const changed = (steps: Step[]) => steps.filter(({ op }) => op !== "same" && op !== "read");

/** One stack's life, in order: each step starts from what the one before left. */
describe("the dev stack, by the real engine, in the sandbox", function () {
  this.timeout(300_000);
  let engine: Engine;

  before(async () => {
    engine = await createEngine();
    await engine.configure();
  });
  after(async () => {
    await engine?.discard();
  });

  it("previews the creation of everything", async () => {
    const steps = await engine.steps(POLICY);
    assert.deepEqual(operations(steps), new Set(["create", "read"]));
    const names = steps.map(({ urn }) => nameOf(urn));
    for (const kind of [
      "namespace",
      "config-map",
      "secret",
      "deployment",
      "service",
      "pod-disruption-budget",
      "service-monitor",
      "prometheus-rule",
    ]) {
      assert.ok(names.includes(`chatpulse-${kind}`), `${kind} in ${names.join(", ")}`);
    }
  });

  it("goes up under the policy pack", async () => {
    const { code, output } = await engine.up([...POLICY, "--skip-preview"]);
    assert.equal(code, 0, output);
  });

  it("tells where the service answers and whether its paths hold", async () => {
    const outputs = (await engine.outputs()) as { services: Record<string, { entries: Record<string, unknown>[] }> };
    const entries = outputs.services.chatpulse!.entries;
    assert.deepEqual(
      entries.map(({ kind, url, address, verdict }) => ({ kind, url, address, verdict })),
      [
        { kind: "metallb", url: "ws://192.168.1.207/ws", address: "192.168.1.207", verdict: "holds" },
        { kind: "ingress-nginx", url: "ws://chatpulse.holdfast.test/ws", address: entries[1]!.address, verdict: "holds" },
      ],
    );
    assert.match(String(entries[1]!.address), /^192\.168\.1\.2\d\d$/);
  });

  it("keeps no secret in plain text in its state or its outputs", async () => {
    const { workspace } = engine;
    const state = fs.readFileSync(
      `${workspace.backendDirectory}/.pulumi/stacks/${workspace.project}/${workspace.stack}.json`,
      "utf8",
    );
    const outputs = JSON.stringify(await engine.outputs());
    const values = await secretValues();
    assert.equal(values.length, 8);
    for (const value of values) {
      assert.ok(!state.includes(value), "a secret value stands in the state");
      assert.ok(!outputs.includes(value), "a secret value stands in the outputs");
      assert.ok(!state.includes(Buffer.from(value).toString("base64")), "a secret value stands in the state, in base64");
    }
    assert.match(
      state,
      /4dabf18193072939515e22adb298388d/,
      "the engine's mark of an encrypted value is there, so the search looked at the right file",
    );
  });

  it("changes nothing when nothing changed", async () => {
    const { code, output } = await engine.up([...POLICY, "--skip-preview"]);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /created|updated|replaced|deleted/);
    assert.deepEqual(changed(await engine.steps()), []);
  });

  it("takes a new image as an update in place of the Deployment alone", async () => {
    await engine.configure(withService((service) => (service.image = "ghcr.io/pscheid92/chatpulse:1.0.1")));
    const steps = changed(await engine.steps());
    assert.deepEqual(
      steps.map(({ op, urn }) => [op, nameOf(urn)]),
      [["update", "chatpulse-deployment"]],
    );
    const { code, output } = await engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
  });

  it("changes exactly the annotations of a changed promise", async () => {
    await engine.configure(
      withService((service) => {
        service.image = "ghcr.io/pscheid92/chatpulse:1.0.1";
        service.promise.idleSeconds = 1800;
      }),
    );
    const steps = changed(await engine.steps());
    assert.deepEqual(operations(steps), new Set(["update"]));
    const paths = steps.flatMap(({ urn, detailedDiff }) => Object.keys(detailedDiff ?? {}).map((at) => `${nameOf(urn)} ${at}`));
    assert.deepEqual(paths.sort(), [
      'chatpulse-ingress-nginx-ingress metadata.annotations["holdfast/promise"]',
      'chatpulse-ingress-nginx-ingress metadata.annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"]',
      'chatpulse-ingress-nginx-ingress metadata.annotations["nginx.ingress.kubernetes.io/proxy-send-timeout"]',
      'chatpulse-metallb-service metadata.annotations["holdfast/promise"]',
      'chatpulse-service metadata.annotations["holdfast/promise"]',
    ]);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    const { code, output } = await engine.destroy();
    assert.equal(code, 0, output);
    assert.deepEqual(
      (await listObjects("chatpulse")).map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [],
    );
  });

  async function secretValues(): Promise<string[]> {
    const secrets = await listObjects("chatpulse", "Secret");
    const { data = {} } = secrets.find(({ metadata }) => metadata.name === "chatpulse-secrets") as {
      data?: Record<string, string>;
    };
    return Object.values(data).map((value) => Buffer.from(value, "base64").toString());
  }
});
