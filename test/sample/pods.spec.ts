import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { drainSecondsOf, PodDirectory } from "../../sandbox/sample/pods";
import type { PodIdentity } from "../../sandbox/sample/podState";
import { createSampleServer } from "../../sandbox/sample/server";
import { ask, echo, open } from "./support";

const pod = (name: string, podIP: string | undefined, more: Partial<V1Pod["spec"]> = {}, phase = "Running"): V1Pod => ({
  metadata: { name, namespace: "chatpulse", uid: `uid-${name}-${podIP}` },
  spec: { containers: [{ name: "app", ports: [{ containerPort: 8080 }] }], ...more },
  status: { phase, podIP },
});

function directory() {
  const gone: { identity: PodIdentity; seconds: number }[] = [];
  const ports: number[] = [];
  const listener = {
    portsSeen: (seen: number[]) => void ports.push(...seen),
    podGone: (identity: PodIdentity, seconds: number) => void gone.push({ identity, seconds }),
  };
  return { directory: new PodDirectory(listener), gone, ports };
}

describe("which pod the sample server plays", () => {
  it("is the running pod that has the local address and declares the port", () => {
    const { directory: pods, ports } = directory();
    pods.update(pod("a", "10.244.0.7"));
    assert.equal(pods.find("10.244.0.7", 8080)?.name, "a");
    assert.equal(pods.find("10.244.0.7", 9000), undefined, "a port the pod does not declare");
    assert.equal(pods.find("10.244.0.8", 8080), undefined, "an address of no pod");
    assert.deepEqual(ports, [8080]);
  });

  it("is none for a pod that is pending, has no address, or uses its node's", () => {
    const { directory: pods } = directory();
    pods.update(pod("pending", "10.244.0.7", {}, "Pending"));
    pods.update(pod("young", undefined));
    pods.update(pod("node", "10.244.0.9", { hostNetwork: true }));
    assert.equal(pods.find("10.244.0.7", 8080), undefined);
    assert.equal(pods.find("10.244.0.9", 8080), undefined);
  });

  it("forgets a deleted pod, and says how long its goodbyes may take", () => {
    const { directory: pods, gone } = directory();
    const old = pod("a", "10.244.0.7", { terminationGracePeriodSeconds: 60 });
    pods.update(old);
    pods.remove(old);
    assert.equal(pods.find("10.244.0.7", 8080), undefined);
    assert.deepEqual(
      gone.map(({ identity, seconds }) => [identity.name, seconds]),
      [["a", 55]],
    );
  });

  it("keeps the next pod of an address when the news of the old one's end comes late", () => {
    const { directory: pods, gone } = directory();
    const old = pod("a", "10.244.0.7");
    pods.update(old);
    pods.update({ ...pod("b", "10.244.0.7"), metadata: { name: "b", namespace: "chatpulse", uid: "uid-b" } });
    pods.remove(old);
    assert.equal(pods.find("10.244.0.7", 8080)?.name, "b");
    assert.deepEqual(gone, []);
  });

  it("leaves the application what grace period, preStop and margin leave", () => {
    const spec = {
      terminationGracePeriodSeconds: 60,
      containers: [{ name: "app", lifecycle: { preStop: { sleep: { seconds: 15 } } } }],
    };
    assert.equal(drainSecondsOf(pod("a", "10.244.0.7", spec)), 40);
    assert.equal(drainSecondsOf(pod("a", "10.244.0.7", { ...spec, terminationGracePeriodSeconds: 10 })), 0);
  });

  it("decides per connection: two addresses are two pods, and a third is reset", async () => {
    const { directory: pods } = directory();
    const server = createSampleServer({ podOf: (address) => pods.find(address, 8080) });
    const port = await server.listen(0);
    pods.update(pod("a", "127.0.0.1"));
    pods.update(pod("b", "127.0.0.2"));
    const first = await open(`ws://127.0.0.1:${port}/ws`);
    const second = await open(`ws://127.0.0.2:${port}/ws`);
    assert.deepEqual([first.hello.pod, second.hello.pod], ["a", "b"]);
    await assert.rejects(ask(port, "/health", { host: "127.0.0.3" }), /ECONNRESET|socket hang up/);

    await server.drainPod(pods.find("127.0.0.1", 8080)!, 0);
    assert.equal((await first.closed).code, 1001);
    assert.equal(await echo(second.socket, "not mine"), "not mine");
    await server.drain(0);
  });
});
