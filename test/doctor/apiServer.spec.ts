import assert from "node:assert/strict";
import { examine } from "../../doctor";
import type { SandboxInfo } from "../../sandbox";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { examined } from "./healthy";

describe("doctor and a real API server", function () {
  this.timeout(60_000);
  let sandbox: SandboxInfo;
  const before_ = process.env.KUBECONFIG;
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
    process.env.KUBECONFIG = sandbox.kubeconfig;
  });
  after(() => {
    if (before_ === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before_;
  });

  it("knows it by its uid, its version and the kinds it serves; what runs there as a process is no workload", async () => {
    const examination = await examine(
      examined((config) => {
        const cluster = config["holdfast:cluster"] as Record<string, unknown>;
        Object.assign(cluster, { context: sandbox.context, uid: sandbox.uid });
      }),
    );
    const states = Object.fromEntries(examination.checks.map(({ title, state }) => [title, state]));
    assert.equal(states[`context ${sandbox.context}`], "ok");
    assert.equal(states["uid of kube-system"], "ok");
    assert.equal(states["Kubernetes version"], "ok");
    assert.equal(states["IngressClass nginx"], "ok");
    assert.equal(states["kinds of the stack's objects"], "ok");
    assert.equal(states["controller metallb"], "missing");
    assert.match(examination.proposed ?? "", new RegExp(sandbox.uid));
  });
});
