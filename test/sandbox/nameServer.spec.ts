import assert from "node:assert/strict";
import path from "node:path";
import { execInClient, layoutOf, listNames, overrule, SandboxError, up } from "../../sandbox";
import { stopAll, until } from "../../sandbox/process";
import { readState } from "../../sandbox/state";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { Objects } from "./support/objects";

const NAMESPACE = "named";
const TRAEFIK = "192.168.1.240";

describe("name server of the sandbox", function () {
  this.timeout(60_000);
  let objects: Objects;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    objects = new Objects(await sharedSandbox(), NAMESPACE);
    await objects.create("v1", "Namespace", NAMESPACE, {}, undefined);
    await objects.create("v1", "Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } });
    const backend = { service: { name: "web", port: { number: 80 } } };
    const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
    for (const [name, host] of [
      ["one", "one.named.test"],
      ["wild", "*.wild.named.test"],
    ] as const) {
      await objects.create("networking.k8s.io/v1", "Ingress", name, {
        spec: { ingressClassName: "nginx", rules: [{ host, http }] },
      });
    }
  });
  after(() => objects?.removeAll());

  async function asked(...names: string[]): Promise<Record<string, string>> {
    const command = [process.execPath, path.join(__dirname, "support", "resolve.js"), ...names];
    const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe" });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Record<string, string>;
  }

  it("answers what an Ingress publishes, wildcards too, by itself and soon", async () => {
    assert.ok(await until(() => listNames().filter(({ from }) => from.includes(`${NAMESPACE}/`)).length === 2, 15, 50));
    const start = Date.now();
    const names = ["one.named.test", "any.wild.named.test", "two.named.test"];
    await until(async () => (await asked(names[0]!))[names[0]!] === TRAEFIK, 10, 50);
    assert.ok(Date.now() - start < 5000, `${Date.now() - start} ms after it was written`);
    assert.deepEqual(await asked(...names), {
      "one.named.test": TRAEFIK,
      "any.wild.named.test": TRAEFIK,
      "two.named.test": "ENOTFOUND",
    });
  });

  it("answers the cluster's own names, as pods ask for them", async () => {
    const { spec } = await objects.await("v1", "Service", "web", ({ spec }) => spec.clusterIP);
    const web = `web.${NAMESPACE}.svc.cluster.local`;
    const answers = await asked(web, "kube-dns.kube-system.svc.cluster.local", `nothing.${NAMESPACE}.svc.cluster.local`);
    assert.deepEqual(Object.values(answers), [spec.clusterIP, "10.96.0.10", "ENOTFOUND"]);
  });

  it("answers something else where it is overruled by hand, until it is not any more", async () => {
    await overrule("one.named.test", ["192.168.1.9"]);
    assert.deepEqual(await asked("one.named.test"), { "one.named.test": "192.168.1.9" });
    await overrule("one.named.test", ["none"]);
    assert.deepEqual(await asked("one.named.test"), { "one.named.test": "ENOTFOUND" });
    await overrule("one.named.test", undefined);
    assert.deepEqual(await asked("one.named.test"), { "one.named.test": TRAEFIK });
    await assert.rejects(overrule("*.named.test", ["1.2.3"]), (error) => {
      assert.ok(error instanceof SandboxError);
      assert.deepEqual(error.message.split("\n"), [
        "found *.named.test; a wildcard cannot be overruled. Write a name below it.",
        "found 1.2.3; allowed: an address such as 192.168.1.9, another name, or none.",
      ]);
      return true;
    });
  });

  it("forgets a name whose Ingress is gone", async () => {
    await objects.remove("Ingress", "one");
    const gone = async () => (await asked("one.named.test"))["one.named.test"] === "ENOTFOUND";
    assert.ok(await until(gone, 10, 50));
    assert.equal((await asked("any.wild.named.test"))["any.wild.named.test"], TRAEFIK);
  });

  it("tells a name that is not there, one that fails, and a server that is gone apart", async () => {
    const names = ["nobody.named.test", "x.servfail.test", "any.wild.named.test"];
    assert.deepEqual(Object.values(await asked(...names)), ["ENOTFOUND", "ESERVFAIL", TRAEFIK]);
    await stopAll([readState(layoutOf())!.components.coredns!]);
    try {
      assert.deepEqual(Object.values(await asked(...names)), ["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"]);
    } finally {
      await up();
    }
    assert.deepEqual(Object.values(await asked(...names)), ["ENOTFOUND", "ESERVFAIL", TRAEFIK]);
  });
});
