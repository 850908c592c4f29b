import type { Catalog } from "../catalog";
import { podSpecPath, runningContainers } from "../containers";
import { KNOWN_PORTS } from "../facts/longConnections";
import { knownServer } from "../knownServer";
import type { Path } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Ternary } from "../selector";
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
  const reached = new Set(paths.flatMap((path) => path.workloads.map(nameOf)));
  return KINDS.flatMap((kind) => catalog.ofKind(kind))
    .filter((workload) => !opened.has(nameOf(workload)))
    .flatMap((workload) => {
      const usual = listensForClients(workload, isUsual);
      const listens = usual === false && !reached.has(nameOf(workload)) ? listensForClients(workload, isOfAServer) : usual;
      return listens === false ? [] : [pathTo(workload, listens === UNKNOWN, catalog)];
    });
}

type IsForClients = (number: Value, container: Value) => boolean;

const isUsual: IsForClients = (number) => FOR_CLIENTS.has(number);

/** What nothing else leads to is met at its node, where it is a server that holds connections, or its port is registered for one. */
const isOfAServer: IsForClients = (number, container) => {
  const image = textAt(container, "image");
  return Object.hasOwn(KNOWN_PORTS, String(number)) || (typeof image === "string" && knownServer(image) !== undefined);
};

function listensForClients(workload: KubernetesObject, isForClients: IsForClients): Ternary {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return false;
  const onTheNode = valueAt(workload, ...podSpecPath(workload), "hostNetwork");
  const answers = containers.flatMap((container) =>
    knownItems(container, "ports")
      .filter((port) => textAt(port, "protocol") !== "UDP")
      .map((port): Ternary => {
        const written = valueAt(port, "hostPort");
        if (written === UNKNOWN) return UNKNOWN;
        if (written !== undefined) return isForClients(written, container);
        const isThere = onTheNode !== undefined && onTheNode !== false && isForClients(valueAt(port, "containerPort"), container);
        return isThere && (onTheNode === UNKNOWN ? UNKNOWN : true);
      }),
  );
  return answers.includes(true) || (answers.includes(UNKNOWN) ? UNKNOWN : false);
}

function pathTo(workload: KubernetesObject, isOpen: boolean, catalog: Catalog): Path {
  const entry = refOf(workload);
  const service = { ...entry, apiVersion: "v1", kind: "Service" };
  const from = `${nameOf(workload)} listens on a port of its node`;
  const hop = hopOf("node-port", { from, ...(isOpen && clockNotKnownYet(from)) });
  return { entry, service, port: "any", workloads: [entry], hops: [hop, podEnd(undefined, catalog).hop] };
}
