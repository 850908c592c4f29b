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
const f5Resource = (kind: string, spec: { [key: string]: Value }) => object("k8s.nginx.org/v1", kind, "web", { spec });
const virtualServer = (upstream: { [key: string]: Value } = {}, kind = "VirtualServer", list = "routes") =>
  f5Resource(kind, {
    host: "chat.example.test",
    upstreams: [{ name: "chat", service: "web", port: 80, ...upstream }],
    [list]: [{ path: "/", action: { pass: "chat" } }],
  });
const f5Cookie = { sessionCookie: { enable: true, name: "route", path: "/", expires: "1h" } };
const f5Hour = { "read-timeout": "3660s", "send-timeout": "61m" };
const transportServer = (fields: { [key: string]: Value }, upstream: { [key: string]: Value } = {}) =>
  f5Resource("TransportServer", {
    listener: { name: "tls-passthrough", protocol: "TLS_PASSTHROUGH" },
    upstreams: [{ name: "chat", service: "web", port: 443, ...upstream }],
    action: { pass: "chat" },
    ...fields,
  });
const f5Config = (data: { [key: string]: Value }) =>
  object("v1", "ConfigMap", "nginx-ingress", { data }, { namespace: "nginx-ingress" });
const tcpProxy = (fields: { [key: string]: Value } = {}) =>
  object("projectcontour.io/v1", "HTTPProxy", "web", {
    spec: {
      virtualhost: { fqdn: "chat.example.test", tls: { passthrough: true } },
      tcpproxy: { services: [{ name: "web", port: 443 }], ...fields },
    },
  });
const ciliumConfig = (data: { [key: string]: Value }) =>
  object("v1", "ConfigMap", "cilium-config", { data }, { namespace: "kube-system" });

export const ROWS: WayIn[] = [
  ["F5 NGINX, as it comes", [f5()], DIRECT, "fails"],
  ["F5 NGINX with both timeouts", [f5(f5Long)], DIRECT, "holds"],
  ["F5 NGINX without websocket-services", [f5({ ...f5Long, "nginx.org/websocket-services": "other" })], DIRECT, "fails"],
  ["F5 NGINX, VirtualServer, as it comes", [virtualServer(f5Cookie)], DIRECT, "fails"],
  ["F5 NGINX, VirtualServer with both timeouts and a cookie", [virtualServer({ ...f5Cookie, ...f5Hour })], DIRECT, "holds"],
  ["F5 NGINX, VirtualServer with one timeout", [virtualServer({ ...f5Cookie, "read-timeout": "3660s" })], DIRECT, "fails"],
  [
    "F5 NGINX, VirtualServer with the timeouts of the ConfigMap",
    [virtualServer(f5Cookie), f5Config({ "proxy-read-timeout": "3660s", "proxy-send-timeout": "3660s" })],
    DIRECT,
    "holds",
  ],
  ["F5 NGINX, VirtualServer without a cookie", [virtualServer(f5Hour)], DIRECT, "fails"],
  [
    "F5 NGINX, VirtualServer with a cookie that ends too early",
    [virtualServer({ ...f5Hour, sessionCookie: { ...f5Cookie.sessionCookie, expires: "10m" } })],
    DIRECT,
    "fails",
  ],
  ["F5 NGINX, VirtualServer by the client's address", [virtualServer({ ...f5Hour, "lb-method": "ip_hash" })], DIRECT, "unknown"],
  [
    "F5 NGINX, VirtualServer by a header",
    [virtualServer({ ...f5Hour, "lb-method": "hash $http_x_session consistent" })],
    DIRECT,
    "holds",
  ],
  [
    "F5 NGINX, VirtualServer that dials the Service",
    [virtualServer({ ...f5Cookie, ...f5Hour, "use-cluster-ip": true })],
    DIRECT,
    "fails",
  ],
  ["F5 NGINX, VirtualServer of gRPC", [virtualServer({ ...f5Cookie, ...f5Hour, type: "grpc" })], DIRECT, "fails"],
  [
    "F5 NGINX, VirtualServerRoute",
    [virtualServer({ ...f5Cookie, ...f5Hour }, "VirtualServerRoute", "subroutes")],
    DIRECT,
    "holds",
  ],
  ["F5 NGINX, VirtualServerRoute, as it comes", [virtualServer({}, "VirtualServerRoute", "subroutes")], DIRECT, "fails", SILENT],
  ["F5 NGINX, TransportServer, as it comes", [transportServer({})], DIRECT, "fails", SILENT],
  [
    "F5 NGINX, TransportServer, as it comes, with a keepalive that its own socket answers",
    [transportServer({})],
    DIRECT,
    "fails",
    { ...SILENT, heartbeat: { seconds: 45, kind: "tcp-keepalive" } },
  ],
  [
    "F5 NGINX, TransportServer with its timeout",
    [transportServer({ sessionParameters: { timeout: "3660s" } })],
    DIRECT,
    "holds",
    SILENT,
  ],
  [
    "F5 NGINX, TransportServer without stickiness",
    [transportServer({ sessionParameters: { timeout: "3660s" } })],
    DIRECT,
    "fails",
  ],
  [
    "F5 NGINX, TransportServer by the client's address",
    [transportServer({ sessionParameters: { timeout: "3660s" } }, { loadBalancingMethod: "hash $remote_addr consistent" })],
    DIRECT,
    "unknown",
  ],
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
  ["Istio serving an Ingress", [byClass("istio"), destinationRule(istioCookie)], DIRECT, "holds"],
  ["Istio serving an Ingress, without stickiness", [byClass("istio")], DIRECT, "fails"],
  [
    "Istio serving an Ingress of a class of somebody's own",
    [
      byClass("mesh"),
      object("networking.k8s.io/v1", "IngressClass", "mesh", { spec: { controller: "istio.io/ingress-controller" } }),
      destinationRule(istioCookie),
    ],
    DIRECT,
    "holds",
  ],
  [
    "Istio's gateway, TLS passed through, with a keepalive that Envoy answers itself",
    [virtualService({ tls: [toWeb] })],
    DIRECT,
    "fails",
    { ...SILENT, idleSeconds: 3601, heartbeat: { seconds: 45, kind: "tcp-keepalive" } },
  ],
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
  ["Contour, HTTPProxy, tcpproxy", [tcpProxy()], DIRECT, "holds", SILENT],
  ["Contour, HTTPProxy, tcpproxy, past its fixed limit", [tcpProxy()], DIRECT, "fails", { ...SILENT, idleSeconds: 9002 }],
  [
    "Contour, HTTPProxy, tcpproxy with a strategy that it ignores",
    [tcpProxy({ loadBalancerPolicy: { strategy: "Cookie" } })],
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
