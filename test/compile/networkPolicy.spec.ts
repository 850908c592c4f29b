import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../cli/render";
import { contains } from "../../compile/check/addresses";
import { ENTRY_KIND_NAMES } from "../../compile/entry";
import type { CompiledService } from "../../compile/model";
import { EXAMPLES, stackOn } from "./entries/stacks";
import { NETWORK, rawExample } from "./policies";
import { compiled, objectOf, parsed, problemsOf, specOf, type Block } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "golden", "networkPolicy");

/** A connection as a network plugin sees it arrive at a pod: from an address outside, or from a pod. */
interface Arrival {
  address?: string;
  namespace?: string;
  labels?: Record<string, string>;
}

interface Rule {
  from?: { ipBlock?: { cidr: string }; namespaceSelector?: Selector; podSelector?: Selector }[];
  ports: { port: number }[];
}
interface NamedPort {
  name: string;
  containerPort: number;
}
interface Selector {
  matchLabels?: Record<string, string>;
}

const selects = ({ matchLabels = {} }: Selector, labels: Record<string, string>) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value);

/** What the specification of NetworkPolicy says of one policy: any peer of any rule that matches. */
function admits(policy: Block, { address, namespace, labels = {} }: Arrival, port = 8080): boolean {
  return (policy.ingress as Rule[]).some(({ from, ports }) => {
    if (!ports.some((one) => one.port === port)) return false;
    return (from ?? [{}]).some(({ ipBlock, namespaceSelector, podSelector }) => {
      if (ipBlock !== undefined) return address !== undefined && contains([ipBlock.cidr], address);
      if (from === undefined) return true;
      if (namespace === undefined) return false;
      const inNamespace =
        namespaceSelector === undefined
          ? namespace === "chat"
          : selects(namespaceSelector, { "kubernetes.io/metadata.name": namespace });
      return inNamespace && (podSelector === undefined || selects(podSelector, labels));
    });
  });
}

const policyOf = (built: CompiledService): Block => specOf(built, "network-policy");

const client = { address: "203.0.113.9" };
const stranger = { address: "198.51.100.7" };
const node = { address: "10.0.3.4" };
const balancer = { address: "10.1.2.3" };
const google = { address: "35.191.7.7" };
const proxyIn = (namespace: string): Arrival => ({ namespace });
const gatewayPod: Arrival = { namespace: "chat", labels: { "gateway.networking.k8s.io/gateway-name": "chat-gateway" } };

/** Who must get through for the entry to work, and who must not; every example of an entry is here. */
const ARRIVALS: Record<string, { admitted: Arrival[]; refused: Arrival[] }> = {
  "node-port": { admitted: [node], refused: [client, balancer] },
  metallb: { admitted: [node], refused: [client, balancer] },
  "aws-nlb": { admitted: [balancer, client], refused: [stranger, node] },
  "aws-nlb-tls": { admitted: [balancer], refused: [client, node] },
  "azure-lb": { admitted: [node, { address: "168.63.129.16" }], refused: [client, balancer] },
  "azure-lb-internal": { admitted: [node, { address: "168.63.129.16" }], refused: [client, balancer] },
  "gcp-lb": { admitted: [node], refused: [client, google] },
  "gcp-lb-internal": { admitted: [client], refused: [] },
  "aws-alb": { admitted: [balancer], refused: [client, node] },
  "gce-ingress": { admitted: [google, { address: "130.211.1.1" }], refused: [client, balancer, node] },
  "ingress-nginx": { admitted: [proxyIn("ingress-nginx")], refused: [client, node, proxyIn("default")] },
  "f5-nginx": { admitted: [proxyIn("nginx-ingress")], refused: [client, proxyIn("ingress-nginx")] },
  traefik: { admitted: [proxyIn("traefik")], refused: [client, proxyIn("kube-system")] },
  "gateway-envoy-gateway": { admitted: [proxyIn("envoy-gateway-system")], refused: [client, proxyIn("chat")] },
  "gateway-istio": { admitted: [gatewayPod], refused: [client, proxyIn("chat"), { ...gatewayPod, namespace: "other" }] },
  "gateway-envoy-gateway-azure": { admitted: [proxyIn("envoy-gateway-system")], refused: [client, balancer] },
  "gateway-istio-aws": { admitted: [gatewayPod], refused: [client, balancer] },
  "gateway-contour": { admitted: [proxyIn("projectcontour")], refused: [client, proxyIn("chat")] },
  "gateway-traefik": { admitted: [proxyIn("traefik")], refused: [client, proxyIn("chat")] },
  "gateway-gke": { admitted: [google], refused: [client, balancer] },
  "gateway-aws-lbc": { admitted: [balancer], refused: [client, node] },
  "gateway-approuting-istio": { admitted: [gatewayPod], refused: [client, proxyIn("chat")] },
  "gateway-agc": { admitted: [balancer], refused: [client, node] },
};

describe("the network policy", () => {
  it("is not there where nobody asked for it", () => {
    const built = compiled(stackOn("bare-metal", EXAMPLES.metallb!.entries));
    assert.ok(built.objects.every(({ object }) => object.kind !== "NetworkPolicy"));
  });

  for (const [name, { admitted, refused }] of Object.entries(ARRIVALS)) {
    it(`of ${name} is what its golden file says`, () => {
      const file = path.join(GOLDEN, `${name}.yaml`);
      const text = renderObjects([objectOf(compiled(rawExample(name)), "network-policy")]);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });

    it(`of ${name} admits those by whom the entry works, and no others`, () => {
      const policy = policyOf(compiled(rawExample(name)));
      for (const arrival of admitted) assert.ok(admits(policy, arrival), `cut: ${JSON.stringify(arrival)}`);
      for (const arrival of refused) assert.ok(!admits(policy, arrival), `let in: ${JSON.stringify(arrival)}`);
      // Nobody but Prometheus has business on another port, and not even that.
      for (const arrival of admitted) assert.ok(!admits(policy, arrival, 9090));
    });
  }

  it("is tried with every example of an entry, and has a golden file for each and no other", () => {
    assert.deepEqual(Object.keys(ARRIVALS).sort(), Object.keys(EXAMPLES).sort());
    assert.deepEqual(
      fs.readdirSync(GOLDEN).sort(),
      Object.keys(ARRIVALS)
        .map((name) => `${name}.yaml`)
        .sort(),
    );
    assert.ok(ENTRY_KIND_NAMES.length > 10);
  });

  it("admits somebody on every port of the pods that a Service leads to", () => {
    for (const name of Object.keys(ARRIVALS)) {
      const built = compiled(rawExample(name));
      const { template } = specOf(built, "deployment") as { template: { spec: { containers: { ports: NamedPort[] }[] } } };
      const named = new Map(
        template.spec.containers.flatMap(({ ports }) => ports.map((port) => [port.name, port.containerPort])),
      );
      const services = built.objects.filter(({ object }) => object.kind === "Service");
      const reached = services.flatMap(({ object }) => (object.spec as { ports: { targetPort: string }[] }).ports);
      const open = (policyOf(built).ingress as Rule[]).flatMap(({ ports }) => ports.map(({ port }) => port));
      assert.ok(reached.length > 0);
      for (const { targetPort } of reached) assert.ok(open.includes(named.get(targetPort)!), `${name}: ${targetPort}`);
    }
  });

  it("selects the service's pods, limits what comes in and leaves open what goes out", () => {
    const { podSelector, policyTypes, egress } = policyOf(compiled(rawExample("metallb")));
    assert.deepEqual(podSelector, { matchLabels: { app: "chat" } });
    assert.deepEqual(policyTypes, ["Ingress"]);
    assert.equal(egress, undefined);
  });

  it("admits Prometheus where the pods are scraped", () => {
    const monitoring = proxyIn("monitoring");
    assert.ok(admits(policyOf(compiled(rawExample("metallb"))), monitoring));
    assert.ok(!admits(policyOf(compiled(rawExample("metallb", { metrics: { via: "none" } }))), monitoring));
    const elsewhere = rawExample("metallb", {}, { ...NETWORK, prometheusNamespace: "observability" });
    assert.ok(admits(policyOf(compiled(elsewhere)), proxyIn("observability")));
    assert.ok(!admits(policyOf(compiled(elsewhere)), monitoring));
  });

  it("admits pods of the cluster only where that is asked", () => {
    const inside = { sameNamespace: true, namespaces: ["batch"], ranges: ["172.20.0.0/16"] };
    const policy = policyOf(compiled(rawExample("metallb", { networkPolicy: inside })));
    for (const arrival of [proxyIn("chat"), proxyIn("batch"), { address: "172.20.1.1" }, node]) {
      assert.ok(admits(policy, arrival));
    }
    const closed = policyOf(compiled(rawExample("metallb")));
    for (const arrival of [proxyIn("chat"), proxyIn("batch"), { address: "172.20.1.1" }]) assert.ok(!admits(closed, arrival));
  });

  it("finds a proxy where the cluster says it runs, and the one that really serves the class", () => {
    const moved = rawExample("traefik", {}, { ...NETWORK, proxyNamespaces: { traefik: "kube-system" } });
    assert.ok(admits(policyOf(compiled(moved)), proxyIn("kube-system")));
    const served = rawExample("ingress-nginx", {}, NETWORK, {
      ingressClasses: { nginx: "traefik" },
      controllers: { traefik: "3.7.9" },
    });
    assert.ok(admits(policyOf(compiled(served)), proxyIn("traefik")));
    assert.ok(!admits(policyOf(compiled(served)), proxyIn("ingress-nginx")));
  });

  it("admits everybody on the port where clients come by their own addresses and none are named", () => {
    const local = [{ kind: "metallb", pool: "lan", address: "192.168.1.207", externalTrafficPolicy: "Local" }];
    const raw = (networkPolicy: Block) => ({ ...rawExample("metallb", { entries: local, networkPolicy }, {}) });
    assert.deepEqual((policyOf(compiled(raw({}))).ingress as Rule[])[0], { ports: [{ protocol: "TCP", port: 8080 }] });
    const lan = policyOf(compiled(raw({ clientRanges: ["192.168.0.0/16"] })));
    assert.ok(admits(lan, { address: "192.168.7.7" }) && !admits(lan, stranger));
  });

  it("counts with clients' own addresses where kube-proxy is not what carries Services, or nobody says", () => {
    for (const kubeProxyMode of ["none", undefined]) {
      const policy = policyOf(compiled(rawExample("metallb", {}, NETWORK, { kubeProxyMode })));
      assert.ok(admits(policy, client) && admits(policy, node));
    }
  });

  it("is never written for nodes that a range does not mean", () => {
    const cilium = (network: Block) => rawExample("metallb", {}, network, { cni: "cilium" });
    assert.match(problemsOf(cilium(NETWORK)).join(), /networkPolicy: cannot be written for metallb: .*rangesMatchNodes: true/);
    assert.ok(admits(policyOf(compiled(cilium({ ...NETWORK, rangesMatchNodes: true }))), node));
    const anybody = policyOf(compiled(cilium({ nodeRanges: ["0.0.0.0/0"] })));
    assert.deepEqual((anybody.ingress as Rule[])[0], { ports: [{ protocol: "TCP", port: 8080 }] });
  });

  it("is refused, never guessed, where what it needs is not declared", () => {
    const needsDeclaration = Object.keys(ARRIVALS).filter((name) => problemsOf(rawExample(name, {}, {})).length > 0);
    assert.deepEqual(needsDeclaration.sort(), [
      "aws-alb",
      "aws-nlb",
      "aws-nlb-tls",
      "azure-lb",
      "azure-lb-internal",
      "gateway-agc",
      "gateway-aws-lbc",
      "gcp-lb",
      "metallb",
      "node-port",
    ]);
    for (const name of Object.keys(ARRIVALS)) assert.deepEqual(problemsOf(rawExample(name)), [], name);
  });

  it("is told to nobody twice where the cluster's block itself is broken", () => {
    const problems = problemsOf(rawExample("aws-alb", {}, { loadBalancerRanges: ["10.1.0.0"] }));
    assert.deepEqual(problems, [
      'cluster.network.loadBalancerRanges[0]: found "10.1.0.0"; allowed: a block of addresses such as 203.0.113.0/24. Write 10.1.0.0/32.',
    ]);
  });

  it("says whether anything enforces it", () => {
    const warned = (cni: string | undefined) =>
      parsed(rawExample("aws-alb", {}, NETWORK, { cni })).warnings.filter((warning) => warning.includes("networkPolicy"));
    assert.deepEqual(warned("calico"), []);
    assert.match(warned("vpc-cni").join(), /vpc-cni enforces it only where its network policy agent is switched on/);
    assert.match(warned("flannel").join(), /k3s brings/);
    assert.match(warned(undefined).join(), /declare cluster\.cni/);
    assert.match(warned("own-cni").join(), /not known here/);
  });
});
