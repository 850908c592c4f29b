import type { Catalog } from "../catalog";
import { runningContainers } from "../containers";
import { AWS_SERVICE_PREFIX } from "../facts/aws";
import { AZURE_SERVICE_PREFIX } from "../facts/azure";
import type { ClusterFacts } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { annotationOf, mapAt, nameOf, textAt } from "../value";

type Platform = NonNullable<ClusterFacts["platform"]>;

/** Whose cluster it is, and the object that shows it; no object where it is declared. */
export interface PlatformShown {
  platform?: Platform;
  shownBy?: string;
  /** True where it is only likely. */
  likely?: boolean;
}

/** API groups that only one platform serves. */
const GROUPS: Record<string, Platform> = {
  "cloud.google.com": "gcp",
  "networking.gke.io": "gcp",
  "elbv2.k8s.aws": "aws",
  "gateway.k8s.aws": "aws",
  "eks.amazonaws.com": "aws",
  "vpcresources.k8s.aws": "aws",
  "karpenter.k8s.aws": "aws",
  "appgw.ingress.azure.io": "azure",
  "alb.networking.azure.io": "azure",
};
/** Annotations that only one platform's controllers read. */
const ANNOTATIONS: [prefix: string, platform: Platform][] = [
  ["cloud.google.com/", "gcp"],
  ["networking.gke.io/", "gcp"],
  ["iam.gke.io/", "gcp"],
  [AWS_SERVICE_PREFIX, "aws"],
  ["eks.amazonaws.com/", "aws"],
  [AZURE_SERVICE_PREFIX, "azure"],
  ["azure.workload.identity/", "azure"],
];
const CLASSES: Record<string, Platform> = {
  gce: "gcp",
  "gce-internal": "gcp",
  alb: "aws",
  "azure/application-gateway": "azure",
  "azure-application-gateway": "azure",
};

/** Private registries of a cloud; who pulls from one mostly runs there. It shows a platform only where nothing surer does. */
const REGISTRIES: [image: RegExp, platform: Platform][] = [
  [/^[\w-]+-docker\.pkg\.dev\//, "gcp"],
  [/^\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com\//, "aws"],
  [/^[\w-]+\.azurecr\.io\//, "azure"],
];

const found = new WeakMap<Catalog, PlatformShown>();

/** As declared, else as the objects show it: one that can only be on one platform shows it, unless others contradict; else the images. */
export function platformOf(catalog: Catalog, cluster: ClusterFacts): PlatformShown {
  if (cluster.platform !== undefined) return { platform: cluster.platform };
  let shown = found.get(catalog);
  if (shown === undefined) {
    shown = lookFor(catalog.objects, platformShownBy) ?? {};
    if (shown.platform === undefined && !catalog.objects.some(platformShownBy)) shown = likely(catalog);
    found.set(catalog, shown);
  }
  return shown;
}

/** Undefined where two objects contradict each other. */
function lookFor(
  objects: readonly KubernetesObject[],
  shownBy: (object: KubernetesObject) => Platform | undefined,
): PlatformShown | undefined {
  let shown: PlatformShown = {};
  for (const object of objects) {
    const platform = shownBy(object);
    if (platform === undefined) continue;
    if (shown.platform !== undefined && shown.platform !== platform) return undefined;
    if (shown.platform === undefined) shown = { platform, shownBy: nameOf(object) };
  }
  return shown;
}

function likely(catalog: Catalog): PlatformShown {
  const shown = lookFor(catalog.workloads(), platformOfImages);
  return shown?.platform === undefined ? {} : { ...shown, likely: true };
}

function platformOfImages(workload: KubernetesObject): Platform | undefined {
  const containers = runningContainers(workload);
  const images = containers === UNKNOWN ? [] : containers.map((container) => textAt(container, "image"));
  return REGISTRIES.find(([pattern]) => images.some((image) => typeof image === "string" && pattern.test(image)))?.[1];
}

function platformShownBy(object: KubernetesObject): Platform | undefined {
  const group = String(textAt(object, "apiVersion")).split("/")[0] ?? "";
  if (Object.hasOwn(GROUPS, group)) return GROUPS[group];
  const annotations = mapAt(object, "metadata", "annotations");
  const keys = annotations === UNKNOWN ? [] : Object.keys(annotations);
  const byAnnotation = ANNOTATIONS.find(([prefix]) => keys.some((key) => key.startsWith(prefix)));
  if (byAnnotation !== undefined) return byAnnotation[1];
  if (object.kind !== "Ingress") return undefined;
  const className = annotationOf(object, "kubernetes.io/ingress.class") ?? textAt(object, "spec", "ingressClassName");
  return typeof className === "string" && Object.hasOwn(CLASSES, className) ? CLASSES[className] : undefined;
}
