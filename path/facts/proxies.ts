import type { HopFacts, IdleKnob } from "./shape";

/**
 * Proxies inside the cluster follow EndpointSlices, which reach them within a second or two. 15 s leaves room for a busy API
 * server.
 */
const IN_CLUSTER_PROPAGATION_SECONDS = 15;

/** Since this version Traefik's ingress-nginx provider emulates nginx's read timeout. */
export const TRAEFIK_READ_DEADLINE_SINCE = "3.7";

const NGINX_TIMEOUT_KEYS = ["nginx.ingress.kubernetes.io/proxy-read-timeout", "nginx.ingress.kubernetes.io/proxy-send-timeout"];
const nginxTimeouts: IdleKnob = {
  where: "Ingress annotations",
  keys: NGINX_TIMEOUT_KEYS,
  unit: "seconds",
  syntax: 'a whole number without a unit, quoted: "3660"',
};

export const PROXY_FACTS = {
  "ingress-nginx": {
    title: "ingress-nginx",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: nginxTimeouts,
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition:
        'annotation affinity: "cookie"; it sends to pod addresses, so the Service\'s sessionAffinity is not consulted; service-upstream turns stickiness off',
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    reloadCutSeconds: 240,
    source:
      "kubernetes/ingress-nginx internal/ingress/annotations/{proxy,sessionaffinity}/main.go, internal/ingress/controller/config/config.go (controller-v1.15.1)",
    sourced: true,
  },
  "traefik-nginx-provider": {
    title: "Traefik before 3.7 (ingress-nginx provider)",
    layer: 7,
    idle: {
      limit: "none",
      defaultSeconds: null,
      // The entry point's read timeout covers a whole request; a streamed answer outlived it when tried, a call of gRPC was not tried.
      perProtocol: { grpc: { limit: "unknown", defaultSeconds: null } },
      knob: null,
      minimumSeconds: null,
      maximumSeconds: null,
      marginSeconds: 0,
    },
    affinity: {
      mechanism: "cookie",
      condition:
        "any non-empty affinity annotation; it sends to pod addresses, so the Service's sessionAffinity is not consulted",
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "traefik/traefik pkg/provider/kubernetes/ingress-nginx/{annotations,kubernetes}.go (v3.6.1); an upgraded connection and a streamed answer, silent or not, stayed open past both entry-point timeouts (420 s) when tried",
    sourced: true,
  },
  "traefik-nginx-provider-3.7": {
    title: "Traefik 3.7+ (ingress-nginx provider)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: nginxTimeouts,
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: 'annotation affinity: "cookie"; it sends to pod addresses, so the Service\'s sessionAffinity is not consulted',
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "traefik/traefik pkg/provider/kubernetes/ingress-nginx/{annotations,build}.go, pkg/server/service/transport.go (v3.7.9); a WebSocket and a stream were cut off after 60.0 s without an annotation, 3.0 and 7.0 s with one of 3 and 7, and not at all with 0, when tried",
    sourced: true,
  },
  traefik: {
    title: "Traefik",
    layer: 7,
    idle: {
      limit: "none",
      defaultSeconds: null,
      perProtocol: { grpc: { limit: "unknown", defaultSeconds: null } },
      knob: null,
      minimumSeconds: null,
      maximumSeconds: null,
      marginSeconds: 0,
    },
    affinity: {
      mechanism: "cookie",
      condition: 'annotation traefik.ingress.kubernetes.io/service.sticky.cookie: "true" on the Service, not on the Ingress',
    },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source:
      "traefik/traefik pkg/config/static/static_config.go, pkg/server/router/tcp/router.go, pkg/provider/kubernetes/ingress/annotations.go (v3.6.1); a streamed answer, silent or not, stayed open past both entry-point timeouts (420 s) when tried",
    sourced: true,
  },
  "unknown-proxy": {
    title: "a controller whose rules are not known here",
    layer: 7,
    idle: { limit: "unknown", defaultSeconds: null, knob: null, minimumSeconds: null, maximumSeconds: null, marginSeconds: 0 },
    affinity: { mechanism: "none", condition: "not known" },
    drain: { defaultSeconds: null, propagationSeconds: IN_CLUSTER_PROPAGATION_SECONDS },
    source: "docs/rules/idle-timeout.md",
    sourced: false,
  },
} satisfies Record<string, HopFacts>;
