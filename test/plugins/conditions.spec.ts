import assert from "node:assert/strict";
import { conditionFor, type Progress, type Surroundings } from "../../sandbox/plugins/kubernetes/await/conditions";
import { waitForExpressions, waitForProblems, waitForProgress } from "../../sandbox/plugins/kubernetes/await/waitFor";
import type { Json, JsonObject, KubernetesObject } from "../../sandbox/plugins/kubernetes/properties";

const nothing: Surroundings = { pods: [], endpointSlices: [], services: [], elapsedSeconds: 0 };

function judge(apiVersion: string, kind: string, parts: JsonObject, around: Partial<Surroundings> = {}): Progress {
  const object: KubernetesObject = { apiVersion, kind, metadata: { name: "web", generation: 2 }, ...parts };
  return conditionFor(object)!(object, { ...nothing, ...around });
}

const slice = (service: string, ...ready: boolean[]): KubernetesObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: `${service}-1`, labels: { "kubernetes.io/service-name": service } },
  endpoints: ready.map((each) => ({ conditions: { ready: each } })),
});

const pod = (status: JsonObject): KubernetesObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "web-1" }, status });

describe("when a Deployment is ready", () => {
  const rollout = (status: JsonObject, spec: JsonObject = { replicas: 3 }, around: Partial<Surroundings> = {}) =>
    judge("apps/v1", "Deployment", { spec, status: { observedGeneration: 2, ...status } }, around);
  const complete = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };

  it("all pods new and available", () => assert.equal(rollout(complete).ready, true));
  it("none asked for", () => assert.equal(rollout({}, { replicas: 0 }).ready, true));
  it("not before the controller saw the change", () =>
    assert.equal(rollout({ ...complete, observedGeneration: 1 }).ready, false));
  it("not while pods are missing", () => assert.match(rollout({ ...complete, updatedReplicas: 1 }).status, /new pods \(1\/3\)/));
  it("not while old pods stay", () => assert.match(rollout({ ...complete, replicas: 4 }).status, /1 old pods/));
  it("not while pods are not available", () =>
    assert.match(rollout({ ...complete, availableReplicas: 2 }).status, /available \(2\/3\)/));
  it("one pod where no number is given", () =>
    assert.equal(rollout({ replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, {}).ready, true));

  it("never once its deadline has passed, with the reasons of the pods", () => {
    const waiting = { name: "web", state: { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } } };
    const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" }];
    const around = { pods: [pod({ containerStatuses: [waiting] })] };
    const { failed, reasons } = rollout({ replicas: 3, conditions }, { replicas: 3 }, around);
    assert.equal(failed, true);
    assert.deepEqual(reasons, ["timed out", "Pod web-1, container web: ImagePullBackOff Back-off pulling image"]);
  });

  it("says what a crash ended with, and nothing of a container that is only starting", () => {
    const statuses: Json = [
      { name: "web", state: { terminated: { reason: "Error", exitCode: 3 } } },
      { name: "side", state: { waiting: { reason: "ContainerCreating" } } },
    ];
    assert.deepEqual(rollout({ replicas: 3 }, { replicas: 3 }, { pods: [pod({ containerStatuses: statuses })] }).reasons, [
      "Pod web-1, container web: Error (exit code 3)",
    ]);
  });
});

describe("when a Service is ready", () => {
  const service = (spec: JsonObject, status: JsonObject = {}, around: Partial<Surroundings> = {}) =>
    judge("v1", "Service", { spec, status }, around);
  const selects = { selector: { app: "web" } };
  const address = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };

  it("its pods are ready", () => assert.equal(service(selects, {}, { endpointSlices: [slice("web", true, true)] }).ready, true));
  it("not while one of them is not", () =>
    assert.match(
      service(selects, {}, { endpointSlices: [slice("web", true, false)], elapsedSeconds: 100 }).status,
      /ready \(1\/2\)/,
    ));
  it("without pods, after a while", () => {
    assert.equal(service(selects).ready, false);
    assert.equal(service(selects, {}, { elapsedSeconds: 10 }).ready, true);
  });
  it("at once where it has no pods of its own to wait for", () => {
    for (const spec of [{}, { ...selects, clusterIP: "None" }, { ...selects, type: "ExternalName" }]) {
      assert.equal(service(spec).ready, true);
    }
  });
  it("a load balancer not before it has an address, however long", () => {
    const around = { endpointSlices: [slice("web", true)], elapsedSeconds: Infinity };
    assert.match(service({ ...selects, type: "LoadBalancer" }, {}, around).reasons[0]!, /no load balancer address/);
    assert.equal(service({ ...selects, type: "LoadBalancer" }, address, around).ready, true);
  });
});

describe("when an Ingress is ready", () => {
  const path = { backend: { service: { name: "web" } } };
  const spec: JsonObject = { ingressClassName: "nginx", rules: [{ http: { paths: [path] } }] };
  const status: JsonObject = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  const ingress = (parts: JsonObject, around: Partial<Surroundings>) => judge("networking.k8s.io/v1", "Ingress", parts, around);

  it("its Services exist and it has an address", () =>
    assert.equal(ingress({ spec, status }, { endpointSlices: [slice("web")] }).ready, true));
  it("not without an address, and says who should give it", () =>
    assert.match(ingress({ spec }, { endpointSlices: [slice("web")] }).reasons[0]!, /class nginx/));
  it("not while a Service is missing, for a minute", () => {
    assert.match(ingress({ spec, status }, {}).status, /Service of each path \(web\)/);
    assert.equal(ingress({ spec, status }, { elapsedSeconds: 60 }).ready, true);
  });
  it("does not look for the pods of an external name", () => {
    const services = [{ apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { type: "ExternalName" } }];
    assert.equal(ingress({ spec, status }, { services }).ready, true);
  });
});

describe("when other kinds are ready", () => {
  const cases: [
    what: string,
    expected: boolean | "failed",
    apiVersion: string,
    kind: string,
    parts: JsonObject,
    around?: Partial<Surroundings>,
  ][] = [
    [
      "a StatefulSet with all pods updated and ready",
      true,
      "apps/v1",
      "StatefulSet",
      { spec: { replicas: 2 }, status: { observedGeneration: 2, updatedReplicas: 2, readyReplicas: 2 } },
    ],
    [
      "a StatefulSet with an old pod",
      false,
      "apps/v1",
      "StatefulSet",
      { spec: { replicas: 2 }, status: { observedGeneration: 2, updatedReplicas: 1, readyReplicas: 2 } },
    ],
    [
      "a StatefulSet updated down to its partition",
      true,
      "apps/v1",
      "StatefulSet",
      {
        spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
        status: { observedGeneration: 2, updatedReplicas: 1, readyReplicas: 2 },
      },
    ],
    [
      "a DaemonSet on every node",
      true,
      "apps/v1",
      "DaemonSet",
      { status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 } },
    ],
    [
      "a DaemonSet missing on one",
      false,
      "apps/v1",
      "DaemonSet",
      { status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 } },
    ],
    ["a complete Job", true, "batch/v1", "Job", { status: { conditions: [{ type: "Complete", status: "True" }] } }],
    ["a running Job", false, "batch/v1", "Job", { status: {} }],
    [
      "a failed Job",
      "failed",
      "batch/v1",
      "Job",
      { status: { conditions: [{ type: "Failed", status: "True", message: "no" }] } },
    ],
    ["a ready Pod", true, "v1", "Pod", { status: { conditions: [{ type: "Ready", status: "True" }] } }],
    ["a failed Pod", "failed", "v1", "Pod", { status: { phase: "Failed" } }],
    ["a bound claim", true, "v1", "PersistentVolumeClaim", { status: { phase: "Bound" } }],
    ["an open claim", false, "v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }],
    [
      "a claim that waits for its pod",
      true,
      "v1",
      "PersistentVolumeClaim",
      { status: { phase: "Pending" } },
      { volumeBindingMode: "WaitForFirstConsumer" },
    ],
  ];
  for (const [what, expected, apiVersion, kind, parts, around] of cases) {
    it(`${what}: ${expected}`, () => {
      const { ready, failed } = judge(apiVersion, kind, parts, around);
      assert.equal(failed ? "failed" : ready, expected);
    });
  }

  it("a kind without a rule needs none", () =>
    assert.equal(conditionFor({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } }), undefined));
});

describe("what the user waits for", () => {
  const gateway = (programmed: string, observedGeneration: number): KubernetesObject => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "edge", generation: 3 },
    status: {
      conditions: [{ type: "Programmed", status: programmed, observedGeneration, reason: "Pending", message: "no address" }],
      addresses: [{ type: "IPAddress", value: "192.0.2.9" }],
    },
  });
  const holds = (object: KubernetesObject, ...expressions: string[]) => waitForProgress(object, expressions).ready;

  it("a condition, of the generation that was applied", () => {
    assert.equal(holds(gateway("True", 3), "condition=Programmed"), true);
    assert.equal(holds(gateway("True", 2), "condition=Programmed"), false);
    assert.equal(holds(gateway("False", 3), "condition=Programmed"), false);
    assert.equal(holds(gateway("False", 3), "condition=programmed=false"), true);
  });

  it("a path, with or without a value", () => {
    const object = gateway("True", 3);
    assert.equal(holds(object, "jsonpath={.status.addresses[0].value}=192.0.2.9"), true);
    assert.equal(holds(object, "jsonpath={.status.addresses[0].value}=192.0.2.8"), false);
    assert.equal(holds(object, "jsonpath={.status.addresses[1].value}"), false);
    assert.equal(holds(object, 'jsonpath={.status.conditions[?(@.type=="Programmed")].status}=True'), true);
  });

  it("all of a list, and names what is open", () => {
    const { ready, reasons } = waitForProgress(gateway("False", 3), [
      "condition=Programmed",
      "jsonpath={.status.addresses[0].value}",
    ]);
    assert.equal(ready, false);
    assert.deepEqual(reasons, ["condition=Programmed: found False (Pending: no address)"]);
  });

  it("is read from the annotation, one expression or a list", () => {
    const annotated = (text: string): Json => ({ metadata: { annotations: { "pulumi.com/waitFor": text } } });
    assert.deepEqual(waitForExpressions(annotated("condition=Ready")), ["condition=Ready"]);
    assert.deepEqual(waitForExpressions(annotated('["condition=Ready","jsonpath={.a}"]')), ["condition=Ready", "jsonpath={.a}"]);
    assert.deepEqual(waitForExpressions({ metadata: {} }), []);
    assert.deepEqual(waitForProblems(annotated('["condition=Ready","jsonpath={.a}=1"]')), []);
    assert.equal(waitForProblems(annotated('["Ready","jsonpath=.a"]')).length, 2);
  });
});
