import type { HopFacts } from "./shape";
import { fixedIdle } from "./shape";

/** The annotations by which a Service asks clouds beside the three large ones for its load balancer. */
export const OTHER_CLOUD_PREFIXES = {
  oracle: ["oci.oraclecloud.com/", "oci-network-load-balancer.oraclecloud.com/", "service.beta.kubernetes.io/oci-load-balancer-"],
  scaleway: ["service.beta.kubernetes.io/scw-loadbalancer-"],
  openStack: ["loadbalancer.openstack.org/", "service.beta.kubernetes.io/openstack-internal-load-balancer"],
  digitalOcean: ["service.beta.kubernetes.io/do-loadbalancer-"],
} as const;

/** What of them changes how long a connection is kept, or where a client comes back to. */
export const OTHER_CLOUD_ANNOTATIONS = {
  oracleType: "oci.oraclecloud.com/load-balancer-type",
  oracleProtocol: "service.beta.kubernetes.io/oci-load-balancer-backend-protocol",
  oracleIdle: "service.beta.kubernetes.io/oci-load-balancer-connection-idle-timeout",
  oraclePolicy: "oci.oraclecloud.com/loadbalancer-policy",
  oracleNetworkPolicy: "oci-network-load-balancer.oraclecloud.com/backend-policy",
  scalewayTunnel: "service.beta.kubernetes.io/scw-loadbalancer-timeout-tunnel",
  scalewayHttp: "service.beta.kubernetes.io/scw-loadbalancer-protocol-http",
  scalewaySticky: "service.beta.kubernetes.io/scw-loadbalancer-sticky-sessions",
  openStackClient: "loadbalancer.openstack.org/timeout-client-data",
  openStackMember: "loadbalancer.openstack.org/timeout-member-data",
  ovhClass: "loadbalancer.ovhcloud.com/class",
  digitalOceanProtocol: "service.beta.kubernetes.io/do-loadbalancer-protocol",
  digitalOceanType: "service.beta.kubernetes.io/do-loadbalancer-type",
  digitalOceanPassthrough: "service.beta.kubernetes.io/do-loadbalancer-tls-passthrough",
  digitalOceanIdle: "service.beta.kubernetes.io/do-loadbalancer-http-idle-timeout-seconds",
  digitalOceanSticky: "service.beta.kubernetes.io/do-loadbalancer-sticky-sessions-type",
  digitalOceanStickySeconds: "service.beta.kubernetes.io/do-loadbalancer-sticky-sessions-cookie-ttl",
} as const;

const oracleSource =
  "oracle/oci-cloud-controller-manager docs/load-balancer-annotations.md, pkg/cloudprovider/providers/oci/load_balancer_spec.go (2026); docs.oracle.com/iaas/Content/Balance/Reference/connectionreuse.htm";
const oracleIdle = {
  limit: "idle",
  knob: {
    where: "Service annotation",
    keys: [OTHER_CLOUD_ANNOTATIONS.oracleIdle],
    unit: "seconds",
    syntax: 'a whole number without a unit, quoted: "3660"',
  },
  minimumSeconds: 1,
  maximumSeconds: null,
  marginSeconds: 60,
} as const;
const oracleAffinity = {
  mechanism: "source-ip",
  condition: "loadbalancer-policy: IP_HASH keeps a client on a node; sessionAffinity: ClientIP of the Service is refused",
  keys: [OTHER_CLOUD_ANNOTATIONS.oraclePolicy],
} as const;

export const OTHER_CLOUD_FACTS = {
  "oci-lb": {
    title: "Oracle Cloud load balancer (TCP listener)",
    // It ends the connection itself, so that the probes of a keepalive do not restart its clock.
    layer: 7,
    idle: { ...oracleIdle, knob: { ...oracleIdle.knob, keys: [...oracleIdle.knob.keys] }, defaultSeconds: 300 },
    affinity: { ...oracleAffinity, keys: [...oracleAffinity.keys] },
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source: oracleSource,
    sourced: true,
  },
  "oci-lb-http": {
    title: "Oracle Cloud load balancer (HTTP listener)",
    layer: 7,
    idle: { ...oracleIdle, knob: { ...oracleIdle.knob, keys: [...oracleIdle.knob.keys] }, defaultSeconds: 60 },
    affinity: { ...oracleAffinity, keys: [...oracleAffinity.keys] },
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source: oracleSource,
    sourced: true,
  },
  "oci-nlb": {
    title: "Oracle Cloud network load balancer",
    layer: 4,
    // The API changes it; no annotation of the Service does.
    idle: fixedIdle(360),
    affinity: {
      mechanism: "source-ip",
      condition: "backend-policy: TWO_TUPLE keeps a client on a node; sessionAffinity: ClientIP of the Service is refused",
      keys: [OTHER_CLOUD_ANNOTATIONS.oracleNetworkPolicy],
    },
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source: `${oracleSource}; docs.oracle.com/iaas/Content/NetworkLoadBalancer/NetworkLoadBalancers/configure-idle-timeout.htm`,
    sourced: true,
  },
  "scaleway-lb": {
    title: "Scaleway load balancer",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 600,
      knob: {
        where: "Service annotation",
        keys: [OTHER_CLOUD_ANNOTATIONS.scalewayTunnel],
        unit: "seconds",
        syntax: 'a Go duration, with its unit: "1h1m"',
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: "sticky-sessions: cookie, with HTTP listeners, or table, by the client's address; both keep a client on a node",
      keys: [OTHER_CLOUD_ANNOTATIONS.scalewaySticky],
    },
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source:
      "scaleway/scaleway-cloud-controller-manager docs/loadbalancer-annotations.md, scaleway/loadbalancers_annotations.go (2026)",
    sourced: true,
  },
  "octavia-lb": {
    title: "OpenStack load balancer (Octavia)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 50,
      knob: {
        where: "Service annotation",
        keys: [OTHER_CLOUD_ANNOTATIONS.openStackClient, OTHER_CLOUD_ANNOTATIONS.openStackMember],
        unit: "milliseconds",
        syntax: 'a whole number without a unit, quoted: "3660000"',
      },
      minimumSeconds: 1,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "source-ip",
      condition: "sessionAffinity: ClientIP on the Service keeps a client on a node, and kube-proxy there on a pod",
      keys: ["spec.sessionAffinity"],
    },
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source:
      "kubernetes/cloud-provider-openstack docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md, pkg/openstack/loadbalancer.go (2026)",
    sourced: true,
  },
  "digitalocean-lb": {
    title: "DigitalOcean load balancer (HTTP)",
    layer: 7,
    // A WebSocket has an hour of its own, which nothing changes; the annotation is about plain HTTP.
    idle: {
      ...fixedIdle(3600),
      perProtocol: { "http-stream": { limit: "idle", defaultSeconds: 60 }, grpc: { limit: "idle", defaultSeconds: 60 } },
    },
    affinity: {
      mechanism: "cookie",
      condition: "sticky-sessions-type: cookies, with an HTTP listener, keeps a client on a node",
      keys: [OTHER_CLOUD_ANNOTATIONS.digitalOceanSticky],
    },
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source:
      "digitalocean/digitalocean-cloud-controller-manager docs/controllers/services/annotations.md (2026); docs.digitalocean.com/products/networking/load-balancers/details/features: WebSockets",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;
