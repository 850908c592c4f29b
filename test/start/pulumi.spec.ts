import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pulumiEnvironment, releaseStaleLock, runPulumi, runStackCommand } from "../../start/pulumi";
import { fakePulumi, temporaryProject, type Sandboxed } from "./support";

describe("running the Pulumi CLI", () => {
  let made: Sandboxed;
  let fake: ReturnType<typeof fakePulumi>;

  beforeEach(() => {
    made = temporaryProject();
    fake = fakePulumi(made.directory);
  });
  afterEach(() => made.remove());

  it("shows it our own home, backend and passphrase, and nothing of the user's", () => {
    const outside = {
      PATH: "/bin",
      PULUMI_ACCESS_TOKEN: "theirs",
      PULUMI_HOME: "/theirs",
      PULUMI_CONFIG_PASSPHRASE: "theirs",
      HOME: "/home/them",
    };
    const environment = pulumiEnvironment(made.workspace, { KUBECONFIG: "/ours", PULUMI_OURS: "1" }, outside);
    assert.deepEqual(environment, {
      PATH: "/bin",
      HOME: "/home/them",
      KUBECONFIG: "/ours",
      PULUMI_OURS: "1",
      PULUMI_HOME: path.join(made.state, "pulumi"),
      PULUMI_BACKEND_URL: `file://${made.state}/backends/uid-1`,
      PULUMI_CONFIG_PASSPHRASE_FILE: path.join(made.state, "passphrase"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
  });

  it("creates the stack once, in the state folder, and runs the program with the private configuration", async () => {
    await runStackCommand("up", ["--policy-pack", "/pack"], { workspace: made.workspace, binary: fake.binary });
    await runStackCommand("preview", [], { workspace: made.workspace, binary: fake.binary });
    const [init, up, preview] = fake.calls().map(({ argv }) => argv);
    assert.deepEqual(init, ["--cwd", made.state, "--non-interactive", "stack", "init", "dev", "--no-select"]);
    const common = ["--stack", "dev", "--config-file", made.workspace.configFile, "--color", "never"];
    assert.deepEqual(up, ["--cwd", made.project, "--non-interactive", "up", "--yes", ...common, "--policy-pack", "/pack"]);
    assert.deepEqual(preview, ["--cwd", made.project, "--non-interactive", "preview", ...common]);
    assert.equal(fake.calls().length, 3);
  });

  it("gives a failure as a code, with what was said", async () => {
    const environment = { FAKE_CODE: "4", FAKE_OUTPUT: "error: no" };
    const lines: string[] = [];
    const result = await runPulumi(["version"], {
      workspace: made.workspace,
      binary: fake.binary,
      environment,
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(result, { code: 4, stdout: "error: no\n", output: "error: no\n" });
    assert.deepEqual(lines, ["error: no"]);
  });

  it("says so when there is no CLI", async () => {
    await assert.rejects(runPulumi(["version"], { workspace: made.workspace, binary: "/nowhere/pulumi" }), {
      message: "The Pulumi CLI is not there: /nowhere/pulumi. Install it, or let `npx holdfast sandbox tools` build it.",
    });
  });

  it("asks it to stop once when interrupted, and waits for its end", async () => {
    const controller = new AbortController();
    const options = {
      workspace: made.workspace,
      binary: fake.binary,
      environment: { FAKE_WAIT: "1" },
      signal: controller.signal,
    };
    const result = await runPulumi(["up"], { ...options, onLine: () => controller.abort(new Error("interrupted")) });
    assert.equal(result.code, 255);
    assert.deepEqual(
      fake.calls().map(({ signal }) => signal),
      ["SIGINT"],
    );
    await assert.rejects(runPulumi(["up"], options), /interrupted/);
  });

  describe("after a CLI was killed", () => {
    const lock = (content: object | string) => {
      const directory = path.join(made.workspace.backendDirectory, ".pulumi/locks/organization/holdfast/dev");
      fs.mkdirSync(directory, { recursive: true });
      const file = path.join(directory, "lock.json");
      fs.writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    };
    const release = () => releaseStaleLock({ workspace: made.workspace, binary: fake.binary });
    const DEAD = 2 ** 22 + 1;

    it("does nothing where nothing is locked", async () => {
      assert.deepEqual(await release(), []);
      assert.deepEqual(fake.calls(), []);
    });

    it("releases the lock of a process that is gone", async () => {
      lock({ pid: DEAD, hostname: os.hostname(), timestamp: "2026-01-01T00:00:00Z" });
      assert.deepEqual(await release(), [DEAD]);
      assert.deepEqual(fake.calls()[0]?.argv.slice(3), ["cancel", "--yes", "--stack", "dev"]);
    });

    it("releases the lock of a process id that something else has now", async () => {
      // Process 1 lives and is no Pulumi.
      lock({ pid: 1, hostname: os.hostname() });
      assert.deepEqual(await release(), [1]);
    });

    it("releases a lock that was cut off while it was written", async () => {
      lock('{"pid": 1');
      assert.deepEqual(await release(), [0]);
    });

    it("takes away a description of the state that was cut off while it was written, and no other", async () => {
      lock({ pid: DEAD, hostname: os.hostname() });
      const stacks = path.join(made.workspace.backendDirectory, ".pulumi/stacks/holdfast");
      fs.mkdirSync(stacks, { recursive: true });
      const files = {
        "dev.json": "{}",
        "dev.json.attrs": "",
        "dev.json.bak": "{}",
        "dev.json.bak.attrs": '{"user.content_type": ""}',
      };
      for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(stacks, name), text);
      await release();
      assert.deepEqual(fs.readdirSync(stacks).sort(), ["dev.json", "dev.json.bak", "dev.json.bak.attrs"]);
    });

    it("does not touch the lock of a CLI that works, here or elsewhere", async () => {
      const controller = new AbortController();
      const options = {
        workspace: made.workspace,
        binary: fake.binary,
        environment: { FAKE_WAIT: "1" },
        signal: controller.signal,
      };
      let ended: Promise<unknown> = Promise.resolve();
      const pid = await new Promise<number>((resolve) => {
        ended = runPulumi(["up"], { ...options, onLine: () => resolve(findPid(fake.binary)) });
      });
      const file = lock({ pid, hostname: os.hostname(), timestamp: "2026-01-01T00:00:00Z" });
      await assert.rejects(release(), {
        message:
          `Stack dev is in use: process ${pid} on ${os.hostname()} works on it since 2026-01-01T00:00:00Z. Wait for its end, or end it ` +
          `(kill -INT ${pid}), and try again. If that process is gone, delete ${file}.`,
        exitCode: 2,
      });
      controller.abort();
      await ended;
      lock({ pid: DEAD, hostname: "another-machine", timestamp: "2026-01-01T00:00:00Z" });
      await assert.rejects(release(), /on another-machine works on it/);
    });
  });
});

function findPid(binary: string): number {
  const found = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((name) => {
      try {
        return fs.readFileSync(`/proc/${name}/cmdline`, "utf8").includes(binary);
      } catch {
        return false;
      }
    });
  return Number(found);
}
