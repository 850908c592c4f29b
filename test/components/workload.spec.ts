import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider";
import { ConnectionService } from "../../components/connectionService";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { runMocked, type MockRun } from "./mockEngine";

/** Registers the service of a stack as the program does. */
async function run(service: Block): Promise<MockRun> {
  const { stack, examined } = parsed(rawStackWith(service));
  return runMocked(() => {
    const provider = new Provider("cluster", { kubeconfig: "{}" });
    new ConnectionService("chat", { service: examined[0]!, surroundings: stack }, { provider });
  });
}

const childrenOf = ({ resources }: MockRun) =>
  resources.filter(({ name }) => name.startsWith("chat-")).map(({ type, name }) => `${type} ${name}`);

interface Spec extends Block {
  template: { metadata: Block; spec: Block };
}

const specOf = ({ resources }: MockRun, name: string) =>
  resources.find((resource) => resource.name === name)!.inputs.spec as Spec;

const VOLUMES = [{ name: "data", mountPath: "/data", sizeGib: 20 }];
const LAN = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
const STATEFUL = { metrics: { via: "none" }, workload: { kind: "stateful-set", volumes: VOLUMES } };
const FILES = (text: string) => ({ files: { mountPath: "/app", contents: { "a.txt": text } } });

describe("a workload in the engine", () => {
  it("that keeps state is a StatefulSet with its headless Service, and nothing that scales it", async () => {
    const mocked = await run(STATEFUL);
    assert.deepEqual(childrenOf(mocked).sort(), [
      "kubernetes:apps/v1:StatefulSet chat-stateful-set",
      "kubernetes:core/v1:Namespace chat-namespace",
      "kubernetes:core/v1:Service chat-headless-service",
      "kubernetes:core/v1:Service chat-service",
      "kubernetes:policy/v1:PodDisruptionBudget chat-pod-disruption-budget",
    ]);
    assert.equal(specOf(mocked, "chat-stateful-set").replicas, 1);
    assert.equal(mocked.options.get("chat-stateful-set")?.ignoreChanges, undefined);
  });

  it("leaves the replicas of a StatefulSet to its autoscaler, where it has one", async () => {
    const mocked = await run({ ...STATEFUL, scaling: { min: 2, max: 4 } });
    assert.ok(childrenOf(mocked).some((child) => child.endsWith(" chat-horizontal-pod-autoscaler")));
    assert.deepEqual(mocked.options.get("chat-stateful-set")?.ignoreChanges, ["spec.replicas"]);
  });

  it("of others is registered by its ways in alone", async () => {
    const workload = { mode: "existing", selector: { app: "grafana" } };
    const mocked = await run({ image: undefined, workload, entries: [LAN] });
    assert.deepEqual(childrenOf(mocked), ["kubernetes:core/v1:Service chat-metallb-service"]);
  });

  it("has its account before its pods, and somebody else's is not registered", async () => {
    const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/chat" };
    const own = await run({ serviceAccount: { annotations } });
    const names = own.resources.map(({ name }) => name);
    assert.ok(names.indexOf("chat-service-account") < names.indexOf("chat-deployment"));
    const account = own.resources.find(({ name }) => name === "chat-service-account")!;
    assert.equal(account.type, "kubernetes:core/v1:ServiceAccount");
    assert.deepEqual((account.inputs.metadata as Block).annotations, annotations);
    assert.equal(specOf(own, "chat-deployment").template.spec.serviceAccountName, "chat");
    const other = await run({ serviceAccount: { mode: "existing", name: "runner" } });
    assert.ok(!other.resources.some(({ type }) => type.endsWith(":ServiceAccount")));
    assert.equal(specOf(other, "chat-deployment").template.spec.serviceAccountName, "runner");
  });
});

describe("a pod template in the engine", () => {
  const kinds: [string, string, Block][] = [
    ["Deployment", "chat-deployment", {}],
    ["StatefulSet", "chat-stateful-set", STATEFUL],
  ];
  for (const [kind, name, workload] of kinds) {
    const templateOf = async (service: Block) => specOf(await run({ ...workload, ...service }), name).template;

    it(`of a ${kind} changes with the config and with a file`, async () => {
      assert.notDeepEqual(await templateOf({ config: { A: "2" } }), await templateOf({ config: { A: "1" } }));
      assert.notDeepEqual(await templateOf(FILES("2")), await templateOf(FILES("1")));
    });

    it(`of a ${kind} stays as it is where neither changes`, async () => {
      const service = { config: { A: "1", B: "2" }, ...FILES("1") };
      const before = await templateOf(service);
      assert.deepEqual(await templateOf(service), before);
      const others = { disruption: { minAvailable: 1 }, entries: [LAN] };
      assert.deepEqual(await templateOf({ ...service, ...others, scaling: { min: 3, max: 3 } }), before);
    });
  }
});
