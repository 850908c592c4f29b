import type { Catalog } from "../catalog";
import { podSpecPath, runningContainers } from "../containers";
import { KNOWN_PORTS } from "../facts/longConnections";
import { OF_THE_NODE_ALONE, SERVICE_LB } from "../facts/nodes";
import { imageName } from "../imageReference";
import { knownServer } from "../knownServer";
import type { Path } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Ternary } from "../selector";
import { itemsAt, knownItems, nameOf, refOf, textAt, valueAt } from "../value";
import { isAskedByTheApiServer } from "./apiServer";
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
  const asked = askedByTheApiServer(catalog);
  return KINDS.flatMap((kind) => catalog.ofKind(kind))
    .filter((workload) => !opened.has(nameOf(workload)) && !isOfServiceLb(workload))
    .flatMap((workload) => {
      const ofTheApiServer = asked.get(workload) ?? [];
      const isReached = reached.has(nameOf(workload));
      // What is not known of pods that something leads to is asked on that way.
      if (isReached && saysNothingYet(workload)) return [];
      const usual = listensForClients(workload, ofTheApiServer, isUsual);
      const other = usual === false && !isReached;
      const listens = other ? listensForClients(workload, ofTheApiServer, isOfAServer) : usual;
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

function isOfServiceLb(workload: KubernetesObject): boolean {
  if (textAt(workload, "metadata", "labels", SERVICE_LB.label) !== undefined) return true;
  return knownItems(workload, ...podSpecPath(workload), "containers").some((container) => {
    const image = textAt(container, "image");
    return typeof image === "string" && SERVICE_LB.image.test(imageName(image));
  });
}

/** The ports of pods, by number or name, on which the API server asks them; in the network of their nodes they are no other way in. */
function askedByTheApiServer(catalog: Catalog): Map<KubernetesObject, Value[]> {
  const asked = new Map<KubernetesObject, Value[]>();
  for (const service of catalog.ofKind("Service").filter((one) => isAskedByTheApiServer(one, catalog))) {
    const targets = knownItems(service, "spec", "ports").map((port) => valueAt(port, "targetPort") ?? valueAt(port, "port"));
    for (const workload of catalog.selectedBy(service).certain) {
      const own = asked.get(workload) ?? [];
      own.push(...targets);
      asked.set(workload, own);
    }
  }
  return asked;
}

/** Whether it is not known before the update which containers it has, or which ports. */
function saysNothingYet(workload: KubernetesObject): boolean {
  const containers = runningContainers(workload);
  return containers === UNKNOWN || containers.some((container) => itemsAt(container, "ports").includes(UNKNOWN));
}

function listensForClients(workload: KubernetesObject, ofTheApiServer: Value[], isForClients: IsForClients): Ternary {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return UNKNOWN;
  const onTheNode = valueAt(workload, ...podSpecPath(workload), "hostNetwork");
  const answers = containers.flatMap((container) =>
    itemsAt(container, "ports")
      .filter((port) => textAt(port, "protocol") !== "UDP" && !OF_THE_NODE_ALONE.test(addressOf(port)))
      .map((port): Ternary => {
        const written = valueAt(port, "hostPort");
        const own = valueAt(port, "containerPort");
        const keys = [own, valueAt(port, "name")];
        if (onTheNode === true && ofTheApiServer.some((one) => one !== UNKNOWN && keys.includes(one))) return false;
        if (written === UNKNOWN) return UNKNOWN;
        const forAnybody = textAt(port, "hostIP") === UNKNOWN ? UNKNOWN : true;
        if (written !== undefined) return isForClients(written, container) && forAnybody;
        if (own === UNKNOWN && onTheNode !== undefined && onTheNode !== false) return UNKNOWN;
        const isThere = onTheNode !== undefined && onTheNode !== false && isForClients(own, container);
        return isThere && (onTheNode === UNKNOWN ? UNKNOWN : true);
      }),
  );
  return answers.includes(true) || (answers.includes(UNKNOWN) ? UNKNOWN : false);
}

/** The address of the node on which a port is open; empty for all of them. */
function addressOf(port: Value): string {
  const address = textAt(port, "hostIP");
  return typeof address === "string" ? address : "";
}

function pathTo(workload: KubernetesObject, isOpen: boolean, catalog: Catalog): Path {
  const entry = refOf(workload);
  const service = { ...entry, apiVersion: "v1", kind: "Service" };
  const from = `${nameOf(workload)} listens on a port of its node`;
  const hop = hopOf("node-port", { from, ...(isOpen && clockNotKnownYet(from)) });
  return { entry, service, port: "any", workloads: [entry], hops: [hop, podEnd(undefined, catalog).hop] };
}
