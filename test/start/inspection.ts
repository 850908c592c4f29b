import type { Inspection } from "../../start/current/inspect";

/** A kind cluster with everything in it. */
export const INSPECTION: Inspection = {
  uid: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44",
  kubernetesVersion: "1.34.1",
  nodes: [
    { name: "kind-control-plane", addresses: ["172.18.0.2", "fc00::2"], providerId: "kind://docker/kind/kind-control-plane" },
  ],
  metallb: "0.15.2",
  pools: [],
  usedAddresses: [],
  ingressClasses: { nginx: "k8s.io/ingress-nginx" },
  ingressNginx: "1.15.1",
  kubeProxyMode: "iptables",
  serviceMonitors: true,
};
