import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

describe("a package that is run from its bundle", function () {
  this.timeout(60_000);
  let folder: string;
  let kept: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-bundled-"));
    kept = path.join(folder, "node_modules", ".cache", "holdfast");
    write("other.ts", "export const greeting: string = 'hello';\n");
    write("index.ts", 'import { greeting } from "./other";\nconsole.log(greeting satisfies string);\n');
    const places = [path.join(ROOT, "bin", "bundled.js"), folder].map((place) => JSON.stringify(place));
    const esbuild = JSON.stringify(path.join("node_modules", "esbuild"));
    write("start.js", `require(${places[0]})(__dirname, module, ${places[1]});\n`);
    write(
      "told.js",
      `require("./start"); console.log(String(Object.keys(require.cache).some((file) => file.includes(${esbuild}))));\n`,
    );
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);
  /** What the package says, and whether it was bundled anew. */
  const run = (): { said: string; isBundled: boolean } => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(folder, "told.js")], { encoding: "utf8" });
    assert.equal(stderr, "");
    const [said = "", isBundled] = stdout.trim().split("\n");
    return { said, isBundled: isBundled === "true" };
  };

  it("is bundled once", () => {
    assert.deepEqual(run(), { said: "hello", isBundled: true });
    assert.deepEqual(run(), { said: "hello", isBundled: false });
  });

  it("is bundled anew where a file was changed, at the same size and time too", () => {
    run();
    const { atime, mtime } = fs.statSync(path.join(folder, "other.ts"));
    write("other.ts", "export const greeting: string = 'jello';\n");
    fs.utimesSync(path.join(folder, "other.ts"), atime, mtime);
    assert.deepEqual(run(), { said: "jello", isBundled: true });
  });

  it("is bundled anew where a file took another's place", () => {
    run();
    fs.rmSync(path.join(folder, "other.ts"));
    fs.mkdirSync(path.join(folder, "other"));
    write("other/index.ts", "export const greeting = 'moved';\n");
    assert.deepEqual(run(), { said: "moved", isBundled: true });
  });

  it("is bundled anew where what was kept was cut short or is no bundle", () => {
    for (const spoil of [(text: string) => text.slice(0, -20), () => "", () => "{", () => "{}\n"]) {
      run();
      const [file = ""] = fs.readdirSync(kept);
      fs.writeFileSync(path.join(kept, file), spoil(fs.readFileSync(path.join(kept, file), "utf8")));
      assert.deepEqual(run(), { said: "hello", isBundled: true });
    }
  });

  it("runs where nothing can be kept", () => {
    fs.mkdirSync(path.join(folder, "node_modules"));
    write("node_modules/.cache", "a file where the folder would be");
    for (let time = 0; time < 2; time++) assert.deepEqual(run(), { said: "hello", isBundled: true });
  });
});
