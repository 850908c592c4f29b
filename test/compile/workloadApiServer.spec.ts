import assert from "node:assert/strict";
import { compileStack } from "../../compile";
import type { KubernetesObject } from "../../path/objects";
import { tools } from "../../sandbox";
import { ApiServer, kindOf } from "../support/apiServer";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { AUTOSCALERS, KEDA } from "./autoscalers";
import { EXAMPLES } from "./entries/stacks";
import { NETWORK, rawExample } from "./policies";
import { parsed, rawStackWith, type Block } from "./stacks";

const connections = { profile: "connections" };

/** Every branch of what may stand in an autoscaler, a network policy, and a pod that says it is full. */
const STACKS: Record<string, Block> = {
  ...Object.fromEntries(
    Object.entries(AUTOSCALERS).map(([name, { service, cluster }]) => [`autoscaler by ${name}`, rawStackWith(service, cluster)]),
  ),
  ...Object.fromEntries(Object.keys(EXAMPLES).map((name) => [`network policy of ${name}`, rawExample(name)])),
  "autoscaler with the longest goodbye": rawStackWith({ scaling: connections, promise: { drainSeconds: 3600 } }),
  "KEDA with the longest goodbye": rawStackWith({ scaling: { ...connections, keda: KEDA }, promise: { drainSeconds: 3600 } }),
  "network policy for pods of the cluster": rawExample(
    "metallb",
    { networkPolicy: { sameNamespace: true, namespaces: ["batch"], ranges: ["172.20.0.0/16", "fd00:20::/64"] } },
    NETWORK,
  ),
  "a pod that says it is full": rawStackWith({ overload: { connections: 2000 } }),
  ...Object.fromEntries(["websocket", "mcp", "stt", "http"].map((profile) => [`profile ${profile}`, rawStackWith({ profile })])),
};

const KINDS = ["Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "ScaledObject", "PodDisruptionBudget"];

function objectsOf(raw: Block): KubernetesObject[] {
  const objects = compileStack(parsed(raw).stack).services.flatMap((service) => service.objects.map(({ object }) => object));
  const wanted = structuredClone(objects.filter(({ kind }) => KINDS.includes(kind)));
  for (const { metadata } of wanted) metadata.namespace = "default";
  return wanted;
}

describe("a real API server and the workload", function () {
  this.timeout(60_000);
  let server: ApiServer;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    server = new ApiServer((await sharedSandbox()).kubeconfig);
    const keda = await tools.ensureCrds(undefined, ["keda"]);
    await server.install(keda, new Set(["keda.sh/v1alpha1 ScaledObject"]));
  });
  after(() => server?.close());

  for (const [name, raw] of Object.entries(STACKS)) {
    it(`takes ${name}`, async () => {
      for (const object of objectsOf(raw)) {
        const { status, text } = await server.dryRun(object);
        assert.ok(status < 300, `${kindOf(object)}: ${status} ${text}`);
      }
    });
  }

  it("refuses a misspelt field in each kind, and what is beyond the API's limits", async () => {
    const all = Object.values(STACKS).flatMap(objectsOf);
    for (const kind of KINDS) {
      const object = structuredClone(all.find((candidate) => candidate.kind === kind)!);
      (object.spec as Block).misspelt = true;
      const { status, text } = await server.dryRun(object);
      assert.ok(status >= 400, `${kind} was taken`);
      assert.match(text, /misspelt/);
    }
    for (const [key, value] of [
      ["stabilizationWindowSeconds", 3601],
      ["policies", [{ type: "Pods", value: 1, periodSeconds: 1801 }]],
    ] as const) {
      const autoscaler = structuredClone(all.find(({ kind }) => kind === "HorizontalPodAutoscaler")!);
      const { behavior } = autoscaler.spec as { behavior: { scaleDown: Block } };
      behavior.scaleDown[key] = value;
      assert.equal((await server.dryRun(autoscaler)).status, 422, key);
    }
  });
});
