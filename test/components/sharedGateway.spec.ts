import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { ConnectionService } from "../../components/connectionService";
import { SharedObjects } from "../../components/kubernetesObject";
import type { ExaminedStack } from "../../compile/parse";
import { examined, multiGateway } from "../compile/entries/multi";
import { stackOn } from "../compile/entries/stacks";
import { runMocked } from "./mockEngine";

const ADDRESS = "192.168.1.208";

/** The stack as the program registers it, service by service in the order of the file. */
async function run({ stack, services }: ExaminedStack) {
  const components = new Map<string, ConnectionService>();
  const mocked = await runMocked(
    () => {
      const provider = new Provider("cluster", {});
      const shared = new SharedObjects();
      for (const service of services) {
        const { name } = service.service;
        components.set(name, new ConnectionService(name, { service, surroundings: stack, shared }, { provider }));
      }
    },
    ({ type }) => (type.endsWith(":Gateway") ? { status: { addresses: [{ value: ADDRESS }] } } : {}),
  );
  const waitsFor = (name: string) =>
    valueOf(
      pulumi
        .output(mocked.options.get(name)!.dependsOn ?? [])
        .apply((resources) => [resources].flat().map((resource) => (resource as unknown as { __name: string }).__name)),
    );
  const address = (name: string) => valueOf(pulumi.output(components.get(name)!.entries[0]!.address));
  return { ...mocked, waitsFor, address };
}

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => resolve(value as T)));

describe("services that share a Gateway", () => {
  it("wait for it with their routes, whichever of them is registered first, and have its address", async () => {
    for (const reversed of [false, true]) {
      const raw = multiGateway("istio");
      if (reversed) (raw.services as unknown[]).reverse();
      const { waitsFor, address } = await run(examined(raw));
      assert.ok((await waitsFor("multi-server-gateway-route")).includes("multi-client-gateway-gateway"));
      assert.ok((await waitsFor("multi-client-gateway-route")).includes("multi-client-gateway-gateway"));
      assert.deepEqual(
        (await waitsFor("multi-client-gateway-gateway")).filter((name) => name.startsWith("multi-server")),
        [],
      );
      assert.equal(await address("multi-server"), ADDRESS);
      assert.equal(await address("multi-client"), ADDRESS);
    }
  });

  it("do not wait for the Gateway of somebody else, whose address they cannot know", async () => {
    const entry = {
      kind: "gateway",
      implementation: "istio",
      host: "app.example.com",
      attachTo: { name: "public", namespace: "infra" },
    };
    const raw = stackOn("bare-metal", [entry]);
    Object.assign(raw.cluster as object, { gateways: { "infra/public": { implementation: "istio" } } });
    const { waitsFor, address, resources } = await run(examined(raw));
    assert.deepEqual(
      (await waitsFor("chat-gateway-route")).filter((name) => !name.startsWith("chat-")),
      [],
    );
    assert.equal(await address("chat"), "that of a Gateway outside this stack");
    assert.deepEqual(
      resources.filter(({ type }) => type.endsWith(":Gateway")),
      [],
    );
  });
});

describe("a neutral kind", () => {
  it("is registered as what it means on the platform", async () => {
    const { resources } = await run(examined(stackOn("aws", [{ kind: "https", host: "chat.example.com" }])));
    assert.ok(resources.some(({ name, type }) => name === "chat-https-ingress" && type.endsWith(":Ingress")));
  });
});
