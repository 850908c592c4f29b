import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { hostPortPaths } from "../../path/read/hostPorts";
import { readCatalog } from "../../path/reader";
import { STANDARD_OPTIONS } from "../../policy/options";
import { ruleContext } from "../../policy/rule";

const edge = (port: Value, spec: Record<string, Value> = {}): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "edge", namespace: "chat" },
  spec: {
    template: {
      metadata: { labels: { app: "edge" } },
      spec: { containers: [{ name: "edge", image: "registry.test/edge:1", ports: [port] }], ...spec },
    },
  },
});
const service = (type: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "edge", namespace: "chat" },
  spec: { type, selector: { app: "edge" }, ports: [{ port: 443 }] },
});
const waysIn = (...objects: KubernetesObject[]): string[] => {
  const catalog = new Catalog(objects);
  return hostPortPaths(catalog, readCatalog(catalog, {})).map(
    ({ entry, hops }) => `${entry.kind} ${entry.name} ${hops[0]!.limit}`,
  );
};

describe("pods that listen on a port of their node", () => {
  it("may be one where their containers or ports are not known yet, unless something leads to them", () => {
    const of = (containers: Value, rest: Record<string, Value> = {}): KubernetesObject => edge(0, { containers, ...rest });
    const listing = (ports: Value): Value => [{ name: "edge", image: "registry.test/edge:1", ports }];
    const open = ["Deployment edge unknown"];
    const unknown: Value[] = [UNKNOWN, [UNKNOWN], listing(UNKNOWN), listing([UNKNOWN])];
    for (const containers of unknown) {
      assert.deepEqual(waysIn(of(containers)), open);
      assert.deepEqual(waysIn(of(containers), service("LoadBalancer")), []);
    }
    assert.deepEqual(waysIn(of(listing([{ containerPort: UNKNOWN }]), { hostNetwork: true })), open);
    assert.deepEqual(waysIn(of(listing([{ containerPort: UNKNOWN }]))), []);
  });

  it("are a way in where clients come by themselves", () => {
    assert.deepEqual(waysIn(edge({ containerPort: 8443, hostPort: 443 })), ["Deployment edge none"]);
    assert.deepEqual(waysIn(edge({ containerPort: 80 }, { hostNetwork: true })), ["Deployment edge none"]);
    assert.deepEqual(waysIn(edge({ containerPort: 80, hostPort: 80 }), service("ClusterIP")), ["Deployment edge none"]);
  });

  it("are none on other ports, over UDP, without a port of the node, or where a Service opens the way", () => {
    assert.deepEqual(waysIn(edge({ containerPort: 9100, hostPort: 9100 })), []);
    assert.deepEqual(waysIn(edge({ containerPort: 8126 }, { hostNetwork: true })), []);
    assert.deepEqual(waysIn(edge({ containerPort: 443, hostPort: 443, protocol: "UDP" })), []);
    assert.deepEqual(waysIn(edge({ containerPort: 443 })), []);
    assert.deepEqual(waysIn(edge({ containerPort: 443, hostPort: 443 }), service("LoadBalancer")), []);
  });

  it("are one on any port where they are a server that holds connections, or on a port registered for one, unless something leads there", () => {
    const server = (ports: Value, spec: Record<string, Value> = {}): KubernetesObject => {
      const made = edge(ports, spec);
      made.spec = JSON.parse(JSON.stringify(made.spec).replace("registry.test/edge:1", "eclipse-mosquitto:2.0.18")) as Value;
      return made;
    };
    const onTheNode = { hostNetwork: true };
    assert.deepEqual(waysIn(server({ containerPort: 9001 }, onTheNode)), ["Deployment edge none"]);
    assert.deepEqual(waysIn(server({ containerPort: 9001, hostPort: 9001 })), ["Deployment edge none"]);
    assert.deepEqual(waysIn(server({ containerPort: 9001 })), []);
    assert.deepEqual(waysIn(server({ containerPort: 9001, protocol: "UDP" }, onTheNode)), []);
    assert.deepEqual(waysIn(edge({ containerPort: 1883 }, onTheNode)), ["Deployment edge none"]);
    assert.deepEqual(waysIn(edge({ containerPort: 9001 }, onTheNode)), []);
    const route: KubernetesObject = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "edge", namespace: "chat" },
      spec: { ingressClassName: "nginx", defaultBackend: { service: { name: "edge", port: { number: 443 } } } },
    };
    assert.deepEqual(waysIn(server({ containerPort: 9001 }, onTheNode), service("ClusterIP"), route), []);
  });

  it("are none where only the node itself reaches them, or where they carry a Service of k3s", () => {
    for (const hostIP of ["127.0.0.1", "169.254.169.254", "::1", "fe80::1"]) {
      assert.deepEqual(waysIn(edge({ containerPort: 443, hostPort: 443, hostIP })), [], hostIP);
    }
    assert.deepEqual(waysIn(edge({ containerPort: 443, hostPort: 443, hostIP: "192.0.2.1" })), ["Deployment edge none"]);
    assert.deepEqual(waysIn(edge({ containerPort: 443, hostPort: 443, hostIP: UNKNOWN })), ["Deployment edge unknown"]);
    const balancer = edge({ containerPort: 443, hostPort: 443 });
    const labels = { "svccontroller.k3s.cattle.io/svcname": "chat" };
    assert.deepEqual(waysIn({ ...balancer, metadata: { ...balancer.metadata, labels } }), []);
    const containers = [{ name: "lb", image: "rancher/klipper-lb:v0.4.9", ports: [{ containerPort: 443, hostPort: 443 }] }];
    assert.deepEqual(waysIn(edge({}, { containers })), []);
  });

  it("are none on the port that the API server asks, and stay one on another", () => {
    const hook: KubernetesObject = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "edge" },
      webhooks: [{ clientConfig: { service: { name: "edge", namespace: "chat" } } }],
    };
    const inNode = { hostNetwork: true };
    const port = { containerPort: 443 };
    assert.deepEqual(waysIn(edge(port, inNode), service("ClusterIP"), hook), []);
    assert.deepEqual(waysIn(edge({ ...port, hostPort: 443 }, inNode), service("ClusterIP"), hook), []);
    assert.deepEqual(waysIn(edge({ containerPort: 80 }, inNode), service("ClusterIP"), hook), ["Deployment edge none"]);
    assert.deepEqual(waysIn(edge(port, inNode), service("ClusterIP")), ["Deployment edge none"]);
    assert.deepEqual(waysIn(edge({ ...port, hostPort: 443 }), service("ClusterIP"), hook), ["Deployment edge none"]);
  });

  it("may be one where the update will know the port", () => {
    assert.deepEqual(waysIn(edge({ containerPort: 443, hostPort: UNKNOWN })), ["Deployment edge unknown"]);
    assert.deepEqual(waysIn(edge({ containerPort: 443 }, { hostNetwork: UNKNOWN })), ["Deployment edge unknown"]);
  });

  it("are judged with all ways in, and not where nothing shows long connections", () => {
    const judged = (assume: "all" | "evidence"): string[] =>
      ruleContext([edge({ containerPort: 443, hostPort: 443 })], {}, { ...STANDARD_OPTIONS, assume }).workloads.map(
        ({ workload }) => workload.kind,
      );
    assert.deepEqual(judged("all"), ["Deployment"]);
    assert.deepEqual(judged("evidence"), []);
  });
});
