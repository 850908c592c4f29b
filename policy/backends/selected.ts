import type { Catalog } from "../../path/catalog";
import { podLabelsOf, WORKLOAD_KINDS } from "../../path/catalog";
import { containersOf } from "../../path/containers";
import { imageName } from "../../path/imageReference";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Read } from "../../path/value";
import { isOpen, listAt, mapAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Statement } from "../rule";
import { isController } from "../tls/ofService";
import { saidByThePort } from "./metrics";
import { isSlip } from "./near";

const NEEDED = "a selector that selects pods, and a targetPort that they listen on";
const NO_ENDPOINTS = "the Service has no endpoints: every connection to it is refused, or waits until its client gives up";
/** A label that more workloads of a namespace share than these shows nothing, and comparing them all takes too long. */
const MOST_ALIKE = 50;
/** Labels that controllers give to pods, and no template shows. */
const ADDED_LABELS = new Set([
  "statefulset.kubernetes.io/pod-name",
  "apps.kubernetes.io/pod-index",
  "pod-template-hash",
  "controller-revision-hash",
  "pod-template-generation",
  "rollouts-pod-template-hash",
]);

/**
 * What is wrong with the pods that a Service selects, and with the ports that it sends to. `hidden`: the namespaces with workloads of
 * which it is not known yet what they are called or which labels they carry.
 */
export function selectedBackend(service: KubernetesObject, catalog: Catalog, hidden: ReadonlySet<string>): Statement[] {
  if (textAt(service, "spec", "type") === "ExternalName") return [];
  const selector = mapAt(service, "spec", "selector");
  const open = notKnownYet(service, ["spec", "selector"], { needed: NEEDED, reason: NO_ENDPOINTS });
  if (selector === UNKNOWN) return [open];
  if (Object.keys(selector).length === 0) return [];
  const written = withoutAdded(service, selector);
  if (Object.keys(mapAt(written, "spec", "selector")).length === 0) return [];
  const { certain, perhaps } = catalog.selectedBy(written);
  if (certain.length > 0) return perhaps.length > 0 ? [] : targetPorts(service, certain);
  if (perhaps.length > 0) return [open];
  // Endpoints that somebody writes by hand need no pods.
  if (catalog.resolve({ ...refOf(service), kind: "Endpoints" }) !== undefined) return [];
  if (catalog.under(nameOf(service), "EndpointSlice", serviceOfSlice).length > 0) return [];
  const found = selectsNothing(service, mapAt(written, "spec", "selector") as Record<string, Value>, catalog);
  if (found.length > 0) return found;
  const namespace = namespaceOf(service);
  const unsure = isOpen(refOf(service)) || Object.values(selector).includes(UNKNOWN);
  const undecided = unsure || hidden.has(namespace) || hidden.has(NAME_NOT_KNOWN);
  return undecided && catalog.workloads().length > 0 ? [open] : [];
}

function withoutAdded(service: KubernetesObject, selector: Record<string, Value>): KubernetesObject {
  const pairs = Object.entries(selector).filter(([key]) => !ADDED_LABELS.has(key));
  if (pairs.length === Object.keys(selector).length) return service;
  return { ...service, spec: { ...(service.spec as object), selector: Object.fromEntries(pairs) } };
}

function serviceOfSlice(slice: KubernetesObject): string[] {
  const name = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
  return typeof name === "string" ? [`Service ${namespaceOf(slice)}/${name}`] : [];
}

/** Only where a workload is near: what selects nothing that was read may select pods that somebody else installs. */
function selectsNothing(service: KubernetesObject, selector: Record<string, Value>, catalog: Catalog): Statement[] {
  const namespace = namespaceOf(service);
  const kinds = [...WORKLOAD_KINDS];
  const named = kinds.map((kind) => catalog.find(kind, namespace, refOf(service).name)).filter((found) => found !== undefined);
  const sharing = Object.entries(selector)
    .map(([key, value]) => kinds.flatMap((kind) => catalog.under(`${namespace} ${key}=${String(value)}`, kind, labelKeys)))
    .filter((workloads) => workloads.length <= MOST_ALIKE)
    .flat();
  const byName = (left: KubernetesObject, right: KubernetesObject): number => (nameOf(left) < nameOf(right) ? -1 : 1);
  const near = named[0] ?? sharing.filter((workload) => isNear(selector, workload)).sort(byName)[0];
  if (near === undefined) return [];
  const labels = mapAt(podLabelsOf(near));
  const wrong = Object.entries(selector).filter(([key, value]) => valueAt(labels, key) !== value);
  const difference = wrong.map(([key, value]) => {
    const own = textAt(labels, key);
    return `${key}: ${String(value)}, where they have ${typeof own === "string" ? own : "no such label"}`;
  });
  const mended = Object.keys(selector).flatMap((key) => {
    const own = textAt(labels, key);
    return typeof own === "string" ? `${key}: ${own}` : [];
  });
  return [
    {
      severity: named.length > 0 ? "error" : "warning",
      object: refOf(service),
      at: ["spec", "selector"],
      found: `its selector selects no pods; those of ${nameOf(near)} come near: ${difference.join("; ")}`,
      needed: NEEDED,
      fix: `selector: { ${mended.join(", ")} }`,
      reason: NO_ENDPOINTS,
    },
  ];
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

function targetPorts(service: KubernetesObject, workloads: KubernetesObject[]): Statement[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [notKnownYet(service, ["spec", "ports"], { needed: NEEDED, reason: NO_ENDPOINTS })];
  const declared = declaredPorts(workloads);
  const numbers = declared.map((one) => valueAt(one, "containerPort"));
  const targets = ports.map((port) => valueAt(port, "targetPort") ?? valueAt(port, "port"));
  // A list of ports only informs. It tells something where it and the Service have nothing in common, or one port looks like a slip for another.
  const informs =
    speaksForItself(service, declared, workloads) ||
    targets.some((target) => numbers.includes(target) || typeof target === "string");
  return ports
    .flatMap((port, index) => targetPort(service, port, index, declared, workloads))
    .map((found, _, all) => {
      if (found.severity === "error" || found.pending === true) return found;
      const slip = all.length === 1 && isSwapped(targetOf(found, ports), numbers);
      return informs && !slip ? { ...found, severity: "info" } : found;
    });
}

/** Whether what runs there, or who asks for it, shows that its list of ports is not all that it listens on. */
function speaksForItself(service: KubernetesObject, declared: Value[], workloads: KubernetesObject[]): boolean {
  // Whoever asks a headless Service for its pods opens there what he wants, whatever the Service says.
  if (textAt(service, "spec", "clusterIP") === "None" || isController(service)) return true;
  return declared.every((port) => saidByThePort(port) !== undefined) || workloads.some(runsAProxy);
}

/** Their own configuration says where they listen. */
const PROXY = /^(nginx|openresty|haproxy|envoy|traefik|caddy|httpd|proxyv2|kong|contour|varnish)/;

function runsAProxy(workload: KubernetesObject): boolean {
  const containers = containersOf(workload);
  if (containers === UNKNOWN) return false;
  return containers.some(({ container }) => {
    const image = textAt(container, "image");
    return typeof image === "string" && PROXY.test(imageName(image));
  });
}

function targetOf({ at }: Statement, ports: Value[]): Value {
  const port = ports[Number(at?.[2])];
  return valueAt(port, "targetPort") ?? valueAt(port, "port");
}

/** `8083` for `8038`: the same digits in another order. */
function isSwapped(target: Value, numbers: Value[]): boolean {
  const digits = (value: Value): string => [...String(value)].sort().join("");
  return numbers.some((number) => number !== target && digits(number) === digits(target));
}

function targetPort(
  service: KubernetesObject,
  port: Value,
  index: number,
  declared: Value[],
  workloads: KubernetesObject[],
): Statement[] {
  const at = ["spec", "ports", index, "targetPort"];
  const target = valueAt(port, "targetPort") ?? valueAt(port, "port");
  const open = notKnownYet(service, at, { needed: NEEDED, reason: NO_ENDPOINTS });
  if (target === UNKNOWN) return [open];
  const byName = typeof target === "string" && !/^\d+$/.test(target);
  const own = declared.map((one) => valueAt(one, byName ? "name" : "containerPort"));
  if (target === undefined || own.some((value) => String(value) === String(target))) return [];
  if (declared.includes(UNKNOWN) || own.includes(UNKNOWN)) return [open];
  // A list of ports only informs: without any, a number may well be listened on.
  if (!byName && declared.length === 0) return [];
  const pods = workloads.map(nameOf).sort().join(", ");
  const have = declared.map((one) => namesOf(one).reverse().join(" "));
  return [
    {
      severity: byName ? "error" : "warning",
      object: refOf(service),
      at,
      found: `targetPort ${String(target)}: no container of ${pods} declares it; they declare ${have.length === 0 ? "none" : have.join(", ")}`,
      needed: NEEDED,
      fix: `targetPort: ${namesOf(declared[0])[0] ?? "<number>"}`,
      reason: byName ? NO_ENDPOINTS : "where nothing listens on it, every connection is refused",
    },
  ];
}

/** By what a container's port can be meant, its name first. */
function namesOf(port: Value): string[] {
  const names: Read<string>[] = [textAt(port, "name"), textAt(port, "containerPort")];
  return names.filter((name) => typeof name === "string");
}

/** The namespaces with workloads that may be any Service's, as long as it is not known what they are called or which labels they carry. */
export function namespacesWithHiddenWorkloads(catalog: Catalog): Set<string> {
  const hidden = catalog.workloads().filter((workload) => {
    const labels = mapAt(podLabelsOf(workload));
    return isOpen(refOf(workload)) || labels === UNKNOWN || Object.values(labels).includes(UNKNOWN);
  });
  return new Set(hidden.map(namespaceOf));
}

/** The ports that the containers of the workloads declare, with UNKNOWN among them where there may be more. */
function declaredPorts(workloads: KubernetesObject[]): Value[] {
  return workloads.flatMap((workload) => {
    const containers = containersOf(workload);
    if (containers === UNKNOWN) return [UNKNOWN];
    return containers.flatMap(({ container }) => {
      const ports = listAt(container, "ports");
      return ports === UNKNOWN || container === UNKNOWN ? [UNKNOWN] : ports;
    });
  });
}
