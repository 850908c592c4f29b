import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { openCluster } from "../../cluster";
import { readCluster } from "../../lint/live";
import { lintCluster } from "../../lint/run";
import type { KubernetesObject } from "../../path/objects";
import { type FakeCluster, type FakeServer, fakeServer } from "../cluster/fakeServer";
import { exposed, lintText, linesOf, settings } from "./fixture";

const OBJECTS = loadAll(exposed({ namespace: "chat" })) as KubernetesObject[];
const owned = (kind: string, apiVersion: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "web-1", namespace: "chat", labels: { app: "web" }, ownerReferences: [{ controller: true }] },
});

describe("a live cluster that is linted", () => {
  let server: FakeServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function read(cluster: FakeCluster, namespace?: string) {
    server = await fakeServer(cluster);
    const reader = openCluster("fake", { KUBECONFIG: server.kubeconfig });
    try {
      return await readCluster(reader, namespace);
    } finally {
      reader.close();
    }
  }

  it("gives the findings that the files give, without a place", async () => {
    const documents = await read({ objects: [...OBJECTS, owned("Pod", "v1"), owned("ReplicaSet", "apps/v1")] });
    const told = (linted: ReturnType<typeof lintText>) =>
      linted.clusters.flatMap(({ findings }) =>
        findings.map(({ rule, severity, object, found, fix }) => ({ rule, severity, object, found, fix })),
      );
    const live = lintCluster("context fake", documents, settings());
    assert.deepEqual(told(live), told(lintText(exposed({ namespace: "chat" }))));
    assert.ok(live.clusters[0]!.findings.length > 3);
    assert.ok(live.clusters[0]!.findings.every(({ line }) => line === undefined));
  });

  it("only lists, never a Secret, no kind in two versions, and nothing that changes all the time", async () => {
    await read({ objects: OBJECTS, kinds: ["v1 Secret", "v1 Event", "networking.k8s.io/v1beta1 Ingress"] });
    const asked = server!.asked.filter((each) => each.includes("limit="));
    assert.deepEqual(asked.sort(), [
      "GET /api/v1/services?limit=500",
      "GET /apis/apps/v1/deployments?limit=500",
      "GET /apis/networking.k8s.io/v1beta1/ingresses?limit=500",
    ]);
    assert.ok(server!.asked.every((each) => each.startsWith("GET ")));
  });

  it("reads one namespace where one is named", async () => {
    const { objects } = await read({ objects: OBJECTS, page: 1 }, "other");
    assert.deepEqual(objects, []);
  });

  it("says what it may not read, and how much that matters", async () => {
    const { problems, notes } = await read({ objects: OBJECTS, kinds: ["v1 ConfigMap"], forbidden: ["ConfigMap", "Ingress"] });
    assert.deepEqual(linesOf(problems), [
      'context fake: Ingresses cannot be listed: ingresses is forbidden: User "reader" cannot list. The report leaves out what depends on them.',
    ]);
    assert.deepEqual(notes, ["context fake: 1 other kind could not be listed: ConfigMap."]);
  });

  it("leaves out what kubectl and the server keep for themselves", async () => {
    const [service] = OBJECTS.filter(({ kind }) => kind === "Service");
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", a: "b" };
    const { objects } = await read({
      objects: [{ ...service!, metadata: { ...service!.metadata, annotations, managedFields: [] } }],
    });
    assert.deepEqual(objects[0]!.metadata, { ...service!.metadata, annotations: { a: "b" } });
  });
});
