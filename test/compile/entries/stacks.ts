import { rawStackWith, type Block } from "../stacks";

/** The clusters of each platform, as they would be declared. */
export const CLUSTERS: Record<string, Block> = {
  aws: {
    kubeProxyMode: "iptables",
    nodeConntrackEstablishedSeconds: 432_000,
    controllers: { "aws-load-balancer-controller": "3.5.0", "envoy-gateway": "1.9.0" },
    inFront: [],
  },
  azure: { kubeProxyMode: "iptables", controllers: { "envoy-gateway": "1.9.0" }, inFront: [] },
  gcp: { kubeProxyMode: "iptables", kubernetesVersion: "1.36", controllers: { "envoy-gateway": "1.9.0" }, inFront: [] },
  "bare-metal": {
    kubeProxyMode: "nftables",
    controllers: { metallb: "0.15.2", traefik: "3.6.1" },
    ingressClasses: { nginx: "f5-nginx" },
    inFront: [],
  },
};

/** A stack of one platform with one service and these entries. */
export function stackOn(platform: string, entries: Block[], service: Block = {}, top: Block = {}): Block {
  const bareMetal = platform === "bare-metal" ? {} : { bareMetal: undefined };
  return rawStackWith({ entries, ...service }, {}, { platform, ...bareMetal, cluster: clusterOf(platform), ...top });
}

const clusterOf = (platform: string): Block => ({ context: "lab", kubernetesVersion: "1.36", ...CLUSTERS[platform] });

export const CERTIFICATE_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

const host = "chat.example.com";

interface Example {
  platform: string;
  entries: Block[];
  service?: Block;
  /** How the path is read back. */
  verdict: string;
}

/** One entry of every kind, with what it can be told. The name is that of its golden file. */
export const EXAMPLES: Record<string, Example> = {
  "node-port": {
    platform: "bare-metal",
    entries: [{ kind: "node-port", nodePort: 30_080, node: "192.168.1.11" }],
    verdict: "holds",
  },
  metallb: {
    platform: "bare-metal",
    entries: [{ kind: "metallb", pool: "lan", address: "192.168.1.207", sharingKey: "lan" }],
    verdict: "holds",
  },
  "aws-nlb": {
    platform: "aws",
    entries: [
      {
        kind: "aws-nlb",
        port: 443,
        host,
        subnets: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
        eipAllocations: ["eipalloc-0a1b2c3d", "eipalloc-1a2b3c4d"],
        allowedRanges: ["203.0.113.0/24"],
      },
    ],
    service: { tls: { clusterIssuer: "letsencrypt-dns" } },
    verdict: "holds",
  },
  "aws-nlb-tls": {
    platform: "aws",
    entries: [{ kind: "aws-nlb", port: 443, tls: { certificateArn: CERTIFICATE_ARN } }],
    service: { promise: { affinity: { mode: "none" }, heartbeat: { seconds: 60 } } },
    verdict: "holds-with-heartbeat",
  },
  "azure-lb": {
    platform: "azure",
    entries: [
      { kind: "azure-lb", publicIpName: "chat", resourceGroup: "net", dnsLabel: "chat", allowedRanges: ["203.0.113.0/24"] },
    ],
    verdict: "holds",
  },
  "azure-lb-internal": {
    platform: "azure",
    entries: [{ kind: "azure-lb", internal: true, privateAddress: "10.240.0.25", subnet: "apps" }],
    verdict: "holds",
  },
  "gcp-lb": {
    platform: "gcp",
    entries: [{ kind: "gcp-lb", staticAddress: "chat", allowedRanges: ["203.0.113.0/24"] }],
    verdict: "unknown",
  },
  "gcp-lb-internal": {
    platform: "gcp",
    entries: [{ kind: "gcp-lb", internal: true, subnet: "apps", externalTrafficPolicy: "Local" }],
    verdict: "unknown",
  },
  "aws-alb": {
    platform: "aws",
    entries: [{ kind: "aws-alb", host, tls: { certificateArn: CERTIFICATE_ARN }, group: "shared", groupOrder: 10 }],
    verdict: "holds",
  },
  "gce-ingress": {
    platform: "gcp",
    entries: [{ kind: "gce-ingress", host, tls: { managed: true }, staticAddress: "chat", securityPolicy: "office" }],
    verdict: "holds-as-lifetime",
  },
  "ingress-nginx": {
    platform: "aws",
    entries: [{ kind: "ingress-nginx", host, tls: { clusterIssuer: "letsencrypt-prod" } }],
    verdict: "holds",
  },
  "f5-nginx": { platform: "bare-metal", entries: [{ kind: "f5-nginx", host, tls: { issuer: "lab" } }], verdict: "holds" },
  traefik: {
    platform: "bare-metal",
    entries: [
      { kind: "traefik", host, path: "/ws", tls: { clusterIssuer: "lab" }, allowedRanges: ["192.168.0.0/16"], limitRps: 50 },
    ],
    verdict: "holds",
  },
  "gateway-envoy-gateway": gateway("bare-metal", { implementation: "envoy-gateway", tls: { clusterIssuer: "lab" } }, "holds"),
  "gateway-istio": gateway("bare-metal", { implementation: "istio", tls: { secretName: "chat" } }, "holds"),
  "gateway-envoy-gateway-azure": gateway("azure", { implementation: "envoy-gateway", tls: { clusterIssuer: "lab" } }, "holds"),
  "gateway-istio-aws": gateway("aws", { implementation: "istio", tls: { secretName: "chat" } }, "holds"),
  "gateway-contour": gateway("bare-metal", { implementation: "contour", tls: { issuer: "lab" } }, "holds"),
  "gateway-traefik": gateway("bare-metal", { implementation: "traefik" }, "holds", { mode: "none" }),
  "gateway-gke": gateway(
    "gcp",
    { implementation: "gke", staticAddress: "chat", tls: { certificateMap: "chat" } },
    "holds-as-lifetime",
  ),
  "gateway-aws-lbc": gateway("aws", { implementation: "aws-lbc", tls: { certificateArn: CERTIFICATE_ARN } }, "holds"),
  "gateway-approuting-istio": gateway(
    "azure",
    {
      implementation: "approuting-istio",
      tls: { keyVaultCertificateUri: "https://chat.vault.azure.net/certificates/chat", serviceAccount: "chat" },
    },
    "holds",
    { mode: "none" },
  ),
  "gateway-agc": {
    ...gateway(
      "azure",
      { implementation: "agc", applicationLoadBalancer: { name: "alb", namespace: "alb" } },
      "holds-with-heartbeat",
    ),
    service: { promise: { heartbeat: { seconds: 30 } } },
  },
};

function gateway(platform: string, own: Block, verdict: string, affinity: Block = { mode: "client" }): Example {
  return { platform, entries: [{ kind: "gateway", host, ...own }], service: { promise: { affinity } }, verdict };
}
