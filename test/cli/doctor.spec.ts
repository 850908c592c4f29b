import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fakeServer, type FakeServer } from "../cluster/fakeServer";
import { healthyCluster, KINDS, object, projectFolder } from "../doctor/healthy";

const ROOT = path.join(__dirname, "..", "..");

describe("holdfast doctor", function () {
  this.timeout(60_000);
  let folder: string;
  let server: FakeServer;
  before(async () => {
    folder = projectFolder();
    const pending = object("v1", "Service", "web", { spec: { type: "LoadBalancer" } }, "chatpulse");
    server = await fakeServer({ objects: [...healthyCluster(), pending], kinds: KINDS });
    // A whole installation of the CLI, as far as a look from outside goes.
    for (const [name, script] of Object.entries({ pulumi: "echo v3.259.0", "pulumi-language-nodejs": "" })) {
      fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
  });
  after(async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true });
  });

  function run(args: string[], more: NodeJS.ProcessEnv = {}): Promise<{ status: number; stdout: string; stderr: string }> {
    const env = { PATH: `${folder}:/bin:/usr/bin`, HOME: folder, KUBECONFIG: server.kubeconfig, ...more };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [path.join(ROOT, "bin", "holdfast.js"), "doctor", ...args],
        { cwd: folder, env },
        (error, stdout, stderr) => resolve({ status: (error as { code?: number } | null)?.code ?? 0, stdout, stderr }),
      );
    });
  }

  it("ends with 0 where nothing is missing, and with 1 where something is", async () => {
    const good = await run([]);
    assert.deepEqual([good.status, good.stderr], [0, ""], good.stdout);
    assert.match(good.stdout, /0 missing, 0 wrong/);
    const bad = await run([], { PATH: "/bin:/usr/bin" });
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /Pulumi CLI: missing: no pulumi on PATH/);
  });

  it("ends with 1 where the cluster shows the cause of a symptom, and with 0 where it shows none", async () => {
    const pending = await run(["--symptom", "lb-pending"]);
    assert.deepEqual([pending.status, pending.stderr], [1, ""]);
    assert.match(pending.stdout, /Service chatpulse\/web has no address/);
    const quiet = await run(["--symptom", "cert", "--json"]);
    assert.equal(quiet.status, 0);
    assert.equal((JSON.parse(quiet.stdout) as { symptom: string }).symptom, "cert");
  });

  it("ends with 2, and without a stack trace, where it cannot begin", async () => {
    const noStack = await run(["-s", "qa"]);
    assert.equal(noStack.status, 2);
    const noCluster = await run(["--symptom", "hpa"], { KUBECONFIG: "/nowhere" });
    assert.deepEqual(
      [noCluster.status, noCluster.stderr],
      [2, "No kubeconfig: /nowhere does not exist. Set KUBECONFIG to a file that has the context.\n"],
    );
    const unknown = await run(["--symptom", "headache"]);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /lb-pending/);
    for (const { stderr } of [noStack, noCluster, unknown]) assert.doesNotMatch(stderr, /\n\s+at /);
  });
});
