import assert from "node:assert/strict";
import { parse } from "yaml";
import { importManifests } from "../../adopt";
import { compileStack } from "../../compile";
import type { Block } from "../../compile/mergePatch";
import { parseStack } from "../../compile/parse";
import { rawStack } from "../../compile/rawStack";
import { readAll } from "./fixture";

const take = (text: string, keep = false) => importManifests(readAll(text), { context: "my-cluster", keep });

function compiledFrom(stackFile: string) {
  const parsed = parseStack(rawStack((parse(stackFile) as { config: Block }).config));
  assert.equal(parsed.problems, undefined, JSON.stringify(parsed.problems));
  return compileStack(parsed.stack).services.flatMap(({ objects }) => objects.map(({ object }) => object));
}

const servicesOf = (stackFile: string): Block[] =>
  (parse(stackFile) as { config: { "holdfast:services": Block[] } }).config["holdfast:services"];

const pods = (env = "[]", ports = "[{ containerPort: 8080, name: http }, { containerPort: 9001, name: admin }]") => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - { name: web, image: "shop/web:1.2.3", ports: ${ports}, env: ${env}, lifecycle: { preStop: { sleep: { seconds: 15 } } } }
---
`;
const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }, { name: admin, port: 9001, targetPort: admin }] }
---
`;

const path = (at: string, service: string, port: number) =>
  `{ path: ${at}, pathType: Prefix, backend: { service: { name: ${service}, port: { number: ${port} } } } }`;
const ingress = (...paths: string[]) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec: { ingressClassName: nginx, rules: [{ host: a.example.com, http: { paths: [${paths.join(", ")}] } }] }
---
`;

const autoscaler = (version: string, target: string) => `
apiVersion: autoscaling/${version}
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 5, ${target} }
---
`;

const balancer = (selector: string) => `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, selector: { app: ${selector} }, ports: [{ port: 80, targetPort: 8080 }] }
---
`;

describe("an Ingress with several ways in, imported", () => {
  it("stays: no new object has its name, and it is said that it stays", () => {
    const { stackFile, left, ids } = take(pods() + SERVICE + ingress(path("/", "web", 80), path("/x", "other", 80)));
    const names = compiledFrom(stackFile).flatMap(({ kind, metadata }) => (kind === "Ingress" ? [metadata.name] : []));
    assert.deepEqual(names, ["web-ingress-nginx-1"]);
    assert.deepEqual(
      left.map(({ what }) => what),
      ["Ingress shop/web"],
    );
    assert.match(left[0]!.why, /each that is taken becomes an object of its own beside it/);
    assert.ok(!ids.some(({ type }) => type.endsWith(":Ingress")));
  });

  it("with one way only is taken over under its own name", () => {
    const { left, ids } = take(pods() + SERVICE + ingress(path("/", "web", 80)));
    assert.deepEqual(left, []);
    assert.ok(ids.some(({ type, id }) => type.endsWith(":Ingress") && id === "shop/web"));
  });

  it("is led to the same ports of the pods as before, each by its name", () => {
    const { stackFile, problems } = take(pods() + SERVICE + ingress(path("/", "web", 80), path("/admin", "web", 9001)));
    assert.deepEqual(problems, []);
    const [service] = servicesOf(stackFile);
    assert.deepEqual([service!.port, service!.ports], [8080, [{ name: "admin", port: 9001 }]]);
    const entries = service!.entries as Block[];
    assert.deepEqual(
      entries.map(({ path: at, targetPort }) => [at, targetPort]),
      [
        [undefined, undefined],
        ["/admin", "admin"],
      ],
    );
    const backends = compiledFrom(stackFile).flatMap(({ kind, spec }) => (kind === "Ingress" ? [JSON.stringify(spec)] : []));
    assert.match(backends[1]!, /"name":"web","port":\{"name":"admin"\}/);
  });

  it("gives a port a name of its own where the pods have none that fits", () => {
    const ports = "[{ containerPort: 8080, name: ws }, { containerPort: 9001, name: http }, { containerPort: 9002 }]";
    const service = SERVICE.replace("targetPort: http", "targetPort: 8080").replace("targetPort: admin", "targetPort: 9001");
    const { stackFile } = take(pods("[]", ports) + service + ingress(path("/", "web", 80), path("/admin", "web", 9001)));
    assert.deepEqual(servicesOf(stackFile)[0]!.ports, [{ name: "port-9001", port: 9001 }]);
  });
});

describe("an autoscaler of an older version, imported", () => {
  const VERSIONS: Record<string, string> = {
    v1: "targetCPUUtilizationPercentage: 60",
    v2beta1: "metrics: [{ type: Resource, resource: { name: cpu, targetAverageUtilization: 60 } }]",
    v2beta2: "metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }]",
  };
  for (const [version, target] of Object.entries(VERSIONS)) {
    for (const keep of [false, true]) {
      it(`${version}${keep ? ", kept" : ""}: is taken over as the same object, without a field that the new version lacks`, () => {
        const { stackFile, ids, changes } = take(pods() + SERVICE + autoscaler(version, target), keep);
        const { spec } = compiledFrom(stackFile).find(({ kind }) => kind === "HorizontalPodAutoscaler")! as unknown as {
          spec: Block & { metrics: { resource: unknown }[] };
        };
        assert.equal(spec.targetCPUUtilizationPercentage, undefined);
        assert.deepEqual(spec.metrics[0]!.resource, { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } });
        assert.ok(ids.some(({ type }) => type === "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"));
        const change = changes.find(({ field }) => field === "apiVersion")!;
        assert.match(change.why, /the same object under both versions/);
        assert.equal(change.effect, "none");
      });
    }
  }
});

describe("a load balancer that cannot be taken", () => {
  it("keeps its name: the Service inside the cluster gets another", () => {
    const { stackFile, left } = take(pods() + balancer("web"));
    const names = compiledFrom(stackFile).flatMap(({ kind, metadata }) => (kind === "Service" ? [metadata.name] : []));
    assert.deepEqual(names, ["web-cluster"]);
    assert.match(left[0]!.why, /its address is not written down/);
  });

  it("and has no pods among the manifests makes no service, which would take its place", () => {
    const { stackFile, left } = take(balancer("gone"));
    assert.match(stackFile, /holdfast:services: \[\]/);
    assert.match(left[0]!.why, /its address is not written down/);
  });
});

describe("what else lies about in manifests", () => {
  it("is a secret in plain text: it is said, by its name alone", () => {
    const { warnings } = take(pods("[{ name: DB_PASSWORD, value: hunter2 }, { name: MODE, value: fast }]") + SERVICE);
    const said = warnings.filter((warning) => warning.includes("in plain text"));
    assert.equal(said.length, 1);
    assert.match(said[0]!, /^web: DB_PASSWORD: /);
    assert.doesNotMatch(said[0]!, /hunter2|MODE/);
  });

  it("is no such secret where the value comes from a Secret", () => {
    const env = "[{ name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }]";
    assert.ok(!take(pods(env) + SERVICE).warnings.some((warning) => warning.includes("in plain text")));
  });

  it("is a worker that nobody connects to", () => {
    const { left } = take(pods("[]", "[]"));
    assert.match(left[0]!.why, /^neither a Service nor a containerPort says that anybody connects to it/);
  });

  it("is an object whose kind has no place, and one whose kind has but that nothing leads to", () => {
    const job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly, namespace: shop }\nspec: {}\n---\n";
    const { left } = take(pods() + SERVICE + job + ingress(path("/", "other", 80)));
    assert.deepEqual(
      left.map(({ why }) => why),
      [
        "its kind (CronJob) has no place in a stack file: it stays as it is",
        "no service of the stack names it or is reached by it: it stays as it is",
      ],
    );
  });
});
