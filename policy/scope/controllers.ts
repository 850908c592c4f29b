import type { Catalog } from "../../path/catalog";
import { commandWords, runningContainers } from "../../path/containers";
import type { ControllerFacts } from "../../path/facts/controllers";
import { CONTROLLERS } from "../../path/facts/controllers";
import { imageReference } from "../../path/imageReference";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { namespaceOf, textAt } from "../../path/value";
import type { RuleContext } from "../rule";

/** An Ingress controller that judged connections pass, with what was read of its own objects. */
export interface PassedController {
  facts: ControllerFacts;
  /** The ways in that pass it; none where only the controller itself was read. */
  paths: Path[];
  workload?: KubernetesObject;
  configMap?: KubernetesObject;
  /** True where an argument that is not known before the update may name another ConfigMap. */
  perhaps: boolean;
  /** The longest silence that is promised to any of its connections. */
  idleSeconds: number;
}

const found = new WeakMap<RuleContext, PassedController[]>();

/** The Ingress controllers of a cluster that carry what is judged; looked up once for all rules. */
export function passedControllers(context: RuleContext): PassedController[] {
  const known = found.get(context);
  if (known !== undefined) return known;
  const passed = CONTROLLERS.flatMap((facts) => lookFor(facts, context) ?? []);
  found.set(context, passed);
  return passed;
}

function lookFor(facts: ControllerFacts, { asked, workloads, catalog, options }: RuleContext): PassedController | undefined {
  const through = asked.filter(({ path }) => path.hops.some(({ hop }) => hop === facts.hop));
  const workload = workloads.map((judged) => judged.workload).find((candidate) => runs(candidate, facts));
  if (through.length === 0 && workload === undefined) return undefined;
  const own =
    workload ??
    catalog.under(facts.hop, "Deployment", controllersRun)[0] ??
    catalog.under(facts.hop, "DaemonSet", controllersRun)[0];
  const promised = through.map((one) => ("requirement" in one ? one.requirement.promise.idleSeconds : 0));
  const configMap = configMapOf(facts, own, catalog);
  return {
    facts,
    paths: through.map(({ path }) => path),
    ...(own !== undefined && { workload: own }),
    ...(configMap !== undefined && { configMap }),
    perhaps: argumentsRead(own).includes(UNKNOWN),
    idleSeconds: promised.length === 0 ? options.idleSeconds : Math.max(...promised),
  };
}

/** The kinds of hop that a workload's images make it. */
function controllersRun(workload: KubernetesObject): string[] {
  return CONTROLLERS.filter((facts) => runs(workload, facts)).map(({ hop }) => hop);
}

function containersOf(workload: KubernetesObject): Value[] {
  const containers = runningContainers(workload);
  return containers === UNKNOWN ? [] : containers;
}

function runs(workload: KubernetesObject, { image }: ControllerFacts): boolean {
  return containersOf(workload).some((container) => {
    const text = textAt(container, "image");
    return typeof text === "string" && image.test(imageReference(text).repository);
  });
}

/** Every argument that a workload's containers get; what is not known before the update is left out. */
export function argumentsOf(workload: KubernetesObject | undefined): string[] {
  return argumentsRead(workload).filter((item) => typeof item === "string");
}

function argumentsRead(workload: KubernetesObject | undefined): Value[] {
  if (workload === undefined) return [];
  return containersOf(workload).flatMap(commandWords);
}

/** The one that its argument names, else one with the name that its manifests give it. */
function configMapOf(
  { configMaps }: ControllerFacts,
  workload: KubernetesObject | undefined,
  catalog: Catalog,
): KubernetesObject | undefined {
  const named = argumentsOf(workload).flatMap(
    (argument) => /^--?(?:nginx-)?configmaps?=(?:(.*)\/)?([^/]+)$/.exec(argument)?.[2] ?? [],
  )[0];
  if (named !== undefined && workload !== undefined) return catalog.find("ConfigMap", namespaceOf(workload), named);
  return configMaps.map((name) => catalog.named("ConfigMap", name)).find((map) => map !== undefined);
}
