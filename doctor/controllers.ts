import type { KubernetesObject } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { listAt, textAt } from "../path/value";

/** Controllers by the image they run, under the names that `cluster.controllers` takes. */
const IMAGES: Record<string, RegExp> = {
  "aws-load-balancer-controller": /(^|\/)aws-load-balancer-controller$/,
  "cert-manager": /(^|\/)cert-manager-controller$/,
  contour: /(^|\/)(projectcontour\/)?contour$/,
  "envoy-gateway": /(^|\/)envoyproxy\/gateway$/,
  "external-dns": /(^|\/)external-dns$/,
  "f5-nginx": /(^|\/)nginx(-plus)?-ingress$/,
  "ingress-nginx": /(^|\/)ingress-nginx\/controller$/,
  istio: /(^|\/)pilot(-distroless)?$/,
  keda: /(^|\/)keda$/,
  metallb: /(^|\/)metallb\/controller$/,
  "prometheus-operator": /(^|\/)prometheus-operator$/,
  servicelb: /(^|\/)klipper-lb$/,
  traefik: /(^|\/)traefik$/,
};

/** What carries the pods' network, by the name of its DaemonSet. */
const NETWORKS: Record<string, string> = {
  "aws-node": "vpc-cni",
  "azure-cns": "azure-cni",
  "calico-node": "calico",
  cilium: "cilium",
  kindnet: "kindnet",
  "kube-flannel-ds": "flannel",
  netd: "gke",
};

/** Controller name -> version, of all workloads that run one. */
export function controllersOf(workloads: readonly KubernetesObject[]): Record<string, string> {
  const found = workloads.flatMap(imagesOf).flatMap((image) => {
    const { name, version } = splitImage(image);
    const known = Object.entries(IMAGES).find(([, pattern]) => pattern.test(name));
    return known === undefined ? [] : [[known[0], version] as const];
  });
  return Object.fromEntries(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}

export function networkOf(daemonSets: readonly KubernetesObject[]): string | undefined {
  return daemonSets.map(({ metadata }) => NETWORKS[metadata.name]).find((name) => name !== undefined);
}

function imagesOf(workload: KubernetesObject): string[] {
  const containers = listAt(workload, "spec", "template", "spec", "containers");
  const images = containers === UNKNOWN ? [] : containers.map((container) => textAt(container, "image"));
  return images.filter((image): image is string => typeof image === "string");
}

/** `registry/name:v1.2.3@sha256:...` -> its name, and its version without the `v`; `unknown` where it has only a digest. */
function splitImage(image: string): { name: string; version: string } {
  const [tagged = ""] = image.split("@");
  const colon = tagged.lastIndexOf(":");
  const hasTag = colon > tagged.lastIndexOf("/");
  return {
    name: hasTag ? tagged.slice(0, colon) : tagged,
    version: hasTag ? tagged.slice(colon + 1).replace(/^(controller-)?v/, "") : "unknown",
  };
}
