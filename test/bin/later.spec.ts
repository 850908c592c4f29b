import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const ROOT = path.resolve(__dirname, "../..");
const DEFERRED = ["typescript", "@npmcli/arborist"];

/** What a script prints, which has `loaded()`: the packages that were really loaded. */
function told(script: string, deferred: string[]): unknown {
  const prelude = `
    require("./bin/later").loadLater(${JSON.stringify(deferred)}, process.cwd());
    const { Module } = require("node:module");
    const loaded = () => {
      const files = Object.values(require.cache).filter((module) => module instanceof Module).map(({ filename }) => filename);
      return ["typescript/lib", "@npmcli/arborist/lib"].filter((folder) => files.some((file) => file.includes("node_modules/" + folder)));
    };
    const tell = (value) => console.log(JSON.stringify(value));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--no-warnings", "-e", prelude + script], {
    cwd: ROOT,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe("a package that is loaded later", () => {
  it("is not loaded by the SDK, which does load it otherwise (negative control)", () => {
    const script = 'require("@pulumi/pulumi"); tell(loaded());';
    assert.deepEqual(told(script, DEFERRED), []);
    assert.deepEqual(told(script, []), ["typescript/lib", "@npmcli/arborist/lib"]);
  });

  it("is there when the SDK packs a function", () => {
    const script = `
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.serializeFunction((number) => number + 41).then(({ text }) => tell([text.includes("41"), loaded().length > 0]));`;
    assert.deepEqual(told(script, DEFERRED), [true, true]);
  });

  it("looks like itself to everybody", () => {
    const script = `
      const ts = require("typescript");
      const copy = { ...ts };
      tell([ts.version === require("typescript/package.json").version, "version" in ts, Object.keys(ts).length > 1000, copy.version === ts.version,
        ts.default.version === ts.version, require("typescript") === require("typescript"), "nothing" in ts, ts.nothing === undefined]);`;
    assert.deepEqual(told(script, DEFERRED), [true, true, true, true, true, true, false, true]);
  });

  it("stays missing where it is missing, until somebody wants it", () => {
    const script = 'let code; try { require("holdfast-no-such-package"); } catch (error) { code = error.code; } tell(code);';
    assert.equal(told(script, ["holdfast-no-such-package"]), "MODULE_NOT_FOUND");
  });
});
