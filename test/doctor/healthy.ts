import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { examineStack, type ExaminedStack } from "../../compile/parse";
import { rawStack } from "../../compile/rawStack";
import type { KubernetesObject } from "../../path/objects";

const ROOT = path.join(__dirname, "..", "..");
export const UID = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";

/** The dev stack, for the context `fake` and pinned to its uid. */
export function stackConfig(change: (config: Record<string, unknown>) => void = () => {}): Record<string, unknown> {
  const { config } = parse(fs.readFileSync(path.join(ROOT, "Pulumi.dev.yaml"), "utf8")) as { config: Record<string, unknown> };
  const cluster = config["holdfast:cluster"] as Record<string, unknown>;
  config["holdfast:cluster"] = { ...cluster, context: "fake", uid: UID, cni: "calico" };
  change(config);
  return config;
}

export function examined(change?: (config: Record<string, unknown>) => void): ExaminedStack {
  const stack = examineStack(rawStack(stackConfig(change)));
  if (stack.problems !== undefined) throw new Error(JSON.stringify(stack.problems));
  return stack;
}

/** A folder with that stack file, for the command line; whoever makes it takes it away. */
export function projectFolder(change?: (config: Record<string, unknown>) => void): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-doctor-"));
  fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: holdfast\nruntime: nodejs\n");
  fs.writeFileSync(path.join(folder, "Pulumi.dev.yaml"), stringify({ config: stackConfig(change) }));
  return folder;
}

const object = (apiVersion: string, kind: string, name: string, rest: object = {}, namespace?: string): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  ...rest,
});

const runs = (image: string) => ({ spec: { template: { spec: { containers: [{ name: "c", image }] } } } });

/** Kinds that the API server itself and the operators of a healthy cluster serve. */
export const KINDS = [
  "v1 Pod",
  "v1 Service",
  "v1 Event",
  "v1 ConfigMap",
  "discovery.k8s.io/v1 EndpointSlice",
  "policy/v1 PodDisruptionBudget",
  "autoscaling/v2 HorizontalPodAutoscaler",
  "networking.k8s.io/v1 Ingress",
  "networking.k8s.io/v1 NetworkPolicy",
  "monitoring.coreos.com/v1 ServiceMonitor",
  "monitoring.coreos.com/v1 PrometheusRule",
  "metallb.io/v1beta1 IPAddressPool",
  "metallb.io/v1beta1 L2Advertisement",
  "cert-manager.io/v1 Certificate",
  "cert-manager.io/v1 CertificateRequest",
  "acme.cert-manager.io/v1 Order",
  "acme.cert-manager.io/v1 Challenge",
];

/** A cluster in which the dev stack lacks nothing. */
export function healthyCluster(): KubernetesObject[] {
  const definitions = ["servicemonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"];
  return [
    object("v1", "Namespace", "kube-system", {}),
    object("v1", "ConfigMap", "kube-proxy", { data: { "config.conf": "mode: nftables\n" } }, "kube-system"),
    object("apps/v1", "Deployment", "controller", runs("quay.io/metallb/controller:v0.15.2"), "metallb-system"),
    object("apps/v1", "Deployment", "traefik", runs("docker.io/traefik:v3.6.1"), "traefik"),
    object("apps/v1", "DaemonSet", "calico-node", runs("docker.io/calico/node:v3.31.0"), "kube-system"),
    object("networking.k8s.io/v1", "IngressClass", "nginx", { spec: { controller: "traefik.io/ingress-controller" } }),
    object("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", {
      status: { conditions: [{ type: "Available", status: "True" }] },
    }),
    ...definitions.map((name) => object("apiextensions.k8s.io/v1", "CustomResourceDefinition", name)),
  ].map((each) => (each.kind === "Namespace" ? { ...each, metadata: { ...each.metadata, uid: UID } } : each));
}

export { object };
