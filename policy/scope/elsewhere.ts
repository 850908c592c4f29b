import type { Catalog } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { undecidedHop } from "../../path/read/hop";
import { podEnd } from "../../path/read/pod";
import { listAt, nameOf, refOf, textAt } from "../../path/value";
import { meantBy } from "../backends/meant";
import { evidenceOfLongConnections } from "./evidence";
import { isInternal, servicesForClients } from "./forClients";
import { isAskedByNeighboursOnly } from "./neighbours";
import { behind } from "./workloads";

/** Kinds that serve as long as somebody wants; a Job does not. */
const SERVING_KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Rollout"];

/**
 * In a bundle that opens no way in at all, the way in is somebody else's: whoever installs it adds an Ingress or a load balancer. Its
 * Services, and the pods that no Service selects but that serve a port or belong to a Service elsewhere, are then what clients reach. What only
 * servers ask is left out, as long as anything remains.
 */
export function waysInElsewhere(catalog: Catalog): Path[] {
  const paths = servicesForClients(catalog)
    .map((service) => ({ service, path: pathTo(service, service, catalog) }))
    .filter(({ service, path }) => path.workloads.length > 0 || catalog.selectedBy(service).perhaps.length > 0)
    .map(({ path }) => path);
  const reached = new Set(catalog.ofKind("Service").flatMap((service) => catalog.selectedBy(service).certain));
  const alone = SERVING_KINDS.flatMap((kind) => catalog.ofKind(kind)).filter(
    (workload) => !reached.has(workload) && serves(workload),
  );
  const unselected = alone.map((workload) => pathTo(workload, undefined, catalog));
  const all = [...paths, ...unselected.filter((path) => !isAgent(path, catalog))];
  const asked = all.filter((path) => {
    const { certain, perhaps } = behind(path, catalog);
    return perhaps.length > 0 || certain.some((workload) => !isAskedByNeighboursOnly(workload, catalog));
  });
  return asked.length > 0 ? asked : all;
}

/** What runs on every node and that no Service leads to collects, mounts or routes for the others, unless it shows long connections. */
function isAgent(path: Path, catalog: Catalog): boolean {
  return path.entry.kind === "DaemonSet" && evidenceOfLongConnections(path, catalog).length === 0;
}

/** Pods that a way in was plainly meant for, whose Service leads to nobody: it is mended with one line, and they serve then as they are. */
export function waysInMeant(paths: readonly Path[], catalog: Catalog): Path[] {
  const broken = new Set(paths.flatMap((path) => (path.workloads.length > 0 ? [] : (catalog.resolve(path.service) ?? []))));
  const meant = new Set([...broken].flatMap((service) => meantBy(service, catalog) ?? []));
  const reached = new Set(paths.flatMap(({ workloads }) => workloads.map(nameOf)));
  return [...meant].filter((one) => !reached.has(nameOf(one))).map((workload) => pathTo(workload, undefined, catalog));
}

/** A way to a Service, or to pods without one, that nothing which was read opens. */
export function pathTo(entry: KubernetesObject, service: KubernetesObject | undefined, catalog: Catalog): Path {
  const front = undecidedHop("unknown-proxy", {
    from: `nothing that was read opens a way to ${nameOf(entry)}`,
    settle: `add what opens a way to ${nameOf(entry)} to what is read: an Ingress, a route or a load balancer`,
  });
  const end = podEnd(service, catalog);
  const ref = refOf(entry);
  const reached = service === undefined ? { workloads: [ref] } : end.reached;
  const { namespace } = ref;
  const target = { apiVersion: "v1", kind: "Service", ...(namespace !== undefined && { namespace }), name: ref.name };
  return { entry: ref, service: target, port: "any", ...reached, hops: [front, end.hop] };
}

function serves(workload: KubernetesObject): boolean {
  if (typeof textAt(workload, "spec", "serviceName") === "string") return true;
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  const ports = containers.flatMap((container) => {
    const listed = listAt(container, "ports");
    return listed === UNKNOWN ? [] : listed;
  });
  return ports.length > 0 && !isInternal(ports, "containerPort");
}
