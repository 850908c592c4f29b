import assert from "node:assert/strict";
import { compileService } from "../../compile";
import { examineStack, parseStack } from "../../compile/parse";
import { explainService } from "../../explain/model";
import { explainAsText } from "../../explain/text";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { compiled, objectOf, parsed, problemsOf, rawStackWith, specOf, type Block } from "./stacks";

const LAN = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
const NGINX = { kind: "ingress-nginx", host: "chat.example.com" };
const VOLUMES = [{ name: "data", mountPath: "/data", sizeGib: 20, storageClassName: "fast" }];

const stateful = (workload: Block = {}, service: Block = {}): Block =>
  rawStackWith({ entries: [LAN], workload: { kind: "stateful-set", ...workload }, ...service });
const existing = (workload: Block = {}, service: Block = {}): Block =>
  rawStackWith({
    image: undefined,
    entries: [LAN],
    workload: { mode: "existing", selector: { "app.kubernetes.io/name": "grafana" }, ...workload },
    ...service,
  });
const namesOf = (raw: Block): string[] => compiled(raw).objects.map(({ logicalName }) => logicalName);

function findingsOf(raw: Block): string[] {
  const { stack } = parsed(raw);
  const objects = compileService(stack.services[0]!, stack).objects.map(({ object }) => object);
  return reportOn(ruleContext(objects, stack.cluster, STANDARD_OPTIONS))
    .findings.filter(({ severity }) => severity === "error")
    .map(({ rule, found }) => `${rule}: ${found}`);
}

function explained(raw: Block): string {
  const examined = examineStack(raw);
  assert.ok(examined.problems === undefined, JSON.stringify(examined.problems));
  return explainAsText(examined.services.map((service) => explainService(service, examined.stack.cluster))).replace(/\s+/g, " ");
}

describe("a workload that keeps state", () => {
  it("is a StatefulSet with its headless Service, its volumes and no autoscaler", () => {
    const service = compiled(stateful({ volumes: VOLUMES }));
    const names = service.objects.map(({ logicalName }) => logicalName);
    assert.ok(!names.includes("deployment") && !names.includes("horizontal-pod-autoscaler"));
    const spec = specOf(service, "stateful-set");
    assert.equal(spec.replicas, 1);
    assert.equal(spec.serviceName, "chat-headless");
    assert.equal(spec.podManagementPolicy, "OrderedReady");
    assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: "Retain", whenScaled: "Retain" });
    assert.deepEqual(spec.volumeClaimTemplates, [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "20Gi" } } },
      },
    ]);
    const [container] = ((spec.template as Block).spec as { containers: Block[] }).containers;
    assert.deepEqual(container!.volumeMounts, [{ name: "data", mountPath: "/data" }]);
    assert.equal(specOf(service, "headless-service").clusterIP, "None");
    assert.equal(objectOf(service, "headless-service").object.metadata.labels!.app, undefined);
  });

  it("is a Deployment where nobody asks for more, with a surge that a StatefulSet has not", () => {
    assert.ok(namesOf(rawStackWith()).includes("deployment"));
    assert.ok(!namesOf(rawStackWith()).some((name) => ["stateful-set", "headless-service"].includes(name)));
    assert.ok((specOf(compiled(rawStackWith()), "deployment").strategy as Block).rollingUpdate);
    assert.deepEqual(specOf(compiled(stateful()), "stateful-set").updateStrategy, { type: "RollingUpdate" });
  });

  it("has an autoscaler of its own kind where one is asked for", () => {
    const service = compiled(stateful({}, { scaling: { min: 2, max: 4 } }));
    const { scaleTargetRef } = specOf(service, "horizontal-pod-autoscaler");
    assert.deepEqual(scaleTargetRef, { apiVersion: "apps/v1", kind: "StatefulSet", name: "chat" });
    assert.deepEqual(objectOf(service, "stateful-set").ignoreChanges, ["spec.replicas"]);
  });

  it("has a budget that lets a node be emptied, whatever its number of pods, and passes the policy pack", () => {
    const budget = (service: Block) => specOf(compiled(stateful({}, service)), "pod-disruption-budget");
    assert.equal(budget({}).maxUnavailable, 1);
    assert.equal(budget({ scaling: { min: 3, max: 3 } }).minAvailable, 2);
    for (const min of [1, 2, 3]) assert.deepEqual(findingsOf(stateful({ volumes: VOLUMES }, { scaling: { min, max: min } })), []);
  });

  it("says what a rollout of its only pod costs, and may have only one in production", () => {
    const { warnings } = parsed(stateful());
    assert.match(warnings.join("\n"), /one pod that has to be gone .* nobody is served for up to 120 s \(goodbye 60, start 60\)/);
    assert.doesNotMatch(parsed(stateful({}, { scaling: { min: 2 } })).warnings.join(), /nobody is served/);
    const uid = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";
    const production = (workload: Block) =>
      problemsOf({ ...rawStackWith({ workload, scaling: { min: 1, max: 1 } }, { uid }), environment: "production" });
    assert.deepEqual(production({ kind: "stateful-set" }), []);
    assert.match(production({}).join(), /scaling\.min: found 1; allowed in production: at least 2/);
  });
});

describe("a workload that others run", () => {
  const all = { replicas: 1, preStopSeconds: 15, gracePeriodSeconds: 60 };

  it("gets its ways in and nothing else", () => {
    assert.deepEqual(namesOf(existing()), ["metallb-service"]);
    const spec = specOf(compiled(existing()), "metallb-service");
    assert.deepEqual(spec.selector, { "app.kubernetes.io/name": "grafana" });
    assert.equal((spec.ports as Block[])[0]!.targetPort, 8080, "the pods of others need not have named their ports");
  });

  it("gets a Service inside the cluster only where an entry sends to it, or where there is no entry", () => {
    assert.deepEqual(namesOf(existing({}, { entries: [NGINX] })), ["service", "ingress-nginx-ingress"]);
    assert.deepEqual(namesOf(existing({}, { entries: [] })), ["service"]);
    assert.deepEqual(namesOf(existing({}, { entries: [{ kind: "traefik", host: "chat.example.com" }] })).slice(0, 1), [
      "service",
    ]);
  });

  it("is told as something that must be there", () => {
    const { needs } = compiled(existing());
    assert.ok(needs.some(({ kind, name }) => kind === "pods" && name === "chat/app.kubernetes.io/name=grafana"));
    assert.ok(compiled(rawStackWith()).needs.every(({ kind }) => kind !== "pods"));
  });

  it("has a goodbye that is not known until it is declared", () => {
    assert.match(
      parsed(existing()).warnings.join("\n"),
      /nothing shows how the pods of workload\.selector leave: declare workload\.declared/,
    );
    assert.match(explained(existing()), /goodbye: not known: somebody else makes the pods/);
    const declared = existing({ declared: all });
    assert.doesNotMatch(parsed(declared).warnings.join("\n"), /how the pods/);
    assert.match(explained(declared), /goodbye: a leaving pod serves on for 15 s, .* killed after 1 min/);
  });

  it("is read with what is declared of it: one pod keeps every client on it", () => {
    const readThrough = (workload: Block) => {
      const examined = examineStack(existing(workload, { entries: [NGINX] }));
      assert.ok(examined.problems === undefined);
      const { path } = examined.services[0]!.verdicts[0]!;
      return { maximumPods: path.maximumPods, drainSeconds: path.hops.at(-1)!.drainSeconds };
    };
    assert.deepEqual(readThrough({ declared: all }), { maximumPods: 1, drainSeconds: 60 });
    assert.equal(readThrough({ declared: { ...all, replicas: 3 } }).maximumPods, 3);
    assert.equal(readThrough({}).maximumPods, undefined);
  });

  it("passes the policy pack", () => assert.deepEqual(findingsOf(existing({ declared: all }, { entries: [LAN, NGINX] })), []));
});

describe("more than one port", () => {
  const ports = [
    { name: "console", port: 9001, protocol: "http-stream" },
    { name: "metrics", port: 9090 },
  ];
  const CONSOLE = { ...LAN, name: "console", address: "192.168.1.208", targetPort: "console" };
  const raw = (service: Block = {}) => rawStackWith({ ports, entries: [LAN, CONSOLE], metrics: { port: "metrics" }, ...service });
  const portsOf = (service: Block, logicalName: string) =>
    (specOf(compiled(raw(service)), logicalName).ports as Block[]).map(
      ({ name, port, targetPort }) => `${String(name)} ${String(port)} ${String(targetPort)}`,
    );

  it("stand on the container and on the Service inside the cluster, and one on each entry", () => {
    const template = specOf(compiled(raw()), "deployment").template as { spec: { containers: { ports: Block[] }[] } };
    assert.deepEqual(template.spec.containers[0]!.ports, [
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "console", containerPort: 9001, protocol: "TCP" },
      { name: "metrics", containerPort: 9090, protocol: "TCP" },
    ]);
    assert.deepEqual(portsOf({}, "service"), ["http 80 http", "console 9001 console", "metrics 9090 metrics"]);
    assert.deepEqual(portsOf({}, "metallb-service"), ["http 80 http"]);
    assert.deepEqual(portsOf({}, "console-service"), ["console 80 console"]);
  });

  it("are where an entry leads that names one, whatever its kind", () => {
    const host = "chat.example.com";
    const through = (entry: Block, logicalName: string) => {
      const service = compiled(raw({ entries: [{ host, name: "way", targetPort: "console", ...entry }] }));
      return JSON.stringify(specOf(service, logicalName));
    };
    assert.match(through({ kind: "ingress-nginx" }, "way-ingress"), /"name":"chat","port":\{"name":"console"\}/);
    assert.match(through({ kind: "traefik" }, "way-ingress-route"), /"name":"chat".*"port":9001/);
    assert.match(through({ kind: "gateway", implementation: "envoy-gateway" }, "way-route"), /"name":"chat","port":9001/);
    assert.match(
      through({ kind: "gateway", implementation: "envoy-gateway", targetPort: undefined }, "way-route"),
      /"name":"chat","port":80/,
    );
  });

  it("are judged and printed by what they carry", () => {
    const { stack } = parsed(raw());
    const [, console] = compileService(stack.services[0]!, stack).endpoints;
    assert.equal(console!.url, "http://192.168.1.208/");
    const { annotations } = objectOf(compiled(raw()), "console-service").object.metadata;
    assert.match(annotations!["holdfast/promise"]!, /"protocol":"http-stream"/);
  });

  it("give probes and metrics a port of their own", () => {
    const service = compiled(raw({ probes: { readiness: { port: "console", path: "/ready" } } }));
    const template = specOf(service, "deployment").template as { spec: { containers: Block[] } };
    const { readinessProbe, livenessProbe } = template.spec.containers[0] as { readinessProbe: Block; livenessProbe: Block };
    assert.deepEqual(readinessProbe.httpGet, { path: "/ready", port: "console" });
    assert.deepEqual(livenessProbe.httpGet, { path: "/health/live", port: "http" });
    assert.equal((specOf(service, "service-monitor").endpoints as Block[])[0]!.port, "metrics");
    const scraped = specOf(compiled(raw({ metrics: { via: "annotations", port: "metrics" } })), "deployment");
    const { annotations } = (scraped.template as { metadata: { annotations: Block } }).metadata;
    assert.equal(annotations["prometheus.io/port"], "9090");
  });

  it("are each let through the network policy for those who reach it, and the metrics for Prometheus alone", () => {
    const open = rawStackWith(
      { ports, entries: [LAN, CONSOLE], metrics: { port: "metrics" }, networkPolicy: {} },
      { network: { nodeRanges: ["10.0.0.0/8"] } },
    );
    const { ingress } = specOf(compiled(open), "network-policy") as { ingress: { from: Block[]; ports: Block[] }[] };
    assert.deepEqual(
      ingress.map(({ from, ports: [first] }) => `${String(first!.port)} ${Object.keys(from[0]!).join()}`),
      ["8080 ipBlock", "9001 ipBlock", "9090 namespaceSelector"],
    );
  });

  it("keep the metrics from every entry", () => {
    const told = problemsOf(raw({ entries: [{ ...LAN, targetPort: "metrics" }] }));
    assert.match(told.join(), /entries\[0\]\.targetPort: found metrics, the port of the metrics, which are never for clients/);
    assert.deepEqual(problemsOf(raw({ metrics: { via: "none" }, entries: [{ ...LAN, targetPort: "metrics" }] })), []);
    assert.equal(parseStack(raw()).problems, undefined);
  });
});
