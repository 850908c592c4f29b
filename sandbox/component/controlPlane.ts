import path from "node:path";
import { stringify } from "yaml";
import { API_SERVER_PORT, CONTROL_PLANE_ADDRESS, POD_RANGE, SERVICE_RANGE } from "../addresses";
import { internalKubeconfig } from "../kubeconfig";
import type { Component, Context } from "./model";

const certificate = (context: Context, file: string) => path.join(context.layout.certificates, file);

/** `{ "a-flag": "value" }` -> `--a-flag=value`. */
export function flags(values: Record<string, string | number | boolean>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

const etcd: Component = {
  name: "etcd",
  what: "the API server's store",
  onlyInFull: false,
  listens: ({ ports }) => [ports.etcdClient],
  command(context) {
    const client = `https://127.0.0.1:${context.ports.etcdClient}`;
    const peer = `http://127.0.0.1:${context.ports.etcdPeer}`;
    const args = flags({
      name: "sandbox",
      "data-dir": path.join(context.layout.directory, "etcd"),
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `sandbox=${peer}`,
      "client-cert-auth": true,
      "trusted-ca-file": certificate(context, "etcd-ca.crt"),
      "cert-file": certificate(context, "etcd.crt"),
      "key-file": certificate(context, "etcd.key"),
      // The data outlives a process but need not outlive a power cut, so no write waits for the disk.
      "unsafe-no-fsync": true,
      "log-level": "warn",
    });
    return { file: context.binaries.etcd!, args };
  },
};

const apiServer: Component = {
  name: "kube-apiserver",
  what: "the API server",
  onlyInFull: false,
  listens: ({ mode, ports }) => [mode === "full" ? API_SERVER_PORT : ports.api],
  command(context) {
    const { mode, ports } = context;
    const place =
      mode === "full"
        ? { "bind-address": "0.0.0.0", "secure-port": API_SERVER_PORT, "advertise-address": CONTROL_PLANE_ADDRESS }
        : {
            "bind-address": "127.0.0.1",
            "secure-port": ports.api,
            // Nobody follows it here, but Kubernetes takes no loopback address for one that it advertises.
            "advertise-address": CONTROL_PLANE_ADDRESS,
          };
    const args = flags({
      ...place,
      "etcd-servers": `https://127.0.0.1:${ports.etcdClient}`,
      "etcd-cafile": certificate(context, "etcd-ca.crt"),
      "etcd-certfile": certificate(context, "etcd-client.crt"),
      "etcd-keyfile": certificate(context, "etcd-client.key"),
      "tls-cert-file": certificate(context, "kube-apiserver.crt"),
      "tls-private-key-file": certificate(context, "kube-apiserver.key"),
      "client-ca-file": certificate(context, "ca.crt"),
      "requestheader-client-ca-file": certificate(context, "ca.crt"),
      "requestheader-allowed-names": "front-proxy-client",
      "requestheader-username-headers": "X-Remote-User",
      "requestheader-group-headers": "X-Remote-Group",
      "requestheader-extra-headers-prefix": "X-Remote-Extra-",
      "proxy-client-cert-file": certificate(context, "front-proxy.crt"),
      "proxy-client-key-file": certificate(context, "front-proxy.key"),
      "kubelet-certificate-authority": certificate(context, "ca.crt"),
      "kubelet-client-certificate": certificate(context, "kubelet-client.crt"),
      "kubelet-client-key": certificate(context, "kubelet-client.key"),
      "kubelet-preferred-address-types": "InternalIP",
      "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
      "service-account-key-file": certificate(context, "service-account.pub"),
      "service-account-signing-key-file": certificate(context, "service-account.key"),
      "service-cluster-ip-range": SERVICE_RANGE,
      "authorization-mode": "RBAC",
      "allow-privileged": true,
      profiling: false,
      v: 1,
    });
    return { file: context.binaries["kube-apiserver"]!, args };
  },
};

const controllerManager: Component = {
  name: "kube-controller-manager",
  what: "the controllers",
  onlyInFull: false,
  listens: ({ ports }) => [ports.controllerManager],
  command(context) {
    const kubeconfig = internalKubeconfig(context.layout, "controller-manager");
    const args = flags({
      kubeconfig,
      "authentication-kubeconfig": kubeconfig,
      "authorization-kubeconfig": kubeconfig,
      "bind-address": "127.0.0.1",
      "secure-port": context.ports.controllerManager,
      // A certificate of its own making otherwise lands in /var/run/kubernetes.
      "cert-dir": path.join(context.layout.directory, "controller-manager"),
      "leader-elect": false,
      "allocate-node-cidrs": true,
      "cluster-cidr": POD_RANGE,
      "service-cluster-ip-range": SERVICE_RANGE,
      "service-account-private-key-file": certificate(context, "service-account.key"),
      "root-ca-file": certificate(context, "ca.crt"),
      "cluster-signing-cert-file": certificate(context, "ca.crt"),
      "cluster-signing-key-file": certificate(context, "ca.key"),
      // The built-in roles are bound to one service account per controller.
      "use-service-account-credentials": true,
      // No kubelet reports here; a node that kwok leaves alone for a minute must not be taken for dead.
      "node-monitor-grace-period": "24h",
      // A new workload has one pod until its autoscaler has looked for the first time; in 15 s every client would be on that one.
      "horizontal-pod-autoscaler-sync-period": "2s",
      profiling: false,
      v: 1,
    });
    return { file: context.binaries["kube-controller-manager"]!, args };
  },
};

const scheduler: Component = {
  name: "kube-scheduler",
  what: "the scheduler",
  onlyInFull: false,
  listens: ({ ports }) => [ports.scheduler],
  command(context) {
    const kubeconfig = internalKubeconfig(context.layout, "scheduler");
    const args = flags({
      kubeconfig,
      "authentication-kubeconfig": kubeconfig,
      "authorization-kubeconfig": kubeconfig,
      "bind-address": "127.0.0.1",
      "secure-port": context.ports.scheduler,
      "cert-dir": path.join(context.layout.directory, "scheduler"),
      "leader-elect": false,
      profiling: false,
      v: 1,
    });
    return { file: context.binaries["kube-scheduler"]!, args };
  },
};

/** A stage that no pod is in: kwok has stages of its own for pods where it is given none. */
const NO_POD_STAGE = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "no-pod" },
  spec: {
    resourceRef: { apiGroup: "v1", kind: "Pod" },
    selector: { matchLabels: { "sandbox.holdfast.dev/played-by": "kwok" } },
    next: {},
  },
};

const kwok: Component = {
  name: "kwok",
  what: "keeps three nodes Ready; in a control plane alone it says of pods that they run",
  onlyInFull: false,
  listens: () => [],
  command({ binaries, layout, mode }) {
    const configuration = path.join(layout.directory, "kwok.yaml");
    return {
      file: binaries.kwok!,
      args: flags({
        kubeconfig: internalKubeconfig(layout, "infrastructure"),
        "manage-all-nodes": true,
        "node-lease-duration-seconds": 40,
        ...(mode === "full" ? { config: configuration } : {}),
      }),
      files: mode === "full" ? { [configuration]: stringify(NO_POD_STAGE) } : {},
    };
  },
};

export const CONTROL_PLANE: readonly Component[] = [etcd, apiServer, controllerManager, scheduler, kwok];
