import type { HopFacts, IdleFacts } from "./shape";

/** No data path of its own: it only announces an address, so it has no clock that could end a connection. */
const announcesOnly: IdleFacts = {
  limit: "none",
  defaultSeconds: null,
  knob: null,
  minimumSeconds: null,
  maximumSeconds: null,
  marginSeconds: 0,
};

export const LOAD_BALANCER_FACTS = {
  "metallb-l2": {
    title: "MetalLB in layer 2 mode",
    layer: 4,
    idle: announcesOnly,
    affinity: {
      mechanism: "none",
      condition: "one leader node receives everything, so it chooses nothing and kube-proxy there sees the client's own address",
    },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "metallb/metallb website/content/concepts/layer2.md (v0.15.2)",
    sourced: true,
  },
  "metallb-bgp": {
    title: "MetalLB in BGP mode",
    layer: 4,
    idle: announcesOnly,
    affinity: {
      mechanism: "none",
      condition:
        "the router spreads each new connection over the nodes by its 5-tuple, and every node keeps an affinity table of its own",
    },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "metallb/metallb website/content/concepts/bgp.md (v0.15.2)",
    sourced: true,
  },
  metallb: {
    title: "MetalLB, announcing in a way that was not read",
    layer: 4,
    idle: announcesOnly,
    affinity: { mechanism: "none", condition: "layer 2 keeps a client on one node, BGP does not" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "metallb/metallb website/content/concepts/{layer2,bgp}.md (v0.15.2)",
    sourced: true,
  },
  "announced-address": {
    title: "what announces the Service's address on the cluster's own network",
    layer: 4,
    idle: announcesOnly,
    affinity: { mechanism: "none", condition: "by ARP one node receives everything, by BGP the router chooses" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source:
      "kube-vip.io/docs/usage/kubernetes-services; docs.cilium.io/en/stable/network/lb-ipam, l2-announcements, bgp-control-plane; purelb.gitlab.io/docs; openelb.io/docs",
    sourced: true,
  },
  "k3s-servicelb": {
    title: "k3s ServiceLB",
    layer: 4,
    idle: announcesOnly,
    affinity: {
      mechanism: "none",
      condition:
        "the client chose the node itself; where its address is reached through NAT, kube-proxy sees the address of ServiceLB's pod instead of the client's",
    },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "k3s-io/klipper-lb entry; docs.k3s.io/networking/networking-services (2026-06)",
    sourced: true,
  },
  "node-port": {
    title: "the node's own address",
    layer: 4,
    idle: announcesOnly,
    affinity: { mechanism: "none", condition: "the client chose the node itself" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
    sourced: true,
  },
  "declared-hop": {
    title: "what the cluster block declares to stand in front",
    layer: 7,
    idle: { ...announcesOnly, limit: "unknown" },
    affinity: { mechanism: "none", condition: "as declared" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "the cluster block's inFront list",
    sourced: true,
  },
  "unknown-load-balancer": {
    title: "a load balancer whose rules are not known here",
    layer: 4,
    idle: { ...announcesOnly, limit: "unknown" },
    affinity: { mechanism: "none", condition: "not known" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "docs/rules/idle-timeout.md",
    sourced: false,
  },
} satisfies Record<string, HopFacts>;

/** What shows MetalLB: its annotations, and the kinds that only it reads, by whichever of its versions. */
export const METALLB = {
  prefixes: ["metallb.io/", "metallb.universe.tf/"],
  group: /^metallb\.io\//,
  kinds: ["IPAddressPool", "AddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer", "BFDProfile", "Community"],
  source: "metallb/metallb api/v1beta1, api/v1beta2 (v0.15.2; AddressPool until v0.13.12), website/content/usage (v0.16.1)",
} as const;

/** What only announces addresses, beside MetalLB: the annotations by which a Service asks for one, the classes, and the kinds of its own. */
export const ANNOUNCERS = {
  annotations: [
    "kube-vip.io/",
    "io.cilium/lb-ipam-",
    "lbipam.cilium.io/",
    "purelb.io/",
    "lb.kubesphere.io/",
    "eip.openelb.kubesphere.io/",
  ],
  classes: /^(kube-vip\.io|io\.cilium|purelb\.io|openelb|lb\.kubesphere\.io)\b/,
  kinds: ["CiliumLoadBalancerIPPool", "CiliumL2AnnouncementPolicy", "CiliumBGPPeeringPolicy", "LBNodeAgent"],
} as const;
