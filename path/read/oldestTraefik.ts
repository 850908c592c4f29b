import type { Catalog } from "../catalog";
import { WORKLOAD_KINDS } from "../catalog";
import { runningContainers } from "../containers";
import { STICKS_IN_OLDEST_TRAEFIK } from "../facts/oldestTraefikAnnotations";
import { imageName, imageReference } from "../imageReference";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import { mapAt, textAt } from "../value";

const RUNS = "runs";

/** Whether a Traefik 1.x runs among the objects: it reads other annotations than every later one. */
export function runsOldestTraefik(catalog: Catalog): boolean {
  return [...WORKLOAD_KINDS].some((kind) => catalog.under(RUNS, kind, oldest).length > 0);
}

function oldest(workload: KubernetesObject): string[] {
  const containers = runningContainers(workload);
  const images = containers === UNKNOWN ? [] : containers.map((container) => textAt(container, "image"));
  const runs = images.some((image) => typeof image === "string" && isOldest(image));
  return runs ? [RUNS] : [];
}

const isOldest = (image: string): boolean =>
  imageName(image) === "traefik" && /^v?1([.-]|$)/.test(imageReference(image).tag ?? "");

/** Whether a Service asks it for stickiness. */
export function sticksInOldest(service: KubernetesObject): boolean {
  const annotations = mapAt(service, "metadata", "annotations");
  if (annotations === UNKNOWN) return false;
  const asks = ([key, value]: [string, unknown]): boolean =>
    STICKS_IN_OLDEST_TRAEFIK.test(key) && typeof value === "string" && /^\s*(true|1|t)\s*$/i.test(value);
  return Object.entries(annotations).some(asks);
}
