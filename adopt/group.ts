import { selectsByLabelSelector, selectsByPairs } from "../path/selector";
import type { Value } from "../path/objects";
import { podLabelsOf } from "../path/catalog";
import { ENTRY_LABEL } from "../compile/labels";
import { at, blockAt, isEmpty, isIn, listAt, namespaceOf, textAt } from "./read";
import type { Found } from "./model";

/** One way from outside to a Service of the group. */
export interface Way {
  found: Found;
  /** The Service it leads to; a Service that opens a way itself has none before it. */
  service: Found;
  host?: string;
  path?: string;
  /** Name or number of the Service's port. */
  port?: string;
  /** The objects of its namespace, among them those that the route names. */
  beside: Found[];
  /** Every GatewayClass of the manifests. */
  classes: Found[];
  /** Of a route: the Gateway it hangs on, where that is among the manifests. */
  gateway?: Found;
  /** Whether the Gateway becomes one with this route, because no other of its namespace hangs on it before. */
  opensGateway?: boolean;
  /** Whether the object holds other ways too, of which each becomes an object of its own. */
  shared: boolean;
}

/** What becomes one service of the stack. */
export interface Group {
  namespace: string;
  workload?: Found;
  /** Those that only lead to the pods, from inside the cluster. */
  services: Found[];
  headless?: Found;
  ways: Way[];
  autoscaler?: Found;
  budget?: Found;
  monitor?: Found;
  /** Alerts that an earlier stack of ours wrote; those of others stay beside. */
  rule?: Found;
  configMap?: Found;
  secret?: Found;
  namespaceObject?: Found;
  /** Everything of its namespace. */
  beside: Found[];
}

const WORKLOADS = ["Deployment", "StatefulSet"];
const opensAWay = ({ object }: Found): boolean => ["LoadBalancer", "NodePort"].includes(textAt(object, "spec", "type") ?? "");

/** A Service of ours that one entry has for itself, and that opens nothing. */
const isOfAnEntry = ({ object }: Found): boolean => textAt(object, "metadata", "labels", ENTRY_LABEL) !== undefined;

/** Which object belongs to which service: a Service by its selector, everything else by what it names. */
export function groupObjects(all: Found[]): Group[] {
  const workloads = all.filter(({ object }) => WORKLOADS.includes(object.kind));
  const services = all.filter(({ object }) => object.kind === "Service");
  const groups = workloads.map((workload) => groupOf(workload, services, all));
  const taken = new Set(groups.flatMap((group) => group.services.concat(group.headless ?? [], ownWays(group))));
  const strangers = services.filter((service) => !taken.has(service) && !isEmpty(blockAt(service.object, "spec", "selector")));
  return [...groups, ...bySelector(strangers).map((own) => existingGroup(own, all))].filter(
    (group) => group.workload !== undefined || group.ways.length > 0,
  );
}

const ownWays = (group: Group): Found[] => group.ways.map(({ service }) => service);

function groupOf(workload: Found, services: Found[], all: Found[]): Group {
  const namespace = namespaceOf(workload.object);
  const labels = podLabelsOf(workload.object);
  const selected = services.filter(
    ({ object }) => namespaceOf(object) === namespace && selectsByPairs(at(object, "spec", "selector") as Value, labels) === true,
  );
  const isHeadless = ({ object }: Found) => textAt(object, "spec", "clusterIP") === "None";
  const { kind, metadata } = workload.object;
  const container = at(workload.object, "spec", "template", "spec", "containers", 0);
  const inNamespace = all.filter(({ object }) => namespaceOf(object) === namespace);
  return {
    ...commonOf(namespace, selected, all),
    workload,
    headless: selected.find(isHeadless),
    services: selected.filter((service) => !opensAWay(service) && !isHeadless(service) && !isOfAnEntry(service)),
    autoscaler: inNamespace.find(
      ({ object }) =>
        object.kind === "HorizontalPodAutoscaler" &&
        textAt(object, "spec", "scaleTargetRef", "kind") === kind &&
        textAt(object, "spec", "scaleTargetRef", "name") === metadata.name,
    ),
    budget: inNamespace.find(
      ({ object }) =>
        object.kind === "PodDisruptionBudget" && selectsByLabelSelector(at(object, "spec", "selector") as Value, labels) === true,
    ),
    rule: inNamespace.find(
      ({ object }) =>
        object.kind === "PrometheusRule" &&
        textAt(object, "metadata", "labels", "app.kubernetes.io/managed-by") === "holdfast" &&
        textAt(object, "metadata", "labels", "app") === textAt(workload.object, "metadata", "labels", "app"),
    ),
    configMap: named(all, "ConfigMap", namespace, sourcesOf(container, "configMapRef")),
    secret: named(all, "Secret", namespace, sourcesOf(container, "secretRef")),
  };
}

/** Pods that are not among the manifests: Helm or another team runs them. */
function existingGroup(services: Found[], all: Found[]): Group {
  const namespace = namespaceOf(services[0]!.object);
  return {
    ...commonOf(namespace, services, all),
    services: services.filter((service) => !opensAWay(service) && !isOfAnEntry(service)),
  };
}

function commonOf(
  namespace: string,
  services: Found[],
  all: Found[],
): Pick<Group, "namespace" | "ways" | "monitor" | "namespaceObject" | "beside"> {
  const inNamespace = all.filter(({ object }) => namespaceOf(object) === namespace);
  const monitor = inNamespace.find(
    ({ object }) =>
      object.kind === "ServiceMonitor" &&
      services.some(
        (service) =>
          selectsByLabelSelector(
            at(object, "spec", "selector") as Value,
            blockAt(service.object, "metadata", "labels") as Value,
          ) === true,
      ),
  );
  return {
    namespace,
    ways: [
      ...services.filter(opensAWay).map((service) => ({ found: service, service, beside: [], classes: [], shared: false })),
      ...inNamespace.flatMap((route) => waysOf(route, services, inNamespace, all)),
    ],
    monitor,
    beside: inNamespace,
    namespaceObject: all.find(({ object }) => object.kind === "Namespace" && object.metadata.name === namespace),
  };
}

const bySelector = (services: Found[]): Found[][] => {
  const keyOf = ({ object }: Found) => `${namespaceOf(object)} ${JSON.stringify(at(object, "spec", "selector"))}`;
  return [...new Set(services.map(keyOf))].map((key) => services.filter((service) => keyOf(service) === key));
};

/** The names a container takes its environment from. */
export const sourcesOf = (container: unknown, ref: string): string[] =>
  listAt(container, "envFrom").flatMap((source) => textAt(source, ref, "name") ?? []);

function named(all: Found[], kind: string, namespace: string, names: string[]): Found | undefined {
  return names.flatMap((name) => all.find((found) => isIn(found, kind, namespace, name)) ?? [])[0];
}

const WAYS: Record<string, (object: unknown) => Backend[]> = {
  Ingress: ingressWays,
  IngressRoute: ingressRouteWays,
  HTTPRoute: httpRouteWays,
  HTTPProxy: httpProxyWays,
};

/** The ways of a route that lead to one of these Services. */
function waysOf(route: Found, services: Found[], beside: Found[], all: Found[]): Way[] {
  const ways = WAYS[route.object.kind]?.(route.object) ?? [];
  const classes = all.filter(({ object }) => object.kind === "GatewayClass");
  const hangs = route.object.kind === "HTTPRoute" ? gatewayOf(route, all) : {};
  return ways.flatMap(({ name, ...way }) => {
    const service = services.find((candidate) => candidate.object.metadata.name === name);
    return service === undefined ? [] : [{ ...way, found: route, service, beside, classes, shared: ways.length > 1, ...hangs }];
  });
}

/** One route of several on a Gateway brings it with it: the first of the Gateway's own namespace that leads to a Service. */
function gatewayOf(route: Found, all: Found[]): Pick<Way, "gateway" | "opensGateway"> {
  const parentOf = ({ object }: Found) => {
    const parent = listAt(object, "spec", "parentRefs")[0];
    return { namespace: textAt(parent, "namespace") ?? namespaceOf(object), name: textAt(parent, "name") ?? "" };
  };
  const { namespace, name } = parentOf(route);
  const gateway = all.find((found) => isIn(found, "Gateway", namespace, name));
  if (gateway === undefined) return {};
  const [first] = all.filter(
    (found) =>
      found.object.kind === "HTTPRoute" &&
      namespaceOf(found.object) === namespace &&
      parentOf(found).name === name &&
      parentOf(found).namespace === namespace &&
      httpRouteWays(found.object).length > 0,
  );
  return { gateway, opensGateway: first === route };
}

interface Backend {
  name?: string;
  host?: string;
  path?: string;
  port?: string;
}

function ingressWays(object: unknown): Backend[] {
  return listAt(object, "spec", "rules").flatMap((rule) =>
    listAt(rule, "http", "paths").map((path) => ({
      name: textAt(path, "backend", "service", "name"),
      host: textAt(rule, "host"),
      path: textAt(path, "path"),
      port: textAt(path, "backend", "service", "port", "name") ?? textAt(path, "backend", "service", "port", "number"),
    })),
  );
}

/** A route with several hosts or matches has no one host and path: it is said where it is read. */
function httpRouteWays(object: unknown): Backend[] {
  const hosts = listAt(object, "spec", "hostnames");
  return listAt(object, "spec", "rules").flatMap((rule) => {
    const matches = listAt(rule, "matches");
    const prefix = textAt(matches[0], "path", "type") === "PathPrefix" ? textAt(matches[0], "path", "value") : undefined;
    const path = matches.length === 0 ? "/" : prefix;
    const isPlain = hosts.length === 1 && matches.length <= 1 && path !== undefined;
    return listAt(rule, "backendRefs").map((ref) => ({
      name: textAt(ref, "name"),
      host: isPlain ? textAt(hosts[0]) : undefined,
      path,
      port: textAt(ref, "port"),
    }));
  });
}

function httpProxyWays(object: unknown): Backend[] {
  return listAt(object, "spec", "routes").flatMap((route) =>
    listAt(route, "services").map((service) => ({
      name: textAt(service, "name"),
      host: textAt(object, "spec", "virtualhost", "fqdn"),
      path: textAt(route, "conditions", 0, "prefix") ?? "/",
      port: textAt(service, "port"),
    })),
  );
}

const MATCH = /^Host\(`([^`]+)`\)(?:\s*&&\s*Path(?:Prefix)?\(`([^`]+)`\))?$/;

function ingressRouteWays(object: unknown): Backend[] {
  return listAt(object, "spec", "routes").flatMap((route) =>
    listAt(route, "services").map((service) => {
      const [, host, path] = MATCH.exec(textAt(route, "match") ?? "") ?? [];
      return { name: textAt(service, "name"), host, path, port: textAt(service, "port") };
    }),
  );
}
