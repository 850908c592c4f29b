import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

/** Runs `main.ts` of a folder as the command line and the program of a stack are run. */
const starter = (folder: string): string[] => [
  "-e",
  `require(${JSON.stringify(path.join(ROOT, "bin/sources"))}).register(${JSON.stringify(folder)}); require(${JSON.stringify(path.join(folder, "main.ts"))});`,
];

describe("TypeScript that is run from its sources", () => {
  let folder: string;
  let kept: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-sources-"));
    kept = path.join(folder, "node_modules", ".cache", "holdfast");
    write("other.ts", "export const greeting: string = 'hello';\n");
    write("main.ts", 'import { greeting } from "./other";\nconsole.log(greeting satisfies string);\n');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);
  const run = () => spawnSync(process.execPath, starter(folder), { encoding: "utf8" });
  const said = (): string => {
    const { stdout, stderr } = run();
    assert.equal(stderr, "");
    return stdout.trim();
  };

  it("is compiled once, and anew where a file was changed, at the same size and time too", () => {
    assert.equal(said(), "hello");
    const first = fs.readdirSync(kept).sort();
    assert.equal(first.length, 4, "the code and the map of two files");
    assert.equal(said(), "hello");
    assert.deepEqual(fs.readdirSync(kept).sort(), first);
    const { atime, mtime } = fs.statSync(path.join(folder, "other.ts"));
    write("other.ts", "export const greeting: string = 'HELLO';\n");
    fs.utimesSync(path.join(folder, "other.ts"), atime, mtime);
    assert.equal(said(), "HELLO");
    assert.equal(fs.readdirSync(kept).length, 6);
  });

  it("is what was kept, and nothing else (negative control)", () => {
    said();
    const code = fs
      .readdirSync(kept)
      .find((name) => name.endsWith(".js") && /'?hello/.test(fs.readFileSync(path.join(kept, name), "utf8")));
    fs.writeFileSync(path.join(kept, code!), 'exports.greeting = "kept";');
    assert.equal(said(), "kept");
  });

  it("names the line of the source in a trace, compiled or kept", () => {
    write(
      "main.ts",
      'interface Room {\n  name: string;\n}\n\nconst room = undefined as unknown as Room;\nconsole.log("on", room\n  .name);\n',
    );
    const line = new RegExp(`${path.join(folder, "main.ts")}:7:4`);
    assert.match(run().stderr, line);
    assert.match(run().stderr, line);
  });

  it("names it where nothing can be kept", () => {
    fs.writeFileSync(path.join(folder, "node_modules"), "a file where a folder has to be");
    assert.equal(said(), "hello");
    write("main.ts", 'type Room = { name: string };\n\nthrow new Error("no room" as Room["name"]);\n');
    assert.match(run().stderr, /Error: no room\n {4}at .*main\.ts:3:7/);
  });

  it("says in which file it stops to be TypeScript", () => {
    write("other.ts", "export const = 1;\n");
    const { status, stderr } = run();
    assert.notEqual(status, 0);
    assert.match(stderr, /other\.ts:1:/);
  });

  it("is whole for each of many that start at once", async () => {
    const outputs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, starter(folder), { stdio: ["ignore", "pipe", "inherit"] });
        let output = "";
        for await (const chunk of child.stdout) output += String(chunk);
        return output.trim();
      }),
    );
    assert.deepEqual(new Set(outputs), new Set(["hello"]));
    assert.equal(fs.readdirSync(kept).length, 4, "and nothing half-written stays behind");
  });

  it("is left to whoever reads it already", () => {
    const before = [require.extensions[".ts"], Error.prepareStackTrace];
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    (require("../../bin/sources") as { register(root: string): void }).register(folder);
    assert.deepEqual([require.extensions[".ts"], Error.prepareStackTrace], before);
    assert.ok(!fs.existsSync(kept));
  });
});
