import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../cli/render";
import { compilePools, compileService } from "../../compile";
import { AUTOSCALER_BOUNDS } from "../../path/facts/autoscalers";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { AUTOSCALERS, KEDA } from "./autoscalers";
import { compiled, objectOf, parsed, problemsOf, rawStackWith, specOf, type Block } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "golden", "autoscaler");
const KINDS = ["HorizontalPodAutoscaler", "ScaledObject"];
const buildWith = (scaling: Block, more: Block = {}) => compiled(rawStackWith({ scaling, ...more }));

type Behavior = Record<"scaleDown" | "scaleUp", { stabilizationWindowSeconds: number; policies: Block[] }>;
const behaviorOf = (scaling: Block, more: Block = {}) =>
  specOf(buildWith(scaling, more), "horizontal-pod-autoscaler").behavior as Behavior;

describe("the autoscaler", () => {
  for (const [name, { service, cluster }] of Object.entries(AUTOSCALERS)) {
    it(`by ${name} is what its golden file says`, () => {
      const objects = compiled(rawStackWith(service, cluster)).objects.filter(({ object }) => KINDS.includes(object.kind));
      const file = path.join(GOLDEN, `${name}.yaml`);
      const text = renderObjects(objects);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });

    it(`by ${name} is the only one, and the Deployment leaves the replicas to it`, () => {
      const built = compiled(rawStackWith(service, cluster));
      assert.equal(built.objects.filter(({ object }) => KINDS.includes(object.kind)).length, 1);
      assert.equal(specOf(built, "deployment").replicas, undefined);
      assert.deepEqual(objectOf(built, "deployment").ignoreChanges, ["spec.replicas"]);
    });
  }

  it("has a golden file for each example and no other", () =>
    assert.deepEqual(
      fs.readdirSync(GOLDEN).sort(),
      Object.keys(AUTOSCALERS)
        .map((name) => `${name}.yaml`)
        .sort(),
    ));

  it("leaves the policy pack nothing to find: a node can be emptied at its floor", () => {
    for (const { service, cluster } of Object.values(AUTOSCALERS)) {
      const entries = [{ kind: "metallb", pool: "lan", address: "192.168.1.207" }];
      const { stack } = parsed(rawStackWith({ ...service, entries }, cluster));
      const { objects } = compileService(stack.services[0]!, stack);
      const all = [...compilePools(stack), ...objects].map(({ object }) => object);
      const context = ruleContext(all, stack.cluster, STANDARD_OPTIONS);
      assert.deepEqual(
        reportOn(context).findings.filter(({ severity }) => severity === "error"),
        [],
      );
      const budget = all.find(({ kind }) => kind === "PodDisruptionBudget")!;
      (budget.spec as Block).minAvailable = stack.services[0]!.scaling.min;
      const wedged = reportOn(ruleContext(all, stack.cluster, STANDARD_OPTIONS)).findings;
      assert.ok(wedged.some(({ severity }) => severity === "error"));
    }
  });
});

describe("the autoscaler by connections", () => {
  const connections = { profile: "connections" };

  it("takes one pod in the time that one needs to leave", () => {
    for (const [drainSeconds, wholeDrain] of [
      [40, 60],
      [400, 420],
      [1780, 1800],
    ]) {
      const { scaleDown } = behaviorOf(connections, { promise: { drainSeconds } });
      assert.deepEqual(scaleDown.policies, [{ type: "Pods", value: 1, periodSeconds: wholeDrain }]);
      assert.equal(scaleDown.stabilizationWindowSeconds, Math.max(300, wholeDrain!));
    }
  });

  it("follows the slowest entry, and a goodbye that is written", () => {
    const drain = { preStopSeconds: 90 };
    assert.deepEqual(behaviorOf(connections, { drain }).scaleDown.policies, [{ type: "Pods", value: 1, periodSeconds: 135 }]);
  });

  it("never writes more than the API takes, and says what that means", () => {
    const promise = { drainSeconds: 3600 };
    const { scaleDown } = behaviorOf(connections, { promise });
    assert.equal(scaleDown.policies[0]!.periodSeconds, AUTOSCALER_BOUNDS.policyPeriod.maximum);
    assert.equal(scaleDown.stabilizationWindowSeconds, AUTOSCALER_BOUNDS.stabilizationWindow.maximum);
    const warned = (more: Block) => parsed(rawStackWith({ scaling: connections, ...more })).warnings.join("\n");
    assert.match(warned({ promise }), /takes up to 3620 s to leave, and up to 3 may be leaving at once .*1800 s at most/);
    assert.doesNotMatch(warned({ promise: { drainSeconds: 1780 } }), /may be leaving at once/);
  });

  it("says where what the user wrote takes several at a time", () => {
    const faster = { type: "Pods", value: 2, periodSeconds: 60 };
    const scaling = { ...connections, behavior: { scaleDown: { policies: [faster] } } };
    assert.deepEqual(behaviorOf(scaling).scaleDown.policies, [faster]);
    assert.match(parsed(rawStackWith({ scaling })).warnings.join(), /up to 2 may be leaving at once .*policies allows it/);
    const kept = { ...connections, behavior: { scaleDown: { policies: [{ ...faster, value: 1 }] } } };
    assert.doesNotMatch(parsed(rawStackWith({ scaling: kept })).warnings.join(), /leaving at once/);
  });

  it("keeps the other direction where only one is written", () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 30 } };
    const both = behaviorOf({ ...connections, behavior });
    assert.equal(both.scaleUp.stabilizationWindowSeconds, 30);
    assert.equal(both.scaleUp.policies.length, 2);
    assert.equal(both.scaleDown.policies[0]!.type, "Pods");
  });

  it("adds pods for a busy processor only where that is asked", () => {
    const kinds = (scaling: Block) =>
      (specOf(buildWith(scaling), "horizontal-pod-autoscaler").metrics as { type: string }[]).map(({ type }) => type);
    assert.deepEqual(kinds(connections), ["Pods"]);
    assert.deepEqual(kinds({ ...connections, cpuPercent: 60 }), ["Pods", "Resource"]);
    assert.deepEqual(kinds({}), ["Resource", "Resource"]);
  });

  it("counts by the gauge that the application has", () => {
    const metricOf = (more: Block) => JSON.stringify(specOf(buildWith(connections, more), "horizontal-pod-autoscaler").metrics);
    assert.match(metricOf({}), /"websocket_connections_current"/);
    assert.match(metricOf({ protocol: "grpc", metrics: { names: { connections: "open_streams" } } }), /"open_streams"/);
    const none = rawStackWith({ scaling: connections, metrics: { names: { connections: "none" } } });
    assert.match(problemsOf(none).join(), /metrics\.names\.connections: found none; .* counts by this gauge/);
    assert.deepEqual(problemsOf(rawStackWith({ metrics: { names: { connections: "none" } } })), []);
  });

  it("needs somebody who counts", () => {
    const needs = (scaling: Block) => buildWith(scaling).needs.map(({ name }) => name);
    assert.ok(needs(connections).includes("custom.metrics.k8s.io"));
    assert.ok(needs({ ...connections, keda: KEDA }).includes("scaledobjects.keda.sh"));
    assert.ok(!needs({ ...connections, keda: KEDA }).includes("custom.metrics.k8s.io"));
    assert.ok(!needs({}).some((name) => /keda|custom\.metrics/.test(name)));
  });
});

describe("KEDA", () => {
  const scaling = { profile: "connections", keda: KEDA };
  const fallback = (more: Block, cluster: Block = {}) =>
    specOf(compiled(rawStackWith({ scaling: { ...scaling, keda: { ...KEDA, ...more } } }, cluster)), "scaled-object").fallback;

  it("keeps every pod it has while nobody answers, from the version that can", () => {
    assert.deepEqual(fallback({}), { failureThreshold: 3, replicas: 10, behavior: "currentReplicasIfHigher" });
    const old = { controllers: { metallb: "0.15.2", keda: "2.16.1" } };
    assert.deepEqual(fallback({}, old), { failureThreshold: 3, replicas: 10 });
  });

  it("never goes to zero", () => {
    assert.equal(specOf(buildWith({ ...scaling, min: 1 }), "scaled-object").minReplicaCount, 1);
    assert.match(problemsOf(rawStackWith({ scaling: { ...scaling, min: 0 } })).join(), /scaling\.min: found 0/);
  });

  it("needs no gauge where the query is written", () => {
    const query = "sum(open_streams)";
    assert.deepEqual(problemsOf(rawStackWith({ protocol: "grpc", scaling: { ...scaling, keda: { ...KEDA, query } } })), []);
    assert.match(problemsOf(rawStackWith({ protocol: "grpc", scaling })).join(), /metrics\.names\.connections: missing/);
  });

  it("asks for the numbers of this service alone", () => {
    const { triggers } = specOf(buildWith(scaling), "scaled-object") as { triggers: { metadata: Block }[] };
    assert.equal(triggers[0]!.metadata.query, 'sum(websocket_connections_current{namespace="chat",service="chat"})');
  });
});
