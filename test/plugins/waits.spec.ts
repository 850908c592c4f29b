import assert from "node:assert/strict";
import { CoreV1Api, type V1Service } from "@kubernetes/client-node";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { deployment, eventually, namespace, service, TestStack } from "./support";

type Live = { spec: { replicas: number }; metadata: { uid: string } };

describe("waiting until objects are ready", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let ns: string;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    stack = await TestStack.create();
    ns = stack.namespace;
  });
  after(() => stack.dispose());

  /** Asked of a class that nobody serves, so it stays without an address until the test gives it one. */
  const balanced = (more: Record<string, unknown> = {}, annotations: Record<string, string> = {}) => {
    const wanted = service(ns, { type: "LoadBalancer", loadBalancerClass: "example.com/none" }, more);
    wanted.object.metadata = { name: "front", namespace: ns, annotations };
    return wanted;
  };

  async function giveAddress(): Promise<void> {
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } };
    await stack.config.makeApiClient(CoreV1Api).replaceNamespacedServiceStatus({
      name: "front",
      namespace: ns,
      body: { ...(await stack.live<V1Service>("v1", "Service", "front")), status },
    });
  }

  it("keeps a Service without its address in the state, with the reasons, and ends right when the address is there", async () => {
    stack.plan([namespace(ns), balanced({ options: { customTimeouts: { create: "3s", update: "20s" } } })]);
    const first = await stack.up();
    assert.notEqual(first.code, 0);
    assert.match(first.output, /\[2\/2\] Waiting for the load balancer's address/);
    assert.match(first.output, /not ready after 3 s[\s\S]*has no load balancer address/);
    const kept = stack.resource("front");
    assert.equal(kept?.initErrors?.length, 2);
    const { uid } = ((await stack.live<never>("v1", "Service", "front")) as unknown as Live).metadata;
    let given: Promise<void> | undefined;
    const { result } = stack.start(["up", "--yes", "--skip-preview"], undefined, (all) => {
      if (all.includes("Waiting for the load balancer's address")) given ??= giveAddress();
    });
    const second = await result;
    await given;
    assert.equal(second.code, 0, second.output);
    const after = stack.resource("front");
    assert.equal(after?.initErrors, undefined);
    assert.equal((after?.outputs.metadata as { uid: string }).uid, uid);
    assert.match((await stack.up()).output, /3 unchanged|4 unchanged/);
  });

  it("does not wait where it is told not to", async () => {
    await stack.destroy();
    stack.plan([namespace(ns), balanced({}, { "pulumi.com/skipAwait": "true" })]);
    const started = Date.now();
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.ok(Date.now() - started < 15_000);
  });

  it("takes the time limit from the annotation", async () => {
    await stack.destroy();
    stack.plan([namespace(ns), balanced({}, { "pulumi.com/timeoutSeconds": "2" })]);
    const { code, output } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(output, /not ready after 2 s/);
  });

  it("waits for the condition the user names, and says what it found", async () => {
    const waitFor = JSON.stringify(["jsonpath={.status.loadBalancer.ingress[0].ip}=192.0.2.7"]);
    const annotations = { "pulumi.com/waitFor": waitFor, "pulumi.com/timeoutSeconds": "3" };
    stack.plan([namespace(ns), balanced({}, annotations)]);
    const { output } = await stack.up();
    assert.match(output, /jsonpath=\{\.status\.loadBalancer\.ingress\[0\]\.ip\}=192\.0\.2\.7: nothing is there/);
    await giveAddress();
    const second = await stack.up();
    assert.equal(second.code, 0, second.output);
  });

  it("refuses a condition it cannot read, before anything is created", async () => {
    stack.plan([namespace(ns), balanced({}, { "pulumi.com/waitFor": "Programmed" })]);
    const { code, output } = await stack.preview();
    assert.notEqual(code, 0);
    assert.match(output, /found "Programmed"; write condition=<type>/);
  });

  it("waits for a deletion that a finalizer holds up, and says which", async () => {
    const held = { name: "held", namespace: ns, finalizers: ["example.com/hold"] };
    const wanted = { name: "held", after: ["namespace"], object: { apiVersion: "v1", kind: "ConfigMap", metadata: held } };
    stack.plan([namespace(ns), { ...wanted, options: { customTimeouts: { delete: "3s" } } }]);
    assert.equal((await stack.up()).code, 0);
    stack.plan([namespace(ns)]);
    const refused = await stack.up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /still exists 3 s after its deletion \(finalizers that hold it: example\.com\/hold\)/);
    assert.ok(stack.resource("held"), "what still exists stays in the state");
    await stack.release("v1", "ConfigMap", "held");
    assert.equal((await stack.up()).code, 0);
    assert.equal(stack.resource("held"), undefined);
  });

  it("does not wait for a deletion where it is told not to", async () => {
    const metadata = {
      name: "held",
      namespace: ns,
      finalizers: ["example.com/hold"],
      annotations: { "pulumi.com/skipAwait": "true" },
    };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata };
    stack.plan([namespace(ns), { name: "held", after: ["namespace"], object }]);
    assert.equal((await stack.up()).code, 0);
    stack.plan([namespace(ns)]);
    const { code, output } = await stack.up();
    assert.equal(code, 0, output);
    assert.ok(await stack.live("v1", "ConfigMap", "held"), "its finalizer still holds it");
    await stack.release("v1", "ConfigMap", "held");
  });

  it("reports why pods do not become ready", async () => {
    const unschedulable = deployment(ns, "example/web:1", { progressDeadlineSeconds: 3 });
    (unschedulable.object.spec as { template: { spec: object } }).template.spec = {
      nodeSelector: { "example.com/none": "true" },
      containers: [{ name: "web", image: "example/web:1" }],
    };
    stack.plan([namespace(ns), unschedulable]);
    const { code, output } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(output, /has timed out progressing/);
    assert.match(output, /Pod web-\S+: Unschedulable:/);
    stack.plan([namespace(ns), deployment(ns, "example/web:1")]);
    const mended = await stack.up();
    assert.equal(mended.code, 0, mended.output);
    await eventually(
      "the rollout",
      async () => ((await stack.live("apps/v1", "Deployment", "web")) as unknown as Live).spec.replicas === 1,
    );
  });

  it("sees in a refresh that an object is not ready", async () => {
    stack.plan([namespace(ns), balanced({}, { "pulumi.com/skipAwait": "true" })]);
    await stack.up();
    stack.plan([namespace(ns), balanced({}, { "pulumi.com/timeoutSeconds": "2" })]);
    await stack.up();
    const { output } = await stack.refresh();
    assert.match(output, /has no load balancer address/);
  });
});
