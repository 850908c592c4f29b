import type { Catalog } from "../../path/catalog";
import { podLabelsOf, WORKLOAD_KINDS } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, mapAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { isSlip } from "./near";

/** A label that more workloads of a namespace share than these shows nothing, and comparing them all takes too long. */
const MOST_ALIKE = 50;

/** The workload that a Service which selects nothing was most likely meant for. */
export function nearWorkload(
  service: KubernetesObject,
  selector: Record<string, Value>,
  catalog: Catalog,
): { near?: KubernetesObject; isNamesake: boolean } {
  const namespace = namespaceOf(service);
  const kinds = [...WORKLOAD_KINDS];
  const [named] = kinds.flatMap((kind) => catalog.find(kind, namespace, refOf(service).name) ?? []);
  if (named !== undefined) return { near: named, isNamesake: true };
  const sharing = Object.entries(selector)
    .map(([key, value]) => kinds.flatMap((kind) => catalog.under(`${namespace} ${key}=${String(value)}`, kind, labelKeys)))
    .filter((workloads) => workloads.length <= MOST_ALIKE)
    .flat();
  const byName = (left: KubernetesObject, right: KubernetesObject): number => (nameOf(left) < nameOf(right) ? -1 : 1);
  const [near] = sharing.filter((workload) => isNear(selector, workload)).sort(byName);
  return { ...(near !== undefined && { near }), isNamesake: false };
}

function labelKeys(workload: KubernetesObject): string[] {
  const labels = mapAt(podLabelsOf(workload));
  if (labels === UNKNOWN) return [];
  return Object.entries(labels).map(([key, value]) => `${namespaceOf(workload)} ${key}=${String(value)}`);
}

/** Every label that differs is missing there, or spelt almost alike: another part of the same application is not meant. */
function isNear(selector: Record<string, Value>, workload: KubernetesObject): boolean {
  const labels = podLabelsOf(workload);
  return Object.entries(selector).every(([key, value]) => {
    const own = valueAt(labels, key);
    if (own === undefined || own === value) return true;
    return typeof own === "string" && typeof value === "string" && isSlip(value, own);
  });
}

/** Whether nobody writes endpoints for a Service by hand, which then needs no pods. */
export function withoutEndpoints(service: KubernetesObject, catalog: Catalog): boolean {
  if (catalog.resolve({ ...refOf(service), kind: "Endpoints" }) !== undefined) return false;
  return catalog.under(nameOf(service), "EndpointSlice", serviceOfSlice).length === 0;
}

function serviceOfSlice(slice: KubernetesObject): string[] {
  const name = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
  return typeof name === "string" ? [`Service ${namespaceOf(slice)}/${name}`] : [];
}

/**
 * The pods that a load balancer without a selector, or what may become one, stands beside: those of its name, else the only ones of its
 * namespace that serve a port and that no Service selects.
 */
export function servesNobody(service: KubernetesObject, catalog: Catalog): KubernetesObject | undefined {
  const type = textAt(service, "spec", "type");
  if ((type !== "LoadBalancer" && type !== UNKNOWN) || !withoutEndpoints(service, catalog)) return undefined;
  const { near } = nearWorkload(service, {}, catalog);
  if (near !== undefined) return near;
  const namespace = namespaceOf(service);
  const inNamespace = [...WORKLOAD_KINDS].flatMap((kind) =>
    [...new Set([namespace, NAME_NOT_KNOWN])].flatMap((one) => catalog.under(one, kind, ownNamespace)),
  );
  const services = catalog.under(namespace, "Service", ownNamespace);
  if (inNamespace.length > MOST_ALIKE || services.length > MOST_ALIKE) return undefined;
  const reached = new Set(services.flatMap((one) => catalog.selectedBy(one).certain));
  const [alone, ...others] = inNamespace.filter((workload) => !reached.has(workload) && serves(workload));
  // Which of a database's pods takes writes changes: what looks after them writes the endpoints.
  return others.length > 0 || alone?.kind === "StatefulSet" ? undefined : alone;
}

/** Whether the names of a Service and of a workload begin with the same word: `chat-public`, `chat-deployment`. */
export function isOfItsName(service: KubernetesObject, workload: KubernetesObject): boolean {
  const [own, other] = [service, workload].map((object) => refOf(object).name.split("-")[0]);
  return own === other;
}

const ownNamespace = (object: KubernetesObject): string[] => [namespaceOf(object)];

function serves(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  // What is not known yet may serve one: the Service lacks its selector either way.
  if (containers === UNKNOWN) return true;
  return containers.some((container) => {
    const ports = listAt(container, "ports");
    return ports === UNKNOWN || ports.length > 0;
  });
}

/** What a Service that leads to no pods among the objects was meant to lead to. */
export function meantBy(service: KubernetesObject, catalog: Catalog): KubernetesObject | undefined {
  const selector = mapAt(service, "spec", "selector");
  if (selector === UNKNOWN || textAt(service, "spec", "type") === "ExternalName") return undefined;
  if (Object.keys(selector).length === 0) return servesNobody(service, catalog);
  const { certain, perhaps } = catalog.selectedBy(service);
  if (certain.length > 0 || perhaps.length > 0 || !withoutEndpoints(service, catalog)) return undefined;
  return nearWorkload(service, selector, catalog).near;
}
