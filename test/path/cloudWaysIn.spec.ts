import type { Value } from "../../path/objects";
import { alb, clientIp, DIRECT, gateway, nlb, object, ON_AWS, policyOn, route, service } from "./objects";
import type { WayIn } from "./waysIn";
import { SILENT, BEATING, balanced, byClass, judgeWaysIn } from "./waysIn";

const idle = (seconds: number | string) => `tcp.idle_timeout.seconds=${seconds}`;
const sticky = "stickiness.enabled=true,stickiness.type=source_ip";
const albSticky = { "target-type": "ip", "target-group-attributes": "stickiness.enabled=true,stickiness.type=lb_cookie" };
const longAlb = { ...albSticky, "load-balancer-attributes": "idle_timeout.timeout_seconds=4000,client_keep_alive.seconds=7200" };
const goodNlb = { "nlb-target-type": "ip", "target-group-attributes": sticky, "listener-attributes.TCP-80": idle(3660) };
const azure = (minutes: string) =>
  service(balanced, { "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": minutes });
const loadBalancerConfiguration = (spec: { [key: string]: Value }) =>
  object("gateway.k8s.aws/v1", "LoadBalancerConfiguration", "edge", { spec });
const targetGroup = (attributes: [string, string][]) =>
  object("gateway.k8s.aws/v1", "TargetGroupConfiguration", "web", {
    spec: {
      targetReference: { name: "web" },
      defaultConfiguration: { targetType: "ip", targetGroupAttributes: attributes.map(([key, value]) => ({ key, value })) },
    },
  });
const parameters = { infrastructure: { parametersRef: { name: "edge" } } };
const ingressClass = (controller: string, apiGroup: string) =>
  object("networking.k8s.io/v1", "IngressClass", "alb", {
    spec: { controller, parameters: { apiGroup, kind: "IngressClassParams", name: "alb" } },
  });
const classParams = (apiVersion: string, spec: { [key: string]: Value }) =>
  object(apiVersion, "IngressClassParams", "alb", { spec });
const hourAttributes = { loadBalancerAttributes: [{ key: "idle_timeout.timeout_seconds", value: "3660" }] };
const autoClass = ingressClass("eks.amazonaws.com/alb", "eks.amazonaws.com");
const autoParams = (spec: { [key: string]: Value }) => classParams("eks.amazonaws.com/v1", spec);
const controllerClass = ingressClass("ingress.k8s.aws/alb", "elbv2.k8s.aws");
const controllerParams = (spec: { [key: string]: Value }) => classParams("elbv2.k8s.aws/v1beta1", spec);
const onlySticky = { "target-group-attributes": "stickiness.enabled=true,stickiness.type=lb_cookie" };
const onAuto = { loadBalancerClass: "eks.amazonaws.com/nlb" };
const backendConfig = (spec: { [key: string]: Value }) => object("cloud.google.com/v1", "BackendConfig", "web", { spec });
const withConfig = service({}, { "cloud.google.com/backend-config": '{"default": "web"}' });
const cookie = { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: 3600 };
const gkePolicy = (timeoutSec: number) =>
  policyOn("GCPBackendPolicy", "Service", "web", {
    default: { timeoutSec, sessionAffinity: { type: "GENERATED_COOKIE", cookieTtlSec: 3600 } },
  });

export const ROWS: WayIn[] = [
  ["AWS NLB, TCP listener, as it comes", [nlb({ "nlb-target-type": "ip", "target-group-attributes": sticky })], ON_AWS, "fails"],
  ["AWS NLB, TCP listener, with the attribute", [nlb(goodNlb)], ON_AWS, "holds"],
  ["AWS NLB before nodes of a kind nobody declared", [nlb(goodNlb)], { kubeProxyMode: "nftables" }, "unknown"],
  [
    "the same with a heartbeat that every kind of node keeps up with",
    [nlb(goodNlb)],
    { kubeProxyMode: "nftables" },
    "holds-with-heartbeat",
    BEATING,
  ],
  ["AWS NLB before Nitro v6 nodes", [nlb(goodNlb)], { ...ON_AWS, nodeConntrackEstablishedSeconds: 350 }, "fails"],
  ["AWS NLB to nodes, with ClientIP", [nlb({ ...goodNlb, "nlb-target-type": "instance" }, clientIp(3600))], ON_AWS, "holds"],
  ["AWS NLB to nodes, without ClientIP", [nlb({ ...goodNlb, "nlb-target-type": "instance" })], ON_AWS, "fails"],
  ["AWS NLB to nodes, with ClientIP alone", [nlb({ "listener-attributes.TCP-80": idle(3660) }, clientIp(3600))], ON_AWS, "fails"],
  [
    "AWS NLB, attribute with a controller that is too old",
    [nlb(goodNlb)],
    { ...ON_AWS, controllers: { "aws-load-balancer-controller": "2.8.2" } },
    "fails",
  ],
  ["AWS NLB, TLS listener", [nlb({ ...goodNlb, "ssl-cert": "arn:aws:acm:x" })], ON_AWS, "fails"],
  ["AWS NLB, TLS on another port", [nlb({ ...goodNlb, "ssl-cert": "arn:aws:acm:x", "ssl-ports": "443" })], ON_AWS, "holds"],
  ["AWS NLB, in-tree", [nlb({ ...goodNlb, type: "nlb" }, { loadBalancerClass: undefined })], ON_AWS, "fails"],
  ["AWS NLB, EKS Auto Mode, with the attribute", [nlb(goodNlb, onAuto)], ON_AWS, "unknown"],
  ["AWS NLB, EKS Auto Mode, as it comes", [nlb({}, onAuto)], ON_AWS, "fails", SILENT],
  ["AWS NLB, EKS Auto Mode, with a heartbeat", [nlb({}, onAuto)], ON_AWS, "holds-with-heartbeat", { ...SILENT, ...BEATING }],
  [
    "AWS NLB, EKS Auto Mode, with the attribute and a heartbeat",
    [nlb({ "listener-attributes.TCP-80": idle(3660) }, onAuto)],
    ON_AWS,
    "holds-with-heartbeat",
    { ...SILENT, ...BEATING },
  ],
  ["AWS NLB, EKS Auto Mode, without stickiness", [nlb({}, onAuto)], ON_AWS, "fails", BEATING],
  ["AWS NLB, EKS Auto Mode, TLS listener", [nlb({ ...goodNlb, "ssl-cert": "arn:aws:acm:x" }, onAuto)], ON_AWS, "fails"],
  ["AWS ALB, EKS Auto Mode, as it comes", [alb(onlySticky), autoClass, autoParams({})], ON_AWS, "fails"],
  [
    "AWS ALB, EKS Auto Mode, with the parameters of its class, to pods where nothing is said",
    [alb(onlySticky), autoClass, autoParams(hourAttributes)],
    ON_AWS,
    "holds",
  ],
  [
    "AWS ALB, EKS Auto Mode, with the Ingress's own attributes",
    [alb({ ...onlySticky, "load-balancer-attributes": "idle_timeout.timeout_seconds=3660" }), autoClass],
    ON_AWS,
    "holds",
  ],
  [
    "AWS ALB, EKS Auto Mode, with parameters of the other API group",
    [alb(onlySticky), autoClass, controllerParams(hourAttributes)],
    ON_AWS,
    "fails",
  ],
  [
    "AWS ALB, EKS Auto Mode, to nodes",
    [alb(onlySticky), autoClass, autoParams({ ...hourAttributes, targetType: "instance" })],
    ON_AWS,
    "fails",
  ],
  [
    "AWS ALB, EKS Auto Mode, by the old annotation, which it does not read",
    [
      byClass("alb", {
        "kubernetes.io/ingress.class": "alb",
        "alb.ingress.kubernetes.io/target-group-attributes": "stickiness.enabled=true",
        "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=3660",
      }),
      autoClass,
    ],
    ON_AWS,
    "fails",
  ],
  [
    "AWS ALB, with the parameters of its class",
    [alb(onlySticky), controllerClass, controllerParams({ ...hourAttributes, targetType: "ip" })],
    ON_AWS,
    "holds",
  ],
  [
    "AWS ALB, whose class says 60 s over the hour of the Ingress",
    [
      alb(longAlb),
      controllerClass,
      controllerParams({ loadBalancerAttributes: [{ key: "idle_timeout.timeout_seconds", value: "60" }] }),
    ],
    ON_AWS,
    "fails",
  ],
  [
    "AWS ALB, whose class sends to nodes over the pods of the Ingress",
    [alb(longAlb), controllerClass, controllerParams({ targetType: "instance" })],
    ON_AWS,
    "fails",
  ],
  [
    "AWS ALB, with parameters that no class names",
    [alb({ ...onlySticky, "target-type": "ip" }), controllerParams(hourAttributes)],
    ON_AWS,
    "fails",
  ],
  [
    "AWS Classic ELB, as it comes",
    [nlb({ "backend-protocol": "tcp" }, { loadBalancerClass: undefined })],
    ON_AWS,
    "fails",
    SILENT,
  ],
  [
    "AWS Classic ELB at its most",
    [nlb({ "connection-idle-timeout": "3600" }, { loadBalancerClass: undefined })],
    ON_AWS,
    "holds",
    SILENT,
  ],
  [
    "AWS Classic ELB, as it comes, with a keepalive, which does not restart its clock",
    [nlb({ "backend-protocol": "tcp" }, { loadBalancerClass: undefined })],
    ON_AWS,
    "fails",
    { ...SILENT, heartbeat: { seconds: 45, kind: "tcp-keepalive" } },
  ],
  ["AWS ALB, as it comes", [alb(albSticky)], ON_AWS, "fails"],
  ["AWS ALB, with the attribute", [alb(longAlb)], ON_AWS, "holds"],
  [
    "AWS ALB, above its most",
    [alb({ ...albSticky, "load-balancer-attributes": "idle_timeout.timeout_seconds=4001" })],
    ON_AWS,
    "fails",
  ],
  [
    "AWS ALB, without stickiness",
    [alb({ ...longAlb, "target-group-attributes": "deregistration_delay.timeout_seconds=30" })],
    ON_AWS,
    "fails",
  ],
  ["AWS ALB behind a Network Load Balancer", [alb({ ...longAlb, "enable-frontend-nlb": "true" })], ON_AWS, "fails"],
  [
    "AWS Gateway, ALB, with its own kinds",
    [
      gateway("aws-alb", parameters),
      route(),
      loadBalancerConfiguration({ loadBalancerAttributes: [{ key: "idle_timeout.timeout_seconds", value: "3660" }] }),
      targetGroup([["stickiness.enabled", "true"]]),
    ],
    ON_AWS,
    "holds",
  ],
  [
    "AWS Gateway, ALB, with the route's timeouts instead",
    [gateway("aws-alb"), route({ timeouts: { request: "0s" } }), targetGroup([["stickiness.enabled", "true"]])],
    ON_AWS,
    "fails",
  ],
  [
    "AWS Gateway, NLB, with its own kinds",
    [
      gateway("aws-nlb", { ...parameters, listeners: [{ name: "tcp", port: 443, protocol: "TCP" }] }),
      route({}, "TCPRoute"),
      loadBalancerConfiguration({
        listenerConfigurations: [
          { protocolPort: "TCP:443", listenerAttributes: [{ key: "tcp.idle_timeout.seconds", value: "3660" }] },
        ],
      }),
      targetGroup([
        ["stickiness.enabled", "true"],
        ["stickiness.type", "source_ip"],
      ]),
    ],
    ON_AWS,
    "holds",
  ],
  [
    "AWS Gateway, NLB, as it comes",
    [gateway("aws-nlb", { listeners: [{ name: "tcp", port: 443, protocol: "TCP" }] }), route({}, "TCPRoute")],
    ON_AWS,
    "fails",
  ],
  ["Azure LB, as it comes", [service(balanced)], { ...DIRECT, platform: "azure" }, "fails"],
  ["Azure LB, 65 minutes", [azure("65")], DIRECT, "holds"],
  ["Azure LB, 60 minutes, at the boundary", [azure("60")], DIRECT, "holds"],
  ["Azure LB, seconds in place of minutes", [azure("3600")], DIRECT, "fails"],
  [
    "Azure Application Gateway",
    [
      byClass("azure-application-gateway", {
        "appgw.ingress.kubernetes.io/cookie-based-affinity": "true",
        "appgw.ingress.kubernetes.io/request-timeout": "3660",
      }),
    ],
    DIRECT,
    "fails",
  ],
  [
    "Azure Application Gateway with a heartbeat",
    [
      byClass("azure-application-gateway", {
        "appgw.ingress.kubernetes.io/cookie-based-affinity": "true",
        "appgw.ingress.kubernetes.io/request-timeout": "3660",
      }),
    ],
    DIRECT,
    "holds-with-heartbeat",
    BEATING,
  ],
  ["Application Gateway for Containers", [gateway("azure-alb-external"), route()], DIRECT, "fails", SILENT],
  [
    "Application Gateway for Containers with a heartbeat and a cookie",
    [
      gateway("azure-alb-external"),
      route(),
      policyOn("RoutePolicy", "HTTPRoute", "web", { default: { sessionAffinity: { affinityType: "managed-cookie" } } }),
    ],
    DIRECT,
    "holds-with-heartbeat",
    BEATING,
  ],
  [
    "Application Gateway for Containers with an Ingress",
    [byClass("azure-alb-external")],
    DIRECT,
    "fails",
    { ...SILENT, ...BEATING },
  ],
  [
    "Google passthrough load balancer",
    [service({ ...balanced, loadBalancerClass: "networking.gke.io/l4-regional-external" })],
    DIRECT,
    "unknown",
  ],
  [
    "Google passthrough load balancer with a heartbeat",
    [service({ ...balanced, loadBalancerClass: "networking.gke.io/l4-regional-external" })],
    DIRECT,
    "holds-with-heartbeat",
    BEATING,
  ],
  ["GKE Ingress, as it comes", [byClass("gce")], DIRECT, "fails"],
  [
    "GKE Ingress with a BackendConfig",
    [byClass("gce"), withConfig, backendConfig({ timeoutSec: 3660, sessionAffinity: cookie })],
    DIRECT,
    "holds-as-lifetime",
  ],
  [
    "GKE Ingress with a BackendConfig that nothing ties",
    [byClass("gce"), backendConfig({ timeoutSec: 3660, sessionAffinity: cookie })],
    DIRECT,
    "fails",
  ],
  [
    "GKE Ingress, too short, with a heartbeat",
    [byClass("gce"), withConfig, backendConfig({ timeoutSec: 600, sessionAffinity: cookie })],
    DIRECT,
    "fails",
    BEATING,
  ],
  ["GKE Gateway, global, as it comes", [gateway("gke-l7-global-external-managed"), route()], DIRECT, "fails"],
  [
    "GKE Gateway, global, with a policy: to 24 h",
    [gateway("gke-l7-global-external-managed"), route(), service(), gkePolicy(3660)],
    DIRECT,
    "holds-as-lifetime",
  ],
  [
    "GKE Gateway, regional, with a policy",
    [gateway("gke-l7-rilb"), route(), service(), gkePolicy(3660)],
    DIRECT,
    "holds-as-lifetime",
  ],
];

describe("the ways in of a cloud, with a silent WebSocket for 3600 s", () => judgeWaysIn(ROWS));
