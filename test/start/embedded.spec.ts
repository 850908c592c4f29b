import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { parse } from "yaml";
import { layoutOf } from "../../sandbox";
import type { StackFile } from "../../start/privateConfig";
import { cacheDirectory } from "../../sandbox/tools";
import { SANDBOX_HOOK_MILLISECONDS, testStateDirectory } from "../support/sandbox";

const PROJECT = path.resolve(__dirname, "../..");

describe("npm start, whole, in an embedded cluster of its own", function () {
  this.timeout(SANDBOX_HOOK_MILLISECONDS);
  let state: string;
  let home: string;
  let found: Record<string, string>;

  before(() => {
    state = testStateDirectory();
    // A home with a login and a kubeconfig, which nobody may touch.
    home = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-home-"));
    fs.mkdirSync(path.join(home, ".kube"));
    fs.mkdirSync(path.join(home, ".pulumi"));
    fs.writeFileSync(path.join(home, ".kube", "config"), "theirs");
    fs.writeFileSync(path.join(home, ".pulumi", "credentials.json"), "{}");
    found = snapshot();
  });

  after(() => fs.rmSync(home, { recursive: true, force: true }));

  /** What stands in the user's home, and in every tracked file that a command could write (stack files, packages, lockfile). */
  function snapshot(): Record<string, string> {
    const listed = execFileSync("git", ["ls-files", "-z", "*.yaml", "*.json", ".gitignore", ":!test"], {
      cwd: PROJECT,
      encoding: "utf8",
    });
    const tracked = listed.split("\0").filter(Boolean);
    assert.ok(tracked.includes("Pulumi.dev.yaml") && tracked.includes("package-lock.json"), listed);
    const theirs = fs.readdirSync(home, { recursive: true, encoding: "utf8" }).map((name) => path.join(home, name));
    const files = [...tracked.map((name) => path.join(PROJECT, name)), ...theirs].filter((file) => fs.statSync(file).isFile());
    return Object.fromEntries(files.map((file) => [file, fs.readFileSync(file, "utf8")]));
  }

  async function holdfast(args: string[], interruptAt?: RegExp) {
    const child = spawn(process.execPath, ["bin/holdfast.js", ...args], {
      cwd: PROJECT,
      env: {
        ...process.env,
        HOLDFAST_STATE_DIR: state,
        HOME: home,
        XDG_CACHE_HOME: path.resolve(cacheDirectory(), "../.."),
        PULUMI_ACCESS_TOKEN: "theirs",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (interruptAt?.test(chunk.toString())) child.kill("SIGINT");
    });
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    // A CI asks for colours where nobody looks (CI=true).
    return { code, output: stripVTControlCharacters(output) };
  }

  const secretsOf = () =>
    (parse(fs.readFileSync(path.join(state, "Pulumi.dev.yaml"), "utf8")) as StackFile).config!["holdfast:secrets"];

  it("can be interrupted in the middle of the update, which saves its state and frees the stack", async () => {
    const { code, output } = await holdfast(["start"], /IPAddressPool .* created/);
    assert.equal(code, 130, output);
    assert.match(output, /Interrupted\. The next `npm start` carries on from here/);
    const files = fs.readdirSync(path.join(state, "backends"), { recursive: true }).map(String);
    const saved = files.find((name) => name.endsWith("stacks/holdfast/dev.json"))!;
    assert.match(fs.readFileSync(path.join(state, "backends", saved), "utf8"), /IPAddressPool/);
    assert.deepEqual(
      files.filter((name) => /locks\/.*\.json$/.test(name)),
      [],
    );
  });

  it("deploys the dev stack, and every printed address sends a message back", async () => {
    const { code, output } = await holdfast(["start"]);
    assert.equal(code, 0, output);
    assert.match(output, /2 of 2 addresses sent it back/);
    assert.match(output, /ws:\/\/192\.168\.1\.207\/ws {3}metallb, 192\.168\.1\.207/);
    assert.match(output, /open {4}npx holdfast sandbox exec -- wscat -c ws:\/\/chatpulse\.holdfast\.test\/ws/);
  });

  it("is the same again, with the same secrets", async () => {
    const secrets = secretsOf();
    assert.equal(Object.keys((secrets as { chatpulse: object }).chatpulse).length, 8);
    const { code, output } = await holdfast(["start"]);
    assert.equal(code, 0, output);
    assert.deepEqual(secretsOf(), secrets);
    assert.match(fs.readFileSync(path.join(state, "last-up.log"), "utf8"), /\n {4}\d+ unchanged\n(?![^]*\n {4}[+~-] \d+)/);
  });

  it("opens a printed address with the printed command", async () => {
    const { code, output } = await holdfast(["sandbox", "exec", "--", "curl", "-sS", "-i", "http://192.168.1.207/health/ready"]);
    assert.equal(code, 0, output);
    assert.match(output, /x-holdfast-pod: chatpulse-/i);
  });

  it("loads every way in of the deployed stack, by its own clients", async () => {
    const { code, output } = await holdfast(["load", "smoke", "--connections", "2", "--silent", "1"]);
    assert.equal(code, 0, output);
    assert.equal(output.match(/holds: (\d+) of \1 connections stayed open through 1 s of silence/g)?.length, 2, output);
  });

  it("runs the CLI on the deployed stack with the state, the secrets and the plugins of the start", async () => {
    const preview = await holdfast(["pulumi", "preview", "--non-interactive", "--policy-pack", path.join(PROJECT, "policy")]);
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /\n {4}\d+ unchanged\n/);
    const outputs = await holdfast(["pulumi", "stack", "output", "--json"]);
    assert.match(outputs.output, /"verdict": "holds"/);
    const failed = await holdfast(["pulumi", "stack", "output", "nothing-of-that-name"]);
    assert.notEqual(failed.code, 0);
  });

  it("refuses an example that needs addresses of the dev stack, and starts one after that is taken out", async () => {
    const beside = await holdfast(["start", "stt"]);
    assert.equal(beside.code, 2, beside.output);
    assert.match(beside.output, /of stack dev, which is deployed\. Take that down first: npm stop -- dev\./);
    const out = await holdfast(["stop", "dev"]);
    assert.equal(out.code, 0, out.output);
    assert.match(out.output, /Stack dev is taken down; the embedded cluster goes on running\./);
    const { code, output } = await holdfast(["start", "ml-platform"]);
    assert.equal(code, 0, output);
    assert.match(output, /objects of others are there/);
    assert.match(output, /6 of 6 addresses sent it back/);
    assert.match(output, /Up after \d+ s: example ml-platform in the embedded cluster/);
    const printed = await holdfast(["urls", "ml-platform"]);
    assert.deepEqual(printed.output.trim().split("\n").length, 6);
    const gone = await holdfast(["stop", "ml-platform", "--all"]);
    assert.equal(gone.code, 0, gone.output);
    assert.ok(!fs.existsSync(path.join(state, "examples", "ml-platform")));
    const nothing = await holdfast(["load-test", "stt"]);
    assert.equal(nothing.code, 2, nothing.output);
    assert.match(nothing.output, /example stt is not deployed\. Bring it up first: npm start -- stt\./);
  });

  it("keeps every secret out of all it writes", () => {
    // etcd is the cluster's own store; everything else on disk is ours.
    const filesWith = (pattern: string) =>
      spawnSync("grep", ["-rlE", pattern, "--exclude-dir=etcd", state, home], { encoding: "utf8" }).stdout;
    assert.equal(filesWith("postgres://|redis://:"), "");
    assert.notEqual(filesWith("DATABASE_URL"), "");
  });

  it("leaves the user's home and the tracked files as they were", () => {
    assert.deepEqual(snapshot(), found);
    assert.deepEqual(fs.readdirSync(home, { recursive: true }).sort(), [
      ".kube",
      ".kube/config",
      ".pulumi",
      ".pulumi/credentials.json",
    ]);
  });

  it("stops with nothing left running, and forgets everything when asked to", async () => {
    const layout = layoutOf(state);
    assert.ok(execFileSync("ip", ["netns", "list"], { encoding: "utf8" }).includes(layout.clusterNamespace));
    const stopped = await holdfast(["stop"]);
    assert.equal(stopped.code, 0, stopped.output);
    assert.ok(!execFileSync("ip", ["netns", "list"], { encoding: "utf8" }).includes(layout.clusterNamespace));
    assert.ok(fs.existsSync(path.join(state, "passphrase")));
    const again = await holdfast(["stop", "--all"]);
    assert.match(again.output, /No embedded cluster was running\./);
    assert.ok(!fs.existsSync(state));
  });
});
