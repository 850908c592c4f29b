/** From where load balancers and proxies connect to pods, and what of a NetworkPolicy a network plugin enforces. Each with its source. */

interface Ranges {
  ranges: readonly string[];
  source: string;
}

/** The proxies of Google's external Application Load Balancers, and all its health checks. */
export const GOOGLE_PROXIES: Ranges = {
  ranges: ["35.191.0.0/16", "130.211.0.0/22"],
  source: "docs.cloud.google.com/load-balancing/docs/firewall-rules",
};

/** The address from which Azure's load balancers ask how a backend is. */
export const AZURE_PROBE: Ranges = {
  ranges: ["168.63.129.16/32"],
  source: "learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16",
};

interface UsualNamespace {
  namespace: string;
  source: string;
}

/** Where the pods of a proxy run when it is installed as its own pages say. */
export const PROXY_NAMESPACES = {
  "ingress-nginx": { namespace: "ingress-nginx", source: "kubernetes.github.io/ingress-nginx/deploy (v1.15.1)" },
  "f5-nginx": {
    namespace: "nginx-ingress",
    source: "docs.nginx.com/nginx-ingress-controller/install/manifests (v5.5.4)",
  },
  traefik: { namespace: "traefik", source: "doc.traefik.io/traefik/setup/kubernetes (v3.6); k3s runs its own in kube-system" },
  "envoy-gateway": {
    namespace: "envoy-gateway-system",
    source: "gateway.envoyproxy.io/docs/tasks/operations/gateway-namespace-mode (v1.9): the controller's, where that mode is off",
  },
  contour: { namespace: "projectcontour", source: "projectcontour.io/getting-started (v1.33)" },
  kong: { namespace: "kong", source: "developer.konghq.com/kubernetes-ingress-controller/install (v3)" },
} as const satisfies Record<string, UsualNamespace>;

/** Where Prometheus runs when the operator's own manifests installed it. */
export const PROMETHEUS_NAMESPACE: UsualNamespace = {
  namespace: "monitoring",
  source: "prometheus-operator/kube-prometheus manifests/setup/namespace.yaml (v0.16.0)",
};

/** The label by which the proxy pods of a Gateway are known that run beside it. */
export const GATEWAY_NAME_LABEL = {
  key: "gateway.networking.k8s.io/gateway-name",
  source:
    "kubernetes-sigs/gateway-api GEP-1762, In Cluster Gateway Deployments; istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api",
} as const;

interface Enforcement {
  /** `sometimes`: only where `condition` is so. */
  enforces: "yes" | "no" | "sometimes";
  condition?: string;
  source: string;
}

/** Whether a NetworkPolicy does anything, by network plugin. One that is not here is not known. */
export const POLICY_ENFORCEMENT: Record<string, Enforcement> = {
  calico: { enforces: "yes", source: "docs.tigera.io/calico/latest/network-policy" },
  canal: { enforces: "yes", source: "docs.tigera.io/calico/latest/getting-started/kubernetes/flannel" },
  cilium: { enforces: "yes", source: "docs.cilium.io/en/stable/network/kubernetes/policy" },
  antrea: { enforces: "yes", source: "antrea.io/docs" },
  "kube-router": { enforces: "yes", source: "kube-router.io/docs" },
  "vpc-cni": {
    enforces: "sometimes",
    condition: 'its network policy agent is switched on (enableNetworkPolicy: "true" of the add-on, from version 1.14)',
    source: "docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html",
  },
  "azure-cni": {
    enforces: "sometimes",
    condition: "the cluster has a network policy engine (az aks create --network-policy)",
    source: "learn.microsoft.com/azure/aks/use-network-policies",
  },
  flannel: {
    enforces: "sometimes",
    condition: "something beside it does: k3s brings the controller of kube-router, plain flannel brings none",
    source: "docs.k3s.io/networking/networking-services#network-policy-controller; github.com/flannel-io/flannel README",
  },
};

/** A plugin whose address ranges mean the world outside only, never the cluster's nodes, unless it is told otherwise. */
export const CILIUM_RANGES = {
  option: "policy-cidr-match-mode",
  value: "nodes",
  source: "docs.cilium.io/en/stable/security/policy/language/#cidr-based",
} as const;

/** Why no rule for the kubelet's probes is needed. */
export const OWN_NODE_ALWAYS_ADMITTED = {
  source: "kubernetes.io/docs/concepts/services-networking/network-policies: the node a pod runs on is always admitted",
} as const;
