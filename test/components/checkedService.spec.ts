import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider";
import { ConnectionService } from "../../components/connectionService";
import { stackOn } from "../compile/entries/stacks";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { runMocked } from "./mockEngine";

/** Registers the service of a stack as the program does: as it left the check. */
async function registered(raw: Block): Promise<string[]> {
  const { stack, examined } = parsed(raw);
  const { resources } = await runMocked(() => {
    const provider = new Provider("cluster", { kubeconfig: "{}" });
    new ConnectionService("chat", { service: examined[0]!, surroundings: stack }, { provider });
  });
  return resources.map(({ type }) => type.split(":").at(-1)!);
}

describe("a service that was checked before", () => {
  const services: Record<string, Block> = {
    "a fixed number of pods": { scaling: { min: 2, max: 2 } },
    "no stickiness": { promise: { affinity: { mode: "none" } } },
    "a profile": { profile: "stt", port: undefined },
    "an autoscaler by connections": { scaling: { profile: "connections" } },
    "a network policy": { networkPolicy: { sameNamespace: true } },
    "a limit of connections": { overload: { connections: 500 } },
  };
  for (const [name, service] of Object.entries(services)) {
    it(`is deployed with ${name}`, async () => assert.ok((await registered(rawStackWith(service))).includes("Deployment")));
  }

  it("is deployed with what the platform chose for a neutral kind", async () => {
    const raw = stackOn("aws", [{ kind: "https", host: "chat.example.com" }]);
    assert.ok((await registered(raw)).includes("Ingress"));
  });

  it("gets a policy and KEDA's object as kinds of their own", async () => {
    const keda = { serverAddress: "http://prometheus.monitoring.svc:9090" };
    const raw = rawStackWith({ networkPolicy: { sameNamespace: true }, scaling: { profile: "connections", keda } });
    const kinds = await registered(raw);
    assert.ok(kinds.includes("NetworkPolicy") && kinds.includes("ScaledObject"));
    assert.ok(!kinds.includes("HorizontalPodAutoscaler"));
  });
});
