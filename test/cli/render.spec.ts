import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeFolder } from "../../cli/outputFolder";
import { UsageError } from "../../cli/usageError";

const ROOT = path.join(__dirname, "..", "..");

function render(...args: string[]) {
  return spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "render", "--cwd", ROOT, ...args], {
    encoding: "utf8",
  });
}

/** Relative paths of all files below a folder. */
function filesIn(folder: string): string[] {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
    .sort();
}

describe("holdfast render", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-render-"))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  for (const [format, first] of [
    ["kustomize", "kustomization.yaml"],
    ["helm", "Chart.yaml"],
  ] as const) {
    it(`writes a folder for ${format}, and the same one again`, () => {
      const output = path.join(folder, "new", format);
      const { status, stdout, stderr } = render("--format", format, "-o", output);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, "");
      assert.ok(filesIn(output).includes(first));
      assert.equal(render("--format", format, "-o", output).status, 0);
    });
  }

  it("prints YAML where no format is named", () => assert.match(render().stdout, /^kind: Deployment$/m));

  const refused: [string[], RegExp][] = [
    [["--format", "helm"], /--output: missing; --format helm writes a folder/],
    [["--format", "yaml", "-o", "out"], /--output: --format yaml prints/],
    [["--format", "json"], /'json' is invalid\. Allowed choices are yaml, kustomize, helm/],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${args.join(" ")} with exit code 2`, () => {
      const { status, stderr } = render(...args);
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  it("removes what it wrote before and does not write any more, and nothing else", () => {
    writeFolder(folder, { "a.yaml": "1", "old/b.yaml": "2", "old/c.yaml": "3" });
    fs.writeFileSync(path.join(folder, "old", "mine.txt"), "kept");
    writeFolder(folder, { "a.yaml": "4", "old/c.yaml": "3" });
    assert.deepEqual(filesIn(folder), [".holdfast-files", "a.yaml", "old/c.yaml", "old/mine.txt"]);
    assert.equal(fs.readFileSync(path.join(folder, "a.yaml"), "utf8"), "4");
    writeFolder(folder, { "a.yaml": "4" });
    assert.deepEqual(filesIn(folder), [".holdfast-files", "a.yaml", "old/mine.txt"]);
    fs.rmSync(path.join(folder, "old", "mine.txt"));
    writeFolder(folder, { "d/e.yaml": "5" });
    writeFolder(folder, { "a.yaml": "6" });
    assert.ok(!fs.existsSync(path.join(folder, "d")));
  });

  it("says which folder cannot be written, and why", () => {
    fs.writeFileSync(path.join(folder, "a.yaml.d"), "a file where a folder is needed");
    fs.writeFileSync(path.join(folder, ".holdfast-files"), "");
    assert.throws(
      () => writeFolder(folder, { "a.yaml.d/b.yaml": "1" }),
      (error: Error) => error instanceof UsageError && /cannot be written: .*\. Choose another folder\./.test(error.message),
    );
  });

  it("refuses a folder that holds other files, and leaves them as they are", () => {
    fs.writeFileSync(path.join(folder, "Chart.yaml"), "mine");
    assert.throws(
      () => writeFolder(folder, { "Chart.yaml": "ours" }),
      (error: Error) => error instanceof UsageError && /1 other file/.test(error.message),
    );
    assert.equal(fs.readFileSync(path.join(folder, "Chart.yaml"), "utf8"), "mine");
    assert.throws(() => writeFolder(path.join(folder, "Chart.yaml"), { a: "" }), /is a file; a folder is needed/);
  });

  it("is not led out of the folder by a list that somebody changed", () => {
    const outside = path.join(folder, "outside.txt");
    const inside = path.join(folder, "inside");
    fs.writeFileSync(outside, "kept");
    writeFolder(inside, { "a.yaml": "1" });
    fs.writeFileSync(path.join(inside, ".holdfast-files"), `../outside.txt\n${outside}\na.yaml\n`);
    writeFolder(inside, { "b.yaml": "2" });
    assert.equal(fs.readFileSync(outside, "utf8"), "kept");
    assert.deepEqual(filesIn(inside), [".holdfast-files", "b.yaml"]);
  });
});
