import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

const ROOT = path.resolve(__dirname, "..");

/** What holds for every file, whatever room it is in. */
describe("the house", function () {
  this.timeout(240_000);

  const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && fs.existsSync(path.join(ROOT, file)));
  const text = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");

  it("type-checks, which nothing does at run time", () => runs("typescript/bin/tsc", ["--noCheck", "false"]));
  it("passes ESLint, which also holds the walls between the rooms", () => runs("eslint/bin/eslint.js", ["."]));
  it("is laid out by Prettier", () => runs("prettier/bin/prettier.cjs", ["--check", "--log-level", "warn", "."]));

  it("is caught breaking a wall", () => {
    const breach = path.join(ROOT, "path", "breach.ts");
    fs.writeFileSync(breach, 'import { parse } from "../compile/parse";\n\nexport const reached = parse;\n');
    try {
      const { status, stdout } = run("eslint/bin/eslint.js", [breach]);
      assert.equal(status, 1, stdout);
      assert.match(stdout, /no-restricted-imports/);
    } finally {
      fs.rmSync(breach);
    }
  });

  it("keeps its files short enough to read", () => {
    const long = tracked.filter((file) => file.endsWith(".ts")).filter((file) => text(file).split("\n").length > 400);
    assert.deepEqual(long, []);
  });

  it("keeps download addresses out of the lockfiles", () => {
    const lockfiles = tracked.filter((file) => path.basename(file) === "package-lock.json");
    assert.ok(lockfiles.length > 0);
    for (const file of lockfiles) assert.doesNotMatch(text(file), /"resolved": "http/, file);
  });

  it("pins every dependency to one version", () => {
    for (const file of tracked.filter((name) => path.basename(name) === "package.json" && !name.includes("fixtures"))) {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(text(file)) as Record<string, Record<string, string>>;
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.match(version, /^\d+\.\d+\.\d+$/, `${file}: ${name}`);
      }
    }
  });

  function run(script: string, args: string[]) {
    return spawnSync(process.execPath, [require.resolve(path.join(ROOT, "node_modules", script)), ...args], {
      cwd: ROOT,
      encoding: "utf8",
    });
  }

  function runs(script: string, args: string[]): void {
    const { status, stdout, stderr } = run(script, args);
    assert.equal(status, 0, stdout + stderr);
  }
});
