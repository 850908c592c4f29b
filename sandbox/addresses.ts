/**
 * The sandbox's own little network. It exists only inside its two network namespaces: the machine itself never gets a route to
 * any of these, so a LAN that uses the same numbers is not disturbed.
 */
export const CONTROL_PLANE_ADDRESS = "192.168.1.10";
export const NODES = [
  { name: "node-1", address: "192.168.1.11", zone: "zone-a", podRange: "10.244.1.0/24" },
  { name: "node-2", address: "192.168.1.12", zone: "zone-b", podRange: "10.244.2.0/24" },
  { name: "node-3", address: "192.168.1.13", zone: "zone-c", podRange: "10.244.3.0/24" },
] as const;
/** Enough that all of them falling on one of three pods by chance (1 in 3^7) is no cause of a failed test. */
export const CLIENT_ADDRESSES = [
  "192.168.1.101",
  "192.168.1.102",
  "192.168.1.103",
  "192.168.1.104",
  "192.168.1.105",
  "192.168.1.106",
  "192.168.1.107",
  "192.168.1.108",
] as const;
export const LAN_PREFIX_LENGTH = 24;
/** The part of the LAN that load balancers own; clients send it to the cluster, as ARP answers from MetalLB's speaker would make them. */
export const LOAD_BALANCER_RANGE = "192.168.1.192/26";

export const POD_RANGE = "10.244.0.0/16";
export const SERVICE_RANGE = "10.96.0.0/16";
/** First address of the service range, which the API server takes for the service `kubernetes`. */
export const KUBERNETES_SERVICE_ADDRESS = "10.96.0.1";

/** Traefik's own pod-range address, outside of what the three nodes get. */
export const TRAEFIK_ADDRESS = "10.244.255.2";
/** Envoy's, under Contour. */
export const ENVOY_ADDRESS = "10.244.255.3";
/** CoreDNS', for pods; clients ask it at the control plane's address. */
export const DNS_ADDRESS = "10.244.255.4";
/** Where pods look for names in nearly every cluster. */
export const DNS_SERVICE_ADDRESS = "10.96.0.10";
/** LoadBalancer addresses of the proxies, from a pool of their own; stacks own 192.168.1.200 to 192.168.1.220. */
export const TRAEFIK_LOAD_BALANCER_ADDRESS = "192.168.1.240";
export const ENVOY_LOAD_BALANCER_ADDRESS = "192.168.1.241";

export const API_SERVER_PORT = 6443;
export const ETCD_CLIENT_PORT = 2379;
export const ETCD_PEER_PORT = 2380;
export const CONTROLLER_MANAGER_PORT = 10257;
export const SCHEDULER_PORT = 10259;
export const KUBELET_PORT = 10250;
export const KUBE_PROXY_HEALTH_PORT = 10256;
export const METALLB_METRICS_PORT = 7472;
export const TRAEFIK_PING_PORT = 8082;
export const DNS_PORT = 53;
export const CONTOUR_XDS_PORT = 18001;
export const CONTOUR_HEALTH_PORT = 18000;
export const CONTOUR_DEBUG_PORT = 18060;
export const ENVOY_STATS_PORT = 18002;
/** Ports of the sandbox's Gateway of class contour. Not 80: Envoy would listen on 8080 for it, which the sample server has. */
export const CONTOUR_LISTENER_PORTS = { http: 2080, https: 2443 } as const;
/** What Contour adds to a listener's port for the one that Envoy opens. */
export const CONTOUR_PORT_SHIFT = 8000;
