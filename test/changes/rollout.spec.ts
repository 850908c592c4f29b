import assert from "node:assert/strict";
import { readPreview, summarize } from "../../changes";
import type { Rollout } from "../../changes/rollout";
import type { KubernetesObject } from "../../path/objects";
import { previewText, step, workload } from "./fixture";

function rollouts(...steps: object[]): Rollout[] {
  const read = readPreview(previewText(steps));
  assert.ok("preview" in read);
  return summarize(read.preview).rollouts;
}

const IMAGE = "spec.template.spec.containers[0].image";
const restart = (object: KubernetesObject): Rollout =>
  rollouts(step({ op: "update", before: object, after: object, changed: [IMAGE] }))[0]!;

describe("what a change costs in connections", () => {
  it("is nothing where the pods stay", () => {
    const object = workload();
    assert.deepEqual(rollouts(step({ op: "same", before: object, after: object })), []);
    assert.deepEqual(rollouts(step({ op: "create", after: object })), []);
    assert.deepEqual(rollouts(step({ op: "update", before: object, after: object, changed: ["metadata.labels.team"] })), []);
  });

  it("rounds a surge up and what may be missing down", () => {
    assert.equal(restart(workload({ replicas: 10 })).atATime, 3 + 2);
    const rolling = (rollingUpdate: object) => workload({ replicas: 10, spec: { strategy: { rollingUpdate } } });
    assert.equal(restart(rolling({ maxSurge: 1, maxUnavailable: 0 })).atATime, 1);
    assert.equal(restart(rolling({ maxSurge: "35%", maxUnavailable: "19%" })).atATime, 4 + 1);
  });

  it("takes all pods at once where the strategy is Recreate, and one where it is a StatefulSet", () => {
    assert.equal(restart(workload({ spec: { strategy: { type: "Recreate" } } })).atATime, null);
    assert.equal(restart(workload({ kind: "StatefulSet" })).atATime, 1);
    assert.equal(restart(workload({ kind: "DaemonSet" })).atATime, 1);
  });

  it("lasts as long as the probes and the goodbye say", () => {
    const container = {
      startupProbe: { periodSeconds: 5, failureThreshold: 12 },
      readinessProbe: { periodSeconds: 5 },
      lifecycle: { preStop: { sleep: { seconds: 15 } } },
    };
    const pod = { terminationGracePeriodSeconds: 60 };
    const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    const deployment = restart(workload({ replicas: 4, container, pod, spec: { strategy, minReadySeconds: 10 } }));
    assert.deepEqual(deployment.seconds, { soonest: 4 * 10 + 15, latest: 4 * (10 + 60 + 5) + 60 });
    assert.deepEqual(deployment.notice, { preStopSeconds: 15, gracePeriodSeconds: 60 });
    const stateful = restart(workload({ kind: "StatefulSet", replicas: 4, container, pod }));
    assert.deepEqual(stateful.seconds, { soonest: 4 * 15, latest: 4 * (60 + 65) });
  });

  it("gives the API server's 30 s of notice where nothing is written, and reads a shell's sleep", () => {
    assert.deepEqual(restart(workload()).notice, { preStopSeconds: 0, gracePeriodSeconds: 30 });
    const exec = { lifecycle: { preStop: { exec: { command: ["/bin/sh", "-c", "sleep 7; nginx -s quit"] } } } };
    assert.equal(restart(workload({ container: exec })).notice.preStopSeconds, 7);
  });

  it("counts connections where the autoscaler counts them", () => {
    const object = workload();
    const metrics = [{ type: "Pods", pods: { metric: { name: "websocket_connections" }, target: { averageValue: "500" } } }];
    const autoscaler = (maxReplicas: number): KubernetesObject => ({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web", namespace: "chat" },
      spec: { minReplicas: 3, maxReplicas, metrics, scaleTargetRef: { kind: "Deployment", name: "web" } },
    });
    const scaled = { op: "same", before: autoscaler(10), after: autoscaler(10) };
    const [rollout] = rollouts(step({ op: "update", before: object, after: object, changed: [IMAGE] }), step(scaled));
    assert.deepEqual([rollout?.connectionsPerPod, rollout?.pods], [500, { atLeast: 3, atMost: 10 }]);
    const lower = step({ op: "update", before: autoscaler(10), after: autoscaler(6), changed: ["spec.maxReplicas"] });
    const [scaleIn] = rollouts(step({ op: "same", before: object, after: object }), lower);
    assert.deepEqual([scaleIn?.kind, scaleIn?.pods], ["scale-in", { atLeast: 0, atMost: 4 }]);
  });
});
