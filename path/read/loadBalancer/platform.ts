import type { Catalog } from "../../catalog";
import { WORKLOAD_KINDS } from "../../catalog";
import { podSpecPath, runningContainers } from "../../containers";
import {
  PLATFORM_ANNOTATIONS,
  PLATFORM_CLASSES,
  PLATFORM_DISKS,
  PLATFORM_GROUPS,
  PLATFORM_NODE_LABELS,
  PLATFORM_REGISTRIES,
  PLATFORM_VOLUMES,
} from "../../facts/platforms";
import type { ClusterFacts } from "../../model";
import type { KubernetesObject, Value } from "../../objects";
import { UNKNOWN } from "../../objects";
import { annotationOf, listAt, mapAt, nameOf, textAt, valueAt } from "../../value";

type Platform = NonNullable<ClusterFacts["platform"]>;

/** Whose cluster it is, and the object that shows it; no object where it is declared. */
export interface PlatformShown {
  platform?: Platform;
  shownBy?: string;
  /** True where it is only likely. */
  likely?: boolean;
  /** True where the objects are of several platforms, so that none is shown. */
  contradicted?: boolean;
}

const found = new WeakMap<Catalog, PlatformShown>();

/** As declared, else as the objects show it: one that can only be on one platform shows it, unless others contradict; else the images. */
export function platformOf(catalog: Catalog, cluster: ClusterFacts): PlatformShown {
  if (cluster.platform !== undefined) return { platform: cluster.platform };
  let shown = found.get(catalog);
  if (shown === undefined) {
    shown = lookFor(catalog.objects, platformShownBy) ?? { contradicted: true };
    if (shown.platform === undefined && shown.contradicted !== true) shown = likely(catalog);
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
  return PLATFORM_REGISTRIES.find(([pattern]) => images.some((image) => typeof image === "string" && pattern.test(image)))?.[1];
}

function platformShownBy(object: KubernetesObject): Platform | undefined {
  const group = String(textAt(object, "apiVersion")).split("/")[0] ?? "";
  if (Object.hasOwn(PLATFORM_GROUPS, group)) return PLATFORM_GROUPS[group];
  const keys = keysAt(object, "metadata", "annotations");
  const byAnnotation = PLATFORM_ANNOTATIONS.find(([prefix]) => keys.some((key) => key.startsWith(prefix)));
  if (byAnnotation !== undefined) return byAnnotation[1];
  if (object.kind === "Ingress") {
    const className = annotationOf(object, "kubernetes.io/ingress.class") ?? textAt(object, "spec", "ingressClassName");
    return typeof className === "string" && Object.hasOwn(PLATFORM_CLASSES, className) ? PLATFORM_CLASSES[className] : undefined;
  }
  if (object.kind === "StorageClass") return ofDisk(textAt(object, "provisioner"));
  if (object.kind === "PersistentVolume") return ofVolume(valueAt(object, "spec"));
  return WORKLOAD_KINDS.has(object.kind) ? platformOfPods(object) : undefined;
}

/** Where its pods may only run, and whose disks they mount. */
function platformOfPods(workload: KubernetesObject): Platform | undefined {
  const root = podSpecPath(workload);
  const labels = keysAt(workload, ...root, "nodeSelector");
  const byLabel = PLATFORM_NODE_LABELS.find(([pattern]) => labels.some((label) => pattern.test(label)));
  if (byLabel !== undefined) return byLabel[1];
  const volumes = listAt(workload, ...root, "volumes");
  return volumes === UNKNOWN ? undefined : volumes.map(ofVolume).find((platform) => platform !== undefined);
}

function ofVolume(volume: Value): Platform | undefined {
  const field = keysAt(volume).find((key) => Object.hasOwn(PLATFORM_VOLUMES, key));
  return field === undefined ? ofDisk(textAt(volume, "csi", "driver")) : PLATFORM_VOLUMES[field];
}

function ofDisk(driver: ReturnType<typeof textAt>): Platform | undefined {
  return typeof driver === "string" && Object.hasOwn(PLATFORM_DISKS, driver) ? PLATFORM_DISKS[driver] : undefined;
}

function keysAt(root: unknown, ...at: string[]): string[] {
  const map = mapAt(root, ...at);
  return map === UNKNOWN ? [] : Object.keys(map);
}
