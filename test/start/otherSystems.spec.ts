import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const PROJECT = path.resolve(__dirname, "../..");

/** Runs the command as on a system without /proc, which calls itself by another name. */
function holdfastElsewhere(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-r", path.join(__dirname, "withoutProc.js"), "bin/holdfast.js", ...args],
    { cwd: PROJECT, encoding: "utf8", env: { ...process.env, ...environment } },
  );
  return { status, output: stdout + stderr };
}

describe("on a system that is not Linux", () => {
  it("comes as far as the cluster of one's own", () => {
    const { status, output } = holdfastElsewhere(["start"], { HOLDFAST_CLUSTER: "current", KUBECONFIG: "/nowhere/config" });
    assert.equal(status, 2, output);
    assert.match(output, /^No kubeconfig: \/nowhere\/config does not exist\./);
  });

  for (const args of [["start"], ["sandbox", "up"]]) {
    it(`says with \`${args.join(" ")}\` that the embedded cluster needs Linux, before anything is built`, () => {
      const { status, output } = holdfastElsewhere(args, { HOLDFAST_CLUSTER: "", PATH: "/nowhere" });
      assert.equal(status, 1, output);
      assert.match(output, /The embedded cluster runs on Linux only; this is darwin\.\n.*HOLDFAST_CLUSTER=current npm start/);
      assert.doesNotMatch(output, /^ +at /m);
    });
  }
});
