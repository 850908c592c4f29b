import type { Value } from "../../path/objects";
import { advertisement, DIRECT, gateway, object, policyOn, POOL, route, service } from "./objects";
import type { WayIn } from "./waysIn";
import { SILENT, BEATING, balanced, byClass, judgeWaysIn } from "./waysIn";

const f5 = (extra: { [key: string]: Value } = {}) =>
  byClass("nginx", {
    "nginx.org/websocket-services": "web",
    "nginx.org/sticky-cookie-services": "serviceName=web srv_id expires=1h path=/",
    ...extra,
  });
const f5Long = { "nginx.org/proxy-read-timeout": "3660s", "nginx.org/proxy-send-timeout": "3660s" };
const ingressRoute = (fields: { [key: string]: Value }) =>
  object("traefik.io/v1alpha1", "IngressRoute", "web", {
    spec: { routes: [{ services: [{ name: "web", port: 80, ...fields }] }] },
  });
const envoyCookie = { type: "ConsistentHash", consistentHash: { type: "Cookie", cookie: { name: "route", ttl: "3600s" } } };
const envoyPolicy = (http: { [key: string]: Value }) =>
  policyOn("BackendTrafficPolicy", "HTTPRoute", "web", { loadBalancer: envoyCookie, timeout: { http } });
const virtualService = (fields: { [key: string]: Value }) =>
  object("networking.istio.io/v1", "VirtualService", "web", {
    spec: { gateways: ["edge"], hosts: ["chat.example.test"], ...fields },
  });
const toWeb = { route: [{ destination: { host: "web", port: { number: 80 } } }] };
const destinationRule = (trafficPolicy: { [key: string]: Value }) =>
  object("networking.istio.io/v1", "DestinationRule", "web", { spec: { host: "web.chat.svc.cluster.local", trafficPolicy } });
const istioCookie = { loadBalancer: { consistentHash: { httpCookie: { name: "route", ttl: "3600s" } } } };
const httpProxy = (fields: { [key: string]: Value }) =>
  object("projectcontour.io/v1", "HTTPProxy", "web", {
    spec: { routes: [{ services: [{ name: "web", port: 80 }], loadBalancerPolicy: { strategy: "Cookie" }, ...fields }] },
  });
const haproxy = (extra: { [key: string]: Value } = {}) =>
  byClass("haproxy", { "haproxy-ingress.github.io/affinity": "cookie", ...extra });
const ciliumConfig = (data: { [key: string]: Value }) =>
  object("v1", "ConfigMap", "cilium-config", { data }, { namespace: "kube-system" });

const ROWS: WayIn[] = [
  ["F5 NGINX, as it comes", [f5()], DIRECT, "fails"],
  ["F5 NGINX with both timeouts", [f5(f5Long)], DIRECT, "holds"],
  ["F5 NGINX without websocket-services", [f5({ ...f5Long, "nginx.org/websocket-services": "other" })], DIRECT, "fails"],
  ["Traefik, IngressRoute", [ingressRoute({ sticky: { cookie: { name: "route", maxAge: 3600 } } })], DIRECT, "holds"],
  ["Traefik, IngressRoute without a cookie", [ingressRoute({})], DIRECT, "fails"],
  ["Traefik, IngressRoute with nativeLB", [ingressRoute({ nativeLB: true, sticky: { cookie: {} } })], DIRECT, "fails"],
  ["Traefik, HTTPRoute", [gateway("traefik"), route()], DIRECT, "holds", SILENT],
  ["Traefik, HTTPRoute, where stickiness is asked", [gateway("traefik"), route()], DIRECT, "fails"],
  [
    "k3s ServiceLB before Traefik",
    [
      ingressRoute({ sticky: { cookie: {} } }),
      object(
        "v1",
        "Service",
        "traefik",
        { spec: { type: "LoadBalancer", ports: [{ port: 443 }], selector: { "app.kubernetes.io/name": "traefik" } } },
        { namespace: "kube-system" },
      ),
    ],
    { kubeProxyMode: "iptables", controllers: { servicelb: "0.4" } },
    "holds",
  ],
  [
    "Envoy Gateway, as it comes",
    [gateway("eg"), route(), policyOn("BackendTrafficPolicy", "HTTPRoute", "web", { loadBalancer: envoyCookie })],
    DIRECT,
    "fails",
  ],
  [
    "Envoy Gateway with an idle limit on the route",
    [gateway("eg"), route(), envoyPolicy({ streamIdleTimeout: "3660s" })],
    DIRECT,
    "holds",
  ],
  [
    "Envoy Gateway with the request timeout switched off",
    [gateway("eg"), route({ timeouts: { request: "0s" } }), envoyPolicy({})],
    DIRECT,
    "holds",
  ],
  [
    "Envoy Gateway before 1.8 with an idle limit on the route",
    [gateway("eg"), route(), envoyPolicy({ streamIdleTimeout: "3660s" })],
    { ...DIRECT, controllers: { "envoy-gateway": "1.7.2" } },
    "fails",
  ],
  [
    "Envoy Gateway with an idle limit at the listener",
    [
      gateway("eg"),
      route(),
      policyOn("BackendTrafficPolicy", "HTTPRoute", "web", { loadBalancer: envoyCookie }),
      policyOn("ClientTrafficPolicy", "Gateway", "edge", { timeout: { http: { streamIdleTimeout: "2h" } } }),
    ],
    DIRECT,
    "holds",
  ],
  [
    "Envoy Gateway with a longest life",
    [gateway("eg"), route(), envoyPolicy({ streamIdleTimeout: "0s", maxStreamDuration: "600s" })],
    DIRECT,
    "fails",
    BEATING,
  ],
  [
    "Envoy Gateway that buffers requests",
    [
      gateway("eg"),
      route(),
      policyOn("BackendTrafficPolicy", "HTTPRoute", "web", {
        requestBuffer: { limit: "1Mi" },
        timeout: { http: { streamIdleTimeout: "2h" } },
      }),
    ],
    DIRECT,
    "fails",
    SILENT,
  ],
  ["Istio's gateway for HTTP", [virtualService({ http: [toWeb] }), destinationRule(istioCookie)], DIRECT, "holds"],
  ["Istio's gateway for HTTP without stickiness", [virtualService({ http: [toWeb] })], DIRECT, "fails"],
  [
    "Istio's gateway with a timeout of the route",
    [virtualService({ http: [{ ...toWeb, timeout: "10s" }] }), destinationRule(istioCookie)],
    DIRECT,
    "unknown",
  ],
  ["Istio's gateway, TLS passed through, at the boundary", [virtualService({ tls: [toWeb] })], DIRECT, "holds", SILENT],
  ["the same for a second more", [virtualService({ tls: [toWeb] })], DIRECT, "fails", { ...SILENT, idleSeconds: 3601 }],
  [
    "Istio's gateway, TLS passed through, with two hours",
    [virtualService({ tls: [toWeb] }), destinationRule({ connectionPool: { tcp: { idleTimeout: "7200s" } } })],
    DIRECT,
    "holds",
    { ...SILENT, idleSeconds: 3601 },
  ],
  ["Istio's gateway by the Gateway API", [gateway("istio"), route(), destinationRule(istioCookie)], DIRECT, "holds"],
  ["AKS application routing", [gateway("approuting-istio"), route(), destinationRule(istioCookie)], DIRECT, "fails"],
  ["Contour, HTTPProxy, as it comes", [httpProxy({ enableWebsockets: true })], DIRECT, "fails"],
  [
    "Contour, HTTPProxy, no limit",
    [httpProxy({ enableWebsockets: true, timeoutPolicy: { idle: "infinity", response: "infinity" } })],
    DIRECT,
    "holds",
  ],
  [
    "Contour, HTTPProxy, 0, which it takes for not set",
    [httpProxy({ enableWebsockets: true, timeoutPolicy: { idle: "0s" } })],
    DIRECT,
    "fails",
  ],
  ["Contour, HTTPProxy, without enableWebsockets", [httpProxy({ timeoutPolicy: { idle: "infinity" } })], DIRECT, "fails"],
  [
    "Contour, HTTPRoute, with its own configuration",
    [
      gateway("contour"),
      route(),
      object("projectcontour.io/v1alpha1", "ContourConfiguration", "contour", {
        spec: { envoy: { timeouts: { streamIdleTimeout: "infinity" } } },
      }),
    ],
    DIRECT,
    "holds",
    SILENT,
  ],
  ["Contour, HTTPRoute, as it comes", [gateway("contour"), route()], DIRECT, "fails", SILENT],
  ["Contour, Ingress, as it comes", [byClass("contour", { "projectcontour.io/websocket-routes": "/" })], DIRECT, "fails", SILENT],
  ["HAProxy Ingress, at the boundary", [haproxy()], DIRECT, "holds"],
  ["HAProxy Ingress for a second more", [haproxy()], DIRECT, "fails", { idleSeconds: 3601 }],
  ["haproxytech, at the boundary", [byClass("haproxy", { "haproxy.org/cookie-persistence": "route" })], DIRECT, "holds"],
  [
    "haproxytech with the limit on the Ingress, where nobody reads it",
    [byClass("haproxy", { "haproxy.org/cookie-persistence": "route", "haproxy.org/timeout-tunnel": "2h" })],
    DIRECT,
    "fails",
    { idleSeconds: 3601 },
  ],
  [
    "HAProxy Ingress, two hours",
    [haproxy({ "haproxy-ingress.github.io/timeout-tunnel": "2h" })],
    DIRECT,
    "holds",
    { idleSeconds: 3601 },
  ],
  ["Cilium, as it comes", [byClass("cilium")], DIRECT, "fails", SILENT],
  [
    "Cilium with the agents' limit raised",
    [byClass("cilium"), ciliumConfig({ "http-stream-idle-timeout": "3660" })],
    DIRECT,
    "holds",
    SILENT,
  ],
  ["Cilium's Gateway, as it comes", [gateway("cilium"), route()], DIRECT, "fails", SILENT],
  ["MetalLB in layer 2 mode", [service(balanced), POOL, advertisement("L2Advertisement")], DIRECT, "holds"],
  ["MetalLB in BGP mode", [service(balanced), POOL, advertisement("BGPAdvertisement")], DIRECT, "fails"],
  ["any Service on IPVS", [service({ ...balanced, type: "NodePort" })], { kubeProxyMode: "ipvs" }, "fails"],
  [
    "any Service on Calico eBPF, at the boundary",
    [service({ ...balanced, type: "NodePort" })],
    { kubeProxyMode: "none", cni: "calico" },
    "holds",
  ],
  [
    "any Service on Cilium in place of kube-proxy",
    [service({ ...balanced, type: "NodePort" })],
    { kubeProxyMode: "none", cni: "cilium" },
    "holds",
  ],
];

describe("the ways in of a cluster, with a silent WebSocket for 3600 s", () => judgeWaysIn(ROWS));
