// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.

export interface Cluster {
  /**
   * uid of the namespace kube-system. Nothing is created in a cluster that has another. Allowed: a uid. Default: required in
   * production.
   */
  uid?: string;
  /**
   * Version of the API server. Before 1.30 the pods sleep by a command of their image, since then by the kubelet's own.
   * Allowed: `"1.36"`, `"1.36.3"`. Default: the newer way.
   */
  kubernetesVersion?: string;
  /**
   * What carries Services on the nodes. IPVS cuts silent connections earlier than the others. `none` where the network plugin
   * does it. Allowed: `iptables`, `nftables`, `ipvs`, `none`. Default: unknown.
   */
  kubeProxyMode?: string;
  /** The network plugin. Allowed: a name such as `calico`. Default: unknown. */
  cni?: string;
  /**
   * Controllers and their versions, in quotes: which annotations one reads depends on it. Allowed: names with versions.
   * Default: none.
   */
  controllers?: Record<string, string>;
  /**
   * Ingress class -> the controller that serves it, where it is not the one the class is named for: `{ nginx: traefik }`.
   * Allowed: names. Default: none.
   */
  ingressClasses?: Record<string, string>;
  /**
   * Seconds a node remembers a silent connection (`net.netfilter.nf_conntrack_tcp_timeout_established`); on AWS the smaller of
   * that and the network interface's own table (350 on Nitro v6). An error with `kubeProxyMode: none`. Allowed: 1 to 31536000
   * seconds. Default: what kube-proxy sets.
   */
  nodeConntrackEstablishedSeconds?: number;
  /**
   * Seconds after which IPVS (kube-proxy's `ipvs.tcpTimeout`), or what stands in kube-proxy's place, forgets a silent
   * connection. An error with `iptables` and `nftables`. Allowed: 1 to 31536000 seconds. Default: its default, else unknown.
   */
  serviceProxyIdleSeconds?: number;
  /**
   * What stands before the Ingress controllers, from the client inwards: their load balancer, a CDN, a corporate proxy. `[]`
   * says that nothing does. Allowed: a list. Default: what the objects show.
   */
  inFront?: ClusterInFront[];
  /** Gateways of somebody else to which entries are attached, by `<namespace>/<name>`. Default: none. */
  gateways?: Record<string, ClusterGateway>;
  /** From where others connect to pods, for `service.networkPolicy`. Nothing else reads it. Default: nothing is declared. */
  network?: ClusterNetwork;
}

export interface ClusterInFront {
  /** What it is called. Allowed: a name. Required. */
  name: string;
  /**
   * Seconds of silence after which it closes a connection. Allowed: 1 to 31536000 seconds. Default: it never does, and its
   * documentation says so.
   */
  idleSeconds?: number;
  /** 4: it passes bytes on, and TCP keepalive restarts its clock. 7: only bytes of the stream do. Allowed: 4, 7. Default: 4. */
  layer?: number;
}

export interface ClusterGateway {
  /**
   * Who serves it. Allowed: `envoy-gateway`, `istio`, `contour`, `traefik`, `gke`, `aws-lbc`, `approuting-istio`, `agc`.
   * Required.
   */
  implementation: string;
  /** The listener to hang on. Not `contour`. Allowed: a name. Default: each that serves the host. */
  listener?: string;
  /**
   * Whether that listener speaks TLS: the printed URL follows from it, and production refuses one that does not. Allowed: true,
   * false. Default: true.
   */
  tls?: boolean;
  /**
   * Whether only the private network reaches it. Only `gke`, `aws-lbc`, `approuting-istio`. Allowed: true, false. Default:
   * false.
   */
  internal?: boolean;
  /** The Ingress class of that HTTPProxy. Only `contour`. Allowed: a name. Default: none. */
  className?: string;
  /**
   * Seconds of silence after which the Gateway as a whole closes a connection, where no route can say it: `aws-lbc`
   * (`idle_timeout` of its load balancer) and `envoy-gateway` before 1.8 (its ClientTrafficPolicy). Without it the verdict is
   * `unknown`. Allowed: 1 to 31536000 seconds. Default: not known.
   */
  idleSeconds?: number;
}

export interface ClusterNetwork {
  /**
   * Every address that a node has towards pods, those of its tunnels too. `[0.0.0.0/0]`: any source. Allowed: a list such as
   * `[10.0.0.0/16]`. Default: undeclared.
   */
  nodeRanges?: string[];
  /**
   * The subnets from which the cloud's load balancers connect to pods; on Google the proxy-only subnet. Allowed: a list such as
   * `[10.1.0.0/20]`. Default: undeclared.
   */
  loadBalancerRanges?: string[];
  /**
   * Controller -> the namespace its proxy pods run in: `{ traefik: kube-system }`. Allowed: names. Default: where its own pages
   * install it.
   */
  proxyNamespaces?: Record<string, string>;
  /** The namespace Prometheus runs in. Allowed: a name. Default: `monitoring`. */
  prometheusNamespace?: string;
  /**
   * Only Cilium: whether `policy-cidr-match-mode` has `nodes`. Without it a range means no node. Allowed: true, false. Default:
   * false.
   */
  rangesMatchNodes?: boolean;
}

export interface BareMetal {
  /** The addresses that MetalLB hands out, from pools that are there already. Default: none. */
  addressPools?: BareMetalAddressPool[];
  /** Where MetalLB runs, and reads its pools. Allowed: a name. Default: `metallb-system`. */
  metallbNamespace?: string;
  /**
   * Address at which the cluster's Ingress controller answers. The records (`dns`) of entries of kind `traefik` lead to it,
   * whose routes do not say it. Allowed: one address. Default: none.
   */
  ingressAddress?: string;
}

export interface BareMetalAddressPool {
  /** Name of the IPAddressPool. Allowed: a name. Required. */
  name: string;
  /**
   * Ranges (`192.168.1.200-192.168.1.220`) or blocks (`192.168.1.0/28`), IPv4 or IPv6. No two pools may overlap. Allowed: at
   * least one. Required.
   */
  addresses: string[];
  /**
   * `l2`: one node at a time answers for an address. `bgp`: every node announces it to the routers. With `bgp` a client's next
   * connection may reach another node, so affinity by source address fails; that is an error. Allowed: `l2`, `bgp`. Default:
   * `l2`.
   */
  advertise?: string;
  /**
   * Addresses of the pool by the Service that gets them: `<service>-<entry>` of a `load-balancer` that names no pool and no
   * address itself, because its description is for every platform. One that nothing reads is an error. Allowed: a block such as
   * `{ chat-load-balancer: 192.168.1.207 }`. Default: none.
   */
  reserved?: Record<string, string>;
}

export interface CertManager {
  /** The ClusterIssuer of cert-manager that signs, which is there already. Required. */
  clusterIssuer: string;
}

export interface OutsideEndpoint {
  /**
   * The URL. A user or a password in it is an error: it would stand in plain text in the cluster. Allowed: scheme, host, port
   * where the scheme has none, path. Required.
   */
  url: string;
  /** Addresses it had before, for `holdfast lint-endpoints`. Allowed: a list, each with or without a port. Default: none. */
  formerly?: string[];
}
