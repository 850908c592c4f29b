import assert from "node:assert/strict";
import fc from "fast-check";
import { type Change, diffInputs } from "../../sandbox/plugins/kubernetes/diff";
import { leaveToOthers, parsePath } from "../../sandbox/plugins/kubernetes/ignoreChanges";
import type { Immutability } from "../../sandbox/plugins/kubernetes/immutable";
import type { JsonObject, KubernetesObject } from "../../sandbox/plugins/kubernetes/properties";

const mutable: Immutability = { replaceConfigMaps: false, replaceSecrets: false };

const object = (apiVersion: string, kind: string, rest: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "chat", ...metadata },
  ...rest,
});

const paths = (changes: Change[], replace: boolean) =>
  changes.filter((each) => each.replace === replace).map((each) => each.path);

describe("the difference between what was and what is asked for", () => {
  it("is nothing between equals, whatever they are", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (spec) => {
        const [one, other] = [
          object("v1", "ConfigMap", { spec: spec as JsonObject }),
          JSON.parse(JSON.stringify(spec)) as JsonObject,
        ];
        assert.deepEqual(diffInputs(one, object("v1", "ConfigMap", { spec: other }), mutable).changes, []);
      }),
    );
  });

  it("names every changed path the way Pulumi does", () => {
    const before = object("v1", "Service", { spec: { ports: [{ port: 80 }, { port: 81 }], type: "ClusterIP" } });
    const annotations = { "example.com/a": "1" };
    const after = object("v1", "Service", { spec: { ports: [{ port: 8080 }], selector: { app: "web" } } }, { annotations });
    const { changes } = diffInputs(before, after, mutable);
    assert.deepEqual(changes.map(({ path, kind }) => `${kind} ${path}`).sort(), [
      "add metadata.annotations",
      "add spec.selector",
      "delete spec.ports[1]",
      "delete spec.type",
      "update spec.ports[0].port",
    ]);
    const { changes: deeper } = diffInputs(
      after,
      object("v1", "Service", {}, { annotations: { "example.com/a": "2" } }),
      mutable,
    );
    assert.ok(deeper.some(({ path }) => path === 'metadata.annotations["example.com/a"]'));
  });

  it("does not see two spellings of one amount, of the default namespace, or of one group's versions", () => {
    const limits = (cpu: string, memory: string) => ({ spec: { containers: [{ resources: { limits: { cpu, memory } } }] } });
    const same = diffInputs(object("v1", "Pod", limits("1000m", "1024Mi")), object("v1", "Pod", limits("1", "1Gi")), mutable);
    assert.deepEqual(same.changes, []);
    const other = diffInputs(object("v1", "Pod", limits("1000m", "1024Mi")), object("v1", "Pod", limits("2", "1Gi")), mutable);
    assert.equal(other.changes.length, 1);
    // Where Kubernetes keeps text, text it is.
    const labels = (value: string) => object("v1", "Pod", {}, { labels: { level: value } });
    assert.equal(diffInputs(labels("1000m"), labels("1"), mutable).changes.length, 1);
    const unnamed: JsonObject = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" } };
    assert.deepEqual(diffInputs(unnamed, object("v1", "Pod", {}, { namespace: "default" }), mutable).changes, []);
    assert.deepEqual(
      diffInputs(
        object("autoscaling/v1", "HorizontalPodAutoscaler"),
        object("autoscaling/v2", "HorizontalPodAutoscaler"),
        mutable,
      ).changes,
      [],
    );
  });
});

describe("what replaces an object", () => {
  const replaces: [kind: string, before: JsonObject, after: JsonObject][] = [
    [
      "a Deployment's selector",
      object("apps/v1", "Deployment", { spec: { selector: { matchLabels: { app: "a" } } } }),
      object("apps/v1", "Deployment", { spec: { selector: { matchLabels: { app: "b" } } } }),
    ],
    [
      "a StatefulSet's service name",
      object("apps/v1", "StatefulSet", { spec: { serviceName: "a" } }),
      object("apps/v1", "StatefulSet", { spec: { serviceName: "b" } }),
    ],
    [
      "a Service's cluster address",
      object("v1", "Service", { spec: { clusterIP: "10.0.0.1" } }),
      object("v1", "Service", { spec: { clusterIP: "None" } }),
    ],
    [
      "a Job's template",
      object("batch/v1", "Job", { spec: { template: { a: 1 } } }),
      object("batch/v1", "Job", { spec: { template: { a: 2 } } }),
    ],
    [
      "a claim's class",
      object("v1", "PersistentVolumeClaim", { spec: { storageClassName: "a" } }),
      object("v1", "PersistentVolumeClaim", { spec: { storageClassName: "b" } }),
    ],
    [
      "a binding's role",
      object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name: "a" } }),
      object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name: "b" } }),
    ],
    ["a Secret's type", object("v1", "Secret", { type: "Opaque" }), object("v1", "Secret", { type: "kubernetes.io/tls" })],
    [
      "a Pod's container image",
      object("v1", "Pod", { spec: { containers: [{ image: "a" }] } }),
      object("v1", "Pod", { spec: { containers: [{ image: "b" }] } }),
    ],
    [
      "frozen settings",
      object("v1", "ConfigMap", { immutable: true, data: { a: "1" } }),
      object("v1", "ConfigMap", { immutable: true, data: { a: "2" } }),
    ],
    ["the group", object("extensions/v1beta1", "Ingress", {}), object("networking.k8s.io/v1", "Ingress", {})],
  ];
  for (const [what, before, after] of replaces) {
    const expected = what !== "the group";
    it(`${what}: ${expected ? "yes" : "no, the kind's own group decides"}`, () => {
      const difference = diffInputs(before, after, mutable);
      assert.equal(paths(difference.changes, true).length > 0, expected);
      assert.equal(difference.deleteBeforeReplace, expected);
    });
  }

  const inPlace: [what: string, before: JsonObject, after: JsonObject][] = [
    [
      "a Deployment's image",
      object("apps/v1", "Deployment", { spec: { template: { image: "a" } } }),
      object("apps/v1", "Deployment", { spec: { template: { image: "b" } } }),
    ],
    [
      "a Service's type",
      object("v1", "Service", { spec: { type: "NodePort" } }),
      object("v1", "Service", { spec: { type: "LoadBalancer" } }),
    ],
    [
      "a Service's own selector",
      object("v1", "Service", { spec: { selector: { app: "a" } } }),
      object("v1", "Service", { spec: { selector: { app: "b" } } }),
    ],
    [
      "settings that are not frozen",
      object("v1", "ConfigMap", { data: { a: "1" } }),
      object("v1", "ConfigMap", { data: { a: "2" } }),
    ],
    [
      "settings that are frozen from now on",
      object("v1", "ConfigMap", { data: { a: "1" } }),
      object("v1", "ConfigMap", { immutable: true, data: { a: "2" } }),
    ],
    [
      "the content of a Secret",
      object("v1", "Secret", { stringData: { a: "1" } }),
      object("v1", "Secret", { stringData: { a: "2" } }),
    ],
    [
      "a disruption budget",
      object("policy/v1", "PodDisruptionBudget", { spec: { minAvailable: 1 } }),
      object("policy/v1", "PodDisruptionBudget", { spec: { minAvailable: 2 } }),
    ],
    [
      "a label called name",
      object("v1", "Service", {}, { labels: { name: "a" } }),
      object("v1", "Service", {}, { labels: { name: "b" } }),
    ],
  ];
  for (const [what, before, after] of inPlace) {
    it(`not ${what}`, () => {
      const { changes } = diffInputs(before, after, mutable);
      assert.ok(changes.length > 0);
      assert.deepEqual(paths(changes, true), []);
    });
  }

  it("a changed ConfigMap where the provider is told not to change any", () => {
    const [before, after] = ["1", "2"].map((a) => object("v1", "ConfigMap", { data: { a } })) as [JsonObject, JsonObject];
    assert.deepEqual(paths(diffInputs(before, after, { ...mutable, replaceConfigMaps: true }).changes, true), ["data.a"]);
  });

  it("a new name or namespace, without the old one having to go first", () => {
    for (const metadata of [{ name: "other" }, { namespace: "other" }] as JsonObject[]) {
      const difference = diffInputs(object("v1", "Service"), object("v1", "Service", {}, metadata), mutable);
      assert.equal(paths(difference.changes, true).length, 1);
      assert.equal(difference.deleteBeforeReplace, false);
    }
  });
});

describe("fields left to others", () => {
  const live = (manager: string): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", managedFields: [{ manager, operation: "Update", fieldsV1: { "f:spec": { "f:replicas": {} } } }] },
    spec: { replicas: 5 },
  });
  const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 3, paused: false } };

  it("are not sent where another manager owns them", () => {
    assert.deepEqual(leaveToOthers(inputs, live("autoscaler"), "me", ["spec.replicas"]).spec, { paused: false });
  });

  it("are sent as they are where they are ours, or they would be taken away", () => {
    assert.deepEqual(leaveToOthers(inputs, live("me"), "me", ["spec.replicas"]).spec, { replicas: 5, paused: false });
    assert.deepEqual(leaveToOthers(inputs, live("me"), "me", []).spec, { replicas: 3, paused: false });
  });

  it("are found by any path Pulumi writes", () => {
    assert.deepEqual(parsePath('metadata.annotations["example.com/a"]'), ["metadata", "annotations", "example.com/a"]);
    assert.deepEqual(parsePath(".spec.ports[0].port"), ["spec", "ports", 0, "port"]);
  });
});
