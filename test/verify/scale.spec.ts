import assert from "node:assert/strict";
import { openCluster } from "../../cluster";
import type { KubernetesObject } from "../../path/objects";
import { scaleAt } from "../../verify/checks/scale";
import type { TargetEntry } from "../../verify/model";
import { judgeScale, type MetricsApi } from "../../verify/scale/judge";
import { fakeServer } from "../cluster/fakeServer";
import { balancer, inTurn, pathOf } from "./balancer";
import { contextFor, entryOf } from "./support";

type Condition = [type: string, status: string, reason: string, message: string];

const CPU = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } };
const CONNECTIONS = {
  type: "Pods",
  pods: { metric: { name: "websocket_connections_current" }, target: { type: "AverageValue", averageValue: "500" } },
};
const GOOD: Condition[] = [
  ["AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"],
  ["ScalingActive", "True", "ValidMetricFound", "the HPA was able to successfully calculate a replica count"],
];

function autoscaler(
  own: { metrics?: object[]; current?: object[]; conditions?: Condition[]; replicas?: number; desired?: number } = {},
) {
  const { metrics = [CPU], current = [], conditions = GOOD, replicas = 3, desired = replicas } = own;
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "chat", namespace: "chat" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "chat" },
      minReplicas: 3,
      maxReplicas: 10,
      metrics,
    },
    status: {
      currentReplicas: replicas,
      desiredReplicas: desired,
      currentMetrics: current,
      conditions: conditions.map(([type, status, reason, message]) => ({ type, status, reason, message })),
    },
  } as unknown as KubernetesObject;
}

const cpuNow = (averageUtilization: number) => ({ type: "Resource", resource: { name: "cpu", current: { averageUtilization } } });
const connectionsNow = (averageValue: string) => ({
  type: "Pods",
  pods: { metric: { name: "websocket_connections_current" }, current: { averageValue } },
});

const ANSWERS: MetricsApi[] = [{ group: "metrics.k8s.io", state: "answers" }];
const watched = (...looks: KubernetesObject[]) => ({
  looks: looks.map((each, index) => ({ seconds: index * 15, autoscaler: each })),
  apis: ANSWERS,
  held: 30,
  ended: 0,
});

describe("what an autoscaler sees while connections are held", () => {
  it("holds where it reads its metrics and may act on them", () => {
    const { outcome, summary } = judgeScale(watched(autoscaler(), autoscaler({ current: [cpuNow(12)] })));
    assert.equal(outcome, "holds");
    assert.equal(
      summary,
      "HorizontalPodAutoscaler chat/chat reads cpu 12 % of 70 % and may act on it: 3 pods, of 3 to 10, while 30 connections were held.",
    );
  });

  it("is unknown where nobody answers it, and says what is missing", () => {
    const missing = judgeScale({ ...watched(autoscaler()), apis: [{ group: "metrics.k8s.io", state: "missing" }] });
    assert.equal(missing.outcome, "unknown");
    assert.equal(
      missing.summary,
      "HorizontalPodAutoscaler chat/chat gets no numbers and stays where it is: no metrics.k8s.io is registered.",
    );
    assert.match(missing.write[0]!, /^processor and memory: install metrics-server; npx holdfast doctor --symptom hpa/);
    const down: MetricsApi = { group: "custom.metrics.k8s.io", state: "not-available", said: "no endpoints" };
    assert.match(
      judgeScale({ ...watched(autoscaler()), apis: [down] }).summary,
      /custom\.metrics\.k8s\.io is not available \(no endpoints\)\.$/,
    );
  });

  it("fails where it says itself that it reads nothing, or cannot scale", () => {
    const inactive: Condition[] = [
      GOOD[0]!,
      ["ScalingActive", "False", "FailedGetResourceMetric", "missing request for cpu in container web"],
    ];
    const { outcome, summary } = judgeScale(watched(autoscaler({ conditions: inactive })));
    assert.equal(outcome, "fails");
    assert.match(summary, /reads no metric: FailedGetResourceMetric: missing request for cpu in container web\.$/);
    const unable: Condition[] = [["AbleToScale", "False", "FailedGetScale", "deployments.apps not found"], GOOD[1]!];
    assert.equal(judgeScale(watched(autoscaler({ conditions: unable }))).outcome, "fails");
  });

  it("does not say that it holds before any metric was read", () => {
    assert.equal(judgeScale(watched(autoscaler())).outcome, "unknown");
  });

  it("sees whether a metric of connections knows of those that are held", () => {
    const at = (value: string) => autoscaler({ metrics: [CONNECTIONS], current: [connectionsNow(value)] });
    const seeing = judgeScale(watched(at("0"), at("10")));
    assert.equal(seeing.outcome, "holds");
    assert.match(seeing.summary, /reads websocket_connections_current 10 of 500/);
    const blind = judgeScale(watched(at("0"), at("500m")));
    assert.equal(blind.outcome, "unknown");
    assert.equal(blind.summary, "30 connections were held for 15 s, and the metric of connections says 2 in all.");
  });

  it("tells what it did meanwhile, what it wants, and that it is at its end", () => {
    const limited: Condition[] = [
      ...GOOD,
      ["ScalingLimited", "True", "TooManyReplicas", "the desired replica count is more than the maximum"],
    ];
    const looks = watched(autoscaler(), autoscaler({ current: [cpuNow(90)], replicas: 9, desired: 10, conditions: limited }));
    const { outcome, details } = judgeScale({ ...looks, ended: 2 });
    assert.equal(outcome, "holds");
    assert.deepEqual(details, [
      "It is at the end of its range: the desired replica count is more than the maximum.",
      "It went from 3 to 9 pods meanwhile.",
      "It wants 10 pods now.",
      "2 of 30 held connections ended meanwhile; --check drain tells how.",
    ]);
  });
});

describe("the check", function () {
  this.timeout(10_000);
  const registered = (group: string) => ({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1beta1.${group}` },
    spec: { group },
    status: { conditions: [{ type: "Available", status: "True" }] },
  });

  async function look(objects: object[], own: Partial<TargetEntry> = {}, cluster = true) {
    const kinds = ["autoscaling/v2 HorizontalPodAutoscaler", "apiregistration.k8s.io/v1 APIService"];
    const fake = await fakeServer({ objects: objects as KubernetesObject[], kinds });
    const reader = openCluster("fake", { KUBECONFIG: fake.kubeconfig });
    let open = 0;
    const server = await balancer((seen) => ((open += 1), { pod: inTurn(seen) }));
    const workload = { kind: "Deployment", name: "chat" };
    const entry = entryOf(`ws://127.0.0.1:${server.port}/ws`, { path: pathOf({}), workload, namespace: "chat", pods: 3, ...own });
    const { context, books } = contextFor(entry, cluster ? { cluster: reader } : {});
    try {
      return { ...(await scaleAt({ watchSeconds: 0.3, pollSeconds: 0.1 }).run(context)), opened: open, left: books.open };
    } finally {
      reader.close();
      await fake.close();
      await server.close();
    }
  }

  it("holds connections while it looks, and leaves none", async () => {
    const { outcome, measured, opened, left } = await look([autoscaler({ current: [cpuNow(12)] }), registered("metrics.k8s.io")]);
    assert.deepEqual([outcome, measured.held, opened, left], ["holds", 10, 10, 0]);
    assert.ok((measured.looks as unknown[]).length >= 3);
  });

  it("opens nothing where no metrics API answers", async () => {
    const { outcome, opened, write } = await look([autoscaler()]);
    assert.deepEqual([outcome, opened], ["unknown", 0]);
    assert.match(write[0]!, /install metrics-server/);
  });

  it("does not apply to a fixed number of pods, and fails where the stack's autoscaler is not there", async () => {
    const fixed = await look([]);
    assert.deepEqual([fixed.outcome, fixed.summary], ["does-not-apply", "The number of pods is fixed (3): nothing scales them."]);
    const gone = await look([], { path: { ...pathOf({}), maximumPods: 10 } });
    assert.equal(gone.outcome, "fails");
    assert.match(gone.summary, /scales chat from 3 to 10 pods, and no autoscaler of it is in the cluster\.$/);
  });

  it("says that it needs the cluster, and that a URL has none", async () => {
    assert.equal((await look([], {}, false)).outcome, "unknown");
    assert.equal((await look([], { path: undefined })).outcome, "does-not-apply");
  });
});
