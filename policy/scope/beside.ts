import type { Catalog } from "../../path/catalog";
import { runningContainers, writtenWords } from "../../path/containers";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { knownItems, mapAt, nameOf, refOf, textAt, valueAt } from "../../path/value";
import { saidByThePort } from "../backends/metrics";
import { pathTo } from "./elsewhere";
import { evidenceOfLongConnections } from "./evidence";
import { isInternal, servicesForClients } from "./forClients";
import { isAskedByNeighboursOnly } from "./neighbours";
import { waysThroughOwnProxies } from "./ownProxies";
import { behind } from "./workloads";

/**
 * Beside the ways in that are read, pods that show long connections and that none of them leads to, of which no other pods and no configuration
 * speak: whoever installs the bundle opens a way to them as well, or what leads to them has its configuration in its image.
 */
export function waysInBeside(paths: readonly Path[], catalog: Catalog): Path[] {
  const reached = new Set(paths.flatMap((path) => [path, ...waysThroughOwnProxies(path, catalog)]).flatMap(namesOf));
  const onTheirNodes = portsOfTheirNodes(catalog)
    .filter((workload) => !reached.has(nameOf(workload)))
    .map((workload) => pathTo(workload, undefined, catalog));
  const left = servicesForClients(catalog)
    .map((service) => ({ service, path: pathTo(service, service, catalog) }))
    .filter(({ path }) => path.workloads.length > 0 && !namesOf(path).some((workload) => reached.has(workload)));
  if (left.length === 0) return onTheirNodes;
  const spokenOf = namesSpokenOf(catalog);
  const inTheCluster = left
    .filter(({ service, path }) => {
      const { certain } = behind(path, catalog);
      const speakers = [...(spokenOf.get(refOf(service).name) ?? [])].filter((one) => !certain.includes(one));
      return speakers.length === 0 && !certain.every((workload) => isAskedByNeighboursOnly(workload, catalog));
    })
    .map(({ path }) => path)
    .filter((path) => evidenceOfLongConnections(path, catalog).length > 0);
  return [...inTheCluster, ...onTheirNodes];
}

/**
 * Pods that no Service selects and that take a TCP port of their node: for clients who come to the node itself, as those of a media relay or of
 * a game do. What runs on every node is an agent, and what serves the cluster itself is asked by nodes.
 */
function portsOfTheirNodes(catalog: Catalog): KubernetesObject[] {
  const taking = ["Deployment", "StatefulSet", "Rollout", "Pod"]
    .flatMap((kind) => catalog.ofKind(kind))
    .filter((workload) => refOf(workload).namespace !== "kube-system" && takesAPortForClients(workload));
  if (taking.length === 0) return [];
  const selected = new Set(catalog.ofKind("Service").flatMap((service) => catalog.selectedBy(service).certain));
  return taking.filter((workload) => !selected.has(workload));
}

function takesAPortForClients(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  const ports = containers.flatMap((container) => knownItems(container, "ports"));
  const own = ports.filter((port) => valueAt(port, "hostPort") !== undefined && textAt(port, "protocol") !== "UDP");
  return own.length > 0 && !isInternal(own, "hostPort") && !own.every(isForMetrics);
}

/** A container's port, read as a Service's. */
function isForMetrics(port: Value): boolean {
  const [name, hostPort] = [valueAt(port, "name"), valueAt(port, "hostPort")];
  return saidByThePort({ ...(name !== undefined && { name }), port: hostPort } as Value) !== undefined;
}

const namesOf = ({ workloads }: Path): string[] => workloads.map(nameOf);

/** What Prometheus scrapes and what Grafana shows: they name everybody, and lead nobody anywhere. */
const WATCHES = /^[ \t]*scrape_configs:|"panels"[ \t]*:/m;

/** Every word of the commands, the variables and the ConfigMaps of a cluster that may be a host, up to its first dot, and who says it. */
function namesSpokenOf(catalog: Catalog): Map<string, Set<KubernetesObject>> {
  const names = new Map<string, Set<KubernetesObject>>();
  const add = (text: unknown, by: KubernetesObject): void => {
    if (typeof text !== "string" || WATCHES.test(text)) return;
    for (const [, name = ""] of text.matchAll(/(?<![\w.-])([a-z][a-z0-9-]*)/gi)) {
      const speakers = names.get(name) ?? new Set();
      names.set(name, speakers.add(by));
    }
  };
  for (const workload of catalog.workloads()) {
    const containers = runningContainers(workload);
    for (const container of containers === UNKNOWN ? [] : containers) {
      for (const word of writtenWords(container)) add(word, workload);
      for (const variable of knownItems(container, "env")) add(textAt(variable, "value"), workload);
    }
  }
  for (const configMap of catalog.ofKind("ConfigMap")) {
    const data = mapAt(configMap, "data");
    for (const text of data === UNKNOWN ? [] : Object.values(data)) add(text, configMap);
  }
  return names;
}
