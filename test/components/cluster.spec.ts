import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { connectCluster, type Cluster, type ClusterArgs } from "../../components/cluster";
import { registerObjects } from "../../components/kubernetesObject";
import { runMocked, type MockRun } from "./mockEngine";

const UID = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";
const KUBECONFIG = "apiVersion: v1\nkind: Config\ncontexts:\n  - { name: lab, context: { cluster: a, user: b } }\n";

describe("connectCluster", () => {
  const before = process.env.KUBECONFIG;
  let directory: string;

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-kubeconfig-"));
    process.env.KUBECONFIG = path.join(directory, "config");
    fs.writeFileSync(process.env.KUBECONFIG, KUBECONFIG);
  });
  afterEach(() => {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
    fs.rmSync(directory, { recursive: true });
  });

  it("creates objects in the cluster whose uid the stack names", async () => {
    const { resources } = await create({ context: "lab", uid: UID });
    assert.deepEqual(created(resources), ["cluster", "cluster-identity", "thing-map"]);
  });

  it("creates nothing in another cluster, and says both uids and the way out", async () => {
    let refusal: unknown;
    const { resources } = await create({ context: "lab", uid: "00000000-0000-0000-0000-000000000000" }, async ({ verified }) => {
      // Mocks swallow what an apply throws; the real engine's answer to it is tested with the engine.
      refusal = await (verified as pulumi.Output<unknown> & { promise(): Promise<unknown> })
        .promise()
        .catch((error: unknown) => error);
    });
    assert.ok(pulumi.RunError.isInstance(refusal), "a user's mistake comes without a stack trace");
    assert.match(
      (refusal as Error).message,
      new RegExp(`${UID}, holdfast:cluster.uid says 00000000-.* Nothing was created.* write uid: ${UID}`),
    );
    assert.ok(!resources.some(({ name }) => name === "thing-map"));
  });

  it("asks for no identity where the stack names none", async () => {
    const { resources } = await create({ context: "lab" });
    assert.deepEqual(created(resources), ["cluster", "thing-map"]);
  });

  it("says which kubeconfig is missing", () => {
    process.env.KUBECONFIG = path.join(directory, "nowhere");
    assert.throws(() => connectCluster({ context: "lab" }), /No kubeconfig: .*nowhere does not exist.*npm start/);
  });

  it("says which contexts there are when the named one is not", () => {
    assert.throws(() => connectCluster({ context: "prod" }), /No context prod in .*config; it has: lab\./);
  });

  it("says which kubeconfig is no YAML", () => {
    fs.writeFileSync(process.env.KUBECONFIG!, "contexts: [");
    assert.throws(() => connectCluster({ context: "lab" }), /The kubeconfig .*config cannot be read/);
  });

  it("says that an empty kubeconfig has no context", () => {
    fs.writeFileSync(process.env.KUBECONFIG!, "");
    assert.throws(() => connectCluster({ context: "lab" }), /No context lab in .*config; it has: none\./);
  });

  it("looks for no file when the kubeconfig itself is given", async () => {
    process.env.KUBECONFIG = path.join(directory, "nowhere");
    const { resources } = await create({ kubeconfig: KUBECONFIG });
    assert.deepEqual(created(resources), ["cluster", "thing-map"]);
  });

  function create(args: ClusterArgs, look: (cluster: Cluster) => Promise<void> = async () => {}): Promise<MockRun> {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" } };
    return runMocked(
      async () => {
        const cluster = connectCluster(args);
        const options = { provider: cluster.provider, dependsOn: cluster.verified };
        registerObjects("thing", [{ logicalName: "map", object, after: [] }], () => "", options);
        await look(cluster);
      },
      ({ name }) => (name === "cluster-identity" ? { metadata: { name: "kube-system", uid: UID } } : {}),
    );
  }

  const created = (resources: MockRun["resources"]) => resources.map(({ name }) => name).sort();
});

describe("registerObjects", () => {
  it("refuses an object that comes before the one it waits for", async () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" } };
    const program = () => void registerObjects("thing", [{ logicalName: "map", object, after: ["namespace"] }], () => "", {});
    await assert.rejects(runMocked(program), /map is to come after namespace/);
  });

  it("leaves stack traces as long as they were, also when a resource cannot be made", async () => {
    const usual = Error.stackTraceLimit;
    const lengths: number[] = [];
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "map" } };
    await runMocked(() => {
      pulumi.runtime.registerStackTransformation(({ name }) => {
        lengths.push(Error.stackTraceLimit);
        if (name === "thing-broken") throw new Error("cannot be made");
        return undefined;
      });
      registerObjects("thing", [{ logicalName: "map", object, after: [] }], () => "", {});
      assert.equal(Error.stackTraceLimit, usual);
      assert.throws(
        () => registerObjects("thing", [{ logicalName: "broken", object, after: [] }], () => "", {}),
        /cannot be made/,
      );
    });
    assert.equal(Error.stackTraceLimit, usual);
    assert.deepEqual(lengths, [1, 1]);
  });
});
