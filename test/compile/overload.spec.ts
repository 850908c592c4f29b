import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../cli/render";
import { READINESS_LOSS } from "../../path/facts/readiness";
import { EXAMPLES, stackOn } from "./entries/stacks";
import { compiled, objectOf, parsed, problemsOf, rawStackWith, specOf, type Block } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "golden", "overload.yaml");
const overload = { connections: 2000 };
const scaling = { profile: "connections", connections: { perPod: 1200 } };

const containerOf = (service: Block): Block => {
  const { template } = specOf(compiled(rawStackWith(service)), "deployment") as { template: { spec: { containers: Block[] } } };
  return template.spec.containers[0]!;
};
const warningsOf = (raw: Block) => parsed(raw).warnings.filter((warning) => warning.includes("overload"));

describe("a pod that says it is full", () => {
  it("is what its golden file says", () => {
    const text = renderObjects([objectOf(compiled(rawStackWith({ overload, scaling })), "deployment")]);
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(GOLDEN, text);
    assert.equal(text, fs.readFileSync(GOLDEN, "utf8"));
  });

  it("is told how many connections that is, and nothing where nobody asks", () => {
    assert.deepEqual(containerOf({ overload }).env, [{ name: "MAX_CONNECTIONS", value: "2000" }]);
    assert.deepEqual(containerOf({ overload: { ...overload, variable: "LIMIT" } }).env, [{ name: "LIMIT", value: "2000" }]);
    assert.equal(containerOf({}).env, undefined);
  });

  it("is never killed for it", () => {
    const probes = { liveness: { path: "/health/ready" } };
    assert.match(problemsOf(rawStackWith({ overload, probes })).join(), /probes\.liveness\.path: .* would kill the pod/);
    assert.deepEqual(problemsOf(rawStackWith({ probes })), []);
  });

  it("is not left alone by an autoscaler that waits for more", () => {
    assert.deepEqual(warningsOf(rawStackWith({ overload, scaling })), []);
    assert.match(warningsOf(rawStackWith({ overload })).join(), /connections do not make pods come.*From 20000 on/);
    const late = { ...scaling, connections: { perPod: 2000 } };
    assert.match(problemsOf(rawStackWith({ overload, scaling: late })).join(), /more than scaling\.connections\.perPod \(2000\)/);
  });

  it("keeps its connections, or the user is told that nobody says so, at every kind of entry", () => {
    const silent = Object.entries(EXAMPLES)
      .filter(([name]) => !name.startsWith("aws-nlb"))
      .filter(([, { platform, entries, service }]) => {
        return warningsOf(stackOn(platform, entries, { ...service, overload, scaling })).length === 0;
      })
      .map(([name]) => name);
    assert.deepEqual(silent, [
      "node-port",
      "metallb",
      "azure-lb",
      "azure-lb-internal",
      "gcp-lb",
      "gcp-lb-internal",
      "ingress-nginx",
      "f5-nginx",
      "gateway-envoy-gateway",
      "gateway-istio",
      "gateway-envoy-gateway-azure",
      "gateway-istio-aws",
      "gateway-contour",
      "gateway-approuting-istio",
    ]);
    for (const { source } of Object.values(READINESS_LOSS)) assert.ok(source.length > 0);
  });

  it("is never asked by a Network Load Balancer on the page that says so", () => {
    const nlb = (healthCheck?: Block) =>
      stackOn("aws", [{ kind: "aws-nlb", ...(healthCheck && { healthCheck }) }], { overload, scaling });
    assert.match(problemsOf(nlb()).join(), /entries\[0\]\.healthCheck\.path: missing; .* close all that is open to it/);
    assert.match(problemsOf(nlb({ path: "/health/ready" })).join(), /found \/health\/ready/);
    assert.deepEqual(problemsOf(nlb({ path: "/health/live" })), []);
    assert.deepEqual(problemsOf(stackOn("aws", [{ kind: "aws-nlb" }], { scaling })), []);
  });
});
