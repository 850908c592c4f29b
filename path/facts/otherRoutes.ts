import type { HopFacts, Limit } from "./shape";

/** In-cluster proxies follow EndpointSlices within a second or two; the rest is for a busy API server. */
const IN_CLUSTER = { defaultSeconds: null, propagationSeconds: 15 };

/** Envoy's clock of a request, in place of its own 15 s. */
const EMISSARY_REQUEST: Limit = { limit: "lifetime", defaultSeconds: 3 };
const GLOO_REQUEST: Limit = { limit: "lifetime", defaultSeconds: 15 };
/** What is not upgraded ends with the timeout of the server. */
const ROUTER_SERVER: Limit = { limit: "idle", defaultSeconds: 30 };

/** Annotations that the router of OpenShift reads on a Route. */
export const OPENSHIFT_ROUTER = {
  tunnel: "haproxy.router.openshift.io/timeout-tunnel",
  server: "haproxy.router.openshift.io/timeout",
  withoutCookie: "haproxy.router.openshift.io/disable_cookies",
  cookieName: "router.openshift.io/cookie_name",
  /** What it takes for a time; anything else is left out. */
  time: /^[1-9][0-9]*(us|ms|s|m|h|d)?$/,
  source: "openshift/router images/router/haproxy/conf/haproxy-config.template (2026-08)",
} as const;

/** Routes of controllers that have a kind of their own, and ports that a ConfigMap opens. */
export const OTHER_ROUTE_FACTS = {
  "ingress-nginx-tcp": {
    title: "ingress-nginx (TCP)",
    // Bytes alone restart its clock: it ends the TCP connection, and answers the probes of a keepalive itself.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 600,
      knob: {
        where: "the controller's ConfigMap",
        keys: ["proxy-stream-timeout"],
        unit: "seconds",
        syntax: 'a number with its unit, quoted: "3660s"',
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: { mechanism: "none", condition: "it chooses a pod for each connection, in turn" },
    drain: IN_CLUSTER,
    reloadCutSeconds: 240,
    source:
      "kubernetes/ingress-nginx docs/user-guide/exposing-tcp-udp-services.md, internal/ingress/controller/config/config.go ProxyStreamTimeout, rootfs/etc/nginx/template/nginx.tmpl (controller-v1.15.1)",
    sourced: true,
  },
  "openshift-router": {
    title: "OpenShift's router",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 3600,
      perProtocol: { "http-stream": ROUTER_SERVER, grpc: ROUTER_SERVER },
      knob: {
        where: "Route annotation",
        keys: [OPENSHIFT_ROUTER.tunnel],
        unit: "seconds",
        syntax: "a whole number with one unit: 3660s, 61m, 2h; a bare number counts milliseconds",
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: `a cookie of its own, unless ${OPENSHIFT_ROUTER.withoutCookie} says otherwise; where TLS passes through, the client's address`,
    },
    drain: IN_CLUSTER,
    source: OPENSHIFT_ROUTER.source,
    sourced: true,
  },
  emissary: {
    title: "Emissary (Ambassador)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 300,
      perProtocol: { "http-stream": EMISSARY_REQUEST, grpc: EMISSARY_REQUEST },
      knob: {
        where: "Mapping getambassador.io/v3alpha1",
        keys: ["spec.idle_timeout_ms"],
        unit: "seconds",
        syntax: "whole milliseconds: 3660000",
      },
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: "load_balancer.policy ring_hash or maglev with a cookie, and a resolver of endpoints",
      keys: ["spec.load_balancer"],
    },
    drain: IN_CLUSTER,
    source:
      "emissary-ingress/emissary python/ambassador/src/ambassador/envoy/v3/v3route.py, ir/irhttpmapping.py (2026-08); envoyproxy.io, faq/configuration/timeouts: stream_idle_timeout",
    sourced: true,
  },
  "emissary-tcp": {
    title: "Emissary (TCPMapping)",
    // Envoy counts bytes; the probes of a TCP keepalive end at its own socket.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 3600,
      knob: {
        where: "TCPMapping getambassador.io/v3alpha1",
        keys: ["spec.idle_timeout_ms"],
        unit: "seconds",
        syntax: 'whole milliseconds, quoted: "3660000"',
      },
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: { mechanism: "none", condition: "a TCPMapping chooses a pod for each connection" },
    drain: IN_CLUSTER,
    source:
      "emissary-ingress/emissary pkg/api/getambassador.io/v3alpha1/crd_tcpmapping.go (2026-08); envoyproxy.io, faq/configuration/timeouts: tcp_proxy idle_timeout",
    sourced: true,
  },
  apisix: {
    title: "APISIX (ApisixRoute)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: {
        where: "ApisixRoute apisix.apache.org/v2",
        keys: ["spec.http[].timeout.read", "spec.http[].timeout.send"],
        unit: "seconds",
        syntax: "a duration: 3660s",
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: "an ApisixUpstream of the Service's name with loadbalancer.type chash, hashOn: cookie",
      keys: ["ApisixUpstream spec.loadbalancer"],
    },
    drain: IN_CLUSTER,
    source:
      "apache/apisix-ingress-controller api/v2/apisixroute_types.go, api/v2/shared_types.go DefaultUpstreamTimeout, internal/adc/translator/apisixroute.go (v2)",
    sourced: true,
  },
  gloo: {
    title: "Gloo (VirtualService)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 300,
      perProtocol: { "http-stream": GLOO_REQUEST, grpc: GLOO_REQUEST },
      knob: {
        where: "Gateway gateway.solo.io/v1",
        keys: ["spec.httpGateway.options.httpConnectionManagerSettings.streamIdleTimeout"],
        unit: "seconds",
        syntax: "a duration: 3660s",
      },
      minimumSeconds: 0,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: "options.lbHash of the route, and an Upstream whose loadBalancerConfig hashes",
      keys: ["options.lbHash"],
    },
    drain: IN_CLUSTER,
    source:
      "solo-io/gloo projects/gloo/api/v1/options/hcm/hcm.proto, docs/content/guides/traffic_management/listener_configuration/websockets.md (2026-08)",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;
