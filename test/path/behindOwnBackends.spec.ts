import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { behindAction } from "../../path/read/albActions";
import { readPaths } from "../../path/reader";
import { deployment, DIRECT, object } from "./objects";

const backend = { service: { name: "split", port: { name: "use-annotation" } } };
const forward = (key: string): Value =>
  JSON.stringify({ type: "forward", [key]: { targetGroups: [{ serviceName: "web", servicePort: 80, weight: 1 }] } });

function behind(text: Value): Value[] {
  const annotations = { "alb.ingress.kubernetes.io/actions.split": text } as Record<string, string>;
  const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "edge", annotations } };
  return behindAction(ingress, backend);
}

describe("a backend that stands for an action of an ALB", () => {
  it("sends to the Services that the action forwards to, in both spellings of its keys", () => {
    for (const key of ["forwardConfig", "ForwardConfig"]) {
      assert.deepEqual(behind(forward(key)), [{ service: { name: "web", port: { number: 80 } } }]);
    }
  });

  it("sends nowhere where the load balancer answers itself", () => {
    assert.deepEqual(behind('{"type":"redirect","redirectConfig":{}}'), []);
    assert.deepEqual(behind('{"Type":"fixed-response"}'), []);
  });

  it("stays what it is where the action is not written, no JSON, or of a group made elsewhere", () => {
    for (const text of [undefined, "{", '{"type":"forward","targetGroupARN":"arn:aws:x"}']) {
      assert.deepEqual(behind(text), [backend]);
    }
  });

  it("is not known yet where the action is not", () => {
    assert.deepEqual(behind(UNKNOWN), [UNKNOWN]);
  });
});

describe("a pool of model servers behind a route", () => {
  const group = "inference.networking.k8s.io";
  const route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "answers", {
    spec: {
      parentRefs: [{ name: "edge" }],
      rules: [{ backendRefs: [{ group, kind: "InferencePool", name: "answers" }] }],
    },
  });
  const gateway = object("gateway.networking.k8s.io/v1", "Gateway", "edge", {
    spec: { gatewayClassName: "gke-l7-regional-external-managed", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
  });
  const policy = object("networking.gke.io/v1", "GCPBackendPolicy", "answers", {
    spec: {
      targetRef: { group, kind: "InferencePool", name: "answers" },
      default: { timeoutSec: 300, connectionDraining: { drainingTimeoutSec: 60 } },
    },
  });
  const labels = { app: "web" };
  const pool = (apiVersion: string, selector: Value): KubernetesObject =>
    object(apiVersion, "InferencePool", "answers", { spec: { selector } });

  for (const [version, selector] of [
    [`${group}/v1`, { matchLabels: labels }],
    ["inference.networking.x-k8s.io/v1alpha2", labels],
  ] as const) {
    it(`has the pods that it selects in ${version}, and the limits of the policy that is tied to it`, () => {
      const [path] = readPaths([route, gateway, policy, pool(version, selector), deployment()], DIRECT);
      assert.deepEqual([path?.service.kind, path?.workloads.map(({ name }) => name)], ["InferencePool", ["web"]]);
      assert.deepEqual([path?.hops[0]?.idleSeconds, path?.hops[0]?.drainSeconds], [300, 60]);
    });
  }

  it("has none where it is not among the objects", () => {
    const [path] = readPaths([route, gateway, deployment()], DIRECT);
    assert.deepEqual(path?.workloads, []);
    assert.match(path?.hops[0]?.from ?? "", /no GCPBackendPolicy on InferencePool answers/);
  });
});
