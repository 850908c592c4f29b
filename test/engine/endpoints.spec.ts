import assert from "node:assert/strict";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { listObjects } from "../support/objects";
import { CLIENT_ADDRESSES } from "../../sandbox";
import { createEngine, nameOf, type Engine } from "./support";
import { Watch } from "./watch";

type Block = Record<string, unknown>;

/** The dev stack with its address elsewhere, beside one service that consumes it and one consumer that the stack does not run. */
function consuming(address: string) {
  return (config: Block): Block => {
    const copy = structuredClone(config);
    const [chatpulse] = copy["holdfast:services"] as { entries: Block[] }[];
    chatpulse!.entries[0]!.address = address;
    const trainer = {
      name: "trainer",
      image: "registry.example.com/trainer:1.0.0",
      port: 8080,
      scaling: { min: 1, max: 1 },
      consumes: { CHAT_URL: "chatpulse", CHAT_ADDRESS: { endpoint: "chatpulse", format: "host-port" } },
      entries: [],
    };
    const notebooks = { name: "notebooks", namespace: "default", environment: { CHAT_URL: "chatpulse" } };
    return { ...copy, "holdfast:services": [trainer, chatpulse], "holdfast:consumers": [notebooks] };
  };
}

describe("an address that moves, by the real engine, in the sandbox", function () {
  this.timeout(300_000);
  let engine: Engine;
  let watch: Watch | undefined;
  const [tried, ...others] = CLIENT_ADDRESSES;
  const held = others.slice(0, 3);

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    engine = await createEngine();
    await engine.configure(consuming("192.168.1.209"));
  });
  after(async () => {
    await watch?.stop();
    await engine?.discard();
  });

  const dataIn = async (namespace: string, name: string) =>
    (await listObjects(namespace, "ConfigMap")).find(({ metadata }) => metadata.name === name)?.data;
  const pods = async () => (await listObjects("trainer", "Pod")).map(({ metadata }) => metadata.name).sort();
  let podsBefore: string[];

  it("reaches everyone who consumes it", async () => {
    const { code, output } = await engine.up();
    assert.equal(code, 0, output);
    assert.deepEqual(await dataIn("trainer", "trainer-endpoints"), {
      CHAT_URL: "ws://192.168.1.209/ws",
      CHAT_ADDRESS: "192.168.1.209:80",
    });
    assert.deepEqual(await dataIn("default", "notebooks-endpoints"), { CHAT_URL: "ws://192.168.1.209/ws" });
    const { endpoints } = (await engine.outputs()) as { endpoints: Record<string, Block> };
    assert.deepEqual(endpoints.chatpulse, {
      url: "ws://192.168.1.209/ws",
      host: "192.168.1.209",
      port: 80,
      hostPort: "192.168.1.209:80",
      clusterUrl: "ws://chatpulse.chatpulse.svc/ws",
    });
    podsBefore = await pods();
    assert.equal(podsBefore.length, 1);
    const urls = { old: "ws://192.168.1.209/ws", new: "ws://192.168.1.210/ws" };
    watch = await Watch.start({ urls, held, tried: tried! });
    await watch.until(({ what, way }) => way === "old" && what === "held", held.length);
  });

  it("replaces their pods when it is another, and changes nothing that does not need it", async () => {
    await engine.configure(consuming("192.168.1.210"));
    const changed = (await engine.steps())
      .filter(({ op }) => op !== "same" && op !== "read")
      .map(({ op, urn }) => `${op} ${nameOf(urn)}`);
    assert.deepEqual(changed.sort(), [
      "update chatpulse-metallb-service",
      // An alert tells the address it speaks of.
      "update chatpulse-prometheus-rule",
      "update consumers-notebooks.default",
      "update trainer-deployment",
      "update trainer-endpoints",
    ]);
    const { code, output } = await engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
    assert.deepEqual(await dataIn("default", "notebooks-endpoints"), { CHAT_URL: "ws://192.168.1.210/ws" });
    const podsAfter = await pods();
    assert.ok(
      !podsAfter.some((name) => podsBefore.includes(name)) || podsAfter.length > podsBefore.length,
      `${podsAfter.join()} after ${podsBefore.join()}`,
    );
  });

  it("cuts nobody who is connected by the old address, by which nobody new gets in", async () => {
    await watch!.until(({ what, way }) => way === "new" && what === "held", held.length);
    await watch!.nobodyGetsIn("old");
    await watch!.everybodyAlive();
    assert.deepEqual([(await watch!.count("old")).lost, (await watch!.count("new")).lost], [0, 0]);
    assert.deepEqual(await watch!.refusedAfterFirst("new"), []);
  });

  it("leaves everything as it is when nothing moved", async () => {
    const steps = await engine.steps();
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same" && op !== "read"),
      [],
    );
  });
});
