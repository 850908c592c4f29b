import assert from "node:assert/strict";
import { start, stop } from "../../start";
import { withEnvironment } from "../sandbox/support/fakeGo";

/** Where nothing can be made, should one of them be let through. */
const NOWHERE = { HOLDFAST_STATE_DIR: "/dev/null/state" };

/** Each is told before anything is looked at, started or changed. */
describe("settings of npm start and npm stop", () => {
  const refused = (message: RegExp) => (error: Error & { exitCode?: number }) =>
    message.test(error.message) && error.exitCode === 2;

  it("name a cluster that there is", async () => {
    await withEnvironment({ HOLDFAST_CLUSTER: "kind", ...NOWHERE }, () =>
      assert.rejects(start({ yes: true }), refused(/^HOLDFAST_CLUSTER is "kind"; it takes sandbox .* or current /)),
    );
  });

  it("name a stack that there is", async () => {
    await assert.rejects(
      start({ name: "prod", yes: true }),
      refused(/^There is nothing called prod; there is: dev, chatpulse, mcp-server, ml-platform, multi, stt\.$/),
    );
    await assert.rejects(stop({ name: "sst", all: false, yes: true }), refused(/Did you mean stt\?$/));
  });

  it("are not passed over in silence where they mean nothing", async () => {
    await withEnvironment({ HOLDFAST_CLUSTER: "", HOLDFAST_ADDRESS_POOL: "10.0.0.1-10.0.0.9", ...NOWHERE }, () =>
      assert.rejects(start({ yes: true }), refused(/^HOLDFAST_ADDRESS_POOL .* HOLDFAST_CLUSTER=current.*Pulumi\.dev\.yaml/)),
    );
    await withEnvironment({ HOLDFAST_CLUSTER: "current", KUBECONFIG: "/nowhere", ...NOWHERE }, () =>
      assert.rejects(stop({ all: true, yes: true }), refused(/^--all .* embedded cluster/)),
    );
  });
});
