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

  const updated = (before: KubernetesObject, after: KubernetesObject, changed = [IMAGE]): Rollout[] =>
    rollouts(step({ op: "update", before, after, changed }));
  const autoscaled = (object: KubernetesObject, minReplicas: number, maxReplicas: number): Rollout => {
    const scaleTargetRef = { kind: object.kind, name: "web" };
    const spec = { minReplicas, maxReplicas, scaleTargetRef };
    const autoscaler = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: object.metadata, spec };
    const same = step({ op: "same", before: autoscaler, after: autoscaler });
    return rollouts(step({ op: "update", before: object, after: object, changed: [IMAGE] }), same)[0]!;
  };

  it("takes neither fewer nor more steps than any number of pods between floor and ceiling", () => {
    // A quarter of 3 pods is one surge: 3 steps. A quarter of 4 is one surge and one missing: 2 steps. Of 10: 3 and 2, 2 steps.
    const object = workload({ container: { startupProbe: { initialDelaySeconds: 10, periodSeconds: 1, failureThreshold: 1 } } });
    assert.deepEqual(autoscaled(object, 3, 10).seconds, { soonest: 2 * 10, latest: 3 * 11 + 30 });
    assert.ok(autoscaled(object, 1, 1_000_000_000).seconds!.latest > 0, "also where somebody writes a ceiling without end");
  });

  it("leaves alone the pods below a partition, and takes as many of a StatefulSet as may be missing", () => {
    const updateStrategy = (rollingUpdate: object) =>
      workload({ kind: "StatefulSet", spec: { updateStrategy: { rollingUpdate } } });
    assert.deepEqual(restart(updateStrategy({ partition: 3 })).pods, { atLeast: 1, atMost: 1 });
    assert.equal(restart(updateStrategy({ partition: 4 })), undefined);
    assert.equal(restart(updateStrategy({ maxUnavailable: 2 })).atATime, 2);
    assert.equal(restart(updateStrategy({ maxUnavailable: "30%" })).atATime, 2, "a share of 4 pods, rounded up");
  });

  it("says that nothing ends by itself where somebody has to go on by hand", () => {
    const byHand = workload({ kind: "StatefulSet", spec: { updateStrategy: { type: "OnDelete" } } });
    const paused = workload({ spec: { paused: true } });
    assert.deepEqual([restart(byHand).kind, restart(paused).kind, restart(workload()).kind], ["held", "held", "restart"]);
    assert.match(restart(byHand).because.join(), /OnDelete/);
  });

  it("knows no duration for a DaemonSet, whose pods nobody counted, and gives its share as a share", () => {
    const daemonSet = (rollingUpdate: object) => workload({ kind: "DaemonSet", spec: { updateStrategy: { rollingUpdate } } });
    const { pods, seconds, atATime } = restart(daemonSet({ maxUnavailable: "10%" }));
    assert.deepEqual([pods.atMost, seconds, atATime], [null, null, "10%"]);
    assert.equal(restart(daemonSet({ maxUnavailable: 3 })).atATime, 3);
  });

  it("ends the pods there were, also where their number changes with the template", () => {
    const pods = (before: number, after: number) =>
      updated(workload({ replicas: before }), workload({ replicas: after }))[0]?.pods;
    assert.deepEqual(pods(5, 2), { atLeast: 5, atMost: 5 });
    assert.deepEqual(pods(2, 5), { atLeast: 2, atMost: 5 });
  });

  it("compares the templates where the engine names only the block above them", () => {
    const [old, now] = [workload(), workload({ container: { image: "registry.test/web:2" } })];
    assert.equal(updated(old, now, ["spec"])[0]?.kind, "restart");
    assert.deepEqual(updated(old, old, ["spec"]), []);
  });

  it("gives no number of seconds to a preStop program, and reads sleeps as the rules do", () => {
    const preStop = (command: string[]) => workload({ container: { lifecycle: { preStop: { exec: { command } } } } });
    assert.equal(restart(preStop(["/bin/drain"])).notice.preStopSeconds, null);
    assert.equal(restart(preStop(["sh", "-c", "sleep 5 && sleep 5"])).notice.preStopSeconds, 10);
  });

  it("takes part of somebody else's object for no object", () => {
    const patch = step({ op: "delete", before: workload(), type: "kubernetes:apps/v1:DeploymentPatch" });
    assert.deepEqual(rollouts(patch), []);
    assert.equal(rollouts(step({ op: "delete", before: workload() }))[0]?.kind, "delete");
    assert.deepEqual(rollouts(step({ op: "delete", before: workload(), old: { retainOnDelete: true } })), []);
  });
});
