import assert from "node:assert/strict";
import * as fs from "node:fs";
import { CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { CLIENT_ADDRESSES } from "../../sandbox";
import { createEngine, type Engine } from "../engine/support";
import { listObjects } from "../support/objects";
import { sharedSandbox } from "../support/sandbox";
import { probe } from "./client";

const NAMESPACE = "chatpulse";
const [source] = CLIENT_ADDRESSES;
/** Long enough for the endpoints to change and for others to connect meanwhile. */
const SILENT_SECONDS = 20;

/** What `overload` relies on: a pod that is alive and not ready, behind the real kube-proxy. */
describe("a pod that is not ready, through MetalLB's address", function () {
  this.timeout(300_000);
  let engine: Engine;
  let url: string;
  let pods: CoreV1Api;

  before(async () => {
    engine = await createEngine();
    await engine.configure();
    const { code, output } = await engine.up();
    assert.equal(code, 0, output);
    const { services } = (await engine.outputs()) as unknown as {
      services: { chatpulse: { entries: { kind: string; url: string }[] } };
    };
    url = services.chatpulse.entries.find(({ kind }) => kind === "metallb")!.url;
    const config = new KubeConfig();
    config.loadFromFile((await sharedSandbox()).kubeconfig);
    pods = config.makeApiClient(CoreV1Api);
    await until("three pods are ready", threeReady);
  });
  after(async () => {
    await engine?.destroy();
    if (engine !== undefined) fs.rmSync(engine.workspace.stateDirectory, { recursive: true, force: true });
  });

  it("keeps what is open to it, and gets nothing new", async () => {
    const [first] = await probe({ url, sources: [source!], connections: 1 });
    const full = first!.pod;
    const held = probe({ url, sources: [source!], connections: 1, silentSeconds: SILENT_SECONDS });
    let tried = false;
    void held.then(() => (tried = true));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await setReady(full, false);
    await until("a new connection goes elsewhere", async () => (await podOfNewConnection()) !== full);
    assert.ok(!tried, "the open connection was tried before anybody could have cut it");
    const [kept] = await held;
    assert.deepEqual([kept!.pod, kept!.echoed], [full, true]);
    assert.notEqual(await podOfNewConnection(), full);
    await setReady(full, true);
    await until("it is ready again", threeReady);
  });

  async function threeReady(): Promise<boolean> {
    const [deployment] = (await listObjects(NAMESPACE, "Deployment")) as { status?: { readyReplicas?: number } }[];
    return deployment?.status?.readyReplicas === 3;
  }

  const podOfNewConnection = async () => (await probe({ url, sources: [source!], connections: 1 }))[0]!.pod;

  async function setReady(name: string, ready: boolean): Promise<void> {
    const conditions = ["Ready", "ContainersReady"].map((type) => ({ type, status: ready ? "True" : "False" }));
    const options = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
    await pods.patchNamespacedPodStatus({ name, namespace: NAMESPACE, body: { status: { conditions } } }, options);
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 60_000;
    while (!(await holds())) {
      assert.ok(Date.now() < end, `not within 60 seconds: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
});
