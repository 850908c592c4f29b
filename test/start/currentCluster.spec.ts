import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { AppsV1Api, KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import type { SandboxInfo } from "../../sandbox";
import { createSampleServer, type SampleServer } from "../../sandbox/sample/server";
import { agree } from "../../start/current";
import { watchInterrupts } from "../../start/interrupt";
import type { StackFile } from "../../start/privateConfig";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { fakePulumi } from "./support";

const PROJECT = path.resolve(__dirname, "../..");

/** The flow for a cluster of one's own, against a real API server; the CLI is a fake, because the official one is not here. */
describe("HOLDFAST_CLUSTER=current npm start", () => {
  let sandbox: SandboxInfo;
  let directory: string;
  let fake: ReturnType<typeof fakePulumi>;
  let apps: AppsV1Api;
  let server: SampleServer;
  let url: string;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-current-"));
    fake = fakePulumi(directory);
    fs.writeFileSync(path.join(directory, "pulumi-language-nodejs"), "");
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(sandbox.kubeconfig);
    apps = kubeconfig.makeApiClient(AppsV1Api);
    server = createSampleServer({ podOf: () => ({ name: "chatpulse-0" }) });
    url = `ws://127.0.0.1:${await server.listen(0, "127.0.0.1")}/`;
  });

  after(async () => {
    await server.drain(0);
    fs.rmSync(directory, { recursive: true, force: true });
  });

  afterEach(async () => {
    await apps.deleteNamespacedDeployment({ name: "controller", namespace: "metallb-system" }).catch(() => {});
    fs.rmSync(path.join(directory, "state"), { recursive: true, force: true });
  });

  /** The sandbox runs MetalLB as a process; in a cluster of one's own it is a Deployment. */
  async function pretendMetallb(): Promise<void> {
    const labels = { app: "metallb" };
    const containers = [{ name: "controller", image: "quay.io/metallb/controller:v0.15.2" }];
    const spec = { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
    await apps.createNamespacedDeployment({ namespace: "metallb-system", body: { metadata: { name: "controller" }, spec } });
  }

  async function run(command: "start" | "stop", args: string[], more: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, ["bin/holdfast.js", command, ...args], {
      cwd: PROJECT,
      env: {
        // Nothing else: a kubectl of this machine must not decide what is tested.
        PATH: directory,
        HOME: directory,
        KUBECONFIG: sandbox.kubeconfig,
        HOLDFAST_CLUSTER: "current",
        HOLDFAST_STATE_DIR: path.join(directory, "state"),
        FAKE_OUTPUT: JSON.stringify({
          services: {
            chatpulse: {
              namespace: "chatpulse",
              entries: [
                {
                  name: "metallb",
                  kind: "metallb",
                  url,
                  address: "x",
                  verdict: "holds",
                  effectiveIdleSeconds: null,
                  reasons: [],
                },
              ],
            },
          },
        }),
        ...more,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    return { code, output };
  }

  it("shows the cluster, pins the stack to it, deploys with the official CLI and tries the addresses", async () => {
    await pretendMetallb();
    const { code, output } = await run("start", ["--yes"]);
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`context +${sandbox.context}`));
    assert.match(output, new RegExp(`kube-system ${sandbox.uid}`));
    assert.match(output, /Deploy the dev stack into this cluster\? yes \(--yes\)/);
    assert.match(output, /pod chatpulse-0 sent the message back/);

    const state = path.join(directory, "state", "clusters", sandbox.uid);
    const { config } = parse(fs.readFileSync(path.join(state, "Pulumi.dev.yaml"), "utf8")) as StackFile;
    const cluster = config!["holdfast:cluster"] as Record<string, unknown>;
    assert.deepEqual([cluster.context, cluster.uid], [sandbox.context, sandbox.uid]);
    assert.deepEqual(cluster.controllers, { metallb: "0.15.2" });
    const [service] = config!["holdfast:services"] as { image: string; files: { contents: Record<string, string> } }[];
    assert.equal(service!.image, "node:22-alpine");
    assert.ok(service!.files.contents["server.js"]!.length > 10_000);
    const up = fake.calls().find(({ argv }) => argv.includes("up"))!;
    assert.equal(up.env.KUBECONFIG, sandbox.kubeconfig);
    assert.ok(!up.env.PATH!.includes("plugins"), "a stand-in is on the path of a foreign cluster");

    const stopped = await run("stop", ["--yes"]);
    assert.equal(stopped.code, 0, stopped.output);
    assert.ok(fake.calls().some(({ argv }) => argv.includes("destroy")));
    assert.ok(!fs.existsSync(state));
    assert.match((await run("stop", ["--yes"])).output, /Nothing of this project is deployed in context/);
  }).timeout(60_000);

  it("changes nothing where nobody can be asked", async () => {
    await pretendMetallb();
    const { code, output } = await run("start", []);
    assert.equal(code, 2);
    assert.match(output, /Deploy the dev stack into this cluster\? Nobody can answer here: this is no terminal\. Add --yes/);
    assert.ok(!fs.existsSync(path.join(directory, "state")));
  });

  it("changes nothing when the answer is no", async () => {
    await pretendMetallb();
    const saved = process.env.KUBECONFIG;
    process.env.KUBECONFIG = sandbox.kubeconfig;
    const interruption = watchInterrupts();
    const asked: string[] = [];
    try {
      const answer = agree(PROJECT, {
        yes: false,
        interruption,
        say: () => {},
        ask: async (question) => asked.push(question) < 0,
      });
      await assert.rejects(answer, { message: "Nothing was changed.", exitCode: 2 });
    } finally {
      interruption.dispose();
      if (saved === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = saved;
    }
    assert.equal(asked.length, 1);
  });

  it("names a missing MetalLB with its commands, and refuses where there is no kubectl", async () => {
    const { code, output } = await run("start", ["--yes"]);
    assert.equal(code, 2, output);
    assert.match(output, /The dev stack cannot work without MetalLB v0\.15\.2\. There is no kubectl here to do it with\./);
    assert.match(
      output,
      /kubectl --context holdfast-sandbox apply --server-side -k 'github\.com\/metallb\/metallb\/config\/native\?ref=v0\.15\.2'/,
    );
  });

  it("shows what kubectl said when an installation fails", async () => {
    const kubectl = path.join(directory, "kubectl");
    fs.writeFileSync(kubectl, '#!/bin/sh\n[ "$1" = version ] && exit 0\necho "error: no git here" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const { code, output } = await run("start", ["--yes"]);
    fs.rmSync(kubectl);
    assert.equal(code, 1, output);
    assert.match(output, /error: no git here/);
    assert.match(output, /MetalLB v0\.15\.2 could not be installed: .* ended with 1; its own words stand above/);
  });

  it("says which server does not answer, and where no kubeconfig is", async () => {
    const dead = path.join(directory, "dead");
    fs.writeFileSync(dead, fs.readFileSync(sandbox.kubeconfig, "utf8").replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1"));
    const silent = await run("start", ["--yes"], { KUBECONFIG: dead });
    assert.equal(silent.code, 1);
    assert.match(
      silent.output,
      /Context holdfast-sandbox \(https:\/\/127\.0\.0\.1:1\) does not answer: .* Is the cluster running\?/,
    );
    const none = await run("start", ["--yes"], { KUBECONFIG: "" });
    assert.equal(none.code, 2);
    assert.match(none.output, /No kubeconfig: .*\/\.kube\/config does not exist\./);
    assert.ok(!none.output.includes("    at "), none.output);
  });
});
