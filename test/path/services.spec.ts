import assert from "node:assert/strict";
import type { ClusterFacts, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { advertisement, clientIp, deployment, ingress, object, POOL, service } from "./objects";

const LOAD_BALANCER = { type: "LoadBalancer" };

function read(
  spec: { [key: string]: Value },
  others: KubernetesObject[] = [],
  cluster: ClusterFacts = { kubeProxyMode: "nftables" },
  annotations = {},
): Path {
  const [path] = readPaths([service(spec, annotations), deployment(), ...others], cluster);
  assert.ok(path !== undefined);
  return path;
}
const names = (path: Path): string[] => path.hops.map((hop) => hop.hop);

describe("Services, as ways in", () => {
  it("opens one way in per port, and none for a ClusterIP Service", () => {
    const ports = [{ port: 80 }, { port: 443 }];
    assert.deepEqual(
      readPaths([service({ type: "NodePort", ports }), deployment()], {}).map((path) => path.port),
      [80, 443],
    );
    assert.deepEqual(readPaths([service({ type: "ClusterIP" }), deployment()], {}), []);
  });

  it("reads a target group that a load balancer made elsewhere sends to", () => {
    const bound = (port: Value, more: { [key: string]: Value } = {}) =>
      object("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "web", { spec: { serviceRef: { name: "web", port }, ...more } });
    const spec = {
      type: "ClusterIP",
      ports: [
        { name: "http", port: 80 },
        { name: "metrics", port: 9100 },
      ],
    };
    const ways = (binding: KubernetesObject) => readPaths([service(spec), deployment(), binding], { kubeProxyMode: "nftables" });
    const told = (binding: KubernetesObject) => ways(binding).map(({ port, hops }) => [port, ...hops.map(({ hop }) => hop)]);
    assert.deepEqual(told(bound(80)), [[80, "unknown-load-balancer", "kube-proxy-nftables", "pod"]]);
    assert.deepEqual(told(bound("http", { targetType: "ip" })), [[80, "unknown-load-balancer", "pod"]]);
    assert.deepEqual(told(bound(8080)), []);
    assert.equal(ways(bound(80, { targetType: UNKNOWN }))[0]?.hops[0]?.pending, true);
  });

  it("reads addresses that the nodes take for a Service of any type", () => {
    const atNodes = { type: "ClusterIP", externalIPs: ["192.0.2.10"] };
    assert.deepEqual(names(read(atNodes)), ["node-port", "kube-proxy-nftables", "pod"]);
    assert.match(read(atNodes).hops[0]?.from ?? "", /spec.externalIPs/);
    assert.equal(readPaths([service({ ...atNodes, type: "NodePort" }), deployment()], {}).length, 1);
    assert.deepEqual(readPaths([service({ type: "ClusterIP", externalIPs: [] }), deployment()], {}), []);
    assert.equal(read({ type: "ClusterIP", externalIPs: UNKNOWN }).hops[0]?.pending, true);
  });

  it("reads a node port", () => assert.deepEqual(names(read({ type: "NodePort" })), ["node-port", "kube-proxy-nftables", "pod"]));

  const modes: [ClusterFacts, string, number | null][] = [
    [{ kubeProxyMode: "iptables" }, "kube-proxy-iptables", 86_400],
    [{ kubeProxyMode: "nftables" }, "kube-proxy-nftables", 86_400],
    [{ kubeProxyMode: "ipvs" }, "kube-proxy-ipvs", 900],
    [{ kubeProxyMode: "nftables", nodeConntrackEstablishedSeconds: 1800 }, "kube-proxy-nftables", 1800],
    [{ kubeProxyMode: "ipvs", nodeConntrackEstablishedSeconds: 600 }, "kube-proxy-ipvs", 600],
    [{ kubeProxyMode: "ipvs", nodeConntrackEstablishedSeconds: 86_400 }, "kube-proxy-ipvs", 900],
    [{ kubeProxyMode: "ipvs", serviceProxyIdleSeconds: 7200 }, "kube-proxy-ipvs", 7200],
    [{ kubeProxyMode: "ipvs", serviceProxyIdleSeconds: 7200, nodeConntrackEstablishedSeconds: 600 }, "kube-proxy-ipvs", 600],
    [{ kubeProxyMode: "nftables", serviceProxyIdleSeconds: 60 }, "kube-proxy-nftables", 86_400],
    [{ kubeProxyMode: "none", cni: "calico" }, "calico-ebpf", 3600],
    [{ kubeProxyMode: "none", cni: "calico", serviceProxyIdleSeconds: 7200 }, "calico-ebpf", 7200],
    [{ kubeProxyMode: "none", cni: "cilium", serviceProxyIdleSeconds: 7200 }, "cilium-ebpf", 7200],
    [{ kubeProxyMode: "none", cni: "calico", nodeConntrackEstablishedSeconds: 60 }, "calico-ebpf", 3600],
    [{ kubeProxyMode: "iptables", cni: "calico" }, "kube-proxy-iptables", 86_400],
    [{ kubeProxyMode: "none", cni: "cilium" }, "cilium-ebpf", 8000],
    [{ kubeProxyMode: "none", cni: "other" }, "unknown-service-proxy", null],
    [{}, "unknown-service-proxy", null],
  ];
  for (const [cluster, kind, seconds] of modes) {
    it(`reads ${JSON.stringify(cluster)} as ${kind}`, () => {
      const hop = read({ type: "NodePort" }, [], cluster).hops[1];
      assert.deepEqual([hop?.hop, hop?.idleSeconds, hop?.limit], [kind, seconds, seconds === null ? "unknown" : "idle"]);
      assert.equal(hop?.settle !== undefined, seconds === null);
    });
  }

  it("knows MetalLB by the cluster's word, a pool, an annotation or the class, and by nothing else", () => {
    const metallb = ["metallb", "kube-proxy-nftables", "pod"];
    assert.deepEqual(names(read(LOAD_BALANCER, [], { kubeProxyMode: "nftables", controllers: { metallb: "0.15.2" } })), metallb);
    assert.deepEqual(names(read(LOAD_BALANCER, [POOL])), metallb);
    assert.deepEqual(names(read(LOAD_BALANCER, [], undefined, { "metallb.io/loadBalancerIPs": "192.0.2.1" })), metallb);
    assert.deepEqual(names(read(LOAD_BALANCER, [], undefined, { "metallb.universe.tf/address-pool": "lan" })), metallb);
    assert.deepEqual(names(read({ ...LOAD_BALANCER, loadBalancerClass: "metallb" })), metallb);
    assert.equal(names(read(LOAD_BALANCER))[0], "unknown-load-balancer");
    assert.equal(names(read({ ...LOAD_BALANCER, loadBalancerClass: "example.com/lb" }, [POOL]))[0], "unknown-load-balancer");
  });

  it("knows how MetalLB announces from the advertisement of the pool", () => {
    const frontOf = (others: KubernetesObject[], annotations = {}) =>
      read(LOAD_BALANCER, [POOL, ...others], undefined, annotations).hops[0];
    assert.deepEqual(
      [frontOf([advertisement("L2Advertisement")])?.hop, frontOf([advertisement("L2Advertisement")])?.balances],
      ["metallb-l2", false],
    );
    assert.deepEqual(
      [frontOf([advertisement("BGPAdvertisement")])?.hop, frontOf([advertisement("BGPAdvertisement")])?.balances],
      ["metallb-bgp", true],
    );
    assert.equal(frontOf([advertisement("L2Advertisement", [])])?.hop, "metallb-l2");
    const both = [advertisement("L2Advertisement", ["lan"]), advertisement("BGPAdvertisement", ["wan"])];
    assert.equal(frontOf(both)?.affinityUnknown, true);
    assert.equal(frontOf(both, { "metallb.io/address-pool": "lan" })?.hop, "metallb-l2");
    assert.equal(frontOf(both, { "metallb.io/address-pool": "wan" })?.hop, "metallb-bgp");
  });

  it("says what externalTrafficPolicy Local does in layer 2 mode", () => {
    const notes = (policy: string) =>
      read({ ...LOAD_BALANCER, externalTrafficPolicy: policy }, [POOL, advertisement("L2Advertisement")]).hops[0]?.notes;
    assert.match(notes("Local")?.join() ?? "", /only pods on the announcing node/);
    assert.equal(notes("Cluster"), undefined);
  });

  it("reads ClientIP with its own timeout, the API server's default, and none that the API server refuses", () => {
    const affinity = (spec: { [key: string]: Value }) => read({ type: "NodePort", ...spec }).hops[1]?.affinity;
    assert.deepEqual(affinity(clientIp(3600)), { mechanism: "source-ip", ttlSeconds: 3600 });
    assert.deepEqual(affinity({ sessionAffinity: "ClientIP" }), { mechanism: "source-ip", ttlSeconds: 10_800 });
    assert.equal(affinity(clientIp(90_000)), null);
    assert.equal(affinity({ sessionAffinity: "None" }), null);
  });

  const unknowns: [string, { [key: string]: Value }, number][] = [
    ["type", { type: UNKNOWN }, 0],
    ["loadBalancerClass", { ...LOAD_BALANCER, loadBalancerClass: UNKNOWN }, 0],
    ["sessionAffinity", { type: "NodePort", sessionAffinity: UNKNOWN }, 1],
    ["timeoutSeconds", { type: "NodePort", ...clientIp(UNKNOWN) }, 1],
  ];
  for (const [title, spec, index] of unknowns) {
    it(`waits for ${title} while it is not known`, () => {
      const hop = read(spec).hops[index];
      assert.equal(hop?.pending, true);
      assert.ok(hop?.limit === "unknown" || hop?.affinityUnknown);
    });
  }

  it("counts the most pods by replicas, by the autoscaler, and not at all while they are not known", () => {
    const most = (others: KubernetesObject[], workload: KubernetesObject) =>
      readPaths([service({ type: "NodePort" }), workload, ...others], {})[0]?.maximumPods;
    const target = { scaleTargetRef: { kind: "Deployment", name: "web" } };
    const autoscaler = object("autoscaling/v2", "HorizontalPodAutoscaler", "web", {
      spec: { ...target, minReplicas: 2, maxReplicas: 7 },
    });
    const keda = object("keda.sh/v1alpha1", "ScaledObject", "web", { spec: { scaleTargetRef: { name: "web" } } });
    assert.equal(most([], deployment(3)), 3);
    assert.equal(most([], deployment(null)), 1);
    assert.equal(most([autoscaler], deployment(1)), 7);
    assert.equal(most([keda], deployment(1)), 100);
    assert.equal(most([], deployment(UNKNOWN)), undefined);
    assert.equal(most([], deployment(1, { app: UNKNOWN })), undefined);
  });

  it("takes a missing namespace for default", () => {
    const bare = { namespace: undefined };
    const target = object("v1", "Service", "web", { spec: { type: "NodePort", selector: { app: "web" } } }, bare);
    const workload = object(
      "apps/v1",
      "Deployment",
      "web",
      { spec: { template: { metadata: { labels: { app: "web" } } } } },
      { namespace: "default" },
    );
    const elsewhere = object(
      "apps/v1",
      "Deployment",
      "web",
      { spec: { template: { metadata: { labels: { app: "web" } } } } },
      { namespace: "other" },
    );
    assert.equal(readPaths([target, workload, elsewhere], {})[0]?.workloads.length, 1);
    assert.equal(readPaths([target, elsewhere], {})[0]?.workloads.length, 0);
  });
});

describe("what stands before an Ingress controller", () => {
  const frontOf = (others: KubernetesObject[], cluster: ClusterFacts) =>
    readPaths([ingress(), service(), deployment(), ...others], cluster)
      .find((path) => path.entry.kind === "Ingress")
      ?.hops.map((hop) => hop.hop);
  const own = (type: string) =>
    object(
      "v1",
      "Service",
      "controller",
      { spec: { type, selector: { "app.kubernetes.io/name": "ingress-nginx" } } },
      { namespace: "ingress-nginx" },
    );

  it("is not known where nothing shows it", () =>
    assert.deepEqual(frontOf([], {}), ["unknown-load-balancer", "ingress-nginx", "pod"]));
  it("is nothing where that is declared", () => assert.deepEqual(frontOf([], { inFront: [] }), ["ingress-nginx", "pod"]));
  it("is what is declared", () =>
    assert.deepEqual(frontOf([], { inFront: [{ name: "cdn", idleSeconds: 100 }] }), ["declared-hop", "ingress-nginx", "pod"]));
  it("is the controller's own Service where that is read", () =>
    assert.deepEqual(frontOf([own("NodePort")], { kubeProxyMode: "ipvs" }), [
      "node-port",
      "kube-proxy-ipvs",
      "ingress-nginx",
      "pod",
    ]));
  it("is not a Service that nobody reaches from outside", () =>
    assert.deepEqual(frontOf([own("ClusterIP")], {}), ["unknown-load-balancer", "ingress-nginx", "pod"]));
  it("is MetalLB where the cluster has it", () =>
    assert.deepEqual(frontOf([], { kubeProxyMode: "iptables", controllers: { metallb: "0.15.2" } }), [
      "metallb",
      "kube-proxy-iptables",
      "ingress-nginx",
      "pod",
    ]));
});

describe("routes that are not read yet", () => {
  it("expose their Services by a hop that is not known", () => {
    const route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "web", {
      spec: { rules: [{ backendRefs: [{ name: "web", port: 80 }] }] },
    });
    const [path] = readPaths([route, service(), deployment()], {});
    assert.deepEqual([path?.hops[0]?.limit, path?.service.name, path?.workloads.length], ["unknown", "web", 1]);
    assert.deepEqual(readPaths([service(), deployment()], {}), []);
  });
});
