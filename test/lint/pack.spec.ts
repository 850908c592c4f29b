import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { exposed } from "./fixture";

const ROOT = path.join(__dirname, "..", "..");

describe("the package of the command line", function () {
  this.timeout(180_000);
  let folder: string;
  let empty: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-pack-"));
    // While npm packs, package.json is not what it was; so a copy of the checkout is packed.
    const checkout = path.join(folder, "checkout");
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    for (const file of files
      .split("\0")
      .filter((name) => /\.(ts|js|json|md)$|LICENSE/.test(name) && !/^(test|examples)\//.test(name))) {
      if (fs.existsSync(path.join(ROOT, file))) fs.cpSync(path.join(ROOT, file), path.join(checkout, file));
    }
    fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(checkout, "node_modules"));
    const manifest = fs.readFileSync(path.join(checkout, "package.json"), "utf8");
    npm(["pack", "--silent"], checkout);
    assert.equal(fs.readFileSync(path.join(checkout, "package.json"), "utf8"), manifest, "package.json is as it was");
    empty = path.join(folder, "empty");
    fs.mkdirSync(empty);
    const tarball = fs.readdirSync(checkout).find((name) => name.endsWith(".tgz"))!;
    npm(
      ["install", "--prefix", empty, "--ignore-scripts", "--offline", "--no-audit", "--no-fund", path.join(checkout, tarball)],
      empty,
    );
    fs.writeFileSync(path.join(empty, "web.yaml"), exposed());
    fs.copyFileSync(path.join(ROOT, "Pulumi.dev.yaml"), path.join(empty, "Pulumi.dev.yaml"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function npm(args: string[], cwd: string): void {
    const { status, stdout, stderr } = spawnSync("npm", args, { cwd, encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
  }
  // Nothing of this machine's node_modules is found from there.
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(empty, "node_modules", "holdfast", "bin", "holdfast.js"), ...args], {
      encoding: "utf8",
      cwd: empty,
      env: { PATH: process.env.PATH, HOME: empty },
      maxBuffer: 1e8,
    });

  it("brings nothing with it", () =>
    assert.deepEqual(
      fs.readdirSync(path.join(empty, "node_modules")).filter((name) => !name.startsWith(".")),
      ["holdfast"],
    ));

  for (const format of ["text", "json", "sarif", "junit"]) {
    it(`lints, and writes ${format}`, () => {
      const { status, stdout, stderr } = run("lint", "web.yaml", "-f", format);
      assert.deepEqual([status, stderr], [1, ""]);
      assert.match(stdout, /idle-timeout/);
    });
  }

  it("reads its configuration, and knows which clusters there are", () => {
    fs.writeFileSync(path.join(empty, "holdfast.lint.yaml"), "presets: strict\n");
    assert.match(run("lint", "web.yaml").stderr, /Did you mean preset\?/);
    fs.rmSync(path.join(empty, "holdfast.lint.yaml"));
    fs.writeFileSync(path.join(empty, "kubeconfig"), "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n");
    const { stderr } = spawnSync(
      process.execPath,
      [path.join(empty, "node_modules", "holdfast", "bin", "holdfast.js"), "lint", "--live"],
      {
        encoding: "utf8",
        env: { PATH: process.env.PATH, KUBECONFIG: path.join(empty, "kubeconfig") },
      },
    );
    assert.match(stderr, /has no current context; it has: none\./);
  });

  it("explains", () => {
    const { status, stdout, stderr } = run("explain");
    assert.ok(status === 0 || status === 1, stderr);
    assert.match(stdout, /client\n/);
  });

  it("says what it leaves to a checkout", () => {
    const { status, stderr } = run("start");
    assert.deepEqual(
      [status, stderr],
      [2, "start needs a checkout of Holdfast: the embedded cluster is no part of this package.\n"],
    );
  });
});
