import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { SandboxError } from "../../sandbox";
import { ensureCrds, ensureTool, SANDBOX_TOOLS, TOOLS } from "../../sandbox/tools";
import { toolDirectory, wrapperModule } from "../../sandbox/tools/build";
import { readFinished } from "../../sandbox/tools/cache";
import { findTool } from "../../sandbox/tools/find";
import { GO_MINIMUM, type GoTool } from "../../sandbox/tools/table";
import { type Behaviour, buildCalls, FAKE_TOOL, fakeGoEnvironment, withEnvironment } from "./support/fakeGo";
import { temporaryDirectory } from "./support/temporary";

const ROOT = path.resolve(__dirname, "..", "..");

/** The user `nobody` of every Linux. */
const NOBODY = 65534;

describe("tools of the sandbox", () => {
  let directory: string;
  let remove: () => void;
  beforeEach(() => ({ directory, remove } = temporaryDirectory()));
  afterEach(() => remove());

  const withGo = <T>(behaviour: Behaviour, work: () => Promise<T>, version?: string, toolchain?: string) =>
    withEnvironment(fakeGoEnvironment(directory, behaviour, version, toolchain), work);

  /** The message with which a build ends. */
  async function failure(behaviour: Behaviour, version?: string, toolchain?: string): Promise<string> {
    return withGo(
      behaviour,
      async () => {
        try {
          await ensureTool(FAKE_TOOL);
        } catch (error) {
          assert.ok(error instanceof SandboxError, String(error));
          assert.equal(await findTool(FAKE_TOOL), undefined);
          return error.message;
        }
        return "";
      },
      version,
      toolchain,
    );
  }

  function startBuild(behaviour: Behaviour) {
    const env = { ...process.env, ...fakeGoEnvironment(directory, behaviour), TS_NODE_PROJECT: path.join(ROOT, "tsconfig.json") };
    const script = path.join(__dirname, "support", "buildFakeTool.ts");
    const child = spawn(process.execPath, ["-r", "ts-node/register", script], {
      env,
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    return { child, ended: once(child, "close").then(() => output) };
  }

  it("builds a tool once and finds it in the cache afterwards", async () => {
    await withGo("works", async () => {
      const lines: string[] = [];
      const built = await ensureTool(FAKE_TOOL, (line) => lines.push(line));
      assert.equal(built.source, "built");
      assert.match(lines[0]!, /^building a tool for the test: 0 s, usually about 1 s$/);
      assert.equal((await ensureTool(FAKE_TOOL)).source, "cache");
      assert.equal(buildCalls(directory), 2, "one call for each of its two programs");
      assert.deepEqual(Object.keys(built.binaries), ["holdfast-fake-one", "holdfast-fake-two"]);
      assert.ok(Object.values(built.binaries).every((file) => fs.existsSync(file)));
    });
  });

  it("tells of a failed build which tool, which command, the last twenty lines and the log", async () => {
    const message = await failure("fails");
    assert.match(message, /^fake v1\.2\.3 could not be built: `go build .*holdfast-fake-one` ended with 3\./);
    assert.ok(message.includes("| compiler line 11\n") && message.includes("| compiler line 30\n"));
    assert.ok(!message.includes("| compiler line 10\n"), "only twenty lines");
    const log = message.match(/The whole log: (.+)$/m)![1]!;
    assert.match(fs.readFileSync(log, "utf8"), /compiler line 1\n/);
  });

  it("says that the disk is full, and where room is needed", async () => {
    assert.match(
      await failure("no-space"),
      /no space is left on the disk\. About \d+ GiB are needed[^]*GiB for the tools in .*XDG_CACHE_HOME/s,
    );
  });

  if (process.getuid?.() === 0) {
    it("meets a disk that is really full", async () => {
      const cache = path.join(directory, "cache");
      fs.mkdirSync(cache);
      assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", cache]).status, 0);
      try {
        assert.match(await failure("writes-much"), /no space is left on the disk/);
        assert.deepEqual(fs.readdirSync(path.join(cache, "holdfast", "tools")), ["logs"], "nothing half-built is kept");
      } finally {
        assert.equal(spawnSync("umount", [cache]).status, 0);
      }
    });
  }

  it("says with the way out that the cache cannot be used", async () => {
    const file = path.join(directory, "file");
    fs.writeFileSync(file, "");
    const cannot = (pattern: RegExp) => (error: unknown) => error instanceof SandboxError && pattern.test(error.message);
    const variables = { ...fakeGoEnvironment(directory, "works"), XDG_CACHE_HOME: file };
    const pattern = /^.*file\/holdfast\/tools cannot be used: ENOTDIR[^]*\n {2}Run the command as its owner.*XDG_CACHE_HOME\.$/;
    await withEnvironment(variables, () => assert.rejects(ensureTool(FAKE_TOOL), cannot(pattern)));
    await withEnvironment(variables, () => assert.rejects(ensureCrds(undefined, ["traefik"]), cannot(pattern)));
  });

  if (process.getuid?.() === 0) {
    it("does not build anew what it may only not read", async () => {
      await withGo("works", async () => {
        await ensureTool(FAKE_TOOL);
        fs.chmodSync(directory, 0o755);
        fs.chmodSync(toolDirectory(FAKE_TOOL), 0o700);
        const { seteuid } = process;
        seteuid!.call(process, NOBODY);
        try {
          assert.throws(() => readFinished(toolDirectory(FAKE_TOOL), []), /^SandboxError: .*cannot be used: EACCES/);
        } finally {
          seteuid!.call(process, 0);
        }
      });
    });
  }

  it("names a go that cannot be run", async () => {
    await withGo("works", async () => {
      fs.chmodSync(path.join(directory, "bin", "go"), 0o644);
      process.env.PATH = path.join(directory, "bin");
      await assert.rejects(
        ensureTool(FAKE_TOOL),
        /^SandboxError: fake v1\.2\.3 has to be built, but `go env GOVERSION` failed: .*EACCES/,
      );
    });
  });

  it("says that there is no Go", async () => {
    await withEnvironment({ ...fakeGoEnvironment(directory, "works"), PATH: path.join(directory, "empty") }, async () => {
      await assert.rejects(
        ensureTool(FAKE_TOOL),
        /^SandboxError: fake v1\.2\.3 is not installed and has to be built, and there is no Go on PATH\./,
      );
    });
  });

  it("refuses a Go that is too old, unless it fetches a newer one by itself", async () => {
    const message = await failure("works", "go1.22.1", "local");
    assert.ok(message.includes(`with Go ${GO_MINIMUM} or newer; the go on PATH is 1.22.1, and GOTOOLCHAIN=local`), message);
    assert.equal(await failure("works", "go1.22.1", "auto"), "");
  });

  it("takes no half-built tool for a built one, and builds it again", async () => {
    const { child, ended } = startBuild("hangs-half-way");
    const log = path.join(directory, "calls.log");
    while (!fs.existsSync(log) || !/^build/m.test(fs.readFileSync(log, "utf8"))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGTERM");
    await ended;
    await withGo("works", async () => {
      assert.equal(await findTool(FAKE_TOOL), undefined);
      assert.equal((await ensureTool(FAKE_TOOL)).source, "built");
      const left = fs.readdirSync(path.dirname(toolDirectory(FAKE_TOOL))).filter((name) => name.includes("partial"));
      assert.deepEqual(left, [], "what the killed run left is gone");
    });
  });

  it("does not take a damaged file for a tool", async () => {
    await withGo("works", async () => {
      const { binaries } = await ensureTool(FAKE_TOOL);
      assert.equal((await findTool(FAKE_TOOL))?.source, "cache");
      fs.truncateSync(binaries["holdfast-fake-two"]!, 3);
      assert.equal(await findTool(FAKE_TOOL), undefined);
    });
  });

  it("lets two runs at once build one time", async () => {
    const outputs = await Promise.all([startBuild("works"), startBuild("works")].map(({ ended }) => ended));
    assert.equal(buildCalls(directory), 2, "one call for each of the two programs");
    assert.ok(
      outputs.every((output) => output.includes("source")),
      outputs.join("\n---\n"),
    );
    assert.equal(outputs.filter((output) => output.includes("another run is at it")).length, 1, outputs.join("\n---\n"));
  });

  it("takes a program from PATH in the right version only", async () => {
    const bin = path.join(directory, "bin");
    await withGo("works", async () => {
      const write = (name: string, version: string) =>
        fs.writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} version: v${version}"\n`, { mode: 0o755 });
      write("holdfast-fake-one", "1.2.3");
      write("holdfast-fake-two", "1.2.4");
      assert.equal(await findTool(FAKE_TOOL), undefined, "one of two is of another version");
      write("holdfast-fake-two", "1.2.3");
      const found = await findTool(FAKE_TOOL);
      assert.equal(found?.source, "PATH");
      assert.equal(found.binaries["holdfast-fake-two"], path.join(bin, "holdfast-fake-two"));
    });
  });

  it("takes a newer Pulumi CLI of the same major version from PATH", () => {
    const pulumi = TOOLS.find((tool) => tool.name === "pulumi")!;
    const verdicts = ["3.259.0", "3.270.1", "3.258.9", "4.0.0"].map((version) => pulumi.accepts!(version));
    assert.deepEqual(verdicts, [true, true, false, false]);
  });

  it("builds nothing for a user that a plain sandbox gets along without", () => {
    const left = TOOLS.filter((tool) => !SANDBOX_TOOLS.includes(tool)).map(({ name }) => name);
    assert.deepEqual(left, ["contour", "envoy", "actionlint", "promtool", "k6"]);
  });

  it("repeats replacements that name a version, and stands a version in for folders where the table has one", () => {
    const replace = [
      { Old: { Path: "a" }, New: { Path: "b", Version: "v1.0.0" } },
      { Old: { Path: "c", Version: "v0.1.0" }, New: { Path: "d", Version: "v2.0.0" } },
      { Old: { Path: "sibling" }, New: { Path: "./staging/sibling" } },
    ];
    const lines = (tool: GoTool) =>
      wrapperModule(tool, { Go: "1.25", Replace: replace })
        .split("\n")
        .filter((line) => line.startsWith("replace"));
    assert.deepEqual(lines(FAKE_TOOL), ["replace a => b v1.0.0", "replace c v0.1.0 => d v2.0.0"]);
    assert.deepEqual(lines({ ...FAKE_TOOL, siblingVersion: "v9.9.9" })[2], "replace sibling => sibling v9.9.9");
  });
});
