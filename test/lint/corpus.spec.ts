import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ROOT = path.join(__dirname, "..", "..");
const folder = process.env.HOLDFAST_CORPUS;

/** Percent, at least or at most. */
const GATES = { connection: 90, general: 90, traps: 5, precision: 80 };

// Real manifests with a key of answers, where a machine has them; everywhere else nothing is registered.
if (folder !== undefined && folder !== "") {
  describe("lint of real manifests", function () {
    this.timeout(120_000);
    let score: Record<string, number>;
    let report: string;

    before(() => {
      const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-corpus-"));
      const output = path.join(temporary, "lint.json");
      const files = fs.readdirSync(folder).filter((name) => name.endsWith(".yaml"));
      const lint = ["lint", ...files.map((name) => path.join(folder, name)), "--each", "--assume", "all", "--format", "json"];
      const { status, stderr } = run([path.join(ROOT, "bin", "holdfast.js"), ...lint, "--output", output]);
      assert.equal(status, 1, stderr);
      report = run([path.join(folder, "score.mjs"), path.join(folder, "answers.json"), output, "--list"]).stdout;
      const percent = (what: string): number => Number(new RegExp(`${what} \\d+/\\d+ = ([\\d.]+) %`).exec(report)?.[1]);
      score = {
        connection: percent("connection found"),
        general: percent("general found"),
        traps: percent("traps flagged"),
        precision: percent("connection precision"),
      };
      fs.rmSync(temporary, { recursive: true });
    });

    const run = (args: string[]) => spawnSync(process.execPath, args, { encoding: "utf8", cwd: folder, maxBuffer: 1e8 });

    it("finds what is wrong with connections", () => assert.ok(score.connection! >= GATES.connection, report));
    it("finds what is wrong otherwise", () => assert.ok(score.general! >= GATES.general, report));
    it("steps into few traps", () => assert.ok(score.traps! <= GATES.traps, report));
    it("says little of connections that is not so", () => assert.ok(score.precision! >= GATES.precision, report));
  });
}
