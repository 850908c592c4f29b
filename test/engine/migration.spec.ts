import assert from "node:assert/strict";
import { CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { CLIENT_ADDRESSES, listNames, NODES } from "../../sandbox";
import { refusal } from "../dataplane/client";
import { listObjects } from "../support/objects";
import { sharedSandbox } from "../support/sandbox";
import { createEngine, nameOf, withService, type Engine } from "./support";
import { pause, Watch } from "./watch";

const NAMESPACE = "chatpulse";
const HOST = "chatpulse.holdfast.test";
const ADDRESS = "192.168.1.207";
const NODE_PORT = 30_800;
const OLD = "nodeport";
const NEW = "loadbalancer";
const URLS = { [OLD]: `ws://${NODES[0].address}:${NODE_PORT}/ws`, [NEW]: `ws://${ADDRESS}/ws` };
const [tried, ...others] = CLIENT_ADDRESSES;
const held = others.slice(0, 3);

const old = { kind: "node-port", name: OLD, nodePort: NODE_PORT };
const next = { kind: "metallb", name: NEW, pool: "lan", address: ADDRESS };

interface Migration {
  phase: string;
  drainSeconds?: number;
}

/** The dev stack with those entries, and with a migration between the two where one is given. */
const stackWith = (entries: object[], migration?: Migration) =>
  withService((service) => {
    // Nothing here is about cookies, and no autoscaler is to take away a pod with its connections.
    service.promise.affinity = { mode: "client" };
    service.scaling = { min: 3, max: 3 };
    service.entries = entries as typeof service.entries;
    if (migration === undefined) return;
    service.migration = { from: OLD, to: NEW, dns: { host: HOST, externalDns: true }, drainSeconds: 3600, ...migration };
  });

/** From a node port to a load balancer, with real sockets through both. Each step starts from what the one before left. */
describe("a migration from one entry to another, by the real engine", function () {
  this.timeout(600_000);
  let engine: Engine;
  let watch: Watch | undefined;

  before(async () => {
    engine = await createEngine();
  });
  after(async () => {
    await watch?.stop();
    await engine?.discard();
  });

  it("begins with the node port alone, through which clients are connected", async () => {
    await engine.configure(stackWith([old]));
    await up();
    await threeReadyPods();
    watch = await Watch.start({ urls: URLS, held, tried });
    await watch.until(({ what, way }) => way === OLD && what === "held", held.length);
    assert.deepEqual((await watch.count(NEW)).connected, 0);
  });

  it("refuses to begin with anything but the first phase, at preview and at up, and touches nothing", async () => {
    for (const phase of ["cutover", "drain", "done"]) {
      await refused(
        stackWith([old, next], { phase }),
        new RegExp(`found phase: ${phase} after no migration; .*Write phase: parallel first`),
      );
    }
  });

  it("refuses another kind of entry under the old one's name: the same Service, changed in place", async () => {
    await refused(
      stackWith([{ ...next, name: OLD }]),
      /found metallb under the name nodeport, under which the last up made node-port/,
    );
  });

  it("parallel: creates one Service, and of the other changes how long its record is kept", async () => {
    const steps = await go({ phase: "parallel" });
    // The rule gets the alert on the new address.
    assert.deepEqual(steps, [
      "create chatpulse-loadbalancer-service",
      "update chatpulse-nodeport-service",
      "update chatpulse-prometheus-rule",
    ]);
    await watch!.until(({ what, way }) => way === NEW && what === "held", held.length);
    await nameLeadsTo(...NODES.map(({ address }) => address));
  });

  it("refuses to leave out the cutover", () =>
    refused(
      stackWith([old, next], { phase: "drain" }),
      /found phase: drain after phase: parallel; .*Write phase: cutover first/,
    ));

  it("cutover: moves the name, and nothing else", async () => {
    const steps = await go({ phase: "cutover" });
    assert.deepEqual(steps, ["update chatpulse-loadbalancer-service", "update chatpulse-nodeport-service"]);
    await nameLeadsTo(ADDRESS);
    assert.equal(await refusal(`ws://${HOST}/ws`), undefined);
    const { migrations } = (await engine.outputs()) as { migrations: Record<string, { phase: string; record: string }> };
    assert.deepEqual(migrations.chatpulse!.record, `${HOST}. 60 IN A ${ADDRESS}`);
  });

  it("refuses to lose the migration or its new entry halfway", async () => {
    await refused(stackWith([next]), /found no migration \(as after phase: done\) after phase: cutover/);
    await refused(stackWith([old, next]), /found no migration \(as before it began\) after phase: cutover/);
  });

  it("goes a phase back, and forth again", async () => {
    assert.deepEqual(await go({ phase: "parallel" }), [
      "update chatpulse-loadbalancer-service",
      "update chatpulse-nodeport-service",
    ]);
    await nameLeadsTo(...NODES.map(({ address }) => address));
    await go({ phase: "cutover" });
  });

  it("drain: starts the clock, changes nothing, and is not left before its time", async () => {
    assert.deepEqual(await go({ phase: "drain" }), []);
    const since = await sinceOf();
    assert.deepEqual(await go({ phase: "drain" }), []);
    assert.equal(await sinceOf(), since, "another up with the same phase does not start the clock again");
    await refused(
      stackWith([old, next], { phase: "done" }),
      /found phase: done \d+ seconds after phase: drain began .*; allowed: after 3600 seconds/,
    );
  });

  it("none of the sockets was cut, and nobody was refused, at either way in", async () => {
    for (const way of [OLD, NEW]) {
      const { held: open, lost, connected } = await watch!.count(way);
      assert.deepEqual({ way, open, lost }, { way, open: held.length, lost: 0 });
      assert.ok(connected > 10, `only ${connected} new connections through ${way}`);
      assert.deepEqual(await watch!.refusedAfterFirst(way), [], way);
    }
    await watch!.everybodyAlive();
  });

  it("done: removes the old Service alone, and from then on nobody gets in by the node port", async () => {
    const steps = await go({ phase: "done", drainSeconds: 0 });
    assert.deepEqual(steps, ["delete chatpulse-nodeport-service", "update chatpulse-loadbalancer-service"]);
    await watch!.nobodyGetsIn(OLD);
    assert.deepEqual((await watch!.count(NEW)).lost, 0);
    assert.deepEqual(await watch!.refusedAfterFirst(NEW), []);
  });

  it("goes back from done to drain: the node port opens as it was", async () => {
    assert.deepEqual(await go({ phase: "drain" }), [
      "create chatpulse-nodeport-service",
      "update chatpulse-loadbalancer-service",
    ]);
    const from = Date.now();
    await watch!.until(({ what, way, atMilliseconds }) => way === OLD && what === "connected" && atMilliseconds > from, 1);
  });

  it("negative control: the type of the Service changed in place refuses clients of the node port, and the watch sees it", async () => {
    const config = new KubeConfig();
    config.loadFromFile((await sharedSandbox()).kubeconfig);
    const patch = { spec: { type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: null as unknown } };
    const name = "chatpulse-nodeport";
    const api = config.makeApiClient(CoreV1Api);
    const { spec } = await api.readNamespacedService({ name, namespace: NAMESPACE });
    patch.spec.ports = spec!.ports!.map(({ nodePort: _gone, ...port }) => ({ ...port, nodePort: null }));
    const how = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    await api.patchNamespacedService({ name, namespace: NAMESPACE, body: patch }, how);
    await watch!.nobodyGetsIn(OLD);
  });

  async function up(): Promise<void> {
    const { code, output } = await engine.up(["--skip-preview"]);
    assert.equal(code, 0, output);
  }

  /** Previews and makes one step, and tells what changes. */
  async function go(migration: Migration): Promise<string[]> {
    await engine.configure(stackWith([old, next], migration));
    const steps = (await engine.steps()).filter(({ op }) => !["same", "read"].includes(op));
    await up();
    return steps.map(({ op, urn }) => `${op} ${nameOf(urn)}`).sort();
  }

  /** Neither a preview nor an `up` goes through, and every object stays as it was. */
  async function refused(overlay: ReturnType<typeof stackWith>, message: RegExp): Promise<void> {
    const before = await objects();
    await engine.configure(overlay);
    for (const { code, output } of [await engine.preview(), await engine.up(["--skip-preview"])]) {
      assert.notEqual(code, 0, output);
      assert.match(output.replace(/\s+/g, " "), message);
      assert.match(output, /Nothing was created, changed or removed\./);
      assert.doesNotMatch(output, /^ +at /m, `a stack trace: ${output}`);
    }
    assert.deepEqual(await objects(), before);
  }

  async function objects(): Promise<string[]> {
    const kinds = ["Service", "Deployment", "ConfigMap", "PrometheusRule"];
    const lists = await Promise.all(kinds.map((kind) => listObjects(NAMESPACE, kind)));
    return lists
      .flat()
      .map(
        ({ kind, metadata, spec }) => `${kind} ${metadata.name} ${metadata.uid} ${JSON.stringify([metadata.annotations, spec])}`,
      );
  }

  async function sinceOf(): Promise<string> {
    const { migrations } = (await engine.outputs()) as { migrations: Record<string, { since: string }> };
    return migrations.chatpulse!.since;
  }

  /** That the sandbox's name server has been told so, as ExternalDNS would tell one. */
  async function nameLeadsTo(...addresses: string[]): Promise<void> {
    const targets = () => listNames().flatMap(({ name, target }) => (name === HOST ? [target] : []));
    for (const until = Date.now() + 10_000; Date.now() < until && targets().join() !== addresses.join();) await pause(100);
    assert.deepEqual(targets(), addresses);
    // CoreDNS looks after a new list four times a second.
    await pause(300);
  }

  async function threeReadyPods(): Promise<void> {
    const until = Date.now() + 90_000;
    for (;;) {
      const [deployment] = (await listObjects(NAMESPACE, "Deployment")) as { status?: { readyReplicas?: number } }[];
      if (deployment?.status?.readyReplicas === 3) return;
      assert.ok(Date.now() < until, "three ready pods within 90 seconds");
      await pause(500);
    }
  }
});
