import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { PREVIEWS } from "../changes/fixture";

const ROOT = path.join(__dirname, "..", "..");

function run(args: string[], input = ""): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "pr-summary", ...args], { input, encoding: "utf8" });
}
const file = (name: string): string => path.join(PREVIEWS, `${name}.json`);

describe("holdfast pr-summary", function () {
  this.timeout(60_000);

  it("prints Markdown, JSON on request, and ends with 0", () => {
    const text = run([file("image"), "--title", "prod"]);
    assert.deepEqual([text.status, text.stderr], [0, ""]);
    assert.match(text.stdout, /^## prod\n/);
    const json = run([file("image"), "--json"]);
    assert.equal((JSON.parse(json.stdout) as { rollouts: unknown[] }).rollouts.length, 1);
  });

  it("ends with 1 on request where an address goes, and with 0 where only pods roll", () => {
    assert.equal(run([file("other-namespace"), "--strict"]).status, 1);
    assert.equal(run([file("other-namespace")]).status, 0);
    assert.equal(run([file("image"), "--strict"]).status, 0);
  });

  it("ends with 2 on a file that is not there or no preview", () => {
    const missing = run(["nowhere.json"]);
    assert.deepEqual([missing.status, missing.stderr], [2, "nowhere.json: no such file.\n"]);
    const other = run(["-"], "{}");
    assert.equal(other.status, 2);
    assert.match(other.stderr, /^-: it is JSON, but not of a preview/);
    assert.doesNotMatch(other.stderr, /\n\s+at /);
  });
});
