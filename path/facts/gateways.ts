import type { AffinityFacts, DrainFacts, HopFacts, IdleFacts, Limit } from "./shape";
import { fixedIdle, NO_LIMIT } from "./shape";

/** The names by which a GatewayClass says who serves it. */
export const GATEWAY_CONTROLLERS = {
  envoyGateway: "gateway.envoyproxy.io/gatewayclass-controller",
  contour: "projectcontour.io/gateway-controller",
  istio: "istio.io/gateway-controller",
  traefik: "traefik.io/gateway-controller",
  cilium: "io.cilium/gateway-controller",
  kong: "konghq.com/kic-gateway-controller",
  kongOperator: "konghq.com/gateway-operator",
  agc: "alb.networking.azure.io/alb-controller",
  nginx: "gateway.nginx.org/nginx-gateway-controller",
} as const;

/** First version of Envoy Gateway whose BackendTrafficPolicy has an idle timeout of a stream. */
export const ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE = "1.8";

/** After this long Envoy AI Gateway ends an answer, unless the rule of its AIGatewayRoute says another time; 0s is none. */
export const ENVOY_AI_GATEWAY_REQUEST = {
  defaultSeconds: 60,
  source: "envoyproxy/ai-gateway api/v1beta1/ai_gateway_route_helper.go (v1.1.0): defaultRequestTimeout",
};

/** Once Envoy gives a connection up it leaves the socket open for so long, in case the other side closes first; what is said then is lost. */
export const ENVOY_DELAYED_CLOSE = {
  defaultSeconds: 1,
  source: "envoyproxy/envoy api extensions/filters/network/http_connection_manager/v3, delayed_close_timeout (v1.40)",
};

const IN_CLUSTER: DrainFacts = { defaultSeconds: null, propagationSeconds: 15 };
/** Envoy ends an answer that is not complete after this long, unless the route switches it off; it never touches an upgraded connection. */
const ENVOY_ROUTE_TIMEOUT: Limit = { limit: "lifetime", defaultSeconds: 15 };
const envoyStreamIdle: Pick<IdleFacts, "limit" | "defaultSeconds" | "minimumSeconds" | "maximumSeconds" | "marginSeconds"> = {
  limit: "idle",
  defaultSeconds: 300,
  minimumSeconds: 0,
  maximumSeconds: null,
  marginSeconds: 60,
};
const routeTimeout = { "http-stream": ENVOY_ROUTE_TIMEOUT, grpc: ENVOY_ROUTE_TIMEOUT };
const istioCookie: AffinityFacts = {
  mechanism: "cookie",
  condition: "a DestinationRule for the Service's host with loadBalancer.consistentHash.httpCookie",
  keys: ["DestinationRule spec.trafficPolicy.loadBalancer.consistentHash"],
  ttl: { defaultSeconds: null, minimumSeconds: 0, maximumSeconds: null },
};
const istioSource =
  "istio/istio pilot/pkg/networking/core/listener_builder.go (2026-07); istio.io/latest/docs/reference/config/networking/destination-rule; istio.io/latest/docs/tasks/traffic-management/ingress/kubernetes-ingress";

export const GATEWAY_FACTS = {
  "nginx-gateway": {
    title: "NGINX Gateway Fabric",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: {
        where: "ProxySettingsPolicy gateway.nginx.org/v1alpha1",
        keys: ["spec.timeout.read", "spec.timeout.send"],
        unit: "seconds",
        syntax: "a number with its unit: 3660s",
      },
      minimumSeconds: 1,
      // It takes at most four digits before the unit.
      maximumSeconds: 9999,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: "sessionPersistence of the rule, with NGINX Plus; an UpstreamSettingsPolicy hashes without it",
      keys: ["UpstreamSettingsPolicy spec.loadBalancingMethod"],
    },
    drain: IN_CLUSTER,
    source:
      "nginx/nginx-gateway-fabric apis/v1alpha1/proxysettingspolicy_types.go, internal/controller/state/graph/httproute.go (v2.6.7); nginx.org, ngx_http_proxy_module: proxy_read_timeout (default 60s)",
    sourced: true,
  },
  "nginx-gateway-tcp": {
    title: "NGINX Gateway Fabric (TCP)",
    // Bytes alone restart its clock: it ends the TCP connection itself.
    layer: 7,
    idle: fixedIdle(600),
    affinity: { mechanism: "none", condition: "a TCPRoute chooses a pod for each connection" },
    drain: IN_CLUSTER,
    source:
      "nginx/nginx-gateway-fabric internal/controller/nginx/config (v2.6.7), which sets no proxy_timeout; nginx.org, ngx_stream_proxy_module: proxy_timeout (default 10m)",
    sourced: true,
  },
  "envoy-gateway": {
    title: "Envoy Gateway",
    layer: 7,
    idle: {
      ...envoyStreamIdle,
      perProtocol: routeTimeout,
      knob: {
        where: "ClientTrafficPolicy or BackendTrafficPolicy gateway.envoyproxy.io/v1alpha1",
        keys: ["spec.timeout.http.streamIdleTimeout"],
        unit: "seconds",
        syntax: "a Gateway API duration: 3660s; 0s switches it off",
      },
    },
    affinity: {
      mechanism: "cookie",
      condition: "a BackendTrafficPolicy on the route or the Gateway with loadBalancer.type ConsistentHash and a cookie",
      keys: ["BackendTrafficPolicy spec.loadBalancer.consistentHash.cookie"],
      ttl: { defaultSeconds: null, minimumSeconds: 0, maximumSeconds: null },
    },
    drain: IN_CLUSTER,
    source: "envoyproxy/gateway internal/xds/translator/route.go, api/v1alpha1/timeout_types.go (v1.9.0)",
    sourced: true,
  },
  contour: {
    title: "Contour",
    layer: 7,
    idle: {
      ...envoyStreamIdle,
      perProtocol: routeTimeout,
      knob: {
        where: "HTTPProxy projectcontour.io/v1",
        keys: ["spec.routes[].timeoutPolicy.idle"],
        unit: "seconds",
        syntax: "a duration: 3660s; infinity switches it off",
      },
    },
    affinity: {
      mechanism: "cookie",
      condition: "routes[].loadBalancerPolicy.strategy: Cookie; the cookie lasts as long as the browser's session",
      keys: ["routes[].loadBalancerPolicy.strategy"],
    },
    drain: IN_CLUSTER,
    source: "projectcontour/contour apis/projectcontour/v1/httpproxy.go, site/content/docs/main/config/websockets.md (v1.33.6)",
    sourced: true,
  },
  "contour-gateway": {
    title: "Contour (Gateway API or Ingress)",
    layer: 7,
    idle: {
      ...envoyStreamIdle,
      perProtocol: routeTimeout,
      knob: {
        where: "ContourConfiguration projectcontour.io/v1alpha1, or the timeouts of its configuration file",
        keys: ["spec.envoy.timeouts.streamIdleTimeout"],
        unit: "seconds",
        syntax: "a duration: 3660s; infinity switches it off",
      },
    },
    affinity: { mechanism: "none", condition: "only an HTTPProxy can ask Contour for stickiness" },
    drain: IN_CLUSTER,
    source:
      "projectcontour/contour apis/projectcontour/v1alpha1/contourconfig.go, internal/dag/gatewayapi_processor.go (v1.33.6)",
    sourced: true,
  },
  "contour-tcp": {
    title: "Contour (tcpproxy of an HTTPProxy)",
    // Envoy counts bytes; the probes of a TCP keepalive end at its own socket.
    layer: 7,
    idle: fixedIdle(9001),
    affinity: { mechanism: "none", condition: "the strategies Cookie and RequestHash are ignored in a tcpproxy" },
    drain: IN_CLUSTER,
    source:
      "projectcontour/contour internal/envoy/v3/listener.go TCPProxy, internal/dag/httpproxy_processor.go processHTTPProxyTCPProxy (v1.33.6)",
    sourced: true,
  },
  istio: {
    title: "Istio's gateway (HTTP)",
    layer: 7,
    idle: { ...NO_LIMIT },
    affinity: istioCookie,
    drain: IN_CLUSTER,
    source: istioSource,
    sourced: true,
  },
  "istio-tcp": {
    title: "Istio's gateway (TCP or TLS passed through)",
    // As for every Envoy, bytes alone restart its clock.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 3600,
      knob: {
        where: "DestinationRule networking.istio.io/v1",
        keys: ["spec.trafficPolicy.connectionPool.tcp.idleTimeout"],
        unit: "seconds",
        syntax: "a duration: 3660s; 0s switches it off",
      },
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "source-ip",
      condition: "a DestinationRule for the Service's host with loadBalancer.consistentHash.useSourceIp",
      keys: ["DestinationRule spec.trafficPolicy.loadBalancer.consistentHash.useSourceIp"],
    },
    drain: IN_CLUSTER,
    source: istioSource,
    sourced: true,
  },
  "approuting-istio": {
    title: "AKS application routing (Istio's gateway without its own kinds)",
    layer: 7,
    idle: { ...NO_LIMIT },
    affinity: { mechanism: "none", condition: "it has no DestinationRule, and sessionPersistence of the HTTPRoute is not read" },
    drain: IN_CLUSTER,
    source: "learn.microsoft.com/azure/aks/app-routing-gateway-api; istio/istio pilot/pkg/networking/core/listener_builder.go",
    sourced: true,
  },
  "traefik-gateway": {
    title: "Traefik (HTTPRoute)",
    layer: 7,
    idle: {
      ...NO_LIMIT,
      perProtocol: {
        "http-stream": { limit: "unknown", defaultSeconds: null },
        grpc: { limit: "unknown", defaultSeconds: null },
      },
    },
    affinity: {
      mechanism: "none",
      condition: "an HTTPRoute asks it for no stickiness of its own; a TraefikService as the backend can stick by a cookie",
    },
    drain: IN_CLUSTER,
    source:
      "traefik/traefik pkg/provider/kubernetes/gateway (v3.6.1); a silent WebSocket stayed open past both entry-point timeouts when tried",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;
