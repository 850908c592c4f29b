import assert from "node:assert/strict";
import { compileDeployment } from "../../compile/deployment";
import { minReadyOf } from "../../compile/minReady";
import { EXAMPLES, stackOn } from "./entries/stacks";
import { compiled, parsed, rawStackWith, specOf, type Block } from "./stacks";

/** What a service waits for in production, with the first entry of an example. */
function inProduction(example: string, service: Block = {}, entry: Block = {}): number {
  const { platform, entries, service: own } = EXAMPLES[example]!;
  const { stack } = parsed(stackOn(platform, [{ ...entries[0], ...entry }], { ...own, ...service }));
  return minReadyOf(stack.services[0]!, { ...stack, environment: "production" }).seconds;
}

describe("how long a new pod must have been ready before an old one goes", () => {
  const elsewhere = { createNamespace: false };

  it("is two tries of the readiness probe, or as many as it is asked to fail", () => {
    assert.equal(inProduction("metallb"), 10);
    assert.equal(inProduction("metallb", { probes: { readiness: { periodSeconds: 10, failureThreshold: 3 } } }), 30);
  });

  it("leaves what load balancers of AWS need to the readiness gate, where the namespace is ours", () => {
    for (const example of ["aws-alb", "aws-nlb", "gateway-aws-lbc"]) assert.equal(inProduction(example), 10, example);
  });

  it("is their registration and health checks, where nobody knows of a readiness gate", () => {
    assert.equal(inProduction("aws-alb", elsewhere), 30 + 2 * 30);
    assert.equal(inProduction("gateway-aws-lbc", elsewhere), 30 + 2 * 30);
    assert.equal(inProduction("aws-nlb", elsewhere), 180 + 2 * 30);
    const healthCheck = { intervalSeconds: 10, healthyThreshold: 5 };
    assert.equal(inProduction("aws-alb", elsewhere, { healthCheck }), 30 + 5 * 10);
  });

  it("is so with Application Gateway for Containers, whose check asks the pods themselves", () => {
    assert.equal(inProduction("gateway-agc"), 30 + 5);
  });

  it("is never longer than what may be written", () => {
    assert.equal(inProduction("metallb", { probes: { readiness: { periodSeconds: 3600, failureThreshold: 9 } } }), 3600);
  });

  it("is what is written, and nothing in development or for a StatefulSet", () => {
    assert.equal(inProduction("aws-alb", { ...elsewhere, minReadySeconds: 5 }), 5);
    assert.equal(inProduction("aws-alb", { ...elsewhere, minReadySeconds: 0 }), 0);
    assert.equal("minReadySeconds" in specOf(compiled(rawStackWith()), "deployment"), false);
    assert.equal(
      "minReadySeconds" in specOf(compiled(rawStackWith({ workload: { kind: "stateful-set" } })), "stateful-set"),
      false,
    );
  });

  it("stands in the Deployment with its reason, and moves the deadline that would refuse it", () => {
    const { stack } = parsed(rawStackWith());
    const deployment = compileDeployment(stack.services[0]!, { ...stack, environment: "production" });
    assert.equal((deployment.object.spec as Block).minReadySeconds, 10);
    assert.match(deployment.why!.join("\n"), /^minReadySeconds 10: 2 tries of the readiness probe/m);
    const specWith = (minReadySeconds: number) => specOf(compiled(rawStackWith({ minReadySeconds })), "deployment");
    assert.equal(specWith(599).progressDeadlineSeconds, undefined);
    assert.equal(specWith(600).progressDeadlineSeconds, 1200);
  });
});
