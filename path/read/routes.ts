import type { Catalog } from "../catalog";
import type { ClusterFacts, Path } from "../model";
import type { KubernetesObject, ObjectRef, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, NAME_NOT_KNOWN, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { ControllerFronts } from "./front";
import type { RouteContext } from "./gateway";
import { gatewayHops } from "./gateway";
import { undecidedHop } from "./hop";
import { httpProxyHop } from "./httpProxy";
import type { IngressHops } from "./ingressHops";
import { istioHop, istioTcpHop, serviceOfHost } from "./istio";
import { podEnd } from "./pod";
import type { TraefikRoute } from "./traefikRoutes";
import { traefikRouteHops, traefikTargets } from "./traefikRoutes";

/** Where each kind of route lists its rules, and where a rule lists what it sends to. */
const SHAPES: Record<string, { rules: string[]; backends: string }> = {
  HTTPRoute: { rules: ["rules"], backends: "backendRefs" },
  GRPCRoute: { rules: ["rules"], backends: "backendRefs" },
  TCPRoute: { rules: ["rules"], backends: "backendRefs" },
  TLSRoute: { rules: ["rules"], backends: "backendRefs" },
  IngressRoute: { rules: ["routes"], backends: "services" },
  IngressRouteTCP: { rules: ["routes"], backends: "services" },
  HTTPProxy: { rules: ["routes"], backends: "services" },
  VirtualService: { rules: ["http", "tls", "tcp"], backends: "route" },
};
const GATEWAY_ROUTES = new Set(["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"]);
export const ROUTE_KINDS = Object.keys(SHAPES);

/** One thing that a rule of a route sends to. */
interface Sending {
  route: KubernetesObject;
  rule: Value;
  /** The list of the spec that the rule stands in. */
  list: string;
  backend: Value;
}

/** Reads the routes of one cluster: Gateway API, Traefik, Contour and Istio; what stands before each proxy is looked up once. */
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
    const shape = SHAPES[route.kind];
    if (shape === undefined) return [];
    // A VirtualService that names no gateway speaks to the sidecars of the mesh only: nothing comes in by it.
    if (route.kind === "VirtualService" && !isOnGateway(route)) return [];
    return shape.rules.flatMap((list) => {
      const rules = listAt(route, "spec", list);
      if (rules === UNKNOWN) return [this.pendingPath(route)];
      return rules.flatMap((rule) => this.readRule(route, rule, list, shape.backends));
    });
  }

  private readRule(route: KubernetesObject, rule: Value, list: string, key: string): Path[] {
    const backends = listAt(rule, key);
    if (backends === UNKNOWN) return [this.pendingPath(route)];
    return backends.flatMap((backend) => this.readBackend({ route, rule, list, backend }));
  }

  private readBackend(sending: Sending): Path[] {
    const { route, backend } = sending;
    if (GATEWAY_ROUTES.has(route.kind)) {
      const parents = listAt(route, "spec", "parentRefs");
      if (parents === UNKNOWN) return [this.pendingPath(route)];
      return (parents.length === 0 ? [undefined] : parents).map((parent) => this.gatewayPath(sending, parent));
    }
    if (route.kind === "VirtualService") return [this.istioPath(sending)];
    const namespace = textAt(backend, "namespace");
    const known = typeof namespace === "string" ? namespace : namespaceOf(route);
    return traefikTargets(backend, known, this.catalog).map((target) => this.controllerPath(sending, target, known));
  }

  private gatewayPath(sending: Sending, parent: Value): Path {
    const { route, rule, backend } = sending;
    const target = this.targetOf(route, this.behindTraefik(route, backend));
    const gatewayName = textAt(parent, "name");
    const namespace = textAt(parent, "namespace") ?? namespaceOf(route);
    if (target.pending || gatewayName === UNKNOWN || namespace === UNKNOWN) return this.pendingPath(route);
    const gateway = this.catalog.find("Gateway", namespace, gatewayName ?? "");
    if (gateway === undefined) {
      const from = `${nameOf(route)} on Gateway ${namespace}/${gatewayName ?? "(none)"}`;
      const settle = `add Gateway ${namespace}/${gatewayName ?? "(none)"} to what is read: its class says who serves ${nameOf(route)}`;
      return this.path(sending, target, { front: [], proxy: undecidedHop("unknown-proxy", { from, settle }), behind: [] });
    }
    const context: RouteContext = {
      route,
      rule,
      parent,
      gateway,
      backend,
      service: target.service,
      serviceName: target.ref.name,
    };
    return this.path(sending, target, gatewayHops(context, this.catalog, this.cluster, this.fronts));
  }

  /** Behind a TraefikService stands the first Service that it weighs. */
  private behindTraefik(route: KubernetesObject, backend: Value): Value {
    return traefikTargets(backend, namespaceOf(route), this.catalog)[0];
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

  private controllerPath(sending: Sending, targetValue: Value, namespace: string): Path {
    const { route, rule, backend } = sending;
    const target = this.targetOf(route, targetValue);
    if (target.pending) return this.pendingPath(route);
    if (route.kind === "HTTPProxy") {
      const proxy = httpProxyHop(route, rule, this.catalog);
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
      ...placeOf(route, rule),
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
  const hosts = listAt(route, "spec", route.kind === "VirtualService" ? "hosts" : "hostnames");
  const fqdn = textAt(route, "spec", "virtualhost", "fqdn");
  const first = hosts === UNKNOWN ? undefined : hosts[0];
  const host = typeof fqdn === "string" ? fqdn : first;
  const matches = listAt(rule, "matches");
  const prefix = textAt(matches === UNKNOWN ? undefined : matches[0], "path", "value");
  return {
    ...(typeof host === "string" && { host }),
    ...(typeof prefix === "string" && { pathPrefix: prefix }),
  };
}
