import assert from "node:assert/strict";
import * as path from "node:path";
import { compileStack } from "../../compile";
import { ENTRY_KIND_NAMES } from "../../compile/entry";
import { Hole, Later } from "../../compile/model";
import { parseStack } from "../../compile/parse";
import type { Stack } from "../../compile/stack";
import { readStack } from "../../cli/stackFile";
import type { KubernetesObject } from "../../path/objects";
import { tools } from "../../sandbox";
import { ApiServer, definitionsIn, kindOf } from "../support/apiServer";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { IMPLEMENTATIONS, multiAlb, multiGateway } from "./entries/multi";
import { CERTIFICATE_ARN, EXAMPLES, stackOn } from "./entries/stacks";
import { parsed, rawStackWith, type Block } from "./stacks";

const ROOT = path.join(__dirname, "..", "..");

/** Further definitions, where a machine has them: those of the AWS Load Balancer Controller, which no module proxy holds. */
const folder = process.env.HOLDFAST_CRDS;

/** Kinds whose schema is published nowhere that a test could have it from; nothing here can say whether they are right. */
const WITHOUT_SCHEMA = [
  "alb.networking.azure.io/v1 HealthCheckPolicy",
  "alb.networking.azure.io/v1 RoutePolicy",
  "cloud.google.com/v1 BackendConfig",
  "networking.gke.io/v1 GCPBackendPolicy",
  "networking.gke.io/v1 HealthCheckPolicy",
  "networking.gke.io/v1 ManagedCertificate",
  "networking.gke.io/v1beta1 FrontendConfig",
];
const ONLY_IN_FOLDER = ["gateway.k8s.aws/v1beta1 LoadBalancerConfiguration", "gateway.k8s.aws/v1beta1 TargetGroupConfiguration"];

/** An object as it can be tried: its secret values made up, in a namespace that is there. */
function tryable(object: KubernetesObject): KubernetesObject {
  const text = JSON.stringify(object, (_key, value: unknown) => {
    if (value instanceof Later) return value.make(value.holes.map(() => "made-up"));
    return value instanceof Hole ? "made-up" : value;
  });
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
  "a rollout that waits an hour for each pod": [{ minReadySeconds: 3600 }],
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

/** What an entry writes differently, where it is allowed. */
const TURNS: Record<string, Block> = {
  "as it stands": {},
  "without affinity": { promise: { affinity: { mode: "none" } } },
  "with gRPC": { protocol: "grpc" },
  "with a stream of HTTP": { protocol: "http-stream" },
  "with plain TCP": { protocol: "tcp" },
  "with TLS in the pods": { tls: { secretName: "chat" } },
  "with a heartbeat": { promise: { heartbeat: { seconds: 30 } } },
};

/** The stacks of an entry's example, turned in every way that is no error. */
function turned(name: string): Stack[] {
  const { platform, entries, service = {} } = EXAMPLES[name]!;
  return Object.values(TURNS).flatMap((turn) => {
    const promise = { ...(service.promise as Block | undefined), ...(turn.promise as Block | undefined) };
    const result = parseStack(stackOn(platform, entries, { ...service, ...turn, promise }));
    return result.problems === undefined ? [result.stack] : [];
  });
}

const host = "chat.example.com";

/** The words that every platform has, where each means something else. */
const NEUTRAL: Record<string, [loadBalancer: Block, https: Block]> = {
  aws: [
    { internal: true, allowedRanges: ["10.0.0.0/8"] },
    { host, tls: { certificateArn: CERTIFICATE_ARN } },
  ],
  azure: [{ host }, { host, tls: { clusterIssuer: "lab" } }],
  gcp: [{ port: 443 }, { host, tls: { secretName: "chat" } }],
  "bare-metal": [
    { pool: "lan", address: "192.168.1.207" },
    { host, tls: { issuer: "lab" }, allowedRanges: ["10.0.0.0/8"] },
  ],
};

function neutralStack(platform: string): Stack {
  const [loadBalancer, https] = NEUTRAL[platform]!;
  const entries = [
    { kind: "load-balancer", ...loadBalancer },
    { kind: "https", ...https },
  ];
  return parsed(stackOn(platform, entries)).stack;
}

const SECRETS: Record<string, Block> = {
  "an external secret": {
    source: "external-secret",
    store: { name: "vault" },
    remoteKeys: { A: { key: "prod/chat", property: "a" }, B: { key: "prod/b" } },
    refreshSeconds: 600,
  },
  "a sealed secret": { source: "sealed-secret", encryptedData: { A: "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq" } },
};

const POOLS = [
  { name: "near", addresses: ["10.20.0.0/28", "fd00:20::/120"], autoAssign: true },
  { name: "far", addresses: ["10.30.0.1-10.30.0.9"], advertise: "bgp" },
];

/** Every stack that is tried, by what it shows. */
function everyStack(): Record<string, Stack[]> {
  const under = (prefix: string, names: string[], stacksOf: (name: string) => Stack[]) =>
    Object.fromEntries(names.map((name) => [`${prefix}${name}`, stacksOf(name)]));
  return {
    ...under("stack ", ["dev", "prod"], (name) => [readStack(ROOT, name).stack]),
    ...under("", Object.keys(VARIANTS), (name) => {
      const [service, cluster] = VARIANTS[name]!;
      return [parsed(rawStackWith(service, cluster)).stack];
    }),
    ...under("", Object.keys(SECRETS), (name) => [parsed(rawStackWith({ secrets: SECRETS[name] })).stack]),
    "pools of both announcements": [parsed(rawStackWith({}, {}, { bareMetal: { addressPools: POOLS } })).stack],
    ...under("entry ", Object.keys(EXAMPLES), turned),
    ...under("several services behind one Gateway of ", Object.keys(IMPLEMENTATIONS), (name) => [
      parsed(multiGateway(name, name === "agc" ? 200 : 3600)).stack,
    ]),
    "several services behind one Application Load Balancer": [parsed(multiAlb()).stack],
    ...under("the neutral kinds on ", Object.keys(NEUTRAL), (platform) => [neutralStack(platform)]),
  };
}

describe("a real API server, with strict validation", function () {
  this.timeout(60_000);
  const stacks = everyStack();
  const objects = Object.values(stacks).flat().flatMap(objectsOf);
  const written = new Set(objects.map(kindOf));
  let server: ApiServer;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    server = new ApiServer((await sharedSandbox()).kubeconfig);
    // Only here: a sandbox that somebody starts to work with does without them.
    const optional = await tools.ensureCrds(
      undefined,
      tools.OPTIONAL_CRD_SETS.map(({ name }) => name),
    );
    await server.install([...optional, ...(folder === undefined ? [] : definitionsIn(folder))], written);
  });
  after(() => server?.close());

  for (const [name, of] of Object.entries(stacks)) {
    it(`takes every object of ${name}`, async () => {
      assert.ok(of.length > 0);
      const refused = await Promise.all(
        of.flatMap(objectsOf).map(async (object) => {
          if (!(await server.serves(object))) return [];
          const { status, text } = await server.dryRun(object);
          return status < 300 ? [] : [`${object.kind} ${object.metadata.name}: ${status} ${text}`];
        }),
      );
      assert.deepEqual(refused.flat(), []);
    });
  }

  it("has a schema for every kind that is written, but for these", async () => {
    const without = new Set<string>();
    for (const object of objects) if (!(await server.serves(object))) without.add(kindOf(object));
    const expected = [...WITHOUT_SCHEMA, ...(folder === undefined ? ONLY_IN_FOLDER : [])];
    assert.deepEqual([...without].sort(), expected.sort());
  });

  it("is asked about every kind of entry", () => {
    const kinds = Object.values(EXAMPLES).flatMap(({ entries }) => entries.map(({ kind }) => kind as string));
    assert.deepEqual([...new Set([...kinds, "load-balancer", "https"])].sort(), [...ENTRY_KIND_NAMES].sort());
    assert.ok(Object.values(stacks).flat().length >= 100);
  });

  it("refuses a field that does not exist, in every kind", async () => {
    const one = new Map(objects.map((object) => [kindOf(object), object]));
    const taken: string[] = [];
    for (const [kind, object] of one) {
      if (!(await server.serves(object))) continue;
      const misspelt = structuredClone(object) as KubernetesObject & { spec?: Block };
      // ConfigMaps and Secrets have no spec.
      Object.assign(misspelt.spec ?? misspelt, { holdfastNoSuchField: 1 });
      const { status, text } = await server.dryRun(misspelt);
      if (status < 400 || !/holdfastNoSuchField.*field not declared in schema/.test(text)) taken.push(`${kind}: ${status}`);
    }
    assert.deepEqual(taken, []);
  });

  it("refuses a value that is none", async () => {
    const budget = objectsOf(readStack(ROOT, "dev").stack).find(({ kind }) => kind === "PodDisruptionBudget")!;
    (budget.spec as Block).minAvailable = -1;
    assert.equal((await server.dryRun(budget)).status, 422);
  });
});
