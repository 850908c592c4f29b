import assert from "node:assert/strict";
import { openCluster } from "../../cluster";
import { examineStack, type ExaminedStack } from "../../compile/parse";
import type { KubernetesObject } from "../../path/objects";
import { fromCluster, fromOutputs } from "../../verify/locate";
import { targetOfStack, targetOfUrl } from "../../verify/target";
import { fakeServer } from "../cluster/fakeServer";
import { stackOn } from "../compile/entries/stacks";
import { rawStackWith, type Block } from "../compile/stacks";

const METALLB = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
const INGRESS = { kind: "ingress-nginx", host: "chat.example.test", className: "nginx" };

function examined(raw: Block): ExaminedStack {
  const found = examineStack(raw);
  assert.ok(found.problems === undefined, JSON.stringify(found.problems));
  return found;
}

const stackOf = (service: Block = {}) => examined(rawStackWith({ connectPath: "/ws", entries: [METALLB, INGRESS], ...service }));
/** A load balancer of a cloud, whose address nobody knows before it is there. */
const inAws = () => examined(stackOn("aws", [{ kind: "aws-nlb" }], { connectPath: "/ws" }));

const outputs = (entries: object[]) => ({ services: { chat: { namespace: "chat", entries } } });

describe("what is verified", () => {
  it("of a stack: each way in at the address that the outputs say, with what the file says of it", () => {
    const located = fromOutputs(
      outputs([
        { name: "metallb", url: "ws://192.168.1.207/ws", address: "192.168.1.207" },
        { name: "ingress-nginx", url: "ws://chat.example.test/ws", address: "lb-1.cloud.example" },
      ]),
    );
    const { entries, own, title, unlocated, cluster } = targetOfStack("dev", stackOf(), located);
    assert.equal(title, "stack dev");
    assert.equal(unlocated, undefined);
    assert.deepEqual(cluster, { context: "lab" });
    assert.deepEqual(
      entries.map(({ entry, url }) => `${entry} ${url}`),
      ["metallb ws://192.168.1.207/ws", "ingress-nginx ws://chat.example.test/ws"],
    );
    const [first] = entries;
    assert.deepEqual(
      [first!.service, first!.namespace, first!.protocol, first!.promise.idleSeconds, first!.healthPath, first!.selector],
      ["chat", "chat", "websocket", 3600, "/health/ready", { app: "chat" }],
    );
    assert.deepEqual(first!.workload, { kind: "Deployment", name: "chat" });
    assert.equal(first!.path!.hops.at(-1)!.hop, "pod");
    assert.equal(first!.drain!.drainSeconds, 40);
    // A name of the user's own may lead anywhere; the load balancer's does not.
    assert.deepEqual(own, ["192.168.1.207", "lb-1.cloud.example"]);
  });

  it("takes no address on faith: what the outputs do not have, or have as pending, has none", () => {
    const pending = fromOutputs(outputs([{ name: "ingress-nginx", url: "ws://chat.example.test/ws", address: "pending" }]));
    const { entries, unlocated } = targetOfStack("dev", stackOf(), pending);
    assert.deepEqual(
      entries.map(({ entry, address }) => [entry, address]),
      [["ingress-nginx", undefined]],
    );
    assert.deepEqual(unlocated, [{ service: "chat", entry: "metallb", url: "ws://192.168.1.207/ws" }]);
    const cloud = fromOutputs(outputs([{ name: "aws-nlb", url: "ws://pending/ws", address: "pending" }]));
    assert.deepEqual(targetOfStack("prod", inAws(), cloud).unlocated, [
      { service: "chat", entry: "aws-nlb", url: "ws://<address>/ws" },
    ]);
    assert.equal(targetOfStack("dev", stackOf(), fromOutputs({})).entries.length, 0);
  });

  it("speaks gRPC where the service does, and knows nothing of pods that others run", () => {
    const located = (url: string) => fromOutputs(outputs([{ name: "metallb", url, address: "192.168.1.207" }]));
    const [grpc] = targetOfStack(
      "dev",
      stackOf({ protocol: "grpc", connectPath: "/", entries: [METALLB] }),
      located("grpc://192.168.1.207:80"),
    ).entries;
    assert.deepEqual([grpc!.url, grpc!.protocol, grpc!.healthPath], ["grpc://192.168.1.207:80", "grpc", undefined]);
    const others = stackOf({ workload: { mode: "existing", selector: { app: "theirs" } }, image: undefined, entries: [METALLB] });
    const [theirs] = targetOfStack("dev", others, located("ws://192.168.1.207/ws")).entries;
    assert.deepEqual(
      [theirs!.pods, theirs!.workload, theirs!.drain, theirs!.selector],
      [undefined, undefined, undefined, { app: "theirs" }],
    );
  });

  it("of a URL: what its scheme and the flags say", () => {
    const { entries, own } = targetOfUrl("wss://chat.example.com/ws", {
      idleSeconds: 60,
      affinity: "client",
      cookieName: "route",
    });
    assert.deepEqual(own, []);
    assert.deepEqual(entries, [
      {
        service: "chat.example.com",
        entry: "url",
        url: "wss://chat.example.com/ws",
        protocol: "websocket",
        promise: { idleSeconds: 60, drainSeconds: 40, affinity: { mode: "client", ttlSeconds: 3600, cookieName: "route" } },
      },
    ]);
    assert.equal(targetOfUrl("http://a/", {}).entries[0]!.protocol, "http-stream");
    assert.equal(targetOfUrl("tls://a:1", {}).entries[0]!.protocol, "tcp");
  });

  describe("where no outputs can be had", () => {
    const before = process.env.KUBECONFIG;
    afterEach(() => {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    });

    async function located(stack: ExaminedStack, objects: object[]) {
      const kinds = ["v1 Service", "networking.k8s.io/v1 Ingress"];
      const server = await fakeServer({ objects: objects as KubernetesObject[], kinds });
      process.env.KUBECONFIG = server.kubeconfig;
      const reader = openCluster("fake");
      try {
        return Object.fromEntries(await fromCluster(stack, reader));
      } finally {
        reader.close();
        await server.close();
      }
    }
    const service = (name: string, ingress: object[]) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "chat" },
      status: { loadBalancer: { ingress } },
    });

    it("the cluster's objects say it, and one that is not there is not deployed, whatever address it would have", async () => {
      const ingress = { ...service("chat", []), apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
      assert.deepEqual(await located(stackOf(), [ingress]), { "chat ingress-nginx": { url: "ws://chat.example.test/ws" } });
      assert.deepEqual(await located(stackOf(), [service("chat-metallb", [{ ip: "192.168.1.207" }])]), {
        "chat metallb": { url: "ws://192.168.1.207/ws", address: "192.168.1.207" },
      });
    });

    it("one whose load balancer has no address yet has none", async () => {
      assert.deepEqual(await located(inAws(), [service("chat-aws-nlb", [])]), {});
      assert.deepEqual(await located(inAws(), [service("chat-aws-nlb", [{ hostname: "lb.example.test" }])]), {
        "chat aws-nlb": { url: "ws://lb.example.test/ws", address: "lb.example.test" },
      });
    });
  });
});
