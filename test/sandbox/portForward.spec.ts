import assert from "node:assert/strict";
import { execInClient, type SandboxInfo } from "../../sandbox";
import { KUBELET_PORT, NODES } from "../../sandbox/addresses";
import { portForward } from "../support/portForward";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { PlayedPods } from "./support/playedPods";

const SAMPLE_PORT = 8080;

describe("a port that the API server forwards", function () {
  this.timeout(30_000);
  let sandbox: SandboxInfo;
  let pods: PlayedPods;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
    pods = new PlayedPods(sandbox, "forwarded");
    await pods.begin("hurried");
    await pods.create("only");
    await pods.ready("only", 10);
  });
  after(() => pods?.removeAll());

  async function podThrough(port: number): Promise<string | null> {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    return answer.headers.get("x-holdfast-pod");
  }

  it("leads to the one pod, for each connection anew", async () => {
    const forwarded = await portForward(sandbox.kubeconfig, "forwarded", SAMPLE_PORT);
    try {
      assert.deepEqual([await podThrough(forwarded.port), await podThrough(forwarded.port)], ["only", "only"]);
      assert.deepEqual(forwarded.problems, []);
    } finally {
      forwarded.close();
    }
  });

  it("where nothing listens is closed, and says why", async () => {
    const forwarded = await portForward(sandbox.kubeconfig, "forwarded", 9);
    try {
      await assert.rejects(podThrough(forwarded.port));
      assert.match(forwarded.problems.join(), /^port 9 of the pod: connect ECONNREFUSED 10\.244\./);
    } finally {
      forwarded.close();
    }
  });

  it("is all that there is: nothing can be read of a container, because there is none", async () => {
    const read = pods.core.readNamespacedPodLog({ name: "only", namespace: "forwarded" });
    await assert.rejects(read, /the sandbox starts no container/);
  });

  it("is opened for the API server only", async () => {
    const { address } = NODES[0];
    const script = `require("https").get({ host: "${address}", port: ${KUBELET_PORT}, path: "/", rejectUnauthorized: false },
      ({ statusCode }) => console.log(statusCode)).on("error", ({ code }) => console.log(code))`;
    const { stdout } = await execInClient([process.execPath, "-e", script], { stdio: "pipe" });
    assert.match(stdout, /^(?:ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED|ECONNRESET)$/m);
  });
});
