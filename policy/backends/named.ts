import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { ACTION } from "../../path/read/albActions";
import { poolMeant } from "../../path/read/inferencePool";
import { listAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { objectsNamed } from "../entryObjects";
import { notKnownYet } from "../pending";
import type { PropertyPath, Statement } from "../rule";
import { isSlip } from "./near";
import { placeOfBackend, portsAt } from "./place";

const NEEDED = "a Service that is there, and one of its ports";
const REASON = "the controller has nowhere to send what comes in: every connection is answered with 503";
/** Among more names than these a near one is a coincidence, and looking for it takes too long. */
const MOST_NAMES = 200;

/** What is wrong with the Service and the port that a route names. */
export function namedBackend(path: Path, catalog: Catalog, siblingsFound: boolean): Statement[] {
  // The bare name of an annotation stands for an action of the load balancer, not for a Service.
  if (path.entry.kind === "Service" || path.port === ACTION) return [];
  return objectsNamed(path.entry, catalog).flatMap((entry) => backendOf(entry, path, catalog, siblingsFound));
}

function backendOf(entry: KubernetesObject, path: Path, catalog: Catalog, siblingsFound: boolean): Statement[] {
  const service = catalog.resolve(path.service);
  if (catalog.mayStillMean(path.service)) return [notKnownYet(entry, ["spec"], { needed: NEEDED, reason: REASON })];
  if (path.service.kind !== "Service") return missingPool(path, entry, catalog);
  return service === undefined ? missing(path, entry, catalog, siblingsFound) : wrongPort(path, entry, service, catalog);
}

function wrongPort(path: Path, entry: KubernetesObject, service: KubernetesObject, catalog: Catalog): Statement[] {
  if (textAt(service, "spec", "type") === "ExternalName") return [];
  const ports = listAt(service, "spec", "ports");
  const common = { needed: NEEDED, reason: REASON };
  if (path.port === "any") {
    const place = placeOfBackend(entry, refOf(service).name, path.port);
    const open = place !== undefined && portsAt(valueAt(entry, ...place)).includes(UNKNOWN);
    return open ? [notKnownYet(entry, place, common)] : [];
  }
  if (ports === UNKNOWN) return [notKnownYet(service, ["spec", "ports"], common)];
  const names = ports.flatMap((port) => [valueAt(port, "port"), valueAt(port, "name")]);
  if (ports.length === 0 || names.some((name) => name !== undefined && name !== UNKNOWN && String(name) === String(path.port))) {
    return [];
  }
  if (ports.includes(UNKNOWN) || names.includes(UNKNOWN)) return [notKnownYet(service, ["spec", "ports"], common)];
  const key = `${namespaceOf(service)} ${String(path.port)}`;
  const others = catalog.under(key, "Service", portKeys).map(nameOf).sort();
  const hint = others.length === 0 ? "" : `; ${others.slice(0, 3).join(", ")} has one`;
  const first = ports[0];
  const number = typeof path.port === "number" || valueAt(first, "name") === undefined;
  const at = placeOfBackend(entry, refOf(service).name, path.port);
  return [
    {
      severity: "error",
      object: refOf(entry),
      ...(at !== undefined && { at }),
      found: `it sends to port ${path.port} of ${nameOf(service)}, which has ${ports.map(portText).join(", ")}${hint}`,
      fix: number ? `port: ${String(valueAt(first, "port"))}` : `port: ${String(valueAt(first, "name"))}`,
      ...common,
    },
  ];
}

function portText(port: Value): string {
  const name = textAt(port, "name");
  return typeof name === "string" ? `${String(valueAt(port, "port"))} (${name})` : String(valueAt(port, "port"));
}

function portKeys(service: KubernetesObject): string[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [];
  const own = ports.flatMap((port) => [valueAt(port, "port"), valueAt(port, "name")]);
  return own
    .filter((name) => typeof name === "string" || typeof name === "number")
    .map((name) => `${namespaceOf(service)} ${name}`);
}

/** What merely is not among the objects may be elsewhere; something near shows that it was meant to be here. */
function missing(path: Path, entry: KubernetesObject, catalog: Catalog, siblingsFound: boolean): Statement[] {
  const { namespace = "default", name } = path.service;
  const at = placeOfBackend(entry, name, path.port);
  if (!isService(entry, at, name)) return [];
  const names = catalog.ofKind("Service", namespace).map((service) => refOf(service).name);
  const near = names.length > MOST_NAMES ? undefined : names.sort().find((other) => isSlip(name, other));
  const elsewhere = near === undefined ? catalog.under(name, "Service", ownName).map(nameOf).sort()[0] : undefined;
  if (near === undefined && elsewhere === undefined && !siblingsFound) return [];
  const found = `it sends to Service ${namespace}/${name}, which is not there`;
  const hint =
    near !== undefined
      ? `; Service ${namespace}/${near} is`
      : elsewhere !== undefined
        ? `; ${elsewhere} is, in another namespace`
        : ", while the other Services that it names are";
  // Where none is written it is this one, and whoever applies it may have said another.
  const anywhere = elsewhere !== undefined && catalog.find("Service", "default", name) !== undefined;
  return [
    {
      severity: anywhere && !siblingsFound ? "info" : "warning",
      object: refOf(entry),
      ...(at !== undefined && { at }),
      found: found + hint,
      needed: NEEDED,
      fix: near === undefined ? `a Service ${name} in namespace ${namespace}` : `name: ${near}`,
      reason: REASON,
    },
  ];
}

/** A pool of model servers is made beside its route: another one there, and no other, shows which was meant. */
function missingPool({ service, port }: Path, entry: KubernetesObject, catalog: Catalog): Statement[] {
  const meant = poolMeant(service, catalog);
  if (meant === undefined || catalog.resolve(service) !== undefined) return [];
  const at = placeOfBackend(entry, service.name, port);
  return [
    {
      severity: "warning",
      object: refOf(entry),
      ...(at !== undefined && { at }),
      found: `it sends to ${nameOf(service)}, which is not there; ${nameOf(meant)} is`,
      needed: "an InferencePool that is there",
      fix: `name: ${refOf(meant).name}`,
      reason: REASON,
    },
  ];
}

const ownName = (service: KubernetesObject): string[] => [refOf(service).name];

/** They name a host, which may be one outside the cluster as well. */
const HOSTS_OF_ANYBODY = new Set(["VirtualService", "Mapping", "TCPMapping"]);

/** A backend of another kind, and a host outside the cluster, are no Service that could be missing. */
function isService(entry: KubernetesObject, at: PropertyPath | undefined, name: string): boolean {
  // What an AIGatewayRoute names is an AIServiceBackend, which may lead outside the cluster.
  if (name === "" || name.includes("@") || entry.kind === "AIGatewayRoute") return false;
  if (at === undefined) return !HOSTS_OF_ANYBODY.has(entry.kind);
  const kind = textAt(entry, ...at, "kind");
  return kind === undefined || kind === "Service" || kind === "Rule";
}
