import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ContextError, openCluster, refusalOf } from "../../cluster";
import { fakeServer, kubeconfigOf, type FakeCluster, type FakeServer } from "./fakeServer";

const pod = (name: string, namespace = "chat") => ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace } });

describe("a cluster that is only read", () => {
  let server: FakeServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function open(cluster: FakeCluster) {
    server = await fakeServer(cluster);
    return openCluster("fake", { KUBECONFIG: server.kubeconfig });
  }

  it("lists a kind page by page, each object with its kind and version", async () => {
    const reader = await open({ objects: ["a", "b", "c", "d", "e"].map((name) => pod(name)), page: 2 });
    const listed = await reader.list("v1", "Pod");
    assert.ok("objects" in listed);
    assert.deepEqual(
      listed.objects.map(({ metadata }) => metadata.name),
      ["a", "b", "c", "d", "e"],
    );
    assert.deepEqual([listed.objects[0]?.apiVersion, listed.objects[0]?.kind], ["v1", "Pod"]);
    assert.equal(await reader.version(), "1.36.3");
  });

  it("keeps to one namespace where one is asked for", async () => {
    const reader = await open({ objects: [pod("a"), pod("b", "other")] });
    const listed = await reader.list("v1", "Pod", "other");
    assert.deepEqual("objects" in listed && listed.objects.map(({ metadata }) => metadata.name), ["b"]);
  });

  it("tells a kind that is not served from one that may not be read, and from nobody who answers", async () => {
    const reader = await open({ objects: [pod("a")], kinds: ["v1 Service"], forbidden: ["Pod"] });
    const why = async (kind: string) => {
      const listed = await reader.list("v1", kind);
      return "refused" in listed ? listed.refused.why : "listed";
    };
    assert.deepEqual([await why("Pod"), await why("Service"), await why("Gadget")], ["forbidden", "listed", "not-served"]);
    const nobody = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-nobody-")), "kubeconfig");
    fs.writeFileSync(nobody, kubeconfigOf("http://127.0.0.1:9"));
    const listed = await openCluster("fake", { KUBECONFIG: nobody }).list("v1", "Pod");
    fs.rmSync(path.dirname(nobody), { recursive: true });
    assert.equal("refused" in listed && listed.refused.why, "unreachable");
  });

  it("never asks for a Secret and never writes", async () => {
    const reader = await open({ objects: [pod("a"), { ...pod("s"), kind: "Secret" }] });
    await assert.rejects(reader.list("v1", "Secret"), /never read/);
    assert.deepEqual(
      (await reader.listable()).map(({ kind }) => kind),
      ["Pod"],
    );
    await reader.list("v1", "Pod");
    assert.ok(server!.asked.length > 0 && server!.asked.every((asked) => asked.startsWith("GET ") && !/secrets/.test(asked)));
  });

  it("asks for one object by its name, without a list", async () => {
    const reader = await open({ objects: [pod("a"), pod("b"), pod("a", "other")] });
    assert.equal((await reader.find("v1", "Pod", "a", "other"))?.metadata.namespace, "other");
    assert.equal(await reader.find("v1", "Pod", "c", "other"), undefined);
    assert.ok(server!.asked.every((asked) => !asked.includes("?limit")));
  });

  it("tells a group that does not answer for now from one that is not there", async () => {
    const answers: FakeCluster["answers"] = { "/apis/metrics.example/v1": [503, "service unavailable"] };
    const reader = await open({ objects: [pod("a")], kinds: ["metrics.example/v1 Number"], answers });
    const listed = await reader.list("metrics.example/v1", "Number");
    assert.ok("refused" in listed);
    assert.deepEqual(listed.refused, { why: "error", said: "service unavailable" });
    assert.deepEqual([await reader.serves("v1", "Pod"), await reader.serves("v1", "Gadget")], [true, false]);
    assert.notEqual(await reader.serves("metrics.example/v1", "Number"), false);
  });

  it("takes the page of a proxy for no API server", async () => {
    const reader = await open({ objects: [], answers: { "/version": [200, "<html>\n  Please log in</html>"] } });
    await assert.rejects(reader.version(), /what answers is no API server: <html> Please log in/);
  });

  it("tells a credential helper that fails from nobody who answers", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-helper-"));
    const kubeconfig = path.join(folder, "kubeconfig");
    const helper = { apiVersion: "client.authentication.k8s.io/v1", command: "/nowhere/helper", interactiveMode: "Never" };
    fs.writeFileSync(
      kubeconfig,
      kubeconfigOf("https://127.0.0.1:9").replace("token: not-a-secret", `exec: ${JSON.stringify(helper)}`),
    );
    const error: unknown = await openCluster("fake", { KUBECONFIG: kubeconfig })
      .version()
      .catch((caught: unknown) => caught);
    fs.rmSync(folder, { recursive: true });
    assert.equal(refusalOf(error).why, "forbidden");
    assert.match(refusalOf(error).said, /gives no credentials: .*\/nowhere\/helper/);
  });

  it("says which contexts there are", async () => {
    server = await fakeServer({ objects: [] });
    const environment = { KUBECONFIG: server.kubeconfig };
    assert.throws(
      () => openCluster("prod", environment),
      (error) => error instanceof ContextError && /no context prod; it has: fake, other/.test(error.message),
    );
    assert.throws(() => openCluster(undefined, environment), /no current context; it has: fake, other/);
    assert.throws(
      () => openCluster("fake", { KUBECONFIG: "/nowhere/config" }),
      /No kubeconfig: \/nowhere\/config does not exist/,
    );
  });
});
