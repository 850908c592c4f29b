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

interface ProxyOfCluster {
  /** Where its pods run when it is installed as its own pages say; absent where they name none, or several. */
  namespace?: string;
  /** The labels by which its own Service selects its pods, as its chart or its manifests write them; none where each Gateway has its own. */
  labels: readonly (readonly [label: string, value: string])[];
  source: string;
}

/** The controllers whose proxies are pods of the cluster. */
export const PROXIES_IN_CLUSTER = {
  "ingress-nginx": {
    namespace: "ingress-nginx",
    labels: [["app.kubernetes.io/name", "ingress-nginx"]],
    source:
      "kubernetes.github.io/ingress-nginx/deploy; kubernetes/ingress-nginx deploy/static/provider/cloud/deploy.yaml (v1.15.1)",
  },
  "f5-nginx": {
    namespace: "nginx-ingress",
    labels: [
      ["app.kubernetes.io/name", "nginx-ingress"],
      ["app", "nginx-ingress"],
    ],
    source:
      "docs.nginx.com/nginx-ingress-controller/install/manifests; nginx/kubernetes-ingress deployments/service/loadbalancer.yaml, charts/nginx-ingress (v5.5.4)",
  },
  traefik: {
    namespace: "traefik",
    labels: [["app.kubernetes.io/name", "traefik"]],
    source:
      "doc.traefik.io/traefik/setup/kubernetes (v3.6); k3s runs its own in kube-system; traefik/traefik-helm-chart traefik/templates/_helpers.tpl",
  },
  "envoy-gateway": {
    namespace: "envoy-gateway-system",
    labels: [],
    source: "gateway.envoyproxy.io/docs/tasks/operations/gateway-namespace-mode (v1.9): the controller's, where that mode is off",
  },
  contour: {
    namespace: "projectcontour",
    labels: [["app", "envoy"]],
    source: "projectcontour.io/getting-started; projectcontour/contour examples/contour/02-service-envoy.yaml (v1.33)",
  },
  kong: {
    namespace: "kong",
    labels: [
      ["app.kubernetes.io/name", "kong"],
      ["app", "ingress-kong"],
      ["app", "proxy-kong"],
    ],
    source:
      "developer.konghq.com/kubernetes-ingress-controller/install (v3); Kong/charts charts/kong/templates/_helpers.tpl; Kong/kubernetes-ingress-controller config/base, config/variants/multi-gw (v2.12.0)",
  },
  "haproxy-ingress": {
    labels: [["app.kubernetes.io/name", "haproxy-ingress"]],
    source: "haproxy-ingress/charts haproxy-ingress/templates/_helpers.tpl",
  },
  "haproxytech-ingress": {
    labels: [["app.kubernetes.io/name", "kubernetes-ingress"]],
    source: "haproxytech/helm-charts kubernetes-ingress/templates/_helpers.tpl",
  },
  istio: { labels: [["istio", "ingressgateway"]], source: "istio/istio manifests/charts/gateway/README.md (1.27)" },
  emissary: {
    labels: [
      ["app.kubernetes.io/name", "emissary-ingress"],
      ["app.kubernetes.io/name", "edge-stack"],
      ["app.kubernetes.io/name", "ambassador"],
      ["service", "ambassador"],
    ],
    source: "emissary-ingress/emissary charts/emissary-ingress/templates/_helpers.tpl; docs/yaml/ambassador (v1)",
  },
  "nginx-gateway": {
    labels: [],
    source:
      "nginx/nginx-gateway-fabric internal/controller/provisioner (v2.6.7): it runs beside each Gateway, in the Gateway's namespace",
  },
  apisix: {
    labels: [["app.kubernetes.io/name", "apisix"]],
    source: "apache/apisix-helm-chart charts/apisix/templates/_helpers.tpl",
  },
  gloo: {
    labels: [["gateway-proxy-id", "gateway-proxy"]],
    source: "solo-io/gloo install/helm/gloo/templates/8-gateway-proxy-service.yaml",
  },
} as const satisfies Record<string, ProxyOfCluster>;

export type ProxyInCluster = keyof typeof PROXIES_IN_CLUSTER;

/**
 * The labels by which the Services of Ingress controllers and gateways select their own proxies end in the proxy's word; `envoy-chat` is an
 * application.
 */
export const CONTROLLER_LABELS = {
  value:
    /(^|-)(ingress-nginx|nginx-ingress|ingress-controller|haproxy-ingress|kubernetes-ingress|ingressgateway|traefik|envoy|contour|kong|kourier|emissary|ambassador|apisix|skipper)(-(controller|proxy|gateway|ingress|internal|external|private|public|v?\d+))*$/,
  /** Istio's own chart calls its proxies `gateway` by these keys; elsewhere that is what an application calls a part of its own. */
  ofIstio: /^(app|istio|asm)$/,
  source:
    "the charts and manifests above; knative-extensions/net-kourier config; zalando/skipper docs/kubernetes/ingress-controller.md; istio/istio manifests/charts/gateway",
} as const;

/** The row of a controller; none for what is no proxy of the cluster. */
export function proxyInCluster(controller: string): ProxyOfCluster | undefined {
  return Object.hasOwn(PROXIES_IN_CLUSTER, controller) ? PROXIES_IN_CLUSTER[controller as ProxyInCluster] : undefined;
}

interface UsualNamespace {
  namespace: string;
  source: string;
}

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
