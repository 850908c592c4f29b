import type { Catalog } from "../../path/catalog";
import { runningContainers, writtenWords } from "../../path/containers";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, nameOf, refOf, textAt } from "../../path/value";
import { pathTo } from "./elsewhere";
import { evidenceOfLongConnections } from "./evidence";
import { servicesForClients } from "./forClients";
import { isAskedByNeighboursOnly } from "./neighbours";
import { waysThroughOwnProxies } from "./ownProxies";
import { behind } from "./workloads";

/**
 * Beside the ways in that are read, pods that show long connections and that none of them leads to, of which no other pods and no configuration
 * speak: whoever installs the bundle opens a way to them as well, or what leads to them has its configuration in its image.
 */
export function waysInBeside(paths: readonly Path[], catalog: Catalog): Path[] {
  const reached = new Set(paths.flatMap((path) => [path, ...waysThroughOwnProxies(path, catalog)]).flatMap(namesOf));
  const left = servicesForClients(catalog)
    .map((service) => ({ service, path: pathTo(service, service, catalog) }))
    .filter(({ path }) => path.workloads.length > 0 && !namesOf(path).some((workload) => reached.has(workload)));
  if (left.length === 0) return [];
  const spokenOf = namesSpokenOf(catalog);
  return left
    .filter(({ service, path }) => {
      const { certain } = behind(path, catalog);
      const speakers = [...(spokenOf.get(refOf(service).name) ?? [])].filter((one) => !certain.includes(one));
      return speakers.length === 0 && !certain.every((workload) => isAskedByNeighboursOnly(workload, catalog));
    })
    .map(({ path }) => path)
    .filter((path) => evidenceOfLongConnections(path, catalog).length > 0);
}

const namesOf = ({ workloads }: Path): string[] => workloads.map(nameOf);

/** Every word of the commands, the variables and the ConfigMaps of a cluster that may be a host, up to its first dot, and who says it. */
function namesSpokenOf(catalog: Catalog): Map<string, Set<KubernetesObject>> {
  const names = new Map<string, Set<KubernetesObject>>();
  const add = (text: unknown, by: KubernetesObject): void => {
    if (typeof text !== "string") return;
    for (const [, name = ""] of text.matchAll(/(?<![\w.-])([a-z][a-z0-9-]*)/gi)) {
      const speakers = names.get(name) ?? new Set();
      names.set(name, speakers.add(by));
    }
  };
  for (const workload of catalog.workloads()) {
    const containers = runningContainers(workload);
    for (const container of containers === UNKNOWN ? [] : containers) {
      for (const word of writtenWords(container)) add(word, workload);
      const env = listAt(container, "env");
      for (const variable of env === UNKNOWN ? [] : env) add(textAt(variable, "value"), workload);
    }
  }
  for (const configMap of catalog.ofKind("ConfigMap")) {
    const data = mapAt(configMap, "data");
    for (const text of data === UNKNOWN ? [] : Object.values(data)) add(text, configMap);
  }
  return names;
}
