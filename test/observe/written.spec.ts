import assert from "node:assert/strict";
import { metricNames } from "../../compile/observed";
import { alertsOf, settledSeconds, shareToKeep, type Alert } from "../../observe/alerts";
import { scatterOf } from "../../observe/queries";
import { EXAMPLES, stackOn } from "../compile/entries/stacks";
import { compiled, objectOf, parsed, rawStackWith, type Block } from "../compile/stacks";
import { CHAT } from "./scenarios";

function rulesOf(raw: unknown): Alert[] {
  const rule = compiled(raw).objects.find(({ logicalName }) => logicalName === "prometheus-rule");
  return rule === undefined ? [] : (rule.object.spec as { groups: { rules: Alert[] }[] }).groups[0]!.rules;
}

/** `EndpointChanged metallb`: an alert and the entry it belongs to. */
const shortNames = (rules: Alert[]) =>
  rules.map(({ alert, labels: { entry } }) => [alert.replace("Holdfast", ""), ...(entry ? [entry] : [])].join(" "));

/** What a WebSocket service has whatever its entries are. */
const CONNECTIONS = ["SocketsDropping", "Imbalance", "DrainRunningOut"];
const PODS = "UpgradesFailing";

/** The alerts that the entry of each example brings; the rest only a cloud's own metrics could show. */
const BY_ENTRY: Record<string, string[]> = {
  "node-port": [PODS],
  metallb: [PODS, "EndpointChanged metallb"],
  "aws-nlb": [PODS, "EndpointChanged aws-nlb"],
  "aws-nlb-tls": [PODS, "EndpointChanged aws-nlb"],
  "azure-lb": [PODS, "EndpointChanged azure-lb"],
  "azure-lb-internal": [PODS, "EndpointChanged azure-lb"],
  "gcp-lb": [PODS, "EndpointChanged gcp-lb"],
  "gcp-lb-internal": [PODS, "EndpointChanged gcp-lb"],
  "aws-alb": [PODS],
  "gce-ingress": [PODS],
  "ingress-nginx": ["UpgradesFailing ingress-nginx", "CertificateExpiring ingress-nginx"],
  "f5-nginx": [PODS, "CertificateExpiring f5-nginx"],
  traefik: ["UpgradesFailing traefik", "CertificateExpiring traefik"],
  "gateway-envoy-gateway": [PODS, "CertificateExpiring gateway"],
  "gateway-istio": [PODS],
  "gateway-envoy-gateway-azure": [PODS, "CertificateExpiring gateway"],
  "gateway-istio-aws": [PODS],
  "gateway-contour": [PODS, "CertificateExpiring gateway"],
  "gateway-traefik": ["UpgradesFailing gateway"],
  "gateway-gke": [PODS],
  "gateway-aws-lbc": [PODS],
  "gateway-approuting-istio": [PODS],
  "gateway-agc": [PODS],
};

describe("the alerts that are written", () => {
  for (const [name, { platform, entries, service }] of Object.entries(EXAMPLES)) {
    it(`for ${name} are those that a metric can show`, () => {
      const names = shortNames(rulesOf(stackOn(platform, entries, service)));
      const ofConnections = service?.protocol === undefined || service.protocol === "websocket" ? CONNECTIONS : [];
      assert.deepEqual(names, [...ofConnections, ...BY_ENTRY[name]!]);
    });
  }

  const metallb = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
  const of = (service: Block) => shortNames(rulesOf(rawStackWith(service)));

  it("need a metric that the application has", () => {
    assert.deepEqual(of({ metrics: { names: { connections: "none" } } }), [PODS]);
    assert.deepEqual(of({ metrics: { names: { connections: "none", requests: "none" } } }), []);
    assert.deepEqual(of({ protocol: "tcp", entries: [metallb] }), ["EndpointChanged metallb"]);
    assert.deepEqual(of({ protocol: "tcp", metrics: { names: { connections: "open_streams" } } }), CONNECTIONS);
    const [{ expr }] = rulesOf(rawStackWith({ metrics: { names: { connections: "open_sockets" } } })) as [Alert];
    assert.match(expr, /^\(sum\(open_sockets\{/);
  });

  it("tell nothing of a goodbye that is over before anybody reads it", () => {
    assert.ok(of({}).includes("DrainRunningOut"));
    assert.ok(!of({ promise: { drainSeconds: 0 } }).includes("DrainRunningOut"));
    assert.ok(!of({ promise: { drainSeconds: 29 } }).includes("DrainRunningOut"));
    assert.ok(of({ promise: { drainSeconds: 29 }, metrics: { intervalSeconds: 15 } }).includes("DrainRunningOut"));
  });

  it("come with the ServiceMonitor, and without it where they are asked for", () => {
    assert.deepEqual(of({ metrics: { via: "annotations" } }), []);
    assert.deepEqual(of({ metrics: { via: "none" } }), []);
    assert.deepEqual(of({ metrics: { rules: false } }), []);
    const rules = rulesOf(rawStackWith({ metrics: { via: "annotations", rules: true }, promise: { drainSeconds: 90 } }));
    assert.deepEqual(shortNames(rules), [...CONNECTIONS, PODS]);
    for (const { expr } of rules) assert.match(expr, /pod=~"chat-\(/);
    for (const { expr } of rules) assert.doesNotMatch(expr, /service="chat"/);
  });

  it("carry the labels that the operator selects by, and are needed", () => {
    const service = compiled(rawStackWith({ metrics: { labels: { release: "prometheus" } } }));
    assert.equal(objectOf(service, "prometheus-rule").object.metadata.labels?.release, "prometheus");
    assert.ok(service.needs.some(({ name }) => name === "prometheusrules.monitoring.coreos.com"));
    const without = compiled(rawStackWith({ metrics: { rules: false } }));
    assert.ok(!without.needs.some(({ name }) => name === "prometheusrules.monitoring.coreos.com"));
  });

  it("tell pods of another service with a longer name apart", () => {
    const [{ expr }] = rulesOf(rawStackWith({ metrics: { via: "annotations", rules: true } })) as [Alert];
    const pods = new RegExp(`^(?:${/pod=~"([^"]+)"/.exec(expr)![1]!.replaceAll("\\\\", "\\")})$`);
    for (const own of ["chat-7ddf6b465f-djlkv", "chat-0", "chat-12"]) assert.match(own, pods);
    for (const other of ["chat-api-7ddf6b465f-djlkv", "chatty-0", "chat", "mychat-0"]) assert.doesNotMatch(other, pods);
  });
});

describe("the thresholds of alerts", () => {
  it("let one pod of the floor go, and not much more", () => {
    const shares = [1, 2, 3, 4, 6, 100].map((floorPods) => shareToKeep({ floorPods }));
    assert.deepEqual(shares, [0.25, 0.25, 0.5, 0.63, 0.75, 0.75]);
  });

  it("allow more scatter where many connections come together", () => {
    const scatter = (["none", "cookie", "source-ip"] as const).map((stickiness) => scatterOf({ stickiness }));
    assert.deepEqual(scatter, [4, 5.7, 17.9]);
  });

  it("look at pods that are older than the stickiness lasts", () => {
    assert.equal(settledSeconds({ ...CHAT, ttlSeconds: undefined }), 900);
    assert.equal(settledSeconds({ ...CHAT, ttlSeconds: 3600 }), 3600);
    assert.equal(settledSeconds({ ...CHAT, ttlSeconds: 86_400 }), 14_400);
  });

  it("follow the promise of the service", () => {
    const drain = (drainSeconds: number) => ({ ...CHAT.drain, drainSeconds });
    const expressions = (drainSeconds: number) => alertsOf({ ...CHAT, drain: drain(drainSeconds) }).map(({ expr }) => expr);
    assert.notDeepEqual(expressions(40), expressions(400));
    assert.ok(expressions(400).some((expr) => expr.includes("/ 400, 0)")));
  });

  it("know what an application has by its protocol alone", () => {
    const { stack } = parsed(rawStackWith({ metrics: { names: { closes: "none", requests: "answers_total" } } }));
    assert.deepEqual(metricNames(stack.services[0]!), {
      connections: "websocket_connections_current",
      requests: "answers_total",
      requestSeconds: "http_request_duration_seconds",
    });
  });
});

const UID = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";

describe("metrics that strangers could read", () => {
  const warned = (entry: Block, environment = "production") =>
    parsed(rawStackWith({ entries: [entry] }, { uid: UID }, { environment })).warnings.filter((warning) =>
      /can read the metrics/.test(warning),
    );

  it("are told in production", () => {
    const nginx = { kind: "ingress-nginx", host: "chat.example.com", tls: { secretName: "chat" } };
    assert.deepEqual(warned(nginx), [
      "services[0] chat: entries[0]: whoever reaches it can read the metrics at /metrics; give the entry the path that clients open",
    ]);
    assert.deepEqual(warned({ ...nginx, path: "/ws" }), []);
    assert.equal(warned({ ...nginx, path: "/metrics" }).length, 1);
    assert.match(warned({ kind: "metallb", pool: "lan", address: "192.168.1.207" })[0]!, /refuse it to strangers/);
    assert.deepEqual(warned({ kind: "metallb", pool: "lan", address: "192.168.1.207" }, "development"), []);
  });
});
