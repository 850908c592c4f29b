import assert from "node:assert/strict";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { deployment, DIRECT, gateway, ingress, nlb, object, ON_AWS, route, service } from "./objects";
import { balanced, byClass } from "./waysIn";

type Row = [title: string, objects: KubernetesObject[], cluster: ClusterFacts, hops: string[]];

const azure = (name: string) => service(balanced, { [`service.beta.kubernetes.io/azure-load-balancer-${name}`]: "true" });
const ofController = (controller: string): KubernetesObject[] => [
  byClass("own"),
  object("networking.k8s.io/v1", "IngressClass", "own", { spec: { controller } }),
];
const gatewayClass = (controllerName: string) =>
  object("gateway.networking.k8s.io/v1", "GatewayClass", "own", { spec: { controllerName } });
const withoutAClass = (annotations: Record<string, string>) => ingress(annotations, { ingressClassName: undefined });
const declared = (controller: string): ClusterFacts => ({ ...DIRECT, ingressClasses: { own: controller } });
const withoutClass = { loadBalancerClass: undefined };
const toWeb = { route: [{ destination: { host: "web" } }] };
const virtualService = (gateways: Value) =>
  object("networking.istio.io/v1", "VirtualService", "web", { spec: { hosts: ["x.example.test"], gateways, http: [toWeb] } });
const istioService = service(
  { type: "LoadBalancer", ports: [{ port: 443 }], selector: { istio: "ingressgateway" } },
  { "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": "65" },
);
istioService.metadata = { ...istioService.metadata, name: "istio-ingressgateway", namespace: "istio-system" };
const cdn = { name: "cdn", idleSeconds: 100, layer: 7 as const };

const ANNOUNCED = ["announced-address", "kube-proxy-nftables"];

/** Who is recognised by what, and what that makes of the way to the pod. */
const ROWS: Row[] = [
  ["Classic ELB", [nlb({ internal: "true" }, withoutClass)], ON_AWS, ["aws-classic-elb", "aws-node-eni", "kube-proxy-nftables"]],
  ["AWS, in-tree", [nlb({ type: "nlb" }, withoutClass)], ON_AWS, ["aws-nlb-in-tree", "aws-node-eni", "kube-proxy-nftables"]],
  ["Azure, by an annotation", [azure("internal")], DIRECT, ["azure-lb", "kube-proxy-nftables"]],
  ["Azure, by the platform", [service(balanced)], { ...DIRECT, platform: "azure" }, ["azure-lb", "kube-proxy-nftables"]],
  ["Google, by the platform", [service(balanced)], { ...DIRECT, platform: "gcp" }, ["gcp-lb", "kube-proxy-nftables"]],
  [
    "Google, internal, by an annotation",
    [service(balanced, { "networking.gke.io/load-balancer-type": "Internal" })],
    DIRECT,
    ["gcp-lb-internal", "kube-proxy-nftables"],
  ],
  [
    "MetalLB, by the ConfigMap that it read before",
    [
      service(balanced),
      object("v1", "ConfigMap", "config", { data: { config: "address-pools: []" } }, { namespace: "metallb-system" }),
    ],
    DIRECT,
    ["metallb", "kube-proxy-nftables"],
  ],
  ["kube-vip, by an annotation", [service(balanced, { "kube-vip.io/loadbalancerIPs": "192.0.2.7" })], DIRECT, ANNOUNCED],
  ["Cilium, by an annotation", [service(balanced, { "lbipam.cilium.io/ips": "192.0.2.7" })], DIRECT, ANNOUNCED],
  ["Cilium, by its class", [service({ ...balanced, loadBalancerClass: "io.cilium/l2-announcer" })], DIRECT, ANNOUNCED],
  [
    "Cilium, by its pool",
    [service(balanced), object("cilium.io/v2", "CiliumLoadBalancerIPPool", "pool", { spec: {} })],
    DIRECT,
    ANNOUNCED,
  ],
  ["nobody in particular", [service(balanced)], DIRECT, ["unknown-load-balancer", "kube-proxy-nftables"]],
  [
    "k3s ServiceLB",
    [service(balanced)],
    { ...DIRECT, controllers: { servicelb: "0.4" } },
    ["k3s-servicelb", "kube-proxy-nftables"],
  ],
  ["AGIC, by its class", [byClass("azure-application-gateway")], DIRECT, ["agic-frontend", "agic"]],
  ["AGIC, by its controller", ofController("azure/application-gateway"), DIRECT, ["agic-frontend", "agic"]],
  ["Kong, by its annotations", [byClass("edge", { "konghq.com/plugins": "limit" })], DIRECT, ["kong"]],
  ["AGC, by its class", [byClass("azure-alb-external")], DIRECT, ["agc"]],
  ["AGC, by its other class", [byClass("azure-alb-internal")], DIRECT, ["agc"]],
  ["AGC, by its class before a Gateway", [gateway("azure-alb-internal"), route()], DIRECT, ["agc"]],
  ["AGC, by its Gateway", [gateway("own"), gatewayClass("alb.networking.azure.io/alb-controller"), route()], DIRECT, ["agc"]],
  ["Contour, by its class", [byClass("contour")], DIRECT, ["contour-gateway"]],
  ["Contour, by its controller", ofController("projectcontour.io/contour/contour"), DIRECT, ["contour-gateway"]],
  [
    "Contour, by its Gateway",
    [gateway("own"), gatewayClass("projectcontour.io/gateway-controller"), route()],
    DIRECT,
    ["contour-gateway"],
  ],
  ["HAProxy (jcmoraisjr), by its controller", ofController("haproxy-ingress.github.io/controller"), DIRECT, ["haproxy-ingress"]],
  [
    "HAProxy (jcmoraisjr), by an annotation",
    [byClass("haproxy", { "haproxy-ingress.github.io/affinity": "cookie" })],
    DIRECT,
    ["haproxy-ingress"],
  ],
  [
    "HAProxy (haproxytech), by its controller",
    ofController("haproxy.org/ingress-controller/own"),
    DIRECT,
    ["haproxytech-ingress"],
  ],
  [
    "HAProxy (haproxytech), by an annotation",
    [byClass("haproxy", { "haproxy.org/check": "true" })],
    DIRECT,
    ["haproxytech-ingress"],
  ],
  [
    "GKE, by an annotation that its controller alone reads",
    [withoutAClass({ "kubernetes.io/ingress.regional-static-ip-name": "chat" })],
    DIRECT,
    ["gce-ingress"],
  ],
  [
    "GKE, by an annotation that Contour reads as well",
    [withoutAClass({ "kubernetes.io/ingress.allow-http": "false" })],
    DIRECT,
    ["gce-ingress"],
  ],
  [
    "either of them where Contour is there",
    [
      withoutAClass({ "kubernetes.io/ingress.allow-http": "false" }),
      object("projectcontour.io/v1", "TLSCertificateDelegation", "edge", { spec: {} }),
    ],
    DIRECT,
    ["unknown-proxy"],
  ],
  [
    "nobody on another cloud",
    [withoutAClass({ "kubernetes.io/ingress.allow-http": "false" })],
    { ...DIRECT, platform: "azure" },
    ["unknown-proxy"],
  ],
  ["one of two HAProxies, which nothing tells apart", [byClass("haproxy")], DIRECT, ["unknown-proxy"]],
  ["Istio, by a VirtualService", [virtualService(["edge"])], DIRECT, ["istio"]],
  ["Istio, by an Ingress", [byClass("istio")], DIRECT, ["istio"]],
  ["Istio, by its Gateway", [gateway("own"), gatewayClass("istio.io/gateway-controller"), route()], DIRECT, ["istio"]],
  [
    "Istio behind its own Service",
    [virtualService(["edge"]), istioService],
    { kubeProxyMode: "nftables" },
    ["azure-lb", "kube-proxy-nftables", "istio"],
  ],
  ["Cilium, by its class", [byClass("cilium")], DIRECT, ["cilium"]],
  ["Cilium, by its Gateway", [gateway("own"), gatewayClass("io.cilium/gateway-controller"), route()], DIRECT, ["cilium"]],
  ["Kong, by its class", [byClass("kong")], DIRECT, ["kong"]],
  ["Kong, by its controller", ofController("ingress-controllers.konghq.com/kong"), DIRECT, ["kong"]],
  ["Kong, by its Gateway", [gateway("own"), gatewayClass("konghq.com/kic-gateway-controller"), route()], DIRECT, ["kong"]],
  ["AKS' add-on, by its class", [byClass("webapprouting.kubernetes.azure.com")], DIRECT, ["ingress-nginx"]],
  ["EKS Auto Mode, by its controller", ofController("eks.amazonaws.com/alb"), ON_AWS, ["aws-alb-eks-auto", "aws-node-eni"]],
  ["a controller that is declared", [byClass("own")], declared("haproxytech-ingress"), ["haproxytech-ingress"]],
  ["a controller that nobody knows", [byClass("own")], declared("envoy-of-our-own"), ["unknown-proxy"]],
  ["a controller that is not declared", [byClass("own")], DIRECT, ["unknown-proxy"]],
  [
    "a hop declared in front",
    [byClass("istio")],
    { ...DIRECT, inFront: [cdn, { ...cdn, name: "waf" }] },
    ["declared-hop", "declared-hop", "istio"],
  ],
];

describe("who stands on the way is recognised", () => {
  for (const [title, objects, cluster, hops] of ROWS) {
    it(`${title}: ${hops.join(", ")}`, () => {
      const own = objects.some(({ kind, metadata }) => kind === "Service" && metadata.name === "web");
      const paths = readPaths([...objects, ...(own ? [] : [service()]), deployment()], cluster);
      const path = paths.find((candidate) => candidate.service.name === "web");
      assert.deepEqual(
        path?.hops.map(({ hop }) => hop),
        [...hops, "pod"],
      );
    });
  }

  it("a VirtualService that speaks to the mesh only is no way in", () => {
    assert.deepEqual(readPaths([virtualService(["mesh"]), service(), deployment()], DIRECT), []);
  });
});
