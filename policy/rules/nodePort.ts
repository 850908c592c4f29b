import type { Path } from "../../path/model";
import type { KubernetesObject, ObjectRef } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, nameOf, refOf, textAt, valueAt } from "../../path/value";
import { objectsNamed } from "../entryObjects";
import { notKnownYet } from "../pending";
import type { Rule, RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import { isController } from "../tls/ofService";
import { sendsToNodes } from "../workload/goodbye";

const NEEDED = "a way in with an address of its own: a load balancer, an Ingress or a Gateway";
const REASON =
  "a node port ties clients to the address of one node: a drain of that node ends their connections, and coming back they ask the same dead address";
/** Load balancers of a cloud that may send to node ports; proxies in the cluster, and Azure's two, send to pods. */
const MAY_SEND_TO_NODES = /^(gce-ingress|gke-gateway|aws-gateway|unknown-proxy)/;
/** Of these the hops behind them show it. */
const SHOWS_WHERE_IT_SENDS = /^aws-alb/;

/** No client comes in by the port of a node. */
export const nodePort: Rule = {
  id: "node-port",
  title: "Clients do not depend on a node",
  description: "No way in ends at the port of a node.",
  group: "exposure",
  check: (context: RuleContext): Statement[] => {
    const routes = routesByService(context.paths);
    const beside = routesByWorkload(context.paths);
    const balancerIsDeclared = (context.cluster.inFront ?? []).length > 0;
    return context.asked.flatMap((asked) => {
      const { entry, service } = asked.path;
      if (entry.kind !== "Service" || entry.name !== service.name) return [];
      const perhaps = "requirement" in asked ? asked.perhaps : "open" in asked;
      return objectsNamed(entry, context.catalog)
        .flatMap((found) =>
          check(found, {
            routes: routes.get(keyOf(service)) ?? [],
            beside: asked.path.workloads.flatMap((workload) => beside.get(nameOf(workload)) ?? [])[0],
            balancerIsDeclared,
          }),
        )
        .map((statement) => notBefore(statement, perhaps));
    });
  },
};

/** What else leads there: to the Service itself, or by another Service to its pods. */
interface OtherWays {
  routes: Path[];
  beside: Path | undefined;
  balancerIsDeclared: boolean;
}

function check(service: KubernetesObject, { routes, beside, balancerIsDeclared }: OtherWays): Statement[] {
  const type = textAt(service, "spec", "type");
  const at = ["spec", "type"];
  if (type === UNKNOWN) return [notKnownYet(service, at, { needed: NEEDED, reason: REASON })];
  if (type !== "NodePort") return [];
  const pinned = pinnedPorts(service);
  // The ports of an Ingress controller are for the balancer that somebody put before the nodes.
  if (isController(service) && balancerIsDeclared) return [];
  const pinnedText = pinned.length === 0 ? "" : `, nodePort ${pinned.join(", ")} pinned`;
  const common = { severity: "warning" as const, object: refOf(service), at, needed: NEEDED, reason: REASON };
  const [route] = routes;
  if (route === undefined && beside !== undefined) {
    const found = `type NodePort${pinnedText}, although ${nameOf(beside.entry)} leads to the same pods: a second way in, past everything that the first one asks`;
    return [{ ...common, found, fix: "type: ClusterIP, or no Service beside the one that has a route" }];
  }
  if (route === undefined) {
    const found = `type NodePort${pinnedText}: the only way in is the address of a node`;
    const fix = isController(service)
      ? "type: LoadBalancer, or the balancer that asks the nodes declared in cluster.inFront"
      : "type: ClusterIP and an Ingress or a Gateway before it, or type: LoadBalancer";
    return [{ ...common, found, fix }];
  }
  if (routes.some(({ hops }) => hops.some(({ pending }) => pending === true))) {
    return [notKnownYet(service, at, { needed: NEEDED, reason: REASON })];
  }
  if (routes.some(maySendToNodes)) return [];
  const found = `type NodePort${pinnedText}, although ${nameOf(route.entry)} leads to it: a second way in, past everything that the first one asks`;
  return [{ ...common, found, fix: "type: ClusterIP" }];
}

function maySendToNodes(path: Path): boolean {
  if (path.hops.some(({ hop }) => MAY_SEND_TO_NODES.test(hop))) return true;
  return sendsToNodes(path) && path.hops.some(({ hop }) => SHOWS_WHERE_IT_SENDS.test(hop));
}

function pinnedPorts(service: KubernetesObject): string[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [];
  return ports
    .map((port) => valueAt(port, "nodePort"))
    .filter((port) => port !== undefined && port !== UNKNOWN)
    .map(String);
}

/** The routes that lead to each Service. */
function routesByService(paths: readonly Path[]): Map<string, Path[]> {
  const routes = new Map<string, Path[]>();
  for (const path of paths) {
    if (path.entry.kind === "Service") continue;
    const key = keyOf(path.service);
    const known = routes.get(key);
    if (known === undefined) routes.set(key, [path]);
    else known.push(path);
  }
  return routes;
}

/** The first route that leads to each workload, by whichever Service. */
function routesByWorkload(paths: readonly Path[]): Map<string, Path> {
  const routes = new Map<string, Path>();
  for (const path of paths) {
    if (path.entry.kind === "Service") continue;
    for (const workload of path.workloads) if (!routes.has(nameOf(workload))) routes.set(nameOf(workload), path);
  }
  return routes;
}

const keyOf = ({ namespace, name }: ObjectRef): string => `${namespace ?? "default"}/${name}`;
