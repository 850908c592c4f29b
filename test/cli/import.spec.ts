import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readStack } from "../../cli/stackFile";
import { FOLDER, NINE } from "../adopt/fixture";

const ROOT = path.join(__dirname, "..", "..");

describe("holdfast import", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-import-"));
    fs.mkdirSync(path.join(folder, "k8s"));
    for (const name of NINE) fs.copyFileSync(path.join(FOLDER, `${name}.yaml`), path.join(folder, "k8s", `${name}.yaml`));
    fs.writeFileSync(path.join(folder, "k8s", "README.md"), "# no manifest\n");
    fs.writeFileSync(path.join(folder, "bad.yaml"), 'a: "open\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\n');
    fs.writeFileSync(path.join(folder, "empty.yaml"), "# nothing\n");
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const run = (args: string[], input = "") =>
    spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "import", ...args], {
      encoding: "utf8",
      cwd: folder,
      input,
    });

  it("prints a stack file that other commands read, and the rest beside it", () => {
    const { status, stdout, stderr } = run(["k8s"]);
    assert.equal(status, 0, stderr);
    fs.writeFileSync(path.join(folder, "Pulumi.imported.yaml"), stdout);
    assert.equal(readStack(folder, "imported").stack.services[0]!.name, "chatpulse");
    assert.match(stderr, /^What the import would change:$/m);
    assert.match(stderr, /\| pulumi config set --stack dev --secret --path 'holdfast:secrets\.chatpulse\.REDIS_URL'$/m);
  });

  it("reads the standard input", () => {
    const text = NINE.map((name) => fs.readFileSync(path.join(FOLDER, `${name}.yaml`), "utf8")).join("---\n");
    const { status, stdout } = run(["-"], text);
    assert.deepEqual([status, stdout], [0, run(["k8s"]).stdout]);
  });

  it("prints everything for programs, with the URNs of the project and the stack", () => {
    const { status, stdout } = run(["k8s", "--json", "--stack-name", "prod", "--platform", "aws"]);
    assert.equal(status, 0);
    const { schemaVersion, resources, importFile, stackFile } = JSON.parse(stdout) as {
      schemaVersion: number;
      resources: { parent: string; id: string }[];
      importFile: { resources: { type: string; name: string; id?: string; parent?: string; component?: boolean }[] };
      stackFile: string;
    };
    assert.equal(schemaVersion, 1);
    assert.equal(resources.length, 9);
    assert.equal(resources[0]!.parent, "urn:pulumi:prod::shop::holdfast:index:ConnectionService::chatpulse");
    assert.deepEqual(importFile.resources[0], { type: "holdfast:index:ConnectionService", name: "chatpulse", component: true });
    assert.match(stackFile, /holdfast:platform: aws/);
    assert.deepEqual(JSON.parse(run(["k8s", "--import-file", "--stack-name", "prod"]).stdout), importFile);
  });

  it("takes the rest where one document cannot be read, says which, and ends with 1", () => {
    const { status, stdout, stderr } = run(["bad.yaml", "k8s"]);
    assert.equal(status, 1);
    assert.match(stdout, /name: chatpulse/);
    assert.match(stderr, /^not read: bad\.yaml:\d+: not valid YAML: Missing closing "quote/m);
  });

  it("ends with 1 and says why where the stack file cannot be deployed", () => {
    const { status, stderr } = run(["k8s", "--platform", "aws", "--context", ""]);
    assert.equal(status, 1);
    assert.match(stderr, /^The stack file has \d+ problems?:$/m);
  });

  const refused: [string[], RegExp][] = [
    [["none.yaml", "nothing"], /^none\.yaml: no such file or folder\.\nnothing: no such file or folder\.$/m],
    [["empty.yaml"], /no Kubernetes object found/],
    [["k8s", "--platform", "aix"], /Allowed choices are aws, azure, gcp, bare-metal/],
    [["k8s", "--json", "--import-file"], /cannot be used with option/],
    [[], /missing required argument/],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${args.join(" ") || "nothing"} with exit code 2`, () => {
      const { status, stdout, stderr } = run(args);
      assert.deepEqual([status, stdout], [2, ""]);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }
});
