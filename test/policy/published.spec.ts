import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { buildPack } from "../../policy/publish/build";
import { buildStandIn } from "../../sandbox/plugins/bundle";
import { ensureTools } from "../../sandbox/tools";
import type { KubernetesObject } from "../../path/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { GOOD, stack } from "./stacks";

const PROJECT = path.resolve(__dirname, "../..");

/** A program of somebody else. Its objects are components, whose outputs the engine shows to a pack without asking any provider. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const fs = require("node:fs");
class Shown extends pulumi.ComponentResource {
  constructor(type, name, outputs) {
    super(type, name, {});
    this.registerOutputs(outputs);
  }
}
for (const object of JSON.parse(fs.readFileSync("objects.json", "utf8"))) {
  const group = object.apiVersion.includes("/") ? object.apiVersion : "core/" + object.apiVersion;
  new Shown("kubernetes:" + group + ":" + object.kind, object.kind.toLowerCase(), object);
}
`;

describe("the pack that is published, by the real engine", function () {
  this.timeout(120_000);
  let home: string;
  let pulumi: string;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-published-")));
    await buildPack(path.join(home, "pack"));
    pulumi = (await ensureTools(["pulumi"])).pulumi!;
    const { version } = JSON.parse(fs.readFileSync(require.resolve("@pulumi/pulumi/package.json"), "utf8")) as {
      version: string;
    };
    // Beside the official CLI stands the official language host, which is found first.
    await buildStandIn("pulumi-language-nodejs", path.join(home, "pulumi", "plugins", `language-nodejs-v${version}`));
    for (const folder of ["program", "state", "empty"]) fs.mkdirSync(path.join(home, folder));
    write("program/Pulumi.yaml", "name: somebody-elses\nruntime: nodejs\nmain: index.js\n");
    write("program/package.json", '{ "name": "somebody-elses", "main": "index.js" }');
    write("program/index.js", PROGRAM);
    fs.symlinkSync(path.join(PROJECT, "node_modules"), path.join(home, "program", "node_modules"));
    run("stack", "init", "test");
  });
  after(() => fs.rmSync(home, { recursive: true, force: true }));

  const write = (file: string, text: string) => fs.writeFileSync(path.join(home, file), text);

  function run(...args: string[]): { code: number | null; output: string } {
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(PULUMI|TS_NODE|NODE_PATH)/.test(name)),
    );
    const all = ["--cwd", path.join(home, "program"), "--non-interactive", ...args, "--color", "never"];
    const { status, stdout, stderr } = spawnSync(pulumi, all, {
      cwd: path.join(home, "empty"),
      encoding: "utf8",
      env: {
        ...environment,
        PULUMI_HOME: path.join(home, "pulumi"),
        PULUMI_BACKEND_URL: pathToFileURL(path.join(home, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "nobody's",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    return { code: status, output: stdout + stderr };
  }

  function preview(objects: KubernetesObject[], configuration: object = {}): { code: number | null; output: string } {
    write("program/objects.json", JSON.stringify(objects));
    write("policy.json", JSON.stringify(configuration));
    const pack = ["--policy-pack", path.join(home, "pack"), "--policy-pack-config", path.join(home, "policy.json")];
    return run("preview", "--stack", "test", ...pack);
  }

  it("holds nothing but its own files, and knows no place of the machine it was built on", () => {
    const files = fs
      .readdirSync(path.join(home, "pack"), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.\w+$/.test(file));
    assert.deepEqual(files.sort(), [
      "PulumiPolicy.yaml",
      "index.js",
      "node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js",
      "node_modules/@pulumi/pulumi/package.json",
      "package.json",
    ]);
    assert.doesNotMatch(fs.readFileSync(path.join(home, "pack", "index.js"), "utf8"), new RegExp(PROJECT));
  });

  it("passes a program of somebody else that keeps its promises", () => {
    const { code, output } = preview(stack());
    assert.equal(code, 0, output);
    assert.match(output, /holdfast@/);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  it("refuses one that breaks them, with the line to write", () => {
    const { code, output } = preview(stack({ ...GOOD, "proxy-read-timeout": "3600s" }));
    assert.notEqual(code, 0, output);
    assert.match(output, /\[mandatory\][^]*idle-timeout[^]*Ingress chat\/web[^]*proxy-read-timeout: "3660"/);
  });

  it("goes by its settings, and refuses those that it does not know", () => {
    const fronted = { settings: { cluster: { inFront: [{ name: "a proxy", idleSeconds: 100 }] } } };
    const refused = preview(stack(), fronted);
    assert.notEqual(refused.code, 0, refused.output);
    assert.match(refused.output, /\[mandatory\][^]*idle-timeout[^]*a proxy closes a connection that is silent for 100 s/);
    const told = preview(stack(), { ...fronted, "idle-timeout": "advisory" });
    assert.equal(told.code, 0, told.output);
    assert.match(told.output, /\[advisory\][^]*idle-timeout[^]*a proxy closes a connection that is silent for 100 s/);
    const misspelt = preview(stack(), { settings: { rules: { "idle-timout": "off" } } });
    assert.notEqual(misspelt.code, 0, misspelt.output);
    assert.match(misspelt.output, /unknown rule "idle-timout"; did you mean "idle-timeout"\?/);
  });

  it("is built whole or not at all, and never over somebody else's folder", async () => {
    const theirs = path.join(home, "theirs");
    fs.mkdirSync(theirs);
    fs.writeFileSync(path.join(theirs, "letter.txt"), "dear");
    await assert.rejects(buildPack(theirs), /theirs holds something else than a policy pack; name another folder, or empty it/);
    assert.deepEqual(fs.readdirSync(theirs), ["letter.txt"]);
    assert.ok(!fs.readdirSync(home).some((name) => name.startsWith(".policy-pack-")));
  });
});
