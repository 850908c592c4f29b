import assert from "node:assert/strict";
import * as https from "node:https";
import * as path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { compileStack } from "../../compile";
import { Hole } from "../../compile/model";
import type { Stack } from "../../compile/stack";
import { readStack } from "../../cli/stackFile";
import type { KubernetesObject } from "../../path/objects";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { parsed, rawStackWith, type Block } from "./stacks";

const ROOT = path.join(__dirname, "..", "..");

/** Kinds whose definition the sandbox does not hold; nothing here can say whether they are right. */
const NOT_INSTALLED = ["ExternalSecret", "SealedSecret"];

const PLURALS: Record<string, string> = { Ingress: "ingresses" };

/** Asks the API server whether it would take an object as it stands, unknown fields included. Nothing is created. */
async function dryRun(kubeconfig: string, object: KubernetesObject): Promise<{ status: number; text: string }> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const plural = PLURALS[object.kind] ?? `${object.kind.toLowerCase()}s`;
  const { name, namespace } = object.metadata;
  const scope = object.kind === "Namespace" ? "" : `/namespaces/${namespace}`;
  const root = object.apiVersion === "v1" ? "/api/v1" : `/apis/${object.apiVersion}`;
  const query = "fieldManager=test&force=true&fieldValidation=Strict&dryRun=All";
  const url = new URL(`${config.getCurrentCluster()!.server}${root}${scope}/${plural}/${name}?${query}`);
  const options: https.RequestOptions = { method: "PATCH", headers: { "content-type": "application/apply-patch+yaml" } };
  await config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode!, text }));
    });
    request.on("error", reject);
    request.end(JSON.stringify(object));
  });
}

/** An object as it can be tried: its secret values made up, in a namespace that is there. */
function tryable(object: KubernetesObject): KubernetesObject {
  const text = JSON.stringify(object, (_key, value: unknown) => (value instanceof Hole ? "made-up" : value));
  const copy = JSON.parse(text) as KubernetesObject;
  if (copy.kind !== "Namespace" && copy.metadata.namespace !== "metallb-system") copy.metadata.namespace = "default";
  return copy;
}

function objectsOf(stack: Stack): KubernetesObject[] {
  const { pools, services } = compileStack(stack);
  return [...pools, ...services.flatMap(({ objects }) => objects)].map(({ object }) => tryable(object));
}

const metallb = { kind: "metallb", pool: "lan", address: "192.168.1.210", sharingKey: "lan", externalTrafficPolicy: "Local" };
const ingress = { kind: "ingress-nginx", host: "chat.example.com", path: "/ws", tls: { issuer: "lab" }, limitRps: 5 };

/** Every branch of what is compiled, at least once. */
const VARIANTS: Record<string, [service: Block, cluster?: Block]> = {
  "everything left to its default": [{}],
  "plain TCP": [{ protocol: "tcp", entries: [metallb] }],
  gRPC: [{ protocol: "grpc", entries: [metallb, ingress] }],
  "a stream of HTTP": [{ protocol: "http-stream", entries: [metallb, ingress], promise: { affinity: { mode: "none" } } }],
  "one pod": [{ scaling: { min: 1, max: 1 } }],
  "another autoscaling": [
    {
      scaling: {
        behavior: { scaleDown: { stabilizationWindowSeconds: 1800, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] } },
      },
    },
  ],
  "an older cluster": [{}, { kubernetesVersion: "1.29" }],
  "files, a command and no goodbye": [
    {
      files: { mountPath: "/app", contents: { "server.js": "1" } },
      command: ["node"],
      args: ["/app/server.js"],
      promise: { drainSeconds: 0 },
    },
  ],
  "annotations for Prometheus": [{ metrics: { via: "annotations" }, labels: { "example.com/team": "chat" } }],
  "what keeps state, with everything a pod may have": [
    {
      workload: { kind: "stateful-set", volumes: [{ name: "data", mountPath: "/data", sizeGib: 1 }], podManagement: "parallel" },
      ports: [{ name: "console", port: 9001, protocol: "grpc" }],
      security: { level: "baseline", runAsUser: 1000, fsGroup: 1000, readOnlyRootFilesystem: true },
      spread: { zones: "required", nodes: "required" },
      serviceAccount: { annotations: { "example.com/role": "chat" }, mountToken: true },
      minReadySeconds: 20,
      entries: [metallb, { ...metallb, name: "console", address: "192.168.1.208", targetPort: "console" }],
    },
  ],
  "the pods of others": [
    {
      image: undefined,
      workload: { mode: "existing", selector: { app: "grafana" }, declared: { replicas: 1 } },
      entries: [metallb, ingress],
    },
  ],
  "other probes": [{ probes: { startup: { check: "tcp" }, liveness: { check: "grpc" }, readiness: { successThreshold: 2 } } }],
};

describe("a real API server, with strict validation", function () {
  let kubeconfig: string;
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    ({ kubeconfig } = await sharedSandbox());
  });

  async function accepts(objects: KubernetesObject[]): Promise<void> {
    for (const object of objects) {
      if (NOT_INSTALLED.includes(object.kind)) continue;
      const { status, text } = await dryRun(kubeconfig, object);
      assert.ok(status === 200 || status === 201, `${object.kind} ${object.metadata.name}: ${status} ${text}`);
    }
  }

  for (const stack of ["dev", "prod"]) {
    it(`takes every object of ${stack}`, () => accepts(objectsOf(readStack(ROOT, stack).stack)));
  }

  for (const [name, [service, cluster]] of Object.entries(VARIANTS)) {
    it(`takes ${name}`, () => accepts(objectsOf(parsed(rawStackWith(service, cluster)).stack)));
  }

  it("takes pools of both announcements", async () => {
    const addressPools = [
      { name: "near", addresses: ["10.20.0.0/28", "fd00:20::/120"], autoAssign: true },
      { name: "far", addresses: ["10.30.0.1-10.30.0.9"], advertise: "bgp" },
    ];
    await accepts(objectsOf(parsed(rawStackWith({}, {}, { bareMetal: { addressPools } })).stack));
  });

  it("refuses a field that does not exist, and a value that is none", async () => {
    const [deployment] = objectsOf(readStack(ROOT, "dev").stack).filter(({ kind }) => kind === "Deployment");
    const misspelt = structuredClone(deployment!) as unknown as { spec: Block };
    misspelt.spec.stratgy = {};
    const { status, text } = await dryRun(kubeconfig, misspelt as unknown as KubernetesObject);
    assert.ok(status >= 400, text);
    assert.match(text, /stratgy.*not declared in schema/);
    const budget = objectsOf(readStack(ROOT, "dev").stack).find(({ kind }) => kind === "PodDisruptionBudget")!;
    (budget.spec as Block).minAvailable = -1;
    assert.equal((await dryRun(kubeconfig, budget)).status, 422);
  });
});
