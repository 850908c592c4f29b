import assert from "node:assert/strict";
import { listObjects } from "../../support/objects";
import { nameOf, upKilledAt, upLosingApiServerAt, urnsInState } from "../support";
import { STACKS } from "./stacks";
import { createCloudEngine, type CloudEngine } from "./support";

type Block = Record<string, unknown>;

/** Of an update that waits for one thing: long enough that everything else was made and written down. */
const REST_SECONDS = 3;

describe("a cloud that refuses, is slow or is cut off", function () {
  this.timeout(600_000);
  let cloud: CloudEngine;

  beforeEach(async () => {
    cloud = await createCloudEngine("aws", STACKS.aws as Block);
    await cloud.configure();
  });
  afterEach(() => cloud.close());

  /** The next update ends right. */
  async function endsRight(): Promise<void> {
    cloud.fault();
    const { code, output } = await cloud.engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
    await isSettled();
  }

  /** Nothing is left to do; the cloud has each thing once, and none that the engine does not know of. */
  async function isSettled(): Promise<void> {
    const again = await cloud.engine.preview(["--expect-no-changes"]);
    assert.equal(again.code, 0, again.output);
    const urns = cloud.resources().map(({ urn }) => urn);
    assert.deepEqual(
      urns.filter((urn, index) => urns.indexOf(urn) !== index),
      [],
      "nothing is there twice",
    );
    const known = new Set(urnsInState(cloud.engine));
    assert.deepEqual(
      urns.filter((urn) => !known.has(urn)),
      [],
      "nothing is orphaned",
    );
  }

  it("is asked again where it is throttled, and nobody notices", async () => {
    cloud.fault({ operation: "create", matches: "Eip", kind: "throttled", times: 3 });
    const { code, output } = await cloud.engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
    await isSettled();
  });

  const REFUSALS = {
    quota: { fault: { operation: "create", matches: "Eip", kind: "quota" }, says: /maximum number of addresses/ },
    permission: { fault: { operation: "create", matches: "certificate:Certificate", kind: "denied" }, says: /is not authorized/ },
    "a certificate that is never proved": {
      fault: { operation: "create", matches: "CertificateValidation", kind: "never" },
      says: /timeout while waiting for chat-aws-alb-certificate-validation/,
    },
  } as const;
  for (const [what, { fault, says }] of Object.entries(REFUSALS)) {
    it(`names ${what}, keeps what is there, and the next update goes on`, async () => {
      cloud.fault(fault);
      const { code, output } = await cloud.engine.up(["--skip-preview"]);
      assert.notEqual(code, 0, output);
      assert.match(output, says);
      await endsRight();
    });
  }

  it("tells of a load balancer that stays pending what its events show, in the order of the evidence", async () => {
    cloud.withheld.add("chat-aws-nlb");
    await cloud.configure((config) => {
      const [service] = config["holdfast:services"] as Block[];
      service!.patches = [
        { kind: "Service", name: "chat-aws-nlb", patch: { metadata: { annotations: { "pulumi.com/timeoutSeconds": "5" } } } },
      ];
    });
    const { code, output } = await cloud.engine.up(["--skip-preview"]);
    assert.notEqual(code, 0, output);
    assert.match(
      output,
      /Service chat\/chat-aws-nlb has no address\. What its events show:\n\s+seen: no controller looks after it/,
    );
    for (const cause of [
      /a limit or quota/,
      /an annotation or field/,
      /the network does not allow/,
      /the controller's own account/,
    ]) {
      assert.match(output, cause);
    }
    cloud.withheld.clear();
    await endsRight();
  });

  it("is found in order after the CLI was killed in the middle", async () => {
    cloud.fault({ operation: "create", matches: "CertificateValidation", kind: "slow", seconds: 60 });
    const killed = await upKilledAt(cloud.engine, /certificate-validation.* creating/, REST_SECONDS);
    assert.equal(killed, "SIGKILL");
    await endsRight();
  });

  it("goes on where it was when the API server was gone in the middle", async () => {
    const { code, output } = await upLosingApiServerAt(cloud.engine, /chat-deployment .*creating/);
    assert.notEqual(code, 0, "an update without an API server ends right");
    assert.match(output, /ECONNREFUSED|ECONNRESET|socket hang up/);
    assert.ok(cloud.resources().length > 0, "the cloud was not asked for anything before");
    await endsRight();
    const kindOf = (urn: string): string | undefined => /\bkubernetes:.+:(\w+)::/.exec(urn)?.[1];
    const known = urnsInState(cloud.engine)
      .filter((urn) => nameOf(urn).startsWith("chat-"))
      .flatMap((urn) => kindOf(urn) ?? []);
    const live = (await listObjects("chat")).map(({ kind }) => kind!).filter((kind) => kind !== "Pod");
    assert.deepEqual(live.sort(), known.sort());
  });
});
