import type { Catalog } from "../catalog";
import { commandWords, runningContainers } from "../containers";
import {
  CONTROLLERS,
  INGRESS_CLASS_ARGUMENT,
  OTHER_CONTROLLERS,
  PASSES_OVER_NO_CLASS,
  TAKES_NO_CLASS,
  WITHOUT_A_CLASS,
} from "../facts/controllers";
import type { HopKind } from "../facts";
import { imageReference } from "../imageReference";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Ternary } from "../selector";
import type { Read } from "../value";
import { textAt } from "../value";
import type { IngressControllerName } from "./ingressController";
import { CONTROLLER_NAMES } from "./ingressController";

/** The API versions of before there were classes as objects: most controllers served what asked for no other one. */
const BEFORE_CLASSES = new Set(["extensions/v1beta1", "networking.k8s.io/v1beta1"]);

const known = new WeakMap<Catalog, Read<IngressControllerName>>();

/**
 * Who serves an Ingress of an old API version that says nothing of it: the one controller that runs among the objects, unless it was given
 * a class of its own. UNKNOWN where an image that is not known yet may be another one.
 */
export function controllerThatRuns(ingress: KubernetesObject, catalog: Catalog): Read<IngressControllerName> {
  if (!BEFORE_CLASSES.has(ingress.apiVersion)) return undefined;
  if (!known.has(catalog)) known.set(catalog, lookFor(catalog));
  return known.get(catalog);
}

/** A controller in one container, or one that is none of those that are read here. */
interface Running {
  hop: HopKind | "other";
  servesAll: Ternary;
}

function lookFor(catalog: Catalog): Read<IngressControllerName> {
  const running = catalog.workloads().flatMap(controllersIn);
  const named = running.flatMap((one) => (one === UNKNOWN ? [] : [one]));
  const [only, ...others] = new Set(named.map(({ hop }) => hop));
  const answers = named.map(({ servesAll }) => servesAll);
  if (only === undefined) return running.includes(UNKNOWN) ? UNKNOWN : undefined;
  if (others.length > 0 || !answers.some((answer) => answer !== false)) return undefined;
  if (running.includes(UNKNOWN) || !answers.includes(true)) return UNKNOWN;
  return CONTROLLER_NAMES.find((name) => name === only);
}

function controllersIn(workload: KubernetesObject): (Running | typeof UNKNOWN)[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [UNKNOWN];
  return containers.flatMap((container): (Running | typeof UNKNOWN)[] => {
    const image = textAt(container, "image");
    if (image === UNKNOWN) return [UNKNOWN];
    const { repository, tag } = imageReference(image ?? "");
    const own = CONTROLLERS.filter((one) => one.image.test(repository)).map(({ hop }) => hop);
    const hops = OTHER_CONTROLLERS.test(repository) ? [...own, "other" as const] : own;
    return hops.map((hop) => ({ hop, servesAll: hop === "other" || servesWithoutAClass(hop, commandWords(container), tag) }));
  });
}

/** Whether it serves what names no class. One of which only its class is known does where that is its standard one. */
function servesWithoutAClass(hop: HopKind, words: Value[], tag: string | undefined): Ternary {
  const says = (pattern: RegExp): boolean => words.some((word) => typeof word === "string" && pattern.test(word));
  if (says(PASSES_OVER_NO_CLASS)) return false;
  if (says(TAKES_NO_CLASS)) return true;
  const facts = WITHOUT_A_CLASS[hop];
  const major = Number(/^v?(\d+)\./.exec(tag ?? "")?.[1] ?? 0);
  const open = words.includes(UNKNOWN);
  if (facts?.notSinceMajor !== undefined && major >= facts.notSinceMajor) return open ? UNKNOWN : false;
  const at = words.findIndex((word) => typeof word === "string" && INGRESS_CLASS_ARGUMENT.test(word));
  const written = at < 0 ? undefined : (INGRESS_CLASS_ARGUMENT.exec(String(words[at]))?.[1] ?? words[at + 1]);
  const everyClass = facts !== undefined && facts.onlyClass === undefined;
  if (!everyClass && typeof written === "string" && written !== "" && written !== facts?.onlyClass) return false;
  return open ? UNKNOWN : true;
}
