import type { Catalog } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import { INTERNAL_IMAGES, INTERNAL_PORTS } from "../../path/facts/longConnections";
import { imageName } from "../../path/imageReference";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { isAskedByTheApiServer } from "../../path/read/apiServer";
import { listAt, textAt, valueAt } from "../../path/value";
import { saidByThePort } from "../backends/metrics";

/** The Services that clients may ask, by what they say of themselves: not those of a database, of metrics or of the API server's webhooks. */
export function servicesForClients(catalog: Catalog): KubernetesObject[] {
  return catalog.ofKind("Service").filter((service) => {
    const ports = listAt(service, "spec", "ports");
    return !isInternal(ports, "port") && !areMetrics(ports) && !isStore(service, catalog) && !isOfTheApiServer(service, catalog);
  });
}

/** Whether its pods are known servers that only other servers ask, whatever port they were told to listen on. */
function isStore(service: KubernetesObject, catalog: Catalog): boolean {
  const { certain, perhaps } = catalog.selectedBy(service);
  return certain.length > 0 && perhaps.length === 0 && certain.every(runsAStore);
}

function runsAStore(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  const image = textAt(containers[0], "image");
  return typeof image === "string" && INTERNAL_IMAGES.test(imageName(image));
}

/** Whether the only port with which it serves is one on which the API server asks it: for webhooks, or for an API of its own. */
function isOfTheApiServer(service: KubernetesObject, catalog: Catalog): boolean {
  if (!isAskedByTheApiServer(service, catalog)) return false;
  const ports = listAt(service, "spec", "ports");
  return ports !== UNKNOWN && ports.filter((port) => saidByThePort(port) === undefined && !isForProfiles(port)).length === 1;
}

/** Beside its webhook a controller serves what its authors look into. */
const isForProfiles = (port: Value): boolean => /(^|-)(profiling|pprof|healthz?)$/.test(String(textAt(port, "name") ?? ""));

function areMetrics(ports: ReturnType<typeof listAt>): boolean {
  return ports !== UNKNOWN && ports.length > 0 && ports.every((port) => saidByThePort(port) !== undefined);
}

/** Whether all ports are ones that servers ask each other on. */
export function isInternal(ports: ReturnType<typeof listAt>, key: string): boolean {
  if (ports === UNKNOWN || ports.length === 0) return false;
  return ports.map((port) => valueAt(port, key)).every((port) => port !== UNKNOWN && INTERNAL_PORTS.has(Number(port)));
}
