import type { AffinityFacts, DrainFacts, HopFacts, IdleFacts } from "./shape";

const clientIp: AffinityFacts = {
  mechanism: "source-ip",
  condition:
    "the Service says sessionAffinity: ClientIP; the table is kept per node, counts from the last new connection, and sees whatever address reaches the node",
};
/** kube-proxy follows EndpointSlices as the in-cluster proxies do. */
const endpointSlices: DrainFacts = { defaultSeconds: null, propagationSeconds: 15 };

/** kube-proxy sets the kernel's timer for established connections to one day on every node it runs on. */
const nodeConntrack: IdleFacts = {
  limit: "idle",
  defaultSeconds: 86_400,
  knob: {
    where: "kube-proxy's configuration",
    keys: ["conntrack.tcpEstablishedTimeout"],
    unit: "seconds",
    syntax: "a duration: 24h0m0s",
  },
  minimumSeconds: null,
  maximumSeconds: null,
  marginSeconds: 0,
};
const conntrackSource =
  "kubernetes/kubernetes pkg/proxy/apis/config/v1alpha1/defaults.go, Conntrack.TCPEstablishedTimeout (v1.36.3)";

export const NODE_FACTS = {
  "kube-proxy-iptables": {
    title: "kube-proxy (iptables)",
    layer: 4,
    idle: nodeConntrack,
    affinity: clientIp,
    drain: endpointSlices,
    source: conntrackSource,
    sourced: true,
  },
  "kube-proxy-nftables": {
    title: "kube-proxy (nftables)",
    layer: 4,
    idle: nodeConntrack,
    affinity: clientIp,
    drain: endpointSlices,
    source: conntrackSource,
    sourced: true,
  },
  "kube-proxy-ipvs": {
    title: "kube-proxy (IPVS)",
    layer: 4,
    idle: {
      limit: "idle",
      defaultSeconds: 900,
      knob: { where: "kube-proxy's configuration", keys: ["ipvs.tcpTimeout"], unit: "seconds", syntax: "a duration: 2h0m0s" },
      minimumSeconds: null,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: clientIp,
    drain: endpointSlices,
    source: "github.com/kubernetes/kubernetes/issues/80298; kube-proxy --ipvs-tcp-timeout (0 keeps the kernel's 900 s)",
    sourced: true,
  },
  "calico-ebpf": {
    title: "Calico's eBPF data plane",
    layer: 4,
    idle: {
      limit: "idle",
      defaultSeconds: 3600,
      knob: {
        where: "FelixConfiguration",
        keys: ["spec.bpfConntrackTimeouts.tcpEstablished"],
        unit: "seconds",
        syntax: "a duration: 2h0m0s",
      },
      minimumSeconds: null,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: clientIp,
    drain: endpointSlices,
    source: "projectcalico/calico felix/bpf/conntrack/timeouts/timeouts.go, TCPEstablished",
    sourced: true,
  },
  "cilium-ebpf": {
    title: "Cilium in place of kube-proxy",
    layer: 4,
    idle: {
      limit: "idle",
      defaultSeconds: 8000,
      knob: {
        where: "ConfigMap kube-system/cilium-config",
        keys: ["bpf-ct-timeout-regular-tcp"],
        unit: "seconds",
        syntax: "a duration: 2h13m20s",
      },
      minimumSeconds: null,
      maximumSeconds: null,
      marginSeconds: 60,
    },
    affinity: clientIp,
    drain: endpointSlices,
    source: "docs.cilium.io/en/stable/cmdref/cilium-agent: --bpf-ct-timeout-regular-tcp",
    sourced: true,
  },
  "unknown-service-proxy": {
    title: "what carries Services on the nodes, not declared",
    layer: 4,
    idle: { limit: "unknown", defaultSeconds: null, knob: null, minimumSeconds: null, maximumSeconds: null, marginSeconds: 0 },
    affinity: clientIp,
    drain: endpointSlices,
    source: conntrackSource,
    sourced: false,
  },
  pod: {
    title: "the pod",
    layer: 7,
    idle: { limit: "none", defaultSeconds: null, knob: null, minimumSeconds: null, maximumSeconds: null, marginSeconds: 0 },
    affinity: { mechanism: "none", condition: "it is the end of the path" },
    drain: { defaultSeconds: 30, propagationSeconds: 0 },
    source: "kubernetes/api core/v1/types.go PodSpec.terminationGracePeriodSeconds (v1.36)",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;

/** The pods with which k3s takes a port of its nodes for a Service of type LoadBalancer: that Service is the way in. */
export const SERVICE_LB = {
  label: "svccontroller.k3s.cattle.io/svcname",
  image: /^klipper-lb$/,
  source: "k3s-io/k3s pkg/cloudprovider/servicelb.go (v1.34); docs.k3s.io/networking/networking-services",
} as const;

/** Addresses of a node that are reached from the node alone: RFC 1122, 3.2.1.3; RFC 3927; RFC 4291, 2.5.3 and 2.5.6. */
export const OF_THE_NODE_ALONE = /^(127\.|169\.254\.|::1$|fe[89ab][0-9a-f]:)/i;
