import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pluginEnvironment } from "../../sandbox/plugins";

const both = ["pulumi-language-nodejs", "pulumi-resource-kubernetes"];

describe("which plugins the CLI gets", function () {
  this.timeout(30_000);
  let root: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "hf-environment-"));
    env = { HOME: path.join(root, "home"), HOLDFAST_STATE_DIR: path.join(root, "state"), PATH: "/usr/bin:/bin" };
    fs.mkdirSync(env.HOME!);
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  /** A CLI that can download plugins, or not; it counts how often it was asked. */
  function cli(canDownload: boolean): string {
    const file = path.join(root, "cli", "pulumi");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const yes =
      'd="$PULUMI_HOME/plugins/resource-kubernetes-v$5"; mkdir -p "$d" && echo official > "$d/pulumi-resource-kubernetes"';
    const no = 'echo "warning: Error downloading plugin: no such host" >&2; exec sleep 20';
    fs.writeFileSync(file, `#!/bin/sh\necho asked >> ${root}/asked\n${canDownload ? yes : no}\n`, { mode: 0o755 });
    return file;
  }

  const timesAsked = () =>
    fs.existsSync(`${root}/asked`) ? fs.readFileSync(`${root}/asked`, "utf8").trim().split("\n").length : 0;
  const executable = (home: string, name: string) => {
    const plugins = path.join(home, "plugins");
    const folder = fs.readdirSync(plugins).find((each) => fs.existsSync(path.join(plugins, each, name)))!;
    return path.join(plugins, folder, name);
  };

  it("stand-ins, where nothing can be downloaded, without waiting for every retry", async () => {
    const started = Date.now();
    const { environment, usingStandIns } = await pluginEnvironment(env, cli(false));
    assert.deepEqual(usingStandIns, both);
    assert.ok(Date.now() - started < 15_000);
    assert.equal(environment.PULUMI_HOME, path.join(env.HOLDFAST_STATE_DIR!, "pulumi"));
    for (const name of both) fs.accessSync(executable(environment.PULUMI_HOME, name), fs.constants.X_OK);
  });

  it("does not ask again for a day", async () => {
    const pulumi = cli(false);
    await pluginEnvironment(env, pulumi);
    await pluginEnvironment(env, pulumi);
    assert.equal(timesAsked(), 1);
  });

  it("nothing in the user's own folder, ever", async () => {
    await pluginEnvironment(env, cli(false));
    assert.deepEqual(fs.readdirSync(env.HOME!), []);
  });

  it("the official language host, where it lies beside the CLI", async () => {
    const pulumi = cli(false);
    fs.writeFileSync(path.join(path.dirname(pulumi), "pulumi-language-nodejs"), "", { mode: 0o755 });
    assert.deepEqual((await pluginEnvironment(env, pulumi)).usingStandIns, ["pulumi-resource-kubernetes"]);
  });

  it("the official provider, where it can be downloaded", async () => {
    const { environment, usingStandIns } = await pluginEnvironment(env, cli(true));
    assert.deepEqual(usingStandIns, ["pulumi-language-nodejs"]);
    const provider = executable(environment.PULUMI_HOME, "pulumi-resource-kubernetes");
    assert.equal(fs.readFileSync(provider, "utf8"), "official\n");
  });

  it("the official provider in place of the stand-in, once it can be downloaded", async () => {
    await pluginEnvironment(env, cli(false));
    const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
    fs.utimesSync(path.join(env.HOLDFAST_STATE_DIR!, "official-plugins-unreachable"), yesterday, yesterday);
    const { environment, usingStandIns } = await pluginEnvironment(env, cli(true));
    assert.deepEqual(usingStandIns, ["pulumi-language-nodejs"]);
    assert.equal(fs.readFileSync(executable(environment.PULUMI_HOME, "pulumi-resource-kubernetes"), "utf8"), "official\n");
  });

  it("the official provider that the user has already", async () => {
    const { version } = JSON.parse(fs.readFileSync(require.resolve("@pulumi/kubernetes/package.json"), "utf8")) as {
      version: string;
    };
    const users = path.join(env.HOME!, ".pulumi", "plugins", `resource-kubernetes-v${version}`);
    fs.mkdirSync(users, { recursive: true });
    fs.writeFileSync(path.join(users, "pulumi-resource-kubernetes"), "the user's");
    const { environment, usingStandIns } = await pluginEnvironment(env, cli(false));
    assert.deepEqual(usingStandIns, ["pulumi-language-nodejs"]);
    assert.equal(timesAsked(), 0);
    assert.equal(fs.readFileSync(executable(environment.PULUMI_HOME, "pulumi-resource-kubernetes"), "utf8"), "the user's");
  });

  it("the mark that lies beside the kubeconfig in use", async () => {
    const directory = path.join(root, "sandbox");
    fs.mkdirSync(directory);
    const pulumi = cli(false);
    const elsewhere = await pluginEnvironment({ ...env, KUBECONFIG: path.join(directory, "kubeconfig") }, pulumi);
    assert.ok(elsewhere.environment.HOLDFAST_SANDBOX_MARK.startsWith(fs.realpathSync(env.HOLDFAST_STATE_DIR!)));
    fs.writeFileSync(path.join(directory, "mark"), "nonce");
    const beside = await pluginEnvironment({ ...env, KUBECONFIG: path.join(directory, "kubeconfig") }, pulumi);
    assert.equal(beside.environment.HOLDFAST_SANDBOX_MARK, path.join(directory, "mark"));
  });

  it("stand-ins that start fast", async () => {
    const { environment } = await pluginEnvironment(env, cli(false));
    for (const name of both) {
      const started = Date.now();
      const plugin = spawn(executable(environment.PULUMI_HOME, name), [], { stdio: ["ignore", "pipe", "inherit"] });
      const [port] = (await once(plugin.stdout, "data")) as [Buffer];
      plugin.kill();
      assert.match(port.toString(), /^\d+\n$/);
      // Measured: 0.13 and 0.21 s on two idle cores; the rest is for a machine that is busy with other tests.
      assert.ok(Date.now() - started < 2000, `${name} took ${Date.now() - started} ms`);
    }
  });
});
