import assert from "node:assert/strict";
import type { Listed } from "../../../cluster";
import type { KubernetesObject } from "../../../path/objects";
import { PodWatch } from "../../../verify/drain/pods";
import { progressOf } from "../../../verify/drain/workload";
import { livePod, liveDeployment, until } from "./fixture";

/** What the cluster answers from now on, and a clock that only a test moves. */
class Scene {
  pods: KubernetesObject[] = [];
  workload: KubernetesObject | undefined = liveDeployment();
  silent = false;
  now = 0;
  looks = 0;
  asked: unknown[] = [];
  readonly watch = new PodWatch({
    cluster: {
      list: (...asked: unknown[]): Promise<Listed> => {
        this.looks += 1;
        this.asked = asked;
        return Promise.resolve(
          this.silent ? { refused: { why: "unreachable", said: "nobody answers" } } : { objects: this.pods },
        );
      },
      find: () => Promise.resolve(this.silent ? undefined : this.workload),
    },
    entry: { namespace: "rooms", selector: { app: "chat" }, workload: { kind: "Deployment", name: "chat" } },
    seconds: () => this.now,
  });

  /** What is set is seen when this is over. */
  async seen(): Promise<void> {
    const before = this.looks;
    await until(() => this.looks >= before + 2);
  }
}

describe("drain, the pods as the API server shows them", () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = new Scene();
    scene.pods = [livePod("a"), livePod("b")];
    await scene.watch.start();
  });
  afterEach(() => scene.watch.stop());

  it("asks for the pods of the workload alone, and sees that nobody leaves", () => {
    assert.deepEqual(scene.asked, ["v1", "Pod", "rooms", { app: "chat" }]);
    assert.deepEqual(scene.watch.leaving, []);
    assert.deepEqual(scene.watch.rollout(), { state: "none" });
    assert.equal(scene.watch.isOver(), false);
  });

  it("notes when a pod was told, with its hook and its grace period, and when it was gone", async () => {
    scene.now = 3;
    scene.pods = [livePod("a", { leaving: true }), livePod("b")];
    await scene.seen();
    assert.deepEqual([...scene.watch.leaving], [{ pod: "a", toldAtSeconds: 3, graceSeconds: 60, preStopSeconds: 15 }]);
    assert.deepEqual(scene.watch.rollout(), { state: "unfinished", because: "a is still leaving" });
    scene.now = 40;
    scene.pods = [livePod("b"), livePod("c")];
    await scene.seen();
    assert.deepEqual(
      scene.watch.leaving.map(({ goneAtSeconds }) => goneAtSeconds),
      [40],
    );
    assert.deepEqual(scene.watch.rollout(), { state: "ended" });
    assert.equal(scene.watch.isOver(), false, "another may follow");
    scene.now = 50;
    await scene.seen();
    assert.equal(scene.watch.isOver(), true);
  });

  it("is not over while the workload is not whole, and says what is missing or why it is stuck", async () => {
    scene.now = 3;
    scene.pods = [livePod("b")];
    scene.workload = liveDeployment({ generation: 2, updated: 1 });
    await scene.seen();
    scene.now = 30;
    await scene.seen();
    assert.equal(scene.watch.isOver(), false);
    const missing = "Deployment chat has 1 of 2 pods updated and 2 available";
    assert.deepEqual(scene.watch.rollout(), { state: "unfinished", because: missing });
    const late = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" };
    scene.workload = liveDeployment({ generation: 2, updated: 1, conditions: [late] });
    await scene.seen();
    assert.equal(scene.watch.isOver(), true, "nothing more is to be expected");
    assert.match(scene.watch.rollout().because!, /does not get any further \(ProgressDeadlineExceeded\): timed out/);
  });

  it("knows a pod that is gone at once, without having been seen to leave", async () => {
    scene.now = 7;
    scene.pods = [livePod("b")];
    await scene.seen();
    const [gone] = scene.watch.leaving;
    assert.deepEqual(gone, { pod: "a", toldAtSeconds: 7, graceSeconds: 60, preStopSeconds: 15, atOnce: true, goneAtSeconds: 7 });
  });

  it("does not reckon from a moment that it did not see: who was leaving before", async () => {
    const late = new Scene();
    late.pods = [livePod("a", { leaving: true })];
    await late.watch.start();
    await late.watch.stop();
    assert.equal(late.watch.leaving[0]!.preStopSeconds, undefined);
  });

  it("keeps what it saw while the API server is away, and counts for how long", async () => {
    scene.silent = true;
    await scene.seen();
    assert.ok(scene.watch.apiSilentSeconds > 0.2);
    assert.deepEqual(scene.watch.leaving, []);
    scene.silent = false;
    scene.pods = [livePod("a", { leaving: true }), livePod("b")];
    await scene.seen();
    assert.equal(scene.watch.leaving.length, 1);
  });

  it("has seen nothing where nobody ever answered", async () => {
    const mute = new Scene();
    mute.silent = true;
    await mute.watch.start();
    await mute.watch.stop();
    assert.deepEqual(mute.watch.rollout(), { state: "unseen", because: "the cluster did not say: nobody answers" });
    assert.equal(mute.watch.sees, false);
  });
});

describe("drain, how far a workload is", () => {
  it("is whole only in the version that was asked for, with everybody there and nobody too many", () => {
    assert.equal(progressOf(liveDeployment()).whole, true);
    assert.equal(progressOf(liveDeployment({ generation: 2, observed: 1 })).whole, false);
    assert.equal(progressOf(liveDeployment({ updated: 1 })).whole, false);
    assert.equal(progressOf(liveDeployment({ there: 3 })).whole, false);
    assert.equal(progressOf(liveDeployment({ available: 1 })).whole, false);
  });

  it("reads a DaemonSet by its own fields", () => {
    const status = { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
    const daemons = { kind: "DaemonSet", metadata: { name: "chat", generation: 1 }, status };
    assert.equal(progressOf(daemons).whole, true);
    assert.equal(progressOf({ ...daemons, status: { ...status, numberAvailable: 2 } }).whole, false);
  });
});
