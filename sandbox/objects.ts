import { NODES, TRAEFIK_ADDRESS, TRAEFIK_LOAD_BALANCER_ADDRESS } from "./addresses";
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
      capacity: resources,
      allocatable: resources,
    },
  };
}

const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

export const NAMESPACES = ["metallb-system", "traefik"].map(namespace);

const POOL = "holdfast-sandbox-infrastructure";

/** Where Traefik is reached: a Service without selector, for Traefik is a process and no pod, and its one endpoint. */
function traefikService(): KubernetesObject[] {
  const ports = [
    { name: "web", port: 80 },
    { name: "websecure", port: 443 },
  ];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "traefik",
        namespace: "traefik",
        annotations: { "metallb.io/address-pool": POOL, "metallb.io/loadBalancerIPs": TRAEFIK_LOAD_BALANCER_ADDRESS },
      },
      spec: { type: "LoadBalancer", ports: ports.map((each) => ({ ...each, protocol: "TCP", targetPort: each.port })) },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "traefik", namespace: "traefik", labels: { "kubernetes.io/service-name": "traefik" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [TRAEFIK_ADDRESS], conditions: { ready: true }, nodeName: NODES[0].name }],
      ports: ports.map(({ name, port }) => ({ name, port, protocol: "TCP" })),
    },
  ];
}

/** What a cluster administrator would have installed before anybody deploys a stack. */
export function infrastructureObjects(): KubernetesObject[] {
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "nginx" },
      spec: { controller: "k8s.io/ingress-nginx" },
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: "traefik" },
      spec: { controllerName: "traefik.io/gateway-controller" },
    },
    {
      apiVersion: "metallb.io/v1beta1",
      kind: "IPAddressPool",
      metadata: { name: POOL, namespace: "metallb-system" },
      spec: { addresses: [`${TRAEFIK_LOAD_BALANCER_ADDRESS}/32`], autoAssign: false },
    },
    {
      apiVersion: "metallb.io/v1beta1",
      kind: "L2Advertisement",
      metadata: { name: POOL, namespace: "metallb-system" },
      spec: { ipAddressPools: [POOL] },
    },
    ...traefikService(),
  ];
}
