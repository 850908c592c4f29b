import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import type { V1Container, V1Probe } from "@kubernetes/client-node";
import { PodAddresses } from "../../sandbox/kubelet/addresses";
import { type Answer, ask } from "../../sandbox/kubelet/ask";
import { runPreStop } from "../../sandbox/kubelet/hook";
import { mannersOf, paceOf } from "../../sandbox/kubelet/manners";
import { repeat } from "../../sandbox/kubelet/probes";
import { Deadline } from "../../sandbox/kubelet/time";
import { createSampleServer } from "../../sandbox/sample/server";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("parts of the kubelets' stand-in", () => {
  describe("a probe", () => {
    let server: http.Server;
    let port: number;
    let seen: http.IncomingMessage[];
    let remarks: string[];

    before(async () => {
      server = http.createServer((request, response) => {
        seen.push(request);
        if (request.url === "/slow") return;
        response.writeHead(Number(request.url!.slice(1)), { location: "/" }).end();
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      port = (server.address() as AddressInfo).port;
    });
    beforeEach(() => {
      seen = [];
      remarks = [];
    });
    after(() => {
      server.close();
      server.closeAllConnections();
    });

    const asked = () => {
      const container: V1Container = { name: "web", ports: [{ containerPort: port, name: "http" }] };
      return { container, address: "127.0.0.1", remark: (text: string) => void remarks.push(text) };
    };
    const get = (path: string, more = {}): V1Probe => ({ httpGet: { path, port: "http", ...more } });

    for (const [path, answer] of [
      ["/200", "success"],
      ["/302", "success"],
      ["/399", "success"],
      ["/400", "failure"],
      ["/503", "failure"],
    ] as const) {
      it(`of a page that answers ${path.slice(1)} is a ${answer}`, async () =>
        assert.equal(await ask(get(path), asked()), answer));
    }

    it("asks as the kubelet does, with the headers that are written", async () => {
      await ask(get("/200", { httpHeaders: [{ name: "Host", value: "chat.example.com" }] }), asked());
      assert.match(seen[0]!.headers["user-agent"]!, /^kube-probe\//);
      assert.equal(seen[0]!.headers.host, "chat.example.com");
    });

    it("fails once its time is over", async () => {
      const start = Date.now();
      assert.equal(await ask({ ...get("/slow"), timeoutSeconds: 1 }, asked()), "failure");
      assert.ok(Date.now() - start < 2000);
    });

    it("of gRPC asks the health service: a pod that leaves is a failure, and so is what speaks none", async () => {
      const pod = { name: "speech-0" };
      const sample = createSampleServer({ podOf: () => pod });
      const grpc: V1Probe = { grpc: { port: await sample.listen(0, "127.0.0.1"), service: "speech" } };
      assert.equal(await ask(grpc, asked()), "success");
      // Its end waits for nobody, but for the probe that asks meanwhile.
      await sample.drainPod(pod, 0);
      assert.equal(await ask(grpc, asked()), "failure");
      await sample.drain(0);
      assert.equal(await ask(grpc, asked()), "failure");
      assert.equal(await ask({ grpc: { port } }, asked()), "failure");
      assert.deepEqual(remarks, []);
    });

    it("of a port name that the container lacks counts neither way, and is said", async () => {
      assert.equal(await ask({ tcpSocket: { port: "grpc" } }, asked()), "unknown");
      assert.deepEqual(remarks, ['asks port "grpc", and container web has no port of that name']);
    });

    it("over HTTPS only connects where no TLS is spoken, and is said", async () => {
      assert.equal(await ask(get("/503", { scheme: "HTTPS" }), asked()), "success");
      assert.match(remarks[0]!, /speaks no TLS/);
      const sample = createSampleServer({ podOf: () => ({ name: "chat-0" }) });
      const httpGet = { path: "/health/ready", port: await sample.listen(0, "127.0.0.1"), scheme: "HTTPS" };
      assert.equal(await ask({ httpGet }, asked()), "success");
      await sample.drain(0);
      assert.equal(await ask({ httpGet }, asked()), "failure");
    });

    it("that is a command counts as passed, and is said", async () => {
      assert.equal(await ask({ exec: { command: ["/bin/check"] } }, asked()), "success");
      assert.match(remarks[0]!, /`\/bin\/check` cannot be run/);
    });

    it("of a TCP port fails where nobody listens, and where the connection is taken back at once", async () => {
      assert.equal(await ask({ tcpSocket: { port } }, asked()), "success");
      const resetting = net.createServer((socket) => socket.resetAndDestroy()).listen(0, "127.0.0.1");
      await once(resetting, "listening");
      const other = (resetting.address() as AddressInfo).port;
      assert.equal(await ask({ tcpSocket: { port: other } }, asked()), "failure");
      resetting.close();
      await once(resetting, "close");
      assert.equal(await ask({ tcpSocket: { port: other } }, asked()), "failure");
    });

    it("counts its answers in a row, and one that is unknown not at all", async () => {
      const answers: Answer[] = ["failure", "success", "failure", "unknown", "failure", "success", "success"];
      const decided: [number, boolean][] = [];
      const end = new AbortController();
      await repeat({
        probe: { periodSeconds: 0.01, failureThreshold: 2, successThreshold: 2 },
        initialDelaySeconds: 0,
        ask: async () => {
          const next = answers.shift();
          if (next === undefined) end.abort();
          return next ?? "unknown";
        },
        decided: (success) => decided.push([answers.length, success]),
        signal: end.signal,
      });
      assert.deepEqual(decided, [
        [2, false],
        [0, true],
      ]);
    });

    it("sends a preStop request, and says where nobody answers it", async () => {
      const hooked = (path: string) => {
        const whom = asked();
        whom.container.lifecycle = { preStop: { httpGet: { path, port: "http" } } };
        return { asked: whom, hurried: true, secondsLeft: 5, signal: new AbortController().signal };
      };
      await runPreStop(hooked("/200"));
      assert.deepEqual([seen.map(({ url }) => url), remarks], [["/200"], []]);
      await runPreStop(hooked("/500"));
      assert.match(remarks[0]!, /its preStop request got no answer of 200 to 399/);
    });
  });

  it("gives an address again only after all others of its node", () => {
    const addresses = new PodAddresses();
    assert.equal(addresses.take("node-2"), "10.244.2.1");
    addresses.giveBack("10.244.2.1");
    addresses.keep("node-2", "10.244.2.3");
    const given = Array.from({ length: 253 }, () => addresses.take("node-2"));
    assert.deepEqual([given[0], given[250], given[251], given[252]], ["10.244.2.4", "10.244.2.254", "10.244.2.1", "10.244.2.2"]);
    assert.equal(addresses.take("node-2"), undefined, "all of them are taken");
    assert.equal(addresses.take("node-9"), undefined);
    assert.equal(addresses.take("node-1"), "10.244.1.1");
  });

  it("lets a deadline come earlier and later while somebody waits for it", async () => {
    const deadline = new Deadline();
    deadline.notLaterThan(60);
    let passed = false;
    void deadline.passed().then(() => (passed = true));
    deadline.notLaterThan(90);
    assert.ok(deadline.secondsLeft <= 60);
    deadline.notLaterThan(0.05);
    deadline.notEarlierThan(0.3);
    await pause(150);
    assert.equal(passed, false);
    await pause(300);
    assert.equal(passed, true);
  });

  it("hears a pod before its namespace, and that before the sandbox", () => {
    const says = (pods: string) => ({ "sandbox.holdfast.dev/pods": pods });
    assert.equal(paceOf(says("hurried"), says("as-written"), "as-written"), "hurried");
    assert.equal(paceOf({}, says("as-written"), "hurried"), "as-written");
    assert.equal(paceOf(undefined, undefined, "hurried"), "hurried");
  });

  it("names every annotation it does not understand", () => {
    const prefix = "sandbox.holdfast.dev/";
    const { manners, problems } = mannersOf({
      "example.com/other": "is none of its business",
      [`${prefix}listens-after-seconds`]: "5s",
      [`${prefix}crashes-after-seconds`]: "2",
      [`${prefix}ignores-sigterm`]: "yes",
      [`${prefix}listen-after-seconds`]: "5",
    });
    assert.deepEqual(
      problems.map((text) => text.split(";")[0]),
      [
        `annotation ${prefix}listens-after-seconds is "5s"`,
        `annotation ${prefix}ignores-sigterm is "yes"`,
        `annotation ${prefix}listen-after-seconds means nothing here`,
      ],
    );
    assert.deepEqual(manners, {
      listensAfterSeconds: 0,
      crashesAfterSeconds: 2,
      ignoresSigterm: false,
      refusesWhileLeaving: false,
      imagePullFails: false,
    });
  });
});
