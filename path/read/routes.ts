import type { Catalog } from "../catalog";
import { kindIn } from "../kinds";
import type { ClusterFacts, Path } from "../model";
import type { KubernetesObject, ObjectRef, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { ControllerFronts } from "./front";
import type { RouteContext } from "./gateway";
import { gatewayHops, standInFor } from "./gateway";
import { behindEnvoyKinds } from "./ownProxy/envoyBackends";
import { undecidedHop } from "./hop";
import { f5ResourceHops, f5Target, f5Upstreams, transportRules } from "./f5Resources";
import { inferencePool, isInferencePool } from "./inferencePool";
import { httpProxyHop, httpProxyPlace, httpProxyRules, tcpProxyHop } from "./httpProxy";
import type { IngressHops } from "./ingressHops";
import { istioHop, istioTcpHop, serviceOfHost } from "./istio";
import type { OtherKind } from "./otherRoutes";
import { OTHER_KINDS, placeOfOther } from "./otherRoutes";
import { podEnd } from "./pod";
import type { TraefikRoute } from "./traefikRoutes";
import { traefikRouteHops, traefikTargets } from "./traefikRoutes";

/** The rules of a route, each with the list of the spec that it stands in, and what a rule sends to. */
interface Shape {
  rules: (route: KubernetesObject) => { list: string; rule: Value }[] | Unknown;
  backends: (rule: Value, route: KubernetesObject) => Value[] | Unknown;
}

function listed(lists: string[], backends: string): Shape {
  return { rules: (route) => rulesIn(route, lists), backends: (rule) => listAt(rule, backends) };
}

function rulesIn(route: KubernetesObject, lists: string[]): ReturnType<Shape["rules"]> {
  const found = lists.map((list) => ({ list, rules: listAt(route, "spec", list) }));
  if (found.some(({ rules }) => rules === UNKNOWN)) return UNKNOWN;
  return found.flatMap(({ list, rules }) => (rules as Value[]).map((rule) => ({ list, rule })));
}

const ofF5 = (list: string): Shape => ({
  rules: (route) => rulesIn(route, [list]),
  backends: (rule, route) => f5Upstreams(route, rule),
});

const GATEWAY_ROUTE = listed(["rules"], "backendRefs");
const SHAPES: Record<string, Shape> = {
  HTTPRoute: GATEWAY_ROUTE,
  GRPCRoute: GATEWAY_ROUTE,
  AIGatewayRoute: GATEWAY_ROUTE,
  TCPRoute: GATEWAY_ROUTE,
  TLSRoute: GATEWAY_ROUTE,
  IngressRoute: listed(["routes"], "services"),
  IngressRouteTCP: listed(["routes"], "services"),
  HTTPProxy: { rules: httpProxyRules, backends: (rule) => listAt(rule, "services") },
  VirtualService: listed(["http", "tls", "tcp"], "route"),
  VirtualServer: ofF5("routes"),
  VirtualServerRoute: ofF5("subroutes"),
  TransportServer: {
    rules: (route) => transportRules(route).map((rule) => ({ list: "action", rule })),
    backends: (rule, route) => f5Upstreams(route, rule),
  },
};
const F5_KINDS = new Set(["VirtualServer", "VirtualServerRoute", "TransportServer"]);
export const ROUTE_KINDS = [...Object.keys(SHAPES), ...Object.keys(OTHER_KINDS)];

/** One thing that a rule of a route sends to. */
interface Sending {
  route: KubernetesObject;
  rule: Value;
  /** The list of the spec that the rule stands in. */
  list: string;
  backend: Value;
}

/** Reads the routes of one cluster: Gateway API, Traefik, Contour, Istio and F5; what stands before each proxy is looked up once. */
export class RouteReader {
  private readonly fronts: ControllerFronts;

  constructor(
    private readonly catalog: Catalog,
    private readonly cluster: ClusterFacts,
  ) {
    this.fronts = new ControllerFronts(catalog, cluster);
  }

  /** One path per rule and backend, and per Gateway that the route hangs on. */
  read(route: KubernetesObject): Path[] {
    const other = OTHER_KINDS[kindIn(route.apiVersion, route.kind)];
    if (other !== undefined) return this.readOther(route, other);
    const shape = SHAPES[route.kind];
    if (shape === undefined) return [];
    // A VirtualService that names no gateway speaks to the sidecars of the mesh only: nothing comes in by it.
    if (route.kind === "VirtualService" && !isOnGateway(route)) return [];
    const rules = shape.rules(route);
    if (rules === UNKNOWN) return [this.pendingPath(route)];
    return rules.flatMap(({ list, rule }) => {
      const backends = shape.backends(rule, route);
      if (backends === UNKNOWN) return [this.pendingPath(route)];
      return backends.flatMap((backend) => this.readBackend({ route, rule, list, backend }));
    });
  }

  /** A kind that one controller alone has. */
  private readOther(route: KubernetesObject, kind: OtherKind): Path[] {
    const rules = kind.rules(route);
    if (rules === UNKNOWN) return [this.pendingPath(route)];
    return rules.flatMap(({ list, rule }) => {
      const backends = kind.backends(rule, route, this.catalog);
      if (rule === UNKNOWN || backends === UNKNOWN) return [this.pendingPath(route)];
      return backends.flatMap((backend): Path[] => {
        const target = this.targetOf(route, kind.target(backend, route, this.catalog));
        if (target.pending) return [this.pendingPath(route)];
        if (target.ref.name === NAME_NOT_KNOWN) return [];
        const { service } = target;
        const sending: Sending = { route, rule, list, backend };
        const [proxy, ...behind] = kind.hops({ ...sending, service, serviceName: target.ref.name }, this.catalog, this.cluster);
        const front = proxy?.hop === "unknown-proxy" ? [] : this.fronts.before(kind.front);
        return [this.path(sending, target, { front, proxy: proxy!, behind })];
      });
    });
  }

  private readBackend(sending: Sending): Path[] {
    const { route, backend } = sending;
    if (SHAPES[route.kind] === GATEWAY_ROUTE) {
      const parents = listAt(route, "spec", "parentRefs");
      if (parents === UNKNOWN) return [this.pendingPath(route)];
      return (parents.length === 0 ? [undefined] : parents).map((parent) => this.gatewayPath(sending, parent));
    }
    if (route.kind === "VirtualService") return [this.istioPath(sending)];
    if (F5_KINDS.has(route.kind)) return [this.f5Path(sending)];
    const namespace = textAt(backend, "namespace");
    const known = typeof namespace === "string" ? namespace : namespaceOf(route);
    return traefikTargets(backend, known, this.catalog).map((target) => this.controllerPath(sending, target, known));
  }

  private gatewayPath(sending: Sending, parent: Value): Path {
    const { route, rule, backend } = sending;
    const target = this.targetOf(route, this.behindOwnKinds(route, backend));
    const gatewayName = textAt(parent, "name");
    const namespace = textAt(parent, "namespace") ?? namespaceOf(route);
    if (target.pending || gatewayName === UNKNOWN || namespace === UNKNOWN) return this.pendingPath(route);
    const key = `${namespace}/${gatewayName ?? "(none)"}`;
    const found = this.catalog.find("Gateway", namespace, gatewayName ?? "");
    const declared = found === undefined ? this.cluster.gateways?.[key] : undefined;
    const gateway = found ?? (declared && standInFor(namespace, gatewayName ?? "", declared));
    if (gateway === undefined) {
      const from = `${nameOf(route)} on Gateway ${key}`;
      const settle = `add Gateway ${key} to what is read, or declare cluster.gateways["${key}"]: its class says who serves ${nameOf(route)}`;
      return this.path(sending, target, { front: [], proxy: undecidedHop("unknown-proxy", { from, settle }), behind: [] });
    }
    const context: RouteContext = {
      route,
      rule,
      parent,
      gateway,
      ...(declared && { declared }),
      backend,
      service: target.service,
      serviceName: target.ref.name,
    };
    return this.path(sending, target, gatewayHops(context, this.catalog, this.cluster, this.fronts));
  }

  /** Behind a TraefikService stands the first Service that it weighs. */
  private behindOwnKinds(route: KubernetesObject, backend: Value): Value {
    const found = behindEnvoyKinds(route, backend, this.catalog);
    return traefikTargets(found, namespaceOf(route), this.catalog)[0];
  }

  private istioPath(sending: Sending): Path {
    const { route, rule, list, backend } = sending;
    const host = textAt(backend, "destination", "host");
    if (host === UNKNOWN) return this.pendingPath(route);
    const ref = serviceOfHost(host ?? "", namespaceOf(route));
    const port = valueAt(backend, "destination", "port", "number");
    const target = { ref, service: this.catalog.resolve(ref), port: portOf(port), pending: false };
    const timeout = textAt(rule, "timeout");
    const proxy = list === "http" ? istioHop("istio", route, ref, timeout, this.catalog) : istioTcpHop(route, ref, this.catalog);
    return this.path(sending, target, { front: this.fronts.before("istio"), proxy, behind: [] });
  }

  private f5Path(sending: Sending): Path {
    const { route, backend } = sending;
    const target = this.targetOf(route, f5Target(backend));
    if (target.pending) return this.pendingPath(route);
    const [proxy, ...behind] = f5ResourceHops(route, backend, this.catalog, this.cluster);
    return this.path(sending, target, { front: this.fronts.before("f5-nginx"), proxy: proxy!, behind });
  }

  private controllerPath(sending: Sending, targetValue: Value, namespace: string): Path {
    const { route, rule, backend } = sending;
    const target = this.targetOf(route, targetValue);
    if (target.pending) return this.pendingPath(route);
    if (route.kind === "HTTPProxy") {
      const proxy =
        sending.list === "tcpproxy" ? tcpProxyHop(route, rule, this.catalog) : httpProxyHop(route, rule, this.catalog);
      return this.path(sending, target, { front: this.fronts.before("contour"), proxy, behind: [] });
    }
    const listed: TraefikRoute = { route, listed: backend, target: targetValue, namespace };
    const [proxy, ...behind] = traefikRouteHops(listed, this.catalog, this.cluster);
    return this.path(sending, target, { front: this.fronts.before("traefik"), proxy: proxy!, behind });
  }

  private targetOf(route: KubernetesObject, backend: Value): Target {
    const name = textAt(backend, "name");
    const namespace = textAt(backend, "namespace");
    const pending = backend === UNKNOWN || name === UNKNOWN || namespace === UNKNOWN;
    if (!pending && isInferencePool(backend)) {
      const service = inferencePool(backend, namespace ?? namespaceOf(route), this.catalog);
      return { ref: refOf(service), service, port: "any", pending };
    }
    const ref: ObjectRef = {
      apiVersion: "v1",
      kind: "Service",
      namespace: typeof namespace === "string" ? namespace : namespaceOf(route),
      name: pending || typeof name !== "string" ? NAME_NOT_KNOWN : name,
    };
    return { ref, service: pending ? undefined : this.catalog.resolve(ref), port: portOf(valueAt(backend, "port")), pending };
  }

  private path({ route, rule }: Sending, target: Target, { front, proxy, behind }: IngressHops): Path {
    const end = podEnd(target.service, this.catalog);
    const clientIp = target.service !== undefined && textAt(target.service, "spec", "sessionAffinity") === "ClientIP";
    const unasked = clientIp && behind.every((hop) => !hop.balances) && proxy.hop !== "unknown-proxy";
    const sentence = `sessionAffinity: ClientIP of ${nameOf(target.ref)} is inert behind this route: its proxy sends to the pods itself and never asks the Service`;
    const told = unasked ? { ...proxy, inert: [...proxy.inert, sentence] } : proxy;
    return {
      entry: refOf(route),
      ...(route.kind === "HTTPProxy" ? httpProxyPlace(route, rule, this.catalog) : placeOf(route, rule)),
      service: target.ref,
      port: target.port,
      ...end.reached,
      hops: [...front, told, ...behind, end.hop],
    };
  }

  private pendingPath(route: KubernetesObject): Path {
    const proxy = undecidedHop("unknown-proxy", {
      from: nameOf(route),
      settle: `the backends of ${nameOf(route)} are not known before the update`,
      pending: true,
    });
    const ref: ObjectRef = { apiVersion: "v1", kind: "Service", namespace: namespaceOf(route), name: NAME_NOT_KNOWN };
    const end = podEnd(undefined, this.catalog);
    return { entry: refOf(route), service: ref, port: "any", ...end.reached, hops: [proxy, end.hop] };
  }
}

interface Target {
  ref: ObjectRef;
  service: KubernetesObject | undefined;
  port: string | number;
  pending: boolean;
}

function portOf(port: Value): string | number {
  return typeof port === "number" || typeof port === "string" ? port : "any";
}

function isOnGateway(route: KubernetesObject): boolean {
  const gateways = listAt(route, "spec", "gateways");
  return gateways === UNKNOWN || gateways.some((name) => name !== "mesh");
}

/** The host and the path that tell a rule from others, where it says them in a way of its own fields. */
function placeOf(route: KubernetesObject, rule: Value): Pick<Path, "host" | "pathPrefix"> {
  const other = OTHER_KINDS[kindIn(route.apiVersion, route.kind)];
  if (other !== undefined) return placeOfOther(other, route, rule);
  const hosts = listAt(route, "spec", route.kind === "VirtualService" ? "hosts" : "hostnames");
  const first = hosts === UNKNOWN ? undefined : hosts[0];
  const host = F5_KINDS.has(route.kind) ? textAt(route, "spec", "host") : first;
  const matches = listAt(rule, "matches");
  const prefix = textAt(rule, "path") ?? textAt(matches === UNKNOWN ? undefined : matches[0], "path", "value");
  return {
    ...(typeof host === "string" && { host }),
    ...(typeof prefix === "string" && { pathPrefix: prefix }),
  };
}
