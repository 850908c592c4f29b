import type { AffinityFacts, DrainFacts, HopFacts, IdleFacts } from "./shape";
import { NO_LIMIT, UNKNOWN_LIMIT } from "./shape";

/** The classes and annotations by which a Service on GKE says which load balancer it wants. */
export const GCP_CLASSES = {
  external: "networking.gke.io/l4-regional-external",
  internal: "networking.gke.io/l4-regional-internal",
} as const;
export const GCP_ANNOTATIONS = {
  backendService: "cloud.google.com/l4-rbs",
  loadBalancerType: "networking.gke.io/load-balancer-type",
  backendConfig: "cloud.google.com/backend-config",
  networkEndpointGroups: "cloud.google.com/neg",
} as const;
/**
 * What only the Ingress controller of GKE reads from an Ingress, or writes there. Contour reads the last one as well. Source:
 * kubernetes/ingress-gce pkg/annotations/ingress.go (2026-08); projectcontour/contour internal/annotation/annotations.go (v1.33).
 */
export const GKE_INGRESS_KEYS = {
  own: [
    "kubernetes.io/ingress.global-static-ip-name",
    "kubernetes.io/ingress.regional-static-ip-name",
    "ingress.gcp.kubernetes.io/",
    "networking.gke.io/",
    "ingress.kubernetes.io/url-map",
    "ingress.kubernetes.io/target-proxy",
    "ingress.kubernetes.io/forwarding-rule",
    "ingress.kubernetes.io/backends",
  ],
  alsoContour: "kubernetes.io/ingress.allow-http",
} as const;
/** The GKE version that first understands the load balancer classes. */
export const GKE_CLASSES_SINCE = "1.33.1";
/** The lifetime of the cookie as GKE's Ingress controller enforces it; the API behind it would allow more. */
const GENERATED_COOKIE_TTL = { defaultSeconds: 0, minimumSeconds: 0, maximumSeconds: 86_400 };

/** A NEG follows the pods within a minute: the controller, the NEG's API and the load balancer's own nodes one after another. */
const NEG_PROPAGATION_SECONDS = 60;

function backendTimeout(where: string, key: string): IdleFacts {
  return {
    limit: "lifetime",
    defaultSeconds: 30,
    knob: { where, keys: [key], unit: "seconds", syntax: "a whole number" },
    minimumSeconds: 1,
    maximumSeconds: 2_147_483_647,
    marginSeconds: 60,
  };
}
const draining = (key: string): DrainFacts => ({
  defaultSeconds: 0,
  propagationSeconds: NEG_PROPAGATION_SECONDS,
  knob: { key, minimumSeconds: 0, maximumSeconds: 3600 },
});
const policyTimeout = backendTimeout("GCPBackendPolicy networking.gke.io/v1", "spec.default.timeoutSec");
const policyAffinity: AffinityFacts = {
  mechanism: "cookie",
  condition:
    "a GCPBackendPolicy on the Service with sessionAffinity.type GENERATED_COOKIE; sessionPersistence of the HTTPRoute is not read",
  keys: ["spec.default.sessionAffinity.type", "spec.default.sessionAffinity.cookieTtlSec"],
  ttl: { defaultSeconds: 0, minimumSeconds: 0, maximumSeconds: 1_209_600 },
};
const passthroughAffinity: AffinityFacts = {
  mechanism: "source-ip",
  condition: "sessionAffinity: ClientIP on the Service keeps a client on a node, and kube-proxy there on a pod",
  keys: ["spec.sessionAffinity"],
};
const passthroughSource =
  "kubernetes/ingress-gce pkg/composite/gen.go, pkg/l4/resources/l4.go (2026-08); docs.cloud.google.com/load-balancing/docs/network/ext-netlb-traffic-distribution";

export const GCP_FACTS = {
  "gcp-lb": {
    title: "Google passthrough Network Load Balancer",
    layer: 4,
    // After a minute of silence a packet is assigned to a node anew: to the same one only while the set of nodes is the same.
    idle: { ...UNKNOWN_LIMIT, keepsAtLeastSeconds: 60 },
    affinity: passthroughAffinity,
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source: passthroughSource,
    sourced: true,
  },
  "gcp-lb-internal": {
    title: "Google internal passthrough Network Load Balancer",
    layer: 4,
    idle: { ...UNKNOWN_LIMIT, keepsAtLeastSeconds: 600 },
    affinity: passthroughAffinity,
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source: passthroughSource,
    sourced: true,
  },
  "gce-ingress": {
    title: "Google Application Load Balancer (GKE Ingress)",
    layer: 7,
    idle: backendTimeout("BackendConfig cloud.google.com/v1", "spec.timeoutSec"),
    affinity: {
      mechanism: "cookie",
      condition:
        "a BackendConfig attached to the Service's port with sessionAffinity.affinityType GENERATED_COOKIE; the Service's own sessionAffinity is not consulted behind NEGs",
      keys: ["spec.sessionAffinity.affinityType", "spec.sessionAffinity.affinityCookieTtlSec"],
      ttl: GENERATED_COOKIE_TTL,
    },
    drain: draining("spec.connectionDraining.drainingTimeoutSec"),
    source:
      "kubernetes/ingress-gce pkg/apis/backendconfig/v1/types.go, pkg/backendconfig/validation.go (2026-08); docs.cloud.google.com/load-balancing/docs/https/request-distribution",
    sourced: true,
  },
  "gke-gateway-global": {
    title: "Google global Application Load Balancer (GKE Gateway)",
    layer: 7,
    // A silent WebSocket is closed by the timeout; any other answer, streamed or not, ends with it.
    idle: {
      ...policyTimeout,
      limit: "idle",
      perProtocol: { "http-stream": { limit: "lifetime", defaultSeconds: 30 }, grpc: { limit: "lifetime", defaultSeconds: 30 } },
    },
    affinity: policyAffinity,
    drain: draining("spec.default.connectionDraining.drainingTimeoutSec"),
    source:
      "GoogleCloudPlatform/gke-gateway-api apis/networking/v1 (2026-04); docs.cloud.google.com/load-balancing/docs/https/request-distribution",
    sourced: true,
  },
  "gke-gateway-lifetime": {
    title: "the longest life of a WebSocket on Google's global load balancer",
    layer: 7,
    idle: {
      ...NO_LIMIT,
      limit: "lifetime",
      defaultSeconds: 86_400,
      perProtocol: { "http-stream": { limit: "none", defaultSeconds: null }, grpc: { limit: "none", defaultSeconds: null } },
    },
    affinity: { mechanism: "none", condition: "it chooses nothing" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "docs.cloud.google.com/load-balancing/docs/https/request-distribution, WebSocket support",
    sourced: true,
  },
  "gke-gateway-regional": {
    title: "Google regional Application Load Balancer (GKE Gateway)",
    layer: 7,
    // Whether it ends a WebSocket by silence or by age was found written down for no regional load balancer. Age is the reading
    // that never promises too much: what is too short is too short either way.
    idle: policyTimeout,
    affinity: policyAffinity,
    drain: draining("spec.default.connectionDraining.drainingTimeoutSec"),
    source: "GoogleCloudPlatform/gke-gateway-api apis/networking/v1 (2026-04)",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;
