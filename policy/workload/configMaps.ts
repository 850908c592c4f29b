import type { Catalog } from "../../path/catalog";
import { containersOf, podSpecPath } from "../../path/containers";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { itemsAt, NAME_NOT_KNOWN, namespaceOf, textAt } from "../../path/value";

/** Where a variable says which ConfigMap its value is read from. */
export const FROM_CONFIG_MAP = ["valueFrom", "configMapKeyRef", "name"];

/** The ConfigMaps that a workload's pods read, in any of the ways there are; UNKNOWN where it is not known yet which they are. */
export function configMapsOf(workload: KubernetesObject, catalog: Catalog): KubernetesObject[] | Unknown {
  const names = namesOfConfigMaps(workload).filter((name) => name !== UNKNOWN);
  const namespace = namespaceOf(workload);
  if (names.length > 0 && namespace === NAME_NOT_KNOWN) return UNKNOWN;
  return names.flatMap((name) => catalog.find("ConfigMap", namespace, name) ?? []);
}

/** Whether its pods may read a ConfigMap of which it is not known yet what it is called. */
export const mayReadMore = (workload: KubernetesObject): boolean => namesOfConfigMaps(workload).includes(UNKNOWN);

/** UNKNOWN stands for each that is not known yet, and for a list of them. */
function namesOfConfigMaps(workload: KubernetesObject): (string | Unknown)[] {
  const containers = containersOf(workload);
  if (containers === UNKNOWN) return [UNKNOWN];
  const volumes = itemsAt(workload, ...podSpecPath(workload), "volumes");
  return [
    ...containers.flatMap(({ container }) => [
      ...itemsAt(container, "envFrom").map((source) => textAt(source, "configMapRef", "name")),
      ...itemsAt(container, "env").map((variable) => textAt(variable, ...FROM_CONFIG_MAP)),
    ]),
    ...volumes.map((volume) => textAt(volume, "configMap", "name")),
    ...volumes.flatMap((volume) => itemsAt(volume, "projected", "sources").map((source) => textAt(source, "configMap", "name"))),
  ].filter((name) => name !== undefined);
}
