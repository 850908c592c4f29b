import assert from "node:assert/strict";
import path from "node:path";
import {
  CLIENT_ADDRESSES,
  execInClient,
  layoutOf,
  NODES,
  readMark,
  type SandboxInfo,
  TRAEFIK_LOAD_BALANCER_ADDRESS,
} from "../../sandbox";
import { Api } from "../../sandbox/api";
import { until } from "../../sandbox/process";
import { readState } from "../../sandbox/state";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { Objects } from "./support/objects";

type Answers = Record<string, Record<string, number>>;

/** Outside of what stacks own (200 to 220) and of Traefik's own address, so that no pool overlaps. */
const LOAD_BALANCER_ADDRESS = "192.168.1.231";
const HOST = "data-plane.example.com";
const COOKIE = "data-plane-route";

describe("data plane of the sandbox", function () {
  this.timeout(60_000);
  let sandbox: SandboxInfo;
  let objects: Objects;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
    objects = new Objects(sandbox, "data-plane");
    await objects.create("v1", "Namespace", "data-plane", {}, undefined);
    await objects.createPods("web");
    const service = (name: string, extra: object, metadata = {}) =>
      objects.create("v1", "Service", name, {
        metadata,
        spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }], ...extra },
      });
    await service("plain", {});
    await service("sticky", { sessionAffinity: "ClientIP" });
    await objects.create("metallb.io/v1beta1", "IPAddressPool", "data-plane", {
      metadata: { namespace: "metallb-system" },
      spec: { addresses: ["192.168.1.230-192.168.1.232"], autoAssign: false },
    });
    await service(
      "balanced",
      { type: "LoadBalancer", sessionAffinity: "ClientIP" },
      { annotations: { "metallb.io/loadBalancerIPs": LOAD_BALANCER_ADDRESS } },
    );
    await service("nowhere", { type: "LoadBalancer" }, { annotations: { "metallb.io/loadBalancerIPs": "192.168.1.222" } });
    const prefix = "nginx.ingress.kubernetes.io";
    await objects.create("networking.k8s.io/v1", "Ingress", "web", {
      metadata: {
        annotations: {
          [`${prefix}/affinity`]: "cookie",
          [`${prefix}/session-cookie-name`]: COOKIE,
          [`${prefix}/session-cookie-max-age`]: "3600",
        },
      },
      spec: {
        ingressClassName: "nginx",
        rules: [
          {
            host: HOST,
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "plain", port: { number: 80 } } } }] },
          },
        ],
      },
    });
  });
  after(() => objects.removeAll());

  async function ask(
    url: string,
    count: number,
    addresses: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Answers> {
    const script = path.join(__dirname, "support", "ask.js");
    const { status, stdout, stderr } = await execInClient([process.execPath, script, url, String(count), ...addresses], {
      stdio: "pipe",
      env,
    });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Answers;
  }

  async function clusterAddress(service: string): Promise<string> {
    return (await objects.await("v1", "Service", service, ({ spec }) => spec.clusterIP)).spec.clusterIP as string;
  }

  const isPod = (name: string) => name.startsWith("web-");

  it("spreads the connections to a cluster address over the pods", async () => {
    const url = `http://${await clusterAddress("plain")}/health`;
    const counts = (await ask(url, 90, [CLIENT_ADDRESSES[0]]))[CLIENT_ADDRESSES[0]]!;
    assert.deepEqual([Object.keys(counts).length, Object.keys(counts).every(isPod)], [3, true], JSON.stringify(counts));
    // Four standard deviations below thirty: a fair choice misses it once in thousands of runs.
    assert.ok(
      Object.values(counts).every((count) => count >= 12),
      JSON.stringify(counts),
    );
  });

  it("keeps every source on one pod with ClientIP affinity, and not without", async () => {
    const sticky = await ask(`http://${await clusterAddress("sticky")}/health`, 20, CLIENT_ADDRESSES);
    for (const [source, counts] of Object.entries(sticky)) {
      assert.ok(Object.keys(counts).length === 1 && isPod(Object.keys(counts)[0]!), `${source}: ${JSON.stringify(counts)}`);
    }
    const plain = await ask(`http://${await clusterAddress("plain")}/health`, 20, [CLIENT_ADDRESSES[1]]);
    assert.ok(Object.keys(plain[CLIENT_ADDRESSES[1]]!).length > 1, JSON.stringify(plain));
  });

  it("gives a LoadBalancer Service the pinned address, which answers and keeps a source on one pod", async () => {
    const service = await objects.await("v1", "Service", "balanced", ({ status }) => status.loadBalancer?.ingress?.[0]?.ip);
    assert.equal(service?.status.loadBalancer.ingress[0].ip, LOAD_BALANCER_ADDRESS);
    const answers = await ask(`http://${LOAD_BALANCER_ADDRESS}/health`, 8, CLIENT_ADDRESSES);
    for (const counts of Object.values(answers)) {
      assert.ok(Object.keys(counts).length === 1 && isPod(Object.keys(counts)[0]!), JSON.stringify(answers));
    }
  });

  it("gives no address from outside of the pools, and none answers there", async () => {
    assert.equal(await objects.await("v1", "Service", "nowhere", ({ status }) => status.loadBalancer?.ingress, 2), undefined);
    const answers = await ask("http://192.168.1.222/health", 1, [CLIENT_ADDRESSES[0]]);
    assert.ok(!Object.keys(answers[CLIENT_ADDRESSES[0]]!).some(isPod), JSON.stringify(answers));
  });

  it("answers on the node port at every node's address", async () => {
    const service = await objects.await("v1", "Service", "balanced", ({ spec }) => spec.ports[0].nodePort);
    for (const { address } of NODES) {
      const answers = await ask(`http://${address}:${service.spec.ports[0].nodePort}/health`, 1, [CLIENT_ADDRESSES[0]]);
      assert.ok(Object.keys(answers[CLIENT_ADDRESSES[0]]!).every(isPod), JSON.stringify(answers));
    }
  });

  it("serves an Ingress of class nginx, with an address in its status and a cookie that sticks", async () => {
    const ingress = await objects.await(
      "networking.k8s.io/v1",
      "Ingress",
      "web",
      ({ status }) => status?.loadBalancer?.ingress?.[0]?.ip,
    );
    assert.equal(ingress?.status.loadBalancer.ingress[0].ip, TRAEFIK_LOAD_BALANCER_ADDRESS);
    const url = `http://${HOST}/health`;
    const source = CLIENT_ADDRESSES[0];
    const served = await until(async () => Object.keys((await ask(url, 1, [source]))[source]!).every(isPod), 10, 200);
    assert.ok(served, "Traefik took the Ingress up");
    const without = (await ask(url, 12, [source]))[source]!;
    assert.equal(Object.keys(without).length, 3, `without a cookie: ${JSON.stringify(without)}`);

    const print = `require("http").get(${JSON.stringify(url)}, (answer) => console.log(answer.resume().headers["set-cookie"][0]))`;
    const { stdout } = await execInClient([process.execPath, "-e", print], { stdio: "pipe" });
    const cookie = stdout.match(new RegExp(`^(${COOKIE}=[^;]+);.*Max-Age=3600`))?.[1];
    assert.ok(cookie, stdout);
    const withCookie = (await ask(url, 12, CLIENT_ADDRESSES, { ASK_COOKIE: cookie }))!;
    const pods = new Set(Object.values(withCookie).flatMap((counts) => Object.keys(counts)));
    assert.equal(pods.size, 1, `with the cookie, from every source: ${JSON.stringify(withCookie)}`);
  });

  it("runs a command among the clients, with the project's programs and the published names", async () => {
    const echoed = await execInClient(["wscat", "-c", `ws://${HOST}/ws`, "-x", "hello from the outside", "-w", "1"], {
      stdio: "pipe",
    });
    assert.equal(echoed.status, 0, echoed.stderr);
    assert.match(echoed.stdout, /hello from the outside/);
    assert.equal((await execInClient(["sh", "-c", "exit 7"], { stdio: "pipe" })).status, 7);
    assert.equal((await execInClient(["sh", "-c", "kill -TERM $$"], { stdio: "pipe" })).status, 143);
    const { stdout } = await execInClient(["sh", "-c", "echo $HOLDFAST_SOURCE_ADDRESSES"], { stdio: "pipe" });
    assert.equal(stdout.trim(), sandbox.sourceAddresses.join(","));
  });

  it("has no way from its clients to this machine or beyond", async () => {
    const { stdout } = await execInClient(["cat", "/proc/net/dev"], { stdio: "pipe" });
    const devices = [...stdout.matchAll(/^\s*([^\s:]+):/gm)].map((found) => found[1]);
    assert.ok(
      devices.includes("lan0") && devices.every((name) => name === "lan0" || name === "lo" || /^(sit|tunl|ip6tnl)0$/.test(name!)),
      stdout,
    );
  });

  it("carries the mark that its state folder holds", async () => {
    const api = new Api(layoutOf(), readState(layoutOf())!.ports.api);
    try {
      const mark = await api.get("/api/v1/namespaces/kube-system/configmaps/holdfast-sandbox");
      assert.match(readMark()!, /^[0-9a-f]{64}$/);
      assert.equal(mark?.data.nonce, readMark());
      assert.equal(sandbox.uid, (await api.get("/api/v1/namespaces/kube-system"))?.metadata.uid);
    } finally {
      api.close();
    }
  });

  it("refuses an object with a field that does not exist, as a strict client asks", async () => {
    const api = new Api(layoutOf(), readState(layoutOf())!.ports.api);
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "typo", namespace: "data-plane" }, dta: {} };
    try {
      await assert.rejects(api.apply(object), /refused ConfigMap typo \(\d+\): .*\.dta: field not declared/);
    } finally {
      api.close();
    }
  });
});
