import type { Catalog } from "../../path/catalog";
import { podLabelsOf } from "../../path/catalog";
import { containersOf } from "../../path/containers";
import { LISTENS_BY_ITS_FILE } from "../../path/facts/ownProxies";
import { imageName } from "../../path/imageReference";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { POD_INDEX_LABEL, POD_NAME_LABEL } from "../../path/onePod";
import type { Read } from "../../path/value";
import { isOpen, listAt, mapAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Statement } from "../rule";
import { isTemplate } from "../template";
import { isController } from "../tls/ofService";
import { saidByThePort } from "./metrics";
import { isOfItsName, nearWorkload, servesNobody, withoutEndpoints } from "./meant";
import { isSlipOfNumber } from "./near";

const NEEDED = "a selector that selects pods, and a targetPort that they listen on";
const NO_ENDPOINTS = "the Service has no endpoints: every connection to it is refused, or waits until its client gives up";
/** Labels that controllers give to pods, and no template shows. */
const ADDED_LABELS = new Set([
  POD_NAME_LABEL,
  POD_INDEX_LABEL,
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
  return [...withoutPorts(service), ...selectedPods(service, catalog, hidden)];
}

/** Only a headless Service needs none. */
function withoutPorts(service: KubernetesObject): Statement[] {
  const ports = listAt(service, "spec", "ports");
  const headless = textAt(service, "spec", "clusterIP");
  if (ports === UNKNOWN || ports.length > 0 || headless === "None" || headless === UNKNOWN) return [];
  // Neither ports nor a selector: a patch, that is merged with what has them.
  const selector = mapAt(service, "spec", "selector");
  if (selector === UNKNOWN || Object.keys(selector).length === 0) return [];
  return [
    {
      severity: "error",
      object: refOf(service),
      at: ["spec", "ports"],
      found: "no ports",
      needed: "at least one port: a Service that is not headless needs one",
      fix: "ports: [{ port: <the port that clients ask>, targetPort: <the port that the pods listen on> }]",
      reason: "the API server refuses the Service, so nothing leads to its pods",
    },
  ];
}

function selectedPods(service: KubernetesObject, catalog: Catalog, hidden: ReadonlySet<string>): Statement[] {
  const selector = mapAt(service, "spec", "selector");
  const open = notKnownYet(service, ["spec", "selector"], { needed: NEEDED, reason: NO_ENDPOINTS });
  if (selector === UNKNOWN) return [open];
  if (Object.keys(selector).length === 0) return withoutSelector(service, catalog, hidden, open);
  const written = withoutAdded(service, selector);
  if (Object.keys(mapAt(written, "spec", "selector")).length === 0) return [];
  const { certain, perhaps } = catalog.selectedBy(written);
  if (certain.length > 0) return perhaps.length > 0 ? [] : targetPorts(service, certain);
  if (perhaps.length > 0) return [open];
  if (!withoutEndpoints(service, catalog)) return [];
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

/** Somebody may write its endpoints; who publishes a load balancer for the pods of its name forgot the selector. */
function withoutSelector(service: KubernetesObject, catalog: Catalog, hidden: ReadonlySet<string>, open: Statement): Statement[] {
  const near = servesNobody(service, catalog);
  const type = textAt(service, "spec", "type");
  if (near !== undefined && type === UNKNOWN) return [open];
  if (near === undefined) {
    const mayServe = hidden.has(namespaceOf(service)) || hidden.has(NAME_NOT_KNOWN);
    const mayPublish = type === "LoadBalancer" || type === UNKNOWN;
    return mayServe && mayPublish && withoutEndpoints(service, catalog) ? [open] : [];
  }
  const labels = mapAt(podLabelsOf(near));
  const own = labels === UNKNOWN ? [] : Object.entries(labels).map(([key, value]) => `${key}: ${String(value)}`);
  return [
    {
      severity: isOfItsName(service, near) ? "warning" : "info",
      object: refOf(service),
      at: ["spec", "selector"],
      found: `no selector, and no endpoints among the objects; nothing leads to the pods of ${nameOf(near)}`,
      needed: NEEDED,
      fix: `selector: { ${own.join(", ")} }, unless somebody else writes its endpoints`,
      reason: NO_ENDPOINTS,
    },
  ];
}

/** Only where a workload is near: what selects nothing that was read may select pods that somebody else installs. */
function selectsNothing(service: KubernetesObject, selector: Record<string, Value>, catalog: Catalog): Statement[] {
  const { near, isNamesake } = nearWorkload(service, selector, catalog);
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
      severity: isNamesake ? "error" : "warning",
      object: refOf(service),
      at: ["spec", "selector"],
      found: `its selector selects no pods; those of ${nameOf(near)} come near: ${difference.join("; ")}`,
      needed: NEEDED,
      fix: `selector: { ${mended.join(", ")} }`,
      reason: NO_ENDPOINTS,
    },
  ];
}

function targetPorts(service: KubernetesObject, workloads: KubernetesObject[]): Statement[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [notKnownYet(service, ["spec", "ports"], { needed: NEEDED, reason: NO_ENDPOINTS })];
  const declared = declaredPorts(workloads);
  const targets = ports.map((port) => valueAt(port, "targetPort") ?? valueAt(port, "port"));
  // A list of ports only informs. It tells something where it and the Service have nothing in common, or one port looks like a slip for another.
  const informs = speaksForItself(service, declared, workloads);
  const inCommon = targets.some((target) => typeof target === "string" || declared.some((one) => isMeant(one, target)));
  return ports
    .flatMap((port, index) => targetPort(service, port, index, declared, workloads))
    .map((found, _, all) => {
      if (found.severity === "error" || found.pending === true) return found;
      const slip = informs || all.length > 1 ? undefined : slipOf(targetOf(found, ports), targets, declared);
      if (slip !== undefined) return { ...found, fix: `targetPort: ${namesOf(slip)[0]}` };
      return informs || inCommon ? { ...found, severity: "info" } : found;
    });
}

const isMeant = (port: Value, target: Value): boolean => namesOf(port).includes(String(target));

/** Whether what runs there, or who asks for it, shows that its list of ports is not all that it listens on. */
function speaksForItself(service: KubernetesObject, declared: Value[], workloads: KubernetesObject[]): boolean {
  // Whoever asks a headless Service for its pods opens there what he wants, whatever the Service says.
  if (textAt(service, "spec", "clusterIP") === "None" || isController(service)) return true;
  // Most servers open a port for their metrics that nobody lists.
  if (/metrics/.test(refOf(service).name)) return true;
  return declared.every((port) => saidByThePort(port) !== undefined) || workloads.some(runsAProxy);
}

function runsAProxy(workload: KubernetesObject): boolean {
  const containers = containersOf(workload);
  if (containers === UNKNOWN) return false;
  return containers.some(({ container }) => {
    const image = textAt(container, "image");
    return typeof image === "string" && LISTENS_BY_ITS_FILE.image.test(imageName(image));
  });
}

function targetOf({ at }: Statement, ports: Value[]): Value {
  const port = ports[Number(at?.[2])];
  return valueAt(port, "targetPort") ?? valueAt(port, "port");
}

/** `8083` for `8038`, or `8181` for `8081`: a port that nothing else of the Service leads to, and that this one misses by a slip. */
function slipOf(target: Value, targets: Value[], declared: Value[]): Value {
  const left = declared.filter((port) => !targets.some((one) => isMeant(port, one)));
  return left.find((port) => isSlipOfNumber(String(target), String(valueAt(port, "containerPort"))));
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
  if (typeof target === "string" && isTemplate(target)) return [];
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
