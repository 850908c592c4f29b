import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { componentsOf, type SandboxStatus } from "../../sandbox";
import { layoutOf } from "../../sandbox/paths";
import { until } from "../../sandbox/process";
import { readState } from "../../sandbox/state";
import { ensureTools } from "../../sandbox/tools";
import { SANDBOX_HOOK_MILLISECONDS, testStateDirectory } from "../support/sandbox";
import { sandboxCommand, startSandboxCommand } from "./support/commandLine";
import { tracesOf } from "./support/machine";

/** Seconds a start may take with the tools there; doubled, because the shared sandbox and other tests run beside it. */
const START_SECONDS = 40;

describe("life of a sandbox", function () {
  this.timeout(120_000);
  let directory: string;
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await ensureTools();
    directory = testStateDirectory();
  });
  async function statusOf(): Promise<{ exitCode: number | null; found: SandboxStatus }> {
    const { status, stdout } = await sandboxCommand(directory, "status", "--json");
    return { exitCode: status, found: JSON.parse(stdout) as SandboxStatus };
  }

  function pids(): Record<string, number> {
    const { components } = readState(layoutOf(directory))!;
    return Object.fromEntries(Object.entries(components).map(([name, { pid }]) => [name, pid]));
  }

  function kill(name: string): void {
    process.kill(pids()[name]!, "SIGKILL");
  }

  describe("from its start to its end", () => {
    const usual = componentsOf({ mode: "full", extras: [] })
      .map(({ name }) => name)
      .sort();
    let clean: ReturnType<typeof tracesOf>;
    before(() => (clean = tracesOf(directory)));
    after(() => sandboxCommand(directory, "down"));

    it("starts once however often and by how many it is started", async () => {
      assert.equal((await statusOf()).found.state, "absent");
      const start = Date.now();
      const two = await Promise.all([sandboxCommand(directory, "up"), sandboxCommand(directory, "up")]);
      assert.deepEqual([two[0].status, two[1].status], [0, 0], two.map(({ stderr }) => stderr).join("\n"));
      assert.equal(two.filter(({ stdout }) => stdout.includes("starting etcd")).length, 1, "one of the two did it");
      assert.ok(Date.now() - start < START_SECONDS * 1000, `it took ${Date.now() - start} ms`);
      const before = pids();
      assert.deepEqual(Object.keys(before).sort(), usual);

      const again = Date.now();
      assert.match((await sandboxCommand(directory, "up")).stdout, /the sandbox is running/);
      assert.ok(Date.now() - again < 5000, `a second start took ${Date.now() - again} ms`);
      assert.deepEqual(pids(), before);
    });

    it("says that it runs, and is small, private and to be seen", async () => {
      const { exitCode, found } = await statusOf();
      assert.deepEqual([exitCode, found.state, found.mode, found.problems], [0, "running", "full", []]);
      const memoryMib = found.components.reduce((sum, each) => sum + each.memoryMib!, 0);
      assert.ok(memoryMib < 1536, `${memoryMib} MiB`);
      assert.equal(fs.statSync(layoutOf(directory).kubeconfig).mode & 0o777, 0o600);
      const running = tracesOf(directory);
      assert.ok(running.processes.length >= usual.length && running.namespaces.length >= 2, "the traces are seen at all");
    });

    it("mends what died", async () => {
      const before = pids();
      const died = ["kube-apiserver", "traefik", "forwarder"];
      for (const name of died) {
        kill(name);
        const broken = await statusOf();
        assert.deepEqual([broken.exitCode, broken.found.state], [1, "degraded"]);
        assert.ok(broken.found.problems.includes(`${name} is stopped.`), broken.found.problems.join(" "));
        const mended = await sandboxCommand(directory, "up");
        assert.match(mended.stdout, new RegExp(`not running: ${name}; starting them again`), mended.stderr);
        assert.equal((await statusOf()).exitCode, 0);
      }
      const after = pids();
      const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
      assert.deepEqual(changed.sort(), died.sort(), "the others were left alone");
    });

    it("starts Contour and Envoy only when they are asked for, and keeps them until it is taken away", async () => {
      const without = pids();
      assert.ok(!("contour" in without) && !("envoy" in without));
      const asked = await sandboxCommand(directory, "up", "--with", "contour");
      assert.equal(asked.status, 0, asked.stderr);
      const before = pids();
      assert.deepEqual(
        Object.keys(before)
          .filter((name) => before[name] !== without[name])
          .sort(),
        ["contour", "envoy"],
      );

      const again = Date.now();
      assert.match((await sandboxCommand(directory, "up", "--with", "contour")).stdout, /the sandbox is running/);
      assert.ok(Date.now() - again < 5000, `a second start took ${Date.now() - again} ms`);
      kill("envoy");
      assert.deepEqual((await statusOf()).found.problems, ["envoy is stopped."]);
      assert.equal((await sandboxCommand(directory, "up")).status, 0, "a plain start mends what was asked for earlier");
      const { exitCode, found } = await statusOf();
      assert.deepEqual([exitCode, found.addresses["Envoy (Contour's classes)"]], [0, "192.168.1.241"]);
      assert.deepEqual(
        Object.keys(before).filter((name) => before[name] !== pids()[name]),
        ["envoy"],
      );
    });

    it("leaves nothing", async () => {
      assert.equal((await sandboxCommand(directory, "down")).status, 0);
      assert.deepEqual(tracesOf(directory), clean);
    });
  });

  describe("where it does not come that far", () => {
    afterEach(async () => {
      assert.equal((await sandboxCommand(directory, "down")).status, 0);
    });

    it("refuses an extra that it does not know, or that a control plane alone cannot have", async () => {
      const contradiction = await sandboxCommand(directory, "up", "--control-plane-only", "--with", "contour");
      assert.equal(contradiction.status, 2);
      assert.match(contradiction.stderr, /'--with <extra\.\.\.>' cannot be used with option '--control-plane-only'/);
      const unknown = await sandboxCommand(directory, "up", "--with", "istio");
      assert.deepEqual([unknown.status, /Allowed choices are contour/.test(unknown.stderr)], [2, true], unknown.stderr);
    });

    it("cleans up after a start that was killed, and after one that Ctrl-C ended", async () => {
      const clean = tracesOf(directory);
      for (const [signal, then] of [
        ["SIGKILL", "down"],
        ["SIGINT", "up"],
      ] as const) {
        const { child, ended } = startSandboxCommand(directory, ["up"]);
        await until(() => Boolean(readState(layoutOf(directory))?.components["kube-apiserver"]), 60);
        child.kill(signal);
        await ended;
        assert.ok(tracesOf(directory).processes.length > 0, "something was left");
        const { status, stdout, stderr } = await sandboxCommand(directory, then);
        assert.equal(status, 0, stderr);
        if (then === "down") assert.deepEqual(tracesOf(directory), clean);
        else assert.match(stdout, /an earlier start did not come to its end; cleaning up after it/);
      }
      assert.equal((await statusOf()).exitCode, 0);
    });

    it("runs a control plane alone, and says what is missing", async () => {
      const clean = tracesOf(directory);
      const { status, stdout, stderr } = await sandboxCommand(directory, "up", "--control-plane-only");
      assert.equal(status, 0, stderr);
      assert.match(stdout, /This is a control plane only[^]*Missing for the rest:\n {2}- a data plane was not asked for/);
      const { exitCode, found } = await statusOf();
      assert.deepEqual([exitCode, found.mode], [0, "control-plane-only"]);
      assert.deepEqual(Object.keys(pids()).sort(), [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kwok",
      ]);
      assert.deepEqual(tracesOf(directory).namespaces, []);

      const refused = await sandboxCommand(directory, "exec", "--", "true");
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /^This sandbox is a control plane only, so there is no network to run a command in\./);

      assert.equal((await sandboxCommand(directory, "down")).status, 0);
      assert.deepEqual(tracesOf(directory), clean);
    });

    it("says that the asked port is in use, and has changed nothing", async () => {
      const server = net.createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as net.AddressInfo;
      try {
        const { status, stderr } = await sandboxCommand(directory, "up", "--control-plane-only", "--port", String(port));
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use by another program`));
        assert.ok(!fs.existsSync(path.join(directory, "sandbox", "state.json")));
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
      const wrong = await sandboxCommand(directory, "up", "--port", "70000");
      assert.equal(wrong.status, 2);
      assert.match(wrong.stderr, /A port is a whole number from 1 to 65535\./);
    });

    if (process.getuid?.() === 0) {
      it("ends, and says why, where the disk of its folder is full", async () => {
        const full = path.join(directory, "full");
        fs.mkdirSync(full);
        assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", full]).status, 0);
        try {
          const { status, stderr } = await sandboxCommand(full, "up", "--control-plane-only");
          assert.equal(status, 1, stderr);
          assert.match(stderr, /full cannot be used: ENOSPC.*\n {2}Make room on its disk, or .* HOLDFAST_STATE_DIR\.$/m);
          assert.equal((await sandboxCommand(full, "down")).status, 0);
          assert.deepEqual(fs.readdirSync(full), []);
        } finally {
          assert.equal(spawnSync("umount", [full]).status, 0);
          fs.rmdirSync(full);
        }
      });
    }

    it("has nothing to run a command in, and nothing to take away, before it was started", async () => {
      const { status, stderr } = await sandboxCommand(directory, "exec", "--", "true");
      assert.deepEqual([status, stderr.trim()], [1, "The sandbox is not running. Start it with `npx holdfast sandbox up`."]);
      assert.match((await sandboxCommand(directory, "down")).stdout, /^There is no sandbox\.$/m);
      const absent = await sandboxCommand(directory, "status");
      assert.equal(absent.status, 1);
      assert.match(absent.stdout, /^There is no sandbox\. Start one/);
    });
  });
});
