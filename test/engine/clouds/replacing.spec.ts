import assert from "node:assert/strict";
import * as path from "node:path";
import { PROJECT } from "../support";
import { runStackCommand } from "../../../start/pulumi";
import { STACKS } from "./stacks";
import { createCloudEngine, type CloudEngine } from "./support";

type Block = Record<string, unknown>;

describe("what must outlive a change, on a cloud that is a file", function () {
  this.timeout(600_000);
  let cloud: CloudEngine;
  afterEach(() => cloud.close());

  const CERTIFICATE = "aws:acm/certificate:Certificate";

  it("brings another certificate before the load balancer leaves the first, and keeps the first", async () => {
    cloud = await createCloudEngine("aws", STACKS.aws as Block);
    await cloud.configure();
    const up = await cloud.engine.up(["--skip-preview"]);
    assert.equal(up.code, 0, up.output);
    const [first] = cloud.resources().filter(({ type }) => type === CERTIFICATE);
    const before = cloud.done().length;
    await cloud.configure((config) => {
      const [service] = config["holdfast:services"] as { entries: Block[] }[];
      service!.entries[0]!.host = "rooms.example.com";
    });
    const changed = await cloud.engine.up(["--skip-preview"]);
    assert.equal(changed.code, 0, changed.output);
    const made = cloud.done().slice(before);
    const proved = made.findIndex(({ type, operation }) => type.includes("CertificateValidation") && operation === "create");
    assert.ok(proved >= 0, "the second one is proved");
    assert.ok(!made.slice(0, proved).some(({ operation }) => operation === "delete"), "nothing goes before that");
    const left = cloud.resources().filter(({ type }) => type === CERTIFICATE);
    assert.equal(left.length, 2);
    assert.ok(
      left.some(({ outputs }) => outputs.arn === first!.outputs.arn),
      "who still uses the first one still has it",
    );
  });

  it("replaces nothing of a service whose component is renamed with its alias, and everything without", async () => {
    cloud = await createCloudEngine("aws", STACKS.aws as Block, path.join(PROJECT, "test/engine/programs/renamed"));
    await cloud.configure();
    const named = (HOLDFAST_TEST_NAME: string, alias: NodeJS.ProcessEnv = {}) => ({
      ...cloud.engine.options,
      environment: { ...cloud.engine.options.environment, HOLDFAST_TEST_NAME, ...alias },
    });
    const up = await runStackCommand("up", ["--skip-preview"], named("chat"));
    assert.equal(up.code, 0, up.output);
    const renamed = await runStackCommand("preview", ["--json"], named("rooms", { HOLDFAST_TEST_ALIAS: "chat" }));
    assert.deepEqual(changesOf(renamed.stdout), {});
    const lost = changesOf((await runStackCommand("preview", ["--json"], named("rooms"))).stdout);
    assert.notDeepEqual(lost, {});
  });

  function changesOf(json: string): Record<string, number> {
    const { changeSummary } = JSON.parse(json) as { changeSummary: Record<string, number> };
    return Object.fromEntries(
      Object.entries(changeSummary).filter(([operation]) => operation !== "same" && operation !== "read"),
    );
  }

  it("will not destroy in production what clients know by its address", async () => {
    cloud = await createCloudEngine("gcp", STACKS.gcp as Block);
    const inProduction = (config: Block): void => {
      config["holdfast:environment"] = "production";
      const [service] = config["holdfast:services"] as Block[];
      service!.tls = { secretName: "chat-tls" };
    };
    await cloud.configure(inProduction);
    const up = await cloud.engine.up(["--skip-preview"]);
    assert.equal(up.code, 0, up.output);
    const refused = await cloud.engine.destroy();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /protect/);
    await cloud.configure();
    const unprotected = await cloud.engine.up(["--skip-preview"]);
    assert.equal(unprotected.code, 0, unprotected.output);
  });
});
