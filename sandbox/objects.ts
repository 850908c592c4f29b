import {
  DNS_ADDRESS,
  DNS_PORT,
  DNS_SERVICE_ADDRESS,
  ENVOY_LOAD_BALANCER_ADDRESS,
  KUBELET_PORT,
  NODES,
  TRAEFIK_ADDRESS,
  TRAEFIK_LOAD_BALANCER_ADDRESS,
} from "./addresses";
import type { KubernetesObject } from "./api";

export const MARK_NAME = "holdfast-sandbox";

/** By this a cluster says that it is the sandbox: its stand-ins compare the nonce with the file beside them and touch nothing else. */
export function markObject(nonce: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: MARK_NAME, namespace: "kube-system" },
    data: { nonce },
  };
}

/** The three nodes, with addresses of the sandbox's LAN; kwok keeps them Ready. */
export function nodeObjects(): KubernetesObject[] {
  return NODES.map(({ name, zone, podRange }) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": "sandbox",
        "topology.kubernetes.io/zone": zone,
      },
    },
    spec: { podCIDR: podRange, podCIDRs: [podRange] },
  }));
}

export function nodeStatus(node: (typeof NODES)[number]): KubernetesObject {
  const resources = { cpu: "16", memory: "64Gi", "ephemeral-storage": "100Gi", pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name },
    status: {
      addresses: [
        { type: "InternalIP", address: node.address },
        { type: "Hostname", address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
      capacity: resources,
      allocatable: resources,
    },
  };
}

export const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

export const NAMESPACES = ["metallb-system", "traefik"].map(namespace);

/** Which proxy serves the Ingresses, and which the Gateways, that name the class. */
export const ingressClass = (name: string, controller: string): KubernetesObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name },
  spec: { controller },
});
export const gatewayClass = (name: string, controllerName: string): KubernetesObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name },
  spec: { controllerName },
});

const POOL = "holdfast-sandbox-infrastructure";

interface Proxy {
  name: string;
  namespace: string;
  /** Where its process listens. */
  address: string;
  /** Where clients reach it. */
  loadBalancerAddress: string;
  ports: { name: string; port: number; targetPort: number }[];
}

/** Where a proxy is reached: a Service without selector, for it is a process and no pod, and its one endpoint. */
export function proxyService({ name, namespace, address, loadBalancerAddress, ports }: Proxy): KubernetesObject[] {
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name,
        namespace,
        annotations: { "metallb.io/address-pool": POOL, "metallb.io/loadBalancerIPs": loadBalancerAddress },
      },
      spec: { type: "LoadBalancer", ports: ports.map((each) => ({ ...each, protocol: "TCP" })) },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true }, nodeName: NODES[0].name }],
      ports: ports.map((each) => ({ name: each.name, port: each.targetPort, protocol: "TCP" })),
    },
  ];
}

/** Where pods find CoreDNS, a process like the proxies: by the name and the address it has in nearly every cluster. */
function dnsService(): KubernetesObject[] {
  const metadata = { name: "kube-dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
  const ports = ["UDP", "TCP"].map((protocol) => ({ name: `dns-${protocol.toLowerCase()}`, port: DNS_PORT, protocol }));
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { clusterIP: DNS_SERVICE_ADDRESS, ports: ports.map((each) => ({ ...each, targetPort: DNS_PORT })) },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": metadata.name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [DNS_ADDRESS], conditions: { ready: true }, nodeName: NODES[0].name }],
      ports,
    },
  ];
}

const TRAEFIK: Proxy = {
  name: "traefik",
  namespace: "traefik",
  address: TRAEFIK_ADDRESS,
  loadBalancerAddress: TRAEFIK_LOAD_BALANCER_ADDRESS,
  ports: [
    { name: "web", port: 80, targetPort: 80 },
    { name: "websecure", port: 443, targetPort: 443 },
  ],
};

/** What a cluster administrator would have installed before anybody deploys a stack. */
export function infrastructureObjects(): KubernetesObject[] {
  return [
    ingressClass("nginx", "k8s.io/ingress-nginx"),
    gatewayClass("traefik", "traefik.io/gateway-controller"),
    {
      apiVersion: "metallb.io/v1beta1",
      kind: "IPAddressPool",
      metadata: { name: POOL, namespace: "metallb-system" },
      spec: { addresses: [`${TRAEFIK_LOAD_BALANCER_ADDRESS}-${ENVOY_LOAD_BALANCER_ADDRESS}`], autoAssign: false },
    },
    {
      apiVersion: "metallb.io/v1beta1",
      kind: "L2Advertisement",
      metadata: { name: POOL, namespace: "metallb-system" },
      spec: { ipAddressPools: [POOL] },
    },
    ...proxyService(TRAEFIK),
    ...dnsService(),
  ];
}
