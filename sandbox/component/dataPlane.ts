import path from "node:path";
import { stringify } from "yaml";
import {
  API_SERVER_PORT,
  CONTROL_PLANE_ADDRESS,
  KUBE_PROXY_HEALTH_PORT,
  METALLB_METRICS_PORT,
  NODES,
  POD_RANGE,
  TRAEFIK_ADDRESS,
  TRAEFIK_PING_PORT,
} from "../addresses";
import { internalKubeconfig } from "../kubeconfig";
import { PROJECT_DIRECTORY } from "../paths";
import { flags } from "./controlPlane";
import type { Command, Component } from "./model";

const kubeProxy: Component = {
  name: "kube-proxy",
  what: "Service addresses, in nftables mode",
  onlyInFull: true,
  listens: () => [KUBE_PROXY_HEALTH_PORT],
  command: ({ binaries, layout }) => ({
    file: binaries["kube-proxy"]!,
    args: flags({
      kubeconfig: internalKubeconfig(layout, "proxy"),
      "proxy-mode": "nftables",
      "hostname-override": NODES[0].name,
      "cluster-cidr": POD_RANGE,
      // One kube-proxy stands for those of all nodes, so a NodePort answers on every node's address.
      "nodeport-addresses": NODES.map((node) => `${node.address}/32`).join(","),
      // What these would set belongs to the machine, not to the namespace.
      "conntrack-max-per-core": 0,
      "conntrack-tcp-timeout-established": "0s",
      "conntrack-tcp-timeout-close-wait": "0s",
      "oom-score-adj": 0,
      v: 1,
    }),
  }),
};

const metallb: Component = {
  name: "metallb-controller",
  what: "gives LoadBalancer Services their addresses",
  onlyInFull: true,
  listens: () => [METALLB_METRICS_PORT],
  command: ({ binaries, layout }) => ({
    file: binaries["metallb-controller"]!,
    // Its flags take one dash.
    args: [
      ["-kubeconfig", internalKubeconfig(layout, "infrastructure")],
      ["-namespace", "metallb-system"],
      ["-webhook-mode", "disabled"],
      ["-disable-cert-rotation"],
      ["-port", String(METALLB_METRICS_PORT)],
      ["-log-level", "info"],
    ].flat(),
  }),
};

/** Traefik's static configuration: class nginx through its ingress-nginx provider, its own routes, Gateway API. */
function traefikConfiguration(): unknown {
  const entryPoint = (port: number) => ({ address: `${TRAEFIK_ADDRESS}:${port}` });
  return {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: "INFO", noColor: true },
    entryPoints: {
      web: { ...entryPoint(80), asDefault: true },
      websecure: { ...entryPoint(443), asDefault: true, http: { tls: {} } },
      ping: entryPoint(TRAEFIK_PING_PORT),
    },
    ping: { entryPoint: "ping" },
    experimental: { kubernetesIngressNGINX: true },
    providers: {
      providersThrottleDuration: "100ms",
      kubernetesIngressNGINX: {
        ingressClass: "nginx",
        controllerClass: "k8s.io/ingress-nginx",
        // Without it the Ingress never gets an address in its status.
        publishService: "traefik/traefik",
        throttleDuration: "100ms",
      },
      kubernetesCRD: { allowCrossNamespace: false, throttleDuration: "100ms" },
      kubernetesGateway: { statusAddress: { service: { namespace: "traefik", name: "traefik" } }, throttleDuration: "100ms" },
    },
  };
}

const traefik: Component = {
  name: "traefik",
  what: "serves Ingress class nginx, IngressRoute and Gateway API",
  onlyInFull: true,
  listens: () => [80, 443, TRAEFIK_PING_PORT],
  command({ binaries, layout }) {
    const configuration = path.join(layout.directory, "traefik.yaml");
    return {
      file: binaries.traefik!,
      args: [`--configFile=${configuration}`],
      env: { KUBECONFIG: internalKubeconfig(layout, "infrastructure") },
      files: { [configuration]: stringify(traefikConfiguration()) },
    };
  },
};

const forwarder: Component = {
  name: "forwarder",
  what: "this machine's loopback to the API server",
  onlyInFull: true,
  listens: () => [],
  command: () => ({
    file: process.execPath,
    args: [
      "--max-old-space-size=64",
      path.join(PROJECT_DIRECTORY, "sandbox", "forwarder.js"),
      CONTROL_PLANE_ADDRESS,
      String(API_SERVER_PORT),
    ],
  }),
};

/** Starts a part that is written in TypeScript. */
const typeScript = (...file: string[]): Pick<Command, "file" | "args"> => ({
  file: process.execPath,
  args: [path.join(PROJECT_DIRECTORY, "sandbox", "runTypeScript.js"), path.join(PROJECT_DIRECTORY, "sandbox", ...file)],
});

const sampleServer: Component = {
  name: "sample-server",
  what: "one process that answers for every pod",
  onlyInFull: true,
  listens: () => [8080],
  command: () => ({
    ...typeScript("sample", "main.ts"),
    ...(process.env.HOLDFAST_SAMPLE_PORTS ? { env: { HOLDFAST_SAMPLE_PORTS: process.env.HOLDFAST_SAMPLE_PORTS } } : {}),
  }),
};

const kubeletStandIn: Component = {
  name: "kubelet-stand-in",
  what: "probes, hooks and grace periods of the pods; starts no container",
  onlyInFull: true,
  listens: () => [],
  command: ({ layout, pods }) => ({
    ...typeScript("kubelet", "main.ts"),
    env: { HOLDFAST_STATE_DIR: path.dirname(layout.directory), HOLDFAST_SANDBOX_PODS: pods },
  }),
};

export const DATA_PLANE: readonly Component[] = [forwarder, kubeProxy, metallb, traefik, sampleServer, kubeletStandIn];
