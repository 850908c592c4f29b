import type { Catalog } from "../../path/catalog";
import { runningContainers, writtenWords } from "../../path/containers";
import { WATCHING_IMAGES } from "../../path/facts/longConnections";
import { imageName } from "../../path/imageReference";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { knownItems, mapAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { saidByThePort } from "../backends/metrics";
import { isController } from "../tls/ofService";
import { waysToCalled } from "./called";
import { pathTo } from "./elsewhere";
import { evidenceOfLongConnections } from "./evidence";
import { isInternal, servicesForClients } from "./forClients";
import { isAskedByNeighboursOnly } from "./neighbours";
import { proxiesBehind, waysThroughOwnProxies } from "./ownProxies";
import { behind } from "./workloads";

/**
 * Beside the ways in that are read, pods that show long connections and that none of them leads to, of which no other pods and no configuration
 * speak: whoever installs the bundle opens a way to them as well, or what leads to them has its configuration in its image. Where a gateway or a
 * proxy is reached and nothing says where it leads, any such pods beside it are what it leads to, as long as they are few.
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
  const leadOn = leadingOnUnread(paths, catalog);
  const unspoken = left.filter(({ service, path }) => {
    const { certain } = behind(path, catalog);
    return [...(spokenOf.get(refOf(service).name) ?? [])].every((one) => certain.includes(one));
  });
  const ledTo = new Set(
    unspoken.filter(({ path }) => !behind(path, catalog).certain.every(onlyWatches)).map(({ service }) => service),
  );
  const beside = new Map<string, number>();
  for (const service of ledTo) beside.set(namespaceOf(service), (beside.get(namespaceOf(service)) ?? 0) + 1);
  const inTheCluster = unspoken.flatMap(({ service, path }) => {
    const namespace = namespaceOf(service);
    const gateway = leadOn.get(namespace);
    if (gateway !== undefined && ledTo.has(service) && beside.get(namespace)! <= FEW) {
      return [{ ...path, openedBy: refOf(gateway) }];
    }
    const asked = behind(path, catalog).certain.some((workload) => !isAskedByNeighboursOnly(workload, catalog));
    return asked && evidenceOfLongConnections(path, catalog).length > 0 ? [path] : [];
  });
  return [...inTheCluster, ...onTheirNodes];
}

/** A gateway to more is one to many requests, and nobody can say which of them stay open. */
const FEW = 3;

/** What only watches the others is nothing that a gateway leads clients to. */
const onlyWatches = (workload: KubernetesObject): boolean => WATCHING_IMAGES.test(firstImageOf(workload));

function firstImageOf(workload: KubernetesObject): string {
  const containers = runningContainers(workload);
  const image = textAt(containers === UNKNOWN ? undefined : containers[0], "image");
  return typeof image === "string" ? imageName(image) : "";
}

/** Words by which somebody calls what passes connections on, the longer ones also at the end of another. */
const PASSES_ON = /(gateway|proxy|balancer|(^|[^a-z])(router|envoy|nginx|lb))(?![a-z])/i;

/** In each namespace, what passes connections on by a configuration that was not read, or by its name alone, so that nothing shows to whom. */
function leadingOnUnread(paths: readonly Path[], catalog: Catalog): Map<string, KubernetesObject> {
  const found = new Map<string, KubernetesObject>();
  for (const path of paths) {
    const service = catalog.resolve(path.service);
    // A controller has its routes from objects, which are read.
    if (service !== undefined && isController(service)) continue;
    if (waysThroughOwnProxies(path, catalog).length > 0 || waysToCalled(path, catalog).length > 0) continue;
    const proxies = proxiesBehind(path, catalog);
    const unread = proxies.find(({ config, targets }) => config === undefined && targets.length === 0)?.workload;
    const named = proxies.length > 0 ? undefined : behind(path, catalog).certain.find(isCalledSo);
    const gateway = unread ?? named;
    if (gateway !== undefined && !found.has(namespaceOf(gateway))) found.set(namespaceOf(gateway), gateway);
  }
  return found;
}

const isCalledSo = (workload: KubernetesObject): boolean =>
  PASSES_ON.test(refOf(workload).name) || PASSES_ON.test(firstImageOf(workload));

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
