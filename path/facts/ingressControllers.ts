import type { HopFacts, IdleFacts, Limit } from "./shape";
import { NO_LIMIT } from "./shape";

export const F5_PREFIX = "nginx.org/";
/** With NGINX Plus, or for its policies, there is a second one. */
export const F5_PREFIXES = [F5_PREFIX, "nginx.com/"] as const;
export const HAPROXY_INGRESS_PREFIX = "haproxy-ingress.github.io/";
/** The older one is read as well, and gives way. Source: jcmoraisjr/haproxy-ingress docs/content/en/docs/configuration/command-line.md, annotations-prefix (v0.16.1). */
export const HAPROXY_INGRESS_PREFIXES = [HAPROXY_INGRESS_PREFIX, "ingress.kubernetes.io/"] as const;
export const HAPROXYTECH_PREFIX = "haproxy.org/";
/** The older prefix is read by both controllers of HAProxy, and shows neither. */
export const HAPROXYTECH_PREFIXES = [HAPROXYTECH_PREFIX, "haproxy.com/"] as const;
/** First NGINX with which F5's controller sticks by a cookie without NGINX Plus. */
export const F5_STICKY_COOKIE_SINCE = "1.29.6";

/** In-cluster proxies follow EndpointSlices within a second or two; the rest is for a busy API server. */
const IN_CLUSTER_PROPAGATION_SECONDS = 15;
/** Both HAProxy controllers leave an upgraded connection to the tunnel timeout; everything else ends with the server timeout. */
const haproxyTunnel = (knob: IdleFacts["knob"]): IdleFacts => ({
  limit: "idle",
  defaultSeconds: 3600,
  perProtocol: { "http-stream": HAPROXY_SERVER_TIMEOUT, grpc: HAPROXY_SERVER_TIMEOUT },
  knob,
  minimumSeconds: 1,
  maximumSeconds: null,
  marginSeconds: 60,
});
const HAPROXY_SERVER_TIMEOUT: Limit = { limit: "idle", defaultSeconds: 50 };
const HAPROXY_DURATION = "a number with a unit: 3660s, 61m, 2h; a bare number counts milliseconds";

export const INGRESS_CONTROLLER_FACTS = {
  "f5-nginx": {
    title: "F5 NGINX Ingress Controller",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: {
        where: "Ingress annotations",
        keys: [`${F5_PREFIX}proxy-read-timeout`, `${F5_PREFIX}proxy-send-timeout`],
        unit: "seconds",
        syntax: 'a number with its unit, quoted: "3660s"',
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition:
        "annotation nginx.org/sticky-cookie-services names the Service (nginx.com/ with NGINX Plus); WebSockets need nginx.org/websocket-services to name it too",
      keys: [`${F5_PREFIX}sticky-cookie-services`],
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "nginx/kubernetes-ingress docs/crd, examples/ingress-resources/websocket; docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations (v5.5.4)",
    sourced: true,
  },
  "f5-virtual-server": {
    title: "F5 NGINX Ingress Controller (VirtualServer)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: {
        where: "an upstream of the VirtualServer or VirtualServerRoute k8s.nginx.org/v1",
        keys: ["upstreams[].read-timeout", "upstreams[].send-timeout"],
        unit: "seconds",
        syntax: "a number with its unit: 3660s",
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: "upstreams[].sessionCookie.enable, with NGINX Plus or NGINX since 1.29.6",
      keys: ["upstreams[].sessionCookie"],
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "docs.nginx.com/nginx-ingress-controller/configuration/virtualserver-and-virtualserverroute-resources: upstream, sessionCookie; nginx/kubernetes-ingress internal/configs/config_params.go (v5.5.4)",
    sourced: true,
  },
  "f5-transport-server": {
    title: "F5 NGINX Ingress Controller (TransportServer)",
    // Bytes alone restart its clock: it ends the TCP connection, and answers the probes of a keepalive itself.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 600,
      knob: {
        where: "TransportServer k8s.nginx.org/v1",
        keys: ["spec.sessionParameters.timeout"],
        unit: "seconds",
        syntax: "a number with its unit: 3660s",
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "source-ip",
      condition: "upstreams[].loadBalancingMethod: hash $remote_addr, where NGINX sees the client's own address",
      keys: ["upstreams[].loadBalancingMethod"],
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "docs.nginx.com/nginx-ingress-controller/configuration/transportserver-resource: sessionParameters; nginx/kubernetes-ingress internal/configs/transportserver.go (v5.5.4)",
    sourced: true,
  },
  "haproxy-ingress": {
    title: "HAProxy Ingress (jcmoraisjr)",
    layer: 7,
    idle: haproxyTunnel({
      where: "Ingress or Service annotation",
      keys: [`${HAPROXY_INGRESS_PREFIX}timeout-tunnel`],
      unit: "seconds",
      syntax: HAPROXY_DURATION,
    }),
    affinity: {
      mechanism: "cookie",
      condition: "annotation affinity: cookie; the cookie lasts as long as the browser's session",
      keys: [`${HAPROXY_INGRESS_PREFIX}affinity`],
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    reloadCutSeconds: 600,
    source: "jcmoraisjr/haproxy-ingress docs/content/en/docs/configuration/keys.md, pkg/converters/ingress/defaults.go (v0.16.1)",
    sourced: true,
  },
  "haproxytech-ingress": {
    title: "HAProxy Kubernetes Ingress Controller (haproxytech)",
    layer: 7,
    idle: haproxyTunnel({
      where: "the controller's ConfigMap",
      keys: ["timeout-tunnel"],
      unit: "seconds",
      syntax: HAPROXY_DURATION,
    }),
    affinity: {
      mechanism: "cookie",
      condition: "annotation cookie-persistence names the cookie; it lasts as long as the browser's session",
      keys: [`${HAPROXYTECH_PREFIX}cookie-persistence`],
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    reloadCutSeconds: 1800,
    source: "haproxytech/kubernetes-ingress documentation/annotations.md (v3.2.11)",
    sourced: true,
  },
  cilium: {
    title: "Cilium's Envoy (Ingress and Gateway)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 300,
      knob: {
        where: "ConfigMap kube-system/cilium-config",
        keys: ["http-stream-idle-timeout"],
        unit: "seconds",
        syntax: 'a whole number without a unit, quoted: "3660"; the agents need a restart',
      },
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: { mechanism: "none", condition: "neither an Ingress nor a Gateway of Cilium can ask for stickiness" },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source: "docs.cilium.io/en/stable/cmdref/cilium-agent: --http-stream-idle-timeout, --http-request-timeout",
    sourced: true,
  },
  kong: {
    title: "Kong",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: {
        where: "Service annotations",
        keys: ["konghq.com/read-timeout", "konghq.com/write-timeout"],
        unit: "seconds",
        syntax: 'whole milliseconds, quoted: "3660000"',
      },
      minimumSeconds: 1,
      maximumSeconds: 2_147_483,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition:
        "a KongUpstreamPolicy with consistent-hashing over a cookie, or sticky-sessions, that the Service's annotation names",
      keys: ["konghq.com/upstream-policy"],
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "developer.konghq.com/kubernetes-ingress-controller/reference/annotations: read-timeout, write-timeout, upstream-policy; developer.konghq.com/gateway/entities/service: read_timeout (default 60000 ms between two reads)",
    sourced: true,
  },
  "traefik-ingressroute": {
    title: "Traefik (IngressRoute)",
    layer: 7,
    idle: {
      ...NO_LIMIT,
      perProtocol: {
        "http-stream": { limit: "unknown", defaultSeconds: null },
        grpc: { limit: "unknown", defaultSeconds: null },
      },
    },
    affinity: {
      mechanism: "cookie",
      condition:
        "routes[].services[].sticky.cookie; nativeLB leaves the choice to kube-proxy, and a weighted TraefikService needs a cookie on both levels",
      keys: ["routes[].services[].sticky.cookie"],
      ttl: { defaultSeconds: null, minimumSeconds: 0, maximumSeconds: null },
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "traefik/traefik pkg/config/static/static_config.go, pkg/server/router/tcp/router.go (v3.6.1); a silent WebSocket stayed open past both entry-point timeouts when tried",
    sourced: true,
  },
  "traefik-ingressroute-tcp": {
    title: "Traefik (TCP router)",
    layer: 4,
    idle: NO_LIMIT,
    affinity: { mechanism: "none", condition: "a TCP router chooses a pod for each connection" },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source: "traefik/traefik pkg/server/router/tcp/router.go (v3.6.1): it clears the entry point's deadlines",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;
