import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { configMap, deployment, eventually, namespace, processesOf, service, TestStack } from "./support";

type Live = { metadata: { uid: string } };

/** A way to the API server that can be cut, so that the shared sandbox need not be hurt. */
class Line {
  private readonly sockets = new Set<net.Socket>();
  private server: net.Server | undefined;
  port = 0;

  constructor(private readonly target: URL) {}

  async open(): Promise<void> {
    this.server = net.createServer((client) => {
      const upstream = net.connect(Number(this.target.port), this.target.hostname);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => this.sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as net.AddressInfo).port;
  }

  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.resetAndDestroy();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}

describe("the plugins when something dies", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let ns: string;

  beforeEach(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    stack = await TestStack.create();
    ns = stack.namespace;
  });
  afterEach(() => stack.dispose());

  const pending = (annotations: Record<string, string> = {}) => {
    const wanted = service(ns, { type: "LoadBalancer", loadBalancerClass: "example.com/none" });
    wanted.object.metadata = { name: "front", namespace: ns, annotations };
    return wanted;
  };

  /** Runs `up` until it waits for the Service's address, does `then`, and returns the result. */
  async function upUntilWaiting(then: (pid: number) => void) {
    let done = false;
    const { child, result } = stack.start(["up", "--yes", "--skip-preview"], undefined, (all) => {
      if (done || !all.includes("Waiting for the load balancer's address")) return;
      done = true;
      then(child.pid!);
    });
    const { code, output } = await result;
    assert.ok(done, output);
    return { code, output };
  }

  it("leaves no process behind a killed CLI, and the next up finishes what it had begun", async () => {
    stack.plan([namespace(ns), deployment(ns, "example/web:1"), pending()]);
    await upUntilWaiting((pid) => process.kill(pid, "SIGKILL"));
    await eventually("the end of the plugins", () => processesOf(stack).length === 0, 10);
    const before = (await stack.live("v1", "Service", "front")) as unknown as Live;
    assert.ok(before, "the Service was made");
    assert.equal(stack.resource("front"), undefined, "and the state does not know it");
    // A killed CLI leaves its lock, which the file backend never releases by itself.
    const locked = await stack.up();
    assert.notEqual(locked.code, 0);
    assert.match(locked.output, /pulumi cancel/);
    assert.equal((await stack.run(["cancel", "--yes"])).code, 0);
    stack.plan([namespace(ns), deployment(ns, "example/web:1"), pending({ "pulumi.com/skipAwait": "true" })]);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    const after = (await stack.live("v1", "Service", "front")) as unknown as Live;
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.match((await stack.up()).output, /5 unchanged/);
    assert.equal((await stack.destroy()).code, 0);
    assert.equal(await stack.live("v1", "Namespace", ns), undefined);
  });

  it("stops waiting at an interrupt and keeps what exists in the state", async () => {
    stack.plan([namespace(ns), pending()]);
    const { code, output } = await upUntilWaiting((pid) => process.kill(pid, "SIGINT"));
    assert.notEqual(code, 0);
    assert.match(output, /the wait was cancelled/);
    assert.ok(stack.resource("front")?.initErrors, output);
    assert.deepEqual(processesOf(stack), []);
  });

  it("waits through an outage of the API server", async () => {
    const kubeconfig = path.join(os.tmpdir(), `${ns}-kubeconfig`);
    const text = fs.readFileSync(stack.env.KUBECONFIG!, "utf8");
    const [address] = /https:\/\/[\d.]+:\d+/.exec(text)!;
    const line = new Line(new URL(address));
    await line.open();
    fs.writeFileSync(kubeconfig, text.replace(address, `https://127.0.0.1:${line.port}`), { mode: 0o600 });
    stack.env.KUBECONFIG = kubeconfig;
    try {
      stack.plan([namespace(ns), configMap(ns, { a: "1" }), pending({ "pulumi.com/timeoutSeconds": "8" })]);
      let outage: Promise<void> | undefined;
      const { output } = await upUntilWaiting(() => {
        outage = line.cut().then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 3000));
          await line.open();
        });
      });
      await outage;
      assert.match(output, /Waiting for the API server at https:\/\/127\.0\.0\.1:\d+ \((ECONNREFUSED|ECONNRESET)\)/);
      // The wait went on after the outage, to its own end.
      assert.match(output, /has no load balancer address/);
      stack.plan([namespace(ns), configMap(ns, { a: "1" }), pending({ "pulumi.com/skipAwait": "true" })]);
      const { code, output: second } = await stack.up();
      assert.equal(code, 0, second);
    } finally {
      await line.cut();
      fs.rmSync(kubeconfig, { force: true });
    }
  });
});

describe("clusters the Kubernetes provider refuses", function () {
  this.timeout(120_000);
  let stack: TestStack;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    stack = await TestStack.create();
    stack.plan([namespace(stack.namespace)]);
  });
  after(() => stack.dispose());

  const refused = async (change: (env: NodeJS.ProcessEnv, directory: string) => void): Promise<string> => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "hf-foreign-"));
    const { KUBECONFIG, HOLDFAST_SANDBOX_MARK } = stack.env;
    try {
      change(stack.env, directory);
      const { code, output } = await stack.up();
      assert.notEqual(code, 0);
      assert.equal(await stack.live("v1", "Namespace", stack.namespace), undefined);
      return output;
    } finally {
      Object.assign(stack.env, { KUBECONFIG, HOLDFAST_SANDBOX_MARK });
      fs.rmSync(directory, { recursive: true });
    }
  };

  it("one whose mark is another's", async () => {
    const output = await refused((env, directory) => {
      env.HOLDFAST_SANDBOX_MARK = path.join(directory, "mark");
      fs.writeFileSync(env.HOLDFAST_SANDBOX_MARK, "another");
    });
    assert.match(
      output,
      /refuses the cluster at https:\/\/127\.0\.0\.1:\d+ \(context holdfast-sandbox\): the mark in its ConfigMap/,
    );
    assert.match(output, /npx holdfast sandbox up[\s\S]*pulumi plugin install resource kubernetes/);
  });

  it("every one while this project has no sandbox", async () => {
    const output = await refused((env, directory) => (env.HOLDFAST_SANDBOX_MARK = path.join(directory, "none")));
    assert.match(output, /this project has no running sandbox/);
  });

  it("one that is not on this machine, without a word to it", async () => {
    const output = await refused((env, directory) => {
      const text = fs.readFileSync(env.KUBECONFIG!, "utf8").replace(/127\.0\.0\.1/g, "192.0.2.1");
      env.KUBECONFIG = path.join(directory, "kubeconfig");
      fs.writeFileSync(env.KUBECONFIG, text);
    });
    assert.match(output, /192\.0\.2\.1 is not a loopback address/);
  });

  it("but not the sandbox itself", async () => {
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.equal((await stack.destroy()).code, 0);
  });
});
