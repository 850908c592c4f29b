import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { compileService } from "../../compile";
import { rawStack } from "../../compile/rawStack";
import type { Stack } from "../../compile/stack";
import type { KubernetesObject } from "../../path/objects";
import { readStack } from "../../cli/stackFile";
import { parsed, type Block } from "./stacks";

const ROOT = path.join(__dirname, "..", "..");

function objectsOf(stack: Stack): Map<string, KubernetesObject> {
  const { objects } = compileService(stack.services[0]!, stack);
  return new Map(objects.map(({ logicalName, object }) => [logicalName, object]));
}

/** The production stack with the classic way in, which nobody should choose any more. */
function classicProduction(): Stack {
  const { config } = parse(fs.readFileSync(path.join(ROOT, "Pulumi.prod.yaml"), "utf8")) as { config: Block };
  const raw = rawStack(config) as { cluster: Block; services: Block[] };
  const [service] = raw.services as [Block & { promise: Block }];
  const affinity = { mode: "client", ttlSeconds: 3600, cookieName: "chatpulse-route" };
  const entry = {
    kind: "ingress-nginx",
    host: "chatpulse.example.com",
    tls: { clusterIssuer: "letsencrypt-prod", secretName: "chatpulse-tls" },
    limitRps: 100,
  };
  const cluster = { ...raw.cluster, controllers: { "ingress-nginx": "1.15.1" } };
  const services = [{ ...service, promise: { ...service.promise, affinity }, entries: [entry] }];
  return parsed({ ...raw, cluster, services }).stack;
}

/** Follows `spec.rules[0].host`; a key in double quotes may hold dots. */
function at(object: unknown, place: string): unknown {
  const keys = [...place.matchAll(/"([^"]+)"|[^.[\]"]+/g)].map(([whole, quoted]) => quoted ?? whole);
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
}

/** The classic ChatPulse manifests, field by field: logical name, place, value. */
const CLASSIC: [string, string, unknown][] = [
  ["namespace", "metadata.name", "chatpulse"],
  ["namespace", "metadata.labels.app", "chatpulse"],
  ["config-map", "metadata.name", "chatpulse-config"],
  ["config-map", "metadata.namespace", "chatpulse"],
  ["config-map", "data.APP_ENV", "production"],
  ["config-map", "data.TWITCH_REDIRECT_URI", "https://chatpulse.example.com/auth/callback"],
  ["config-map", "data.WEBHOOK_CALLBACK_URL", "https://chatpulse.example.com/webhooks/eventsub"],
  ["secret", "metadata.name", "chatpulse-secrets"],
  ["secret", "type", "Opaque"],
  ["deployment", "metadata.name", "chatpulse"],
  ["deployment", "metadata.labels.app", "chatpulse"],
  ["deployment", "spec.strategy", { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }],
  ["deployment", "spec.selector", { matchLabels: { app: "chatpulse" } }],
  ["deployment", "spec.template.metadata.labels.app", "chatpulse"],
  ["deployment", "spec.template.spec.containers[0].name", "chatpulse"],
  ["deployment", "spec.template.spec.containers[0].imagePullPolicy", "Always"],
  ["deployment", "spec.template.spec.containers[0].ports", [{ name: "http", containerPort: 8080, protocol: "TCP" }]],
  [
    "deployment",
    "spec.template.spec.containers[0].envFrom",
    [{ configMapRef: { name: "chatpulse-config" } }, { secretRef: { name: "chatpulse-secrets" } }],
  ],
  [
    "deployment",
    "spec.template.spec.containers[0].resources",
    { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
  ],
  ["deployment", "spec.template.spec.containers[0].startupProbe", probe("/health/startup", 5, 2, 12)],
  ["deployment", "spec.template.spec.containers[0].livenessProbe", probe("/health/live", 10, 1, 3)],
  ["deployment", "spec.template.spec.containers[0].readinessProbe", probe("/health/ready", 5, 5, 2)],
  [
    "deployment",
    "spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution",
    [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["chatpulse"] }] },
          topologyKey: "kubernetes.io/hostname",
        },
      },
    ],
  ],
  ["service", "metadata.name", "chatpulse"],
  ["service", "spec.type", "ClusterIP"],
  ["service", "spec.selector", { app: "chatpulse" }],
  ["service", "spec.ports[0].name", "http"],
  ["service", "spec.ports[0].port", 80],
  ["service", "spec.ports[0].targetPort", "http"],
  ["service", "spec.ports[0].protocol", "TCP"],
  ["service", "spec.sessionAffinity", "ClientIP"],
  ["service", "spec.sessionAffinityConfig", { clientIP: { timeoutSeconds: 3600 } }],
  ["horizontal-pod-autoscaler", "spec.scaleTargetRef", { apiVersion: "apps/v1", kind: "Deployment", name: "chatpulse" }],
  ["horizontal-pod-autoscaler", "spec.minReplicas", 3],
  ["horizontal-pod-autoscaler", "spec.maxReplicas", 10],
  ["horizontal-pod-autoscaler", "spec.metrics", [utilization("cpu", 70), utilization("memory", 80)]],
  ["horizontal-pod-autoscaler", "spec.behavior.scaleDown", behavior(300, 50)],
  ["horizontal-pod-autoscaler", "spec.behavior.scaleUp", behavior(60, 100)],
  ["pod-disruption-budget", "apiVersion", "policy/v1"],
  ["pod-disruption-budget", "spec.minAvailable", 2],
  ["pod-disruption-budget", "spec.selector", { matchLabels: { app: "chatpulse" } }],
  ["service-monitor", "metadata.labels.app", "chatpulse"],
  ["service-monitor", "spec.selector.matchLabels", { app: "chatpulse" }],
  ["service-monitor", "spec.endpoints", [{ port: "http", path: "/metrics", interval: "30s" }]],
];

/** What follows from the way in: the classic Ingress, and the goodbye that it allows. */
const CLASSIC_INGRESS: [string, string, unknown][] = [
  ["deployment", "spec.template.spec.terminationGracePeriodSeconds", 60],
  ["deployment", "spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds", 15],
  ["ingress-nginx-ingress", "metadata.name", "chatpulse"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/proxy-connect-timeout"', "10"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/affinity"', "cookie"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/session-cookie-name"', "chatpulse-route"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/session-cookie-max-age"', "3600"],
  [
    "ingress-nginx-ingress",
    "spec.rules[0].http.paths",
    [{ path: "/", pathType: "Prefix", backend: { service: { name: "chatpulse", port: { name: "http" } } } }],
  ],
];

/** What only the production form of the classic Ingress has. */
const CLASSIC_PRODUCTION: [string, string, unknown][] = [
  ["ingress-nginx-ingress", 'metadata.annotations."cert-manager.io/cluster-issuer"', "letsencrypt-prod"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/limit-rps"', "100"],
  ["ingress-nginx-ingress", "spec.tls", [{ hosts: ["chatpulse.example.com"], secretName: "chatpulse-tls" }]],
  ["ingress-nginx-ingress", "spec.rules[0].host", "chatpulse.example.com"],
];

/** Where we differ from the classic manifests, each with its value here; docs/chatpulse.md gives the reasons. */
const CORRECTED: [string, string, unknown][] = [
  ["deployment", "spec.replicas", undefined],
  ["deployment", 'spec.template.metadata.annotations."prometheus.io/scrape"', undefined],
  ["deployment", "spec.template.spec.containers[0].lifecycle.preStop.exec", undefined],
  ["deployment", "spec.template.spec.containers[0].image", "ghcr.io/pscheid92/chatpulse:1.0.0"],
  ["service-monitor", "spec.selector.matchExpressions", [{ key: "holdfast/entry", operator: "DoesNotExist" }]],
];

const CORRECTED_INGRESS: [string, string, unknown][] = [
  ["ingress-nginx-ingress", 'metadata.annotations."kubernetes.io/ingress.class"', undefined],
  ["ingress-nginx-ingress", "spec.ingressClassName", "nginx"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/configuration-snippet"', undefined],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/proxy-read-timeout"', "3660"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/proxy-send-timeout"', "3660"],
  ["ingress-nginx-ingress", 'metadata.annotations."nginx.ingress.kubernetes.io/affinity-mode"', "persistent"],
];

function probe(httpPath: string, periodSeconds: number, timeoutSeconds: number, failureThreshold: number) {
  const httpGet = { path: httpPath, port: "http" };
  return { httpGet, initialDelaySeconds: 0, periodSeconds, timeoutSeconds, successThreshold: 1, failureThreshold };
}

function utilization(name: string, averageUtilization: number) {
  return { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } };
}

function behavior(stabilizationWindowSeconds: number, value: number) {
  return { stabilizationWindowSeconds, policies: [{ type: "Percent", value, periodSeconds: 60 }] };
}

describe("ChatPulse compared with its classic manifests", () => {
  const stacks = {
    dev: objectsOf(readStack(ROOT, "dev").stack),
    prod: objectsOf(readStack(ROOT, "prod").stack),
    "prod behind the classic Ingress": objectsOf(classicProduction()),
  };

  for (const [stack, objects] of Object.entries(stacks)) {
    const ofIngress = stack === "prod" ? [] : [...CLASSIC_INGRESS, ...CORRECTED_INGRESS];
    for (const [logicalName, place, value] of [...CLASSIC, ...CORRECTED, ...ofIngress]) {
      // Production fetches the secret instead of holding it.
      if (logicalName === "secret" && stack !== "dev") continue;
      it(`${stack}: ${logicalName} ${place}`, () => assert.deepEqual(at(objects.get(logicalName), place), value));
    }
  }

  for (const [logicalName, place, value] of CLASSIC_PRODUCTION) {
    const { "prod behind the classic Ingress": objects } = stacks;
    it(`prod behind the classic Ingress: ${logicalName} ${place}`, () =>
      assert.deepEqual(at(objects.get(logicalName), place), value));
  }

  it("dev: the Secret has the eight keys, and no value", () => {
    const { stringData } = stacks.dev.get("secret") as unknown as { stringData: Record<string, unknown> };
    const keys =
      "DATABASE_URL REDIS_URL TWITCH_CLIENT_ID TWITCH_CLIENT_SECRET SESSION_SECRET WEBHOOK_SECRET BOT_USER_ID TOKEN_ENCRYPTION_KEY";
    assert.deepEqual(Object.keys(stringData), keys.split(" "));
    for (const value of Object.values(stringData)) assert.notEqual(typeof value, "string");
  });

  it("prod: the goodbye is as long as a load balancer of AWS needs", () => {
    const pod = at(stacks.prod.get("deployment"), "spec.template.spec");
    assert.equal(at(pod, "containers[0].lifecycle.preStop.sleep.seconds"), 30);
    assert.equal(at(pod, "terminationGracePeriodSeconds"), 75);
  });

  it("prod: the same eight keys come from the store", () => {
    const secret = stacks.prod.get("secret")!;
    assert.equal(secret.kind, "ExternalSecret");
    assert.equal((at(secret, "spec.data") as unknown[]).length, 8);
  });

  it("tells a wrong place from a right one", () => {
    assert.equal(at(stacks.dev.get("service"), "spec.ports[0].prot"), undefined);
    assert.equal(at(stacks.dev.get("servic"), "spec"), undefined);
  });

  it("leaves the replicas to the autoscaler after creation too", () => {
    const { stack } = readStack(ROOT, "dev");
    const deployment = compileService(stack.services[0]!, stack).objects.find(({ logicalName }) => logicalName === "deployment")!;
    assert.deepEqual(deployment.ignoreChanges, ["spec.replicas"]);
  });

  it("gives every corrected object a sentence that says why", () => {
    const { stack } = readStack(ROOT, "dev");
    const { objects } = compileService(stack.services[0]!, stack);
    const corrected = new Set([...CORRECTED, ...CORRECTED_INGRESS].map(([logicalName]) => logicalName));
    for (const { logicalName, why } of objects) {
      if (corrected.has(logicalName)) assert.ok(why !== undefined && why.length > 0, logicalName);
    }
  });

  it("says where clients reach it", () => {
    const { stack } = readStack(ROOT, "dev");
    assert.deepEqual(compileService(stack.services[0]!, stack).endpoints, [
      {
        entry: "metallb",
        kind: "metallb",
        url: "ws://192.168.1.207/ws",
        address: "192.168.1.207",
        addressFrom: { logicalName: "metallb-service" },
      },
      {
        entry: "ingress-nginx",
        kind: "ingress-nginx",
        url: "ws://chatpulse.holdfast.test/ws",
        host: "chatpulse.holdfast.test",
        addressFrom: { logicalName: "ingress-nginx-ingress" },
      },
    ]);
  });
});
