import type { Catalog } from "../catalog";
import { podSpecPath, runningContainers } from "../containers";
import type { Path } from "../model";
import type { KubernetesObject, Unknown } from "../objects";
import { UNKNOWN } from "../objects";
import { knownItems, nameOf, refOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { podEnd } from "./pod";

/** What keeps pods running, and a Pod by itself. */
const KINDS = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Rollout",
  "ReplicaSet",
  "ReplicationController",
  "DeploymentConfig",
  "Pod",
];
/** Where clients come in by themselves. Agents of every kind listen on other ports of their nodes, for what is on the node. */
const FOR_CLIENTS: ReadonlySet<unknown> = new Set([80, 443]);

/** The ways in of pods that listen on a port of their node for anybody, and that no Service opens: most often a proxy on bare metal. */
export function hostPortPaths(catalog: Catalog, paths: readonly Path[]): Path[] {
  const opened = new Set(paths.filter(({ entry }) => entry.kind === "Service").flatMap((path) => path.workloads.map(nameOf)));
  return KINDS.flatMap((kind) => catalog.ofKind(kind))
    .filter((workload) => !opened.has(nameOf(workload)))
    .flatMap((workload) => {
      const listens = listensForClients(workload);
      return listens === false ? [] : [pathTo(workload, listens === UNKNOWN, catalog)];
    });
}

function listensForClients(workload: KubernetesObject): boolean | Unknown {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  const onTheNode = valueAt(workload, ...podSpecPath(workload), "hostNetwork");
  const ports = containers.flatMap((container) => knownItems(container, "ports"));
  const answers = ports
    .filter((port) => textAt(port, "protocol") !== "UDP")
    .map((port) => {
      const number = valueAt(port, "hostPort");
      if (number !== undefined || onTheNode === undefined || onTheNode === false) return number;
      return FOR_CLIENTS.has(valueAt(port, "containerPort"))
        ? onTheNode === UNKNOWN
          ? UNKNOWN
          : valueAt(port, "containerPort")
        : 0;
    });
  return answers.some((number) => FOR_CLIENTS.has(number)) || (answers.includes(UNKNOWN) ? UNKNOWN : false);
}

function pathTo(workload: KubernetesObject, isOpen: boolean, catalog: Catalog): Path {
  const entry = refOf(workload);
  const service = { ...entry, apiVersion: "v1", kind: "Service" };
  const from = `${nameOf(workload)} listens on a port of its node`;
  const hop = hopOf("node-port", { from, ...(isOpen && clockNotKnownYet(from)) });
  return { entry, service, port: "any", workloads: [entry], hops: [hop, podEnd(undefined, catalog).hop] };
}
