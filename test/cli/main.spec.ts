import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ROOT = path.join(__dirname, "..", "..");

const holdfast = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), ...args], { encoding: "utf8", cwd: ROOT });

describe("the command line", () => {
  it("lists its commands and what its exit codes mean", () => {
    const { status, stdout } = holdfast("--help");
    assert.equal(status, 0);
    for (const command of ["render", "start", "stop", "pulumi", "sandbox"]) {
      assert.match(stdout, new RegExp(`^ {2}${command} `, "m"));
    }
    assert.match(stdout, /Exit codes: 0 done/);
  });

  it("shows the options of a command", () => {
    for (const args of [
      ["render", "--help"],
      ["help", "render"],
    ]) {
      const { status, stdout } = holdfast(...args);
      assert.equal(status, 0);
      assert.match(stdout, /--stack <name>/);
    }
  });

  it("says its version", () => assert.match(holdfast("--version").stdout, /^\d+\.\d+\.\d+\n$/));

  it("runs no Pulumi CLI where no embedded cluster runs", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-cli-"));
    const environment = { ...process.env, HOLDFAST_STATE_DIR: path.join(directory, "state") };
    try {
      const { status, stderr } = spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "pulumi", "preview"], {
        encoding: "utf8",
        env: environment,
      });
      assert.equal(status, 2, stderr);
      assert.equal(stderr, "The embedded cluster is not running. Start it with the dev stack in it: npm start.\n");
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });

  const wrong: [string[], RegExp][] = [
    [["rendr"], /unknown command 'rendr'\n\(Did you mean render\?\)/],
    [["render", "--stak", "dev"], /unknown option '--stak'\n\(Did you mean --stack\?\)/],
    [["render", "--stack"], /argument missing/],
    [["render", "dev"], /too many arguments/],
    [["--quiet"], /unknown option '--quiet'/],
  ];
  for (const [args, message] of wrong) {
    it(`refuses \`holdfast ${args.join(" ")}\` with exit code 2 and without a stack trace`, () => {
      const { status, stdout, stderr } = holdfast(...args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }
});
