import type { Catalog } from "../catalog";
import { AWS_CLASSES, GATEWAY_CONTROLLERS } from "../facts";
import { AGC_CLASS } from "../facts/azure";
import type { ClusterFacts, DeclaredGateway, Hop } from "../model";
import type { KubernetesObject, ObjectRef, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { agcGatewayHops, awsGatewayHops, gkeGatewayHops } from "./cloudGateway";
import { envoyGatewayHops } from "./envoyGateway";
import type { ControllerFronts } from "./front";
import { hopOf, undecidedHop } from "./hop";
import type { IngressHops } from "./ingressHops";
import { istioHop, istioTcpHop } from "./istio";
import { kongHop } from "./kong";
import { nginxGatewayHop } from "./nginxGateway";
import { ciliumHop, contourGlobal } from "./otherIngress";
import { durationOf, requestTimeout, standardRouteTimeout, withRouteTimeout } from "./routeTimers";
import { traefikServiceAffinity } from "./traefikRoutes";

/** One rule of a route that hangs on a Gateway, and where it sends. */
export interface RouteContext {
  route: KubernetesObject;
  rule: Value;
  /** The reference by which the route hangs on the Gateway; may name one listener. */
  parent: Value;
  gateway: KubernetesObject;
  /** What is declared of the Gateway, where it is not among the objects; `gateway` then stands in for it. */
  declared?: DeclaredGateway;
  backend: Value;
  service: KubernetesObject | undefined;
  serviceName: string;
}

/** The implementations whose reading is known; a stack names one of these in `cluster.ingressClasses` for a class of its own. */
const IMPLEMENTATIONS = [
  "envoy-gateway",
  "contour",
  "istio",
  "approuting-istio",
  "traefik",
  "cilium",
  "kong",
  "nginx-gateway",
  "agc",
  "aws-gateway-alb",
  "aws-gateway-nlb",
  "gke",
] as const;
type Implementation = (typeof IMPLEMENTATIONS)[number];

const BY_CONTROLLER: Record<string, Implementation> = {
  [GATEWAY_CONTROLLERS.envoyGateway]: "envoy-gateway",
  [GATEWAY_CONTROLLERS.contour]: "contour",
  [GATEWAY_CONTROLLERS.istio]: "istio",
  [GATEWAY_CONTROLLERS.traefik]: "traefik",
  [GATEWAY_CONTROLLERS.cilium]: "cilium",
  [GATEWAY_CONTROLLERS.kong]: "kong",
  [GATEWAY_CONTROLLERS.kongOperator]: "kong",
  [GATEWAY_CONTROLLERS.nginx]: "nginx-gateway",
  [GATEWAY_CONTROLLERS.agc]: "agc",
  [AWS_CLASSES.gatewayApplication]: "aws-gateway-alb",
  [AWS_CLASSES.gatewayNetwork]: "aws-gateway-nlb",
};
/** The names under which each implementation ships or documents its class. */
const BY_CLASS_NAME: [RegExp, Implementation][] = [
  [/^gke-l7-/, "gke"],
  [/^approuting-istio$/, "approuting-istio"],
  [AGC_CLASS, "agc"],
  [/^(eg|envoy|envoy-gateway)$/, "envoy-gateway"],
  [/^contour/, "contour"],
  [/^istio$/, "istio"],
  [/^traefik/, "traefik"],
  [/^cilium$/, "cilium"],
  [/^kong/, "kong"],
  [/^(nginx|nginx-gateway|ngf)$/, "nginx-gateway"],
  [/^(aws-|amazon-)?alb(-|$)/, "aws-gateway-alb"],
  [/^(aws-|amazon-)?nlb(-|$)/, "aws-gateway-nlb"],
];

function implementationOf(className: string, catalog: Catalog, cluster: ClusterFacts): Implementation | undefined {
  const declared = IMPLEMENTATIONS.find((candidate) => candidate === cluster.ingressClasses?.[className]);
  if (declared !== undefined) return declared;
  const byName = BY_CLASS_NAME.find(([pattern]) => pattern.test(className))?.[1];
  // It answers to Istio's controller name, but knows none of Istio's own kinds.
  if (byName === "approuting-istio") return byName;
  const classObject = catalog.named("GatewayClass", className);
  const controller = textAt(classObject, "spec", "controllerName");
  if (typeof controller !== "string") return byName;
  return (
    (Object.hasOwn(BY_CONTROLLER, controller) ? BY_CONTROLLER[controller] : undefined) ?? (byName === "gke" ? byName : undefined)
  );
}

const STANDARD_CLASS: Record<DeclaredGateway["implementation"], string> = {
  "envoy-gateway": "eg",
  istio: "istio",
  contour: "contour",
  traefik: "traefik",
  gke: "gke-l7-global-external-managed",
  "aws-lbc": "aws-alb",
  "approuting-istio": "approuting-istio",
  agc: "azure-alb-external",
};

/** A Gateway as it is declared: of its settings only the class is known. */
export function standInFor(namespace: string, name: string, { implementation, internal }: DeclaredGateway): KubernetesObject {
  const gatewayClassName = implementation === "gke" && internal ? "gke-l7-rilb" : STANDARD_CLASS[implementation];
  const metadata = { name, namespace };
  return { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata, spec: { gatewayClassName } };
}

/** The clock of a Gateway as a whole, as it is declared, or what would settle it. */
export function declaredClock(
  { idleSeconds }: DeclaredGateway,
  gateway: KubernetesObject,
): Partial<Hop> & Pick<Hop, "from" | "limit" | "idleSeconds"> {
  const key = `cluster.gateways["${namespaceOf(gateway)}/${refOf(gateway).name}"]`;
  const writeIdle = (promised: number) =>
    `an idle limit above ${promised} s on the whole of ${nameOf(gateway)}, and where that is done ${key}.idleSeconds`;
  if (idleSeconds !== undefined) return { from: `${key}.idleSeconds`, limit: "idle", idleSeconds, writeIdle };
  const settle = `declare ${key}.idleSeconds: the idle limit that is set on the whole of ${nameOf(gateway)}`;
  return { from: nameOf(gateway), limit: "unknown", idleSeconds: null, settle };
}

/** What a route on a Gateway becomes, by who implements the Gateway. */
export function gatewayHops(
  context: RouteContext,
  catalog: Catalog,
  cluster: ClusterFacts,
  fronts: ControllerFronts,
): IngressHops {
  const className = textAt(context.gateway, "spec", "gatewayClassName");
  const implementation = typeof className === "string" ? implementationOf(className, catalog, cluster) : undefined;
  if (implementation === undefined || typeof className !== "string") return undecided(context, className);
  if (implementation === "gke") return gkeGatewayHops(context, className, catalog);
  if (implementation === "agc") return agcGatewayHops(context, catalog);
  if (implementation === "aws-gateway-alb" || implementation === "aws-gateway-nlb") {
    return awsGatewayHops(context, implementation, catalog, cluster);
  }
  const [proxy, ...behind] = inCluster(context, implementation, catalog, cluster);
  const front = context.declared === undefined ? fronts.beforeGateway(context.gateway, implementation) : undefined;
  return { front: front ?? fronts.before(implementation), proxy: proxy!, behind };
}

function inCluster(
  context: RouteContext,
  implementation: Exclude<Implementation, "gke" | "agc" | "aws-gateway-alb" | "aws-gateway-nlb">,
  catalog: Catalog,
  cluster: ClusterFacts,
): Hop[] {
  const from = nameOf(context.route);
  const backendRequest = textAt(context.rule, "timeouts", "backendRequest");
  switch (implementation) {
    case "envoy-gateway":
      return envoyGatewayHops(context, catalog, cluster);
    case "contour":
      return [contourHop(context, catalog)];
    case "cilium":
      return [ciliumHop(from, catalog)];
    case "traefik":
      return [traefikHop(context, catalog)];
    case "nginx-gateway":
      return [nginxGatewayHop(context, catalog)];
    case "kong":
      return [kongHop(context.route, context.service, { serviceName: context.serviceName, backendRequest }, catalog)];
    default:
      return [istioGatewayHop(context, implementation, catalog)];
  }
}

function unreadPersistence({ route, rule }: RouteContext, who: string): string[] {
  return valueAt(rule, "sessionPersistence") === undefined
    ? []
    : [`sessionPersistence of ${nameOf(route)} is not read by ${who}`];
}

function contourHop(context: RouteContext, catalog: Catalog): Hop {
  const global = contourGlobal(nameOf(context.route), catalog);
  const hop = hopOf("contour-gateway", {
    ...global,
    balances: true,
    inert: unreadPersistence(context, "Contour"),
    writeAffinity: () => "an HTTPProxy with loadBalancerPolicy.strategy: Cookie in place of the HTTPRoute",
  });
  const timeout = durationOf(requestTimeout(context.rule)) ?? standardRouteTimeout("contour-gateway");
  return { ...hop, ...withRouteTimeout(hop, timeout) };
}

function traefikHop(context: RouteContext, catalog: Catalog): Hop {
  const own = textAt(context.backend, "kind") === "TraefikService";
  return hopOf("traefik-gateway", {
    from: nameOf(context.route),
    balances: true,
    ...(own && traefikServiceAffinity(namespaceOf(context.route), String(textAt(context.backend, "name")), catalog)),
    inert: unreadPersistence(context, "Traefik"),
    writeAffinity: ({ ttlSeconds, cookieName }) =>
      `a TraefikService with weighted.services[].sticky.cookie {name: ${cookieName ?? "route"}, maxAge: ${ttlSeconds}} as the backend of ${nameOf(context.route)}, or an IngressRoute`,
  });
}

function istioGatewayHop(context: RouteContext, kind: "istio" | "approuting-istio", catalog: Catalog): Hop {
  const service: ObjectRef = {
    apiVersion: "v1",
    kind: "Service",
    namespace: namespaceOf(context.route),
    name: context.serviceName,
  };
  if (context.route.kind === "TCPRoute" || context.route.kind === "TLSRoute") return istioTcpHop(context.route, service, catalog);
  const timeout = requestTimeout(context.rule);
  const hop = istioHop(kind, context.route, service, timeout, catalog);
  const elsewhere = { writeAffinity: () => "a Gateway of class istio or eg: this implementation keeps no client on a pod" };
  const inert = [...hop.inert, ...unreadPersistence(context, "Istio")];
  return { ...hop, inert, ...(kind === "approuting-istio" && elsewhere) };
}

function undecided({ gateway, route }: RouteContext, className: ReturnType<typeof textAt>): IngressHops {
  const pending = className === UNKNOWN;
  const proxy = undecidedHop("unknown-proxy", {
    from: `${nameOf(route)} on ${nameOf(gateway)} of class ${pending ? "(not known yet)" : (className ?? "(none)")}`,
    settle: pending
      ? `${nameOf(gateway)} spec.gatewayClassName is not known before the update`
      : `add the GatewayClass ${className} to what is read, or declare cluster.ingressClasses.${className} as one of ${IMPLEMENTATIONS.join(", ")}`,
    ...(pending && { pending }),
  });
  return { front: [], proxy, behind: [] };
}
