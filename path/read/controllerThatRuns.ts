import type { Catalog } from "../catalog";
import { runningContainers } from "../containers";
import { CONTROLLERS, OTHER_CONTROLLERS } from "../facts/controllers";
import { imageReference } from "../imageReference";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { textAt } from "../value";
import type { IngressControllerName } from "./ingressController";
import { CONTROLLER_NAMES } from "./ingressController";

/** The API versions of before there were classes as objects: every controller served what asked for no other one. */
const BEFORE_CLASSES = new Set(["extensions/v1beta1", "networking.k8s.io/v1beta1"]);
const KINDS = ["Deployment", "DaemonSet", "StatefulSet"];
const OTHER = "other";

const known = new WeakMap<Catalog, Read<IngressControllerName>>();

/**
 * Who serves an Ingress of an old API version that says nothing of it: the one controller that runs among the objects. UNKNOWN where an image
 * that is not known yet may be another one.
 */
export function controllerThatRuns(ingress: KubernetesObject, catalog: Catalog): Read<IngressControllerName> {
  if (!BEFORE_CLASSES.has(ingress.apiVersion)) return undefined;
  if (!known.has(catalog)) known.set(catalog, lookFor(catalog));
  return known.get(catalog);
}

function lookFor(catalog: Catalog): Read<IngressControllerName> {
  const images = KINDS.flatMap((kind) => catalog.ofKind(kind)).flatMap(imagesOf);
  const running = new Set(images.flatMap((image) => (image === UNKNOWN ? [] : controllersOf(image))));
  const [only] = running;
  if (only === undefined || running.size > 1) return undefined;
  if (images.includes(UNKNOWN)) return UNKNOWN;
  return CONTROLLER_NAMES.find((name) => name === only);
}

function imagesOf(workload: KubernetesObject): (string | typeof UNKNOWN)[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [UNKNOWN];
  return containers.flatMap((container) => textAt(container, "image") ?? []);
}

function controllersOf(image: string): string[] {
  const { repository } = imageReference(image);
  const found = CONTROLLERS.filter((one) => one.image.test(repository)).map(({ hop }) => hop);
  return OTHER_CONTROLLERS.test(repository) ? [...found, OTHER] : found;
}
