import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { ruleContext } from "../../policy/rule";
import { object } from "../path/objects";

type Fields = { [key: string]: Value };

/** Pods and their Service, both of one name. */
function pods(name: string, container: Fields, ports: Value[] = [{ port: 8080 }], spec: Fields = {}): KubernetesObject[] {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "app", image: "registry.test/app:1", ...container }] } };
  return [
    object("apps/v1", "Deployment", name, { spec: { replicas: 3, selector: { matchLabels: labels }, template } }),
    object("v1", "Service", name, { spec: { selector: labels, ports, ...spec } }),
  ];
}

const judged = (objects: KubernetesObject[], assume: "all" | "evidence" = "all"): string[] =>
  ruleContext(objects, {}, { ...STANDARD_OPTIONS, assume })
    .workloads.map(({ workload }) => String(workload.metadata.name))
    .sort();

const exposed = pods("edge", {}, [{ port: 80 }], { type: "LoadBalancer" });
const terminal = pods("terminal", { image: "registry.test/ttyd:1" });

describe("pods beside the ways in that are read", () => {
  it("are judged where they show long connections and nobody speaks of them", () => {
    assert.deepEqual(judged([...exposed, ...terminal]), ["edge", "terminal"]);
    assert.deepEqual(judged([...exposed, ...pods("answers", { image: "registry.test/ollama:0.12.3" })]), ["answers", "edge"]);
  });

  it("are not where nothing shows any, or where not every way in is judged", () => {
    assert.deepEqual(judged([...exposed, ...pods("reports", {})]), ["edge"]);
    assert.deepEqual(judged([...exposed, ...terminal], "evidence"), []);
  });

  it("are not where a variable, a command or a ConfigMap speaks of them: then that one asks them", () => {
    const env = [{ name: "BACKEND", value: "tcp://terminal.chat.svc:8080" }];
    assert.deepEqual(judged([...pods("edge", { env }, [{ port: 80 }], { type: "LoadBalancer" }), ...terminal]), ["edge"]);
    const args = ["--upstream-of-mine=terminal:8080"];
    assert.deepEqual(judged([...pods("edge", { args }, [{ port: 80 }], { type: "LoadBalancer" }), ...terminal]), ["edge"]);
    const settings = object("v1", "ConfigMap", "settings", { data: { "app.ini": "peer = terminal" } });
    assert.deepEqual(judged([...exposed, ...terminal, settings]), ["edge"]);
    const others = object("v1", "ConfigMap", "settings", { data: { "app.ini": "peer = terminals" } });
    assert.deepEqual(judged([...exposed, ...terminal, others]), ["edge", "terminal"]);
  });

  it("are though Prometheus asks them for metrics, and a dashboard shows them", () => {
    const data = { "prometheus.yml": "scrape_configs:\n- static_configs: [{ targets: [terminal:9090] }]" };
    const dashboard = { "chat.json": '{ "panels": [{ "title": "terminal" }] }' };
    const watching = [object("v1", "ConfigMap", "scraped", { data }), object("v1", "ConfigMap", "shown", { data: dashboard })];
    assert.deepEqual(judged([...exposed, ...terminal, ...watching]), ["edge", "terminal"]);
  });

  it("are though they speak of themselves", () => {
    const env = [{ name: "ADVERTISED_AS", value: "terminal" }];
    assert.deepEqual(judged([...exposed, ...pods("terminal", { image: "registry.test/ttyd:1", env })]), ["edge", "terminal"]);
  });
});

describe("pods beside a gateway of which nothing says where it leads", () => {
  const gateway = (name: string, container: Fields = {}): KubernetesObject[] =>
    pods(name, container, [{ port: 80 }], { type: "LoadBalancer" });
  const reports = pods("reports", {});

  it("are what it leads to", () => {
    for (const name of ["api-gateway", "mcpgateway", "edge-nginx", "proxy"]) {
      assert.deepEqual(judged([...gateway(name), ...reports]), [name, "reports"], name);
    }
    assert.deepEqual(judged([...gateway("edge", { image: "registry.test/chat-envoy:1" }), ...reports]), ["edge", "reports"]);
  });

  it("are not where there are many of them, but those that show long connections", () => {
    const many = ["a", "b", "c", "d"].flatMap((name) => pods(name, {}));
    assert.deepEqual(judged([...gateway("proxy"), ...many.slice(0, 6)]), ["a", "b", "c", "proxy"]);
    assert.deepEqual(judged([...gateway("proxy"), ...many, ...terminal]), ["proxy", "terminal"]);
  });

  it("are opened by its pods", () => {
    const { asked } = ruleContext([...gateway("proxy"), ...reports], {}, { ...STANDARD_OPTIONS, assume: "all" });
    const found = asked.find(({ path }) => path.service.name === "reports")!.path.openedBy;
    assert.deepEqual([found?.kind, found?.name], ["Deployment", "proxy"]);
  });

  it("are not in another namespace, where somebody else asks them, where they only watch, or beside what is no gateway", () => {
    const far = reports.map((one) => ({ ...one, metadata: { ...one.metadata, namespace: "other" } }));
    assert.deepEqual(judged([...gateway("proxy"), ...far]), ["proxy"]);
    const env = [{ name: "REPORTS", value: "http://reports:8080" }];
    assert.deepEqual(judged([...gateway("proxy"), ...reports, ...pods("worker", { env }, [{ port: 6379 }])]), ["proxy"]);
    assert.deepEqual(judged([...gateway("proxy"), ...pods("reports", { image: "registry.test/grafana:12" })]), ["proxy"]);
    assert.deepEqual(judged([...gateway("edge"), ...reports]), ["edge"]);
    assert.deepEqual(judged([...gateway("gateways"), ...reports]), ["gateways"]);
  });

  it("are not beside a controller, whose routes are read", () => {
    for (const name of ["traefik", "nginx-ingress-controller", "kong-proxy"]) {
      assert.deepEqual(judged([...gateway(name), ...reports]), [name], name);
    }
  });
});

describe("pods that take a port of their node", () => {
  const [relay] = pods("relay", { ports: [{ containerPort: 3478, hostPort: 3478 }] });
  const taking = (port: Fields): KubernetesObject => pods("relay", { ports: [{ containerPort: 3478, ...port }] })[0]!;

  it("are judged beside the ways in that are read, where no Service selects them", () => {
    assert.deepEqual(judged([...exposed, relay!]), ["edge", "relay"]);
    assert.deepEqual(judged([...exposed, ...pods("relay", { ports: [{ containerPort: 3478, hostPort: 3478 }] })]), ["edge"]);
  });

  it("are not over UDP, on a port of a store or of metrics, on every node, or where they serve the cluster itself", () => {
    for (const port of [
      { hostPort: 3478, protocol: "UDP" },
      { hostPort: 6379 },
      { hostPort: 9100 },
      { name: "metrics", hostPort: 8080 },
      {},
    ]) {
      assert.deepEqual(judged([...exposed, taking(port)]), ["edge"], JSON.stringify(port));
    }
    assert.deepEqual(judged([...exposed, { ...relay!, kind: "DaemonSet" }]), ["edge"]);
    assert.deepEqual(judged([...exposed, { ...relay!, metadata: { ...relay!.metadata, namespace: "kube-system" } }]), ["edge"]);
  });
});

describe("in a bundle that opens no way in", () => {
  it("a known store is none for clients, whatever port it listens on", () => {
    const cache = pods("cache", { image: "registry.test/redis:8.2" }, [{ port: 6579 }]);
    assert.deepEqual(judged([...cache, ...pods("web", {})]), ["web"]);
    const named = pods("cache", { image: "registry.test/redis-commander:1" }, [{ port: 8081 }]);
    assert.deepEqual(judged([...named, ...pods("web", {})]), ["cache", "web"]);
  });

  it("nor is what only the API server asks", () => {
    const hook = pods("hook", {}, [{ port: 443 }]);
    const calling = (service: Fields): KubernetesObject =>
      object("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "hook", {
        webhooks: [{ name: "hook.example.test", clientConfig: { service } }],
      } as never);
    const own = { name: "hook", namespace: "chat" };
    assert.deepEqual(judged([...hook, ...pods("web", {}), calling(own)]), ["web"]);
    assert.deepEqual(judged([...hook, ...pods("web", {}), calling({ ...own, namespace: "other" })]), ["hook", "web"]);
    const both = pods("hook", {}, [{ port: 443 }, { port: 8080 }]);
    assert.deepEqual(judged([...both, ...pods("web", {}), calling(own)]), ["hook", "web"]);
    const looked = [{ port: 443 }, { name: "http-metrics", port: 9090 }, { name: "http-profiling", port: 8008 }];
    assert.deepEqual(judged([...pods("hook", {}, looked), ...pods("web", {}), calling(own)]), ["web"]);
    const api = object("apiregistration.k8s.io/v1", "APIService", "v1.chat", { spec: { service: own } });
    assert.deepEqual(judged([...hook, ...pods("web", {}), api]), ["web"]);
  });
});
