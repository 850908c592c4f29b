import type { HopKind } from "../../../path/facts";
import type { ClusterFacts } from "../../../path/model";
import type { Problem } from "../../check/problem";
import { CLUSTER_IP_SERVICE } from "../../clusterIpService";
import { clusterPort } from "../../port";
import { metadataOf } from "../../labels";
import type { CompiledObject, Need } from "../../model";
import { afterNamespace } from "../../namespace";
import { promiseAnnotation } from "../../promise";
import type { Service } from "../../service";
import type { DraftSurroundings, Surroundings } from "../../stack";
import { issuerAnnotation, tlsSecretName, type HostArgs, type SecretTls } from "../hosts";
import { entryName, objectNameOf, type Stickiness } from "../kind";

/** The certificate clients see; which keys there are depends on the implementation. */
export interface GatewayTls extends SecretTls {
  /** ARN of a certificate of AWS Certificate Manager. Only aws-lbc, which takes no other. */
  certificateArn?: string;
  /** Unversioned URI of a certificate in Azure Key Vault. Only approuting-istio. */
  keyVaultCertificateUri?: string;
  /** The ServiceAccount that may read it. */
  serviceAccount?: string;
  /** A certificate map of Google's Certificate Manager. Only gke. */
  certificateMap?: string;
}

export const IMPLEMENTATION_NAMES = [
  "envoy-gateway",
  "istio",
  "contour",
  "traefik",
  "gke",
  "aws-lbc",
  "approuting-istio",
  "agc",
] as const;
export type ImplementationName = (typeof IMPLEMENTATION_NAMES)[number];

/** The ports of a Gateway's two listeners. */
export interface ListenerPorts {
  http: number;
  https: number;
}

/** A Gateway with a route, for one of its implementations. Most stick by a cookie. */
export interface GatewayEntry extends HostArgs {
  kind: "gateway";
  /** Who serves it. Each keeps the promise in words of its own; some cannot, and say what can. */
  implementation: ImplementationName;
  /** The GatewayClass (Contour: the Ingress class). Default: the one the implementation is installed with. */
  className?: string;
  /** Whether only the private network reaches it. Default false. Only gke, aws-lbc and approuting-istio. */
  internal: boolean;
  /** Needed in production; plain HTTP is then redirected. Without it the host is served over plain HTTP. */
  tls?: GatewayTls;
  /** Name of a reserved address of Google: a global one, or a regional one with `internal`. Only gke. */
  staticAddress?: string;
  /**
   * Ports of Traefik's entry points, which a listener has to name. Default: those of its chart, 8000 and 8443. Clients still use 80
   * and 443. Only traefik.
   */
  entryPointPorts?: ListenerPorts;
  /** The ApplicationLoadBalancer object that makes the load balancer. Only agc, which needs it. */
  applicationLoadBalancer?: { name: string; namespace: string };
}

export const SECRET_TLS_KEYS: readonly (keyof GatewayTls)[] = ["secretName", "clusterIssuer", "issuer"];

/** What an implementation adds to the Gateway that all of them get. */
export interface GatewayParts {
  /** Objects that must be there before the Gateway. */
  before?: CompiledObject[];
  /** Objects that hang on the Gateway, the route or the Service. */
  after?: CompiledObject[];
  annotations?: Record<string, string>;
  /** Default: 80 and 443. */
  ports?: ListenerPorts;
  /** In place of certificateRefs; null where the listener itself names no certificate. */
  listenerTls?: object | null;
  /** Further fields of the Gateway's spec. */
  spec?: object;
  /** Further fields of the route's rule. */
  rule?: object;
  /** Name of the Service the route sends to, and the logical name of its object. Default: the service's own. */
  backend?: { name: string; logicalName: string };
  why?: string[];
}

export interface GatewayImplementation {
  title: string;
  /** The class it is installed with. */
  className(args: GatewayEntry): string;
  sticksBy: Stickiness;
  tlsKeys: readonly (keyof GatewayTls)[];
  /** Whether `internal: true` does something. */
  canBeInternal?: boolean;
  hop(args: GatewayEntry): HopKind;
  check(args: GatewayEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[];
  parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts;
  needs(args: GatewayEntry, service: Service, cluster: ClusterFacts): Need[];
  /** In place of a Gateway and an HTTPRoute, where those cannot say what is needed. */
  objects?(args: GatewayEntry, service: Service): { objects: CompiledObject[]; logicalName: string };
}

export const gatewayName = (args: GatewayEntry): string => `${entryName(args)}-gateway`;
export const routeName = (args: GatewayEntry): string => `${entryName(args)}-route`;

/** A reference to the entry's Gateway or HTTPRoute, which have one name. */
export function targetOf(kind: "Gateway" | "HTTPRoute", args: GatewayEntry, service: Service) {
  return { group: "gateway.networking.k8s.io", kind, name: objectNameOf(service, args) };
}

/** An object of the implementation's own kinds, called as the entry's other objects are. */
export function policy(
  args: GatewayEntry,
  service: Service,
  own: { what: string; apiVersion: string; kind: string; spec: object; after?: string[]; why?: string[] },
): CompiledObject {
  return {
    logicalName: `${entryName(args)}-${own.what}`,
    object: {
      apiVersion: own.apiVersion,
      kind: own.kind,
      metadata: metadataOf(service, objectNameOf(service, args)),
      spec: own.spec,
    },
    after: own.after ?? afterNamespace(service),
    ...(own.why === undefined ? {} : { why: own.why }),
  };
}

/** An implementation that has no stickiness of its own, before several pods. */
export function checkNoStickiness(title: string, { promise, scaling }: Partial<Service>, instead: string): Problem[] {
  if (promise === undefined || promise.affinity.mode === "none" || scaling?.max === 1) return [];
  const message = `cannot keep promise.affinity.mode: client: a route cannot ask ${title} for stickiness. Use ${instead}, or write promise.affinity.mode: none.`;
  return [{ path: "implementation", message }];
}

/** The Gateway and its routes, the same for every implementation but for what it adds. */
export function gatewayObjects(args: GatewayEntry, service: Service, className: string, parts: GatewayParts): CompiledObject[] {
  const { before = [], after = [] } = parts;
  return [
    ...before,
    gateway(args, service, className, parts),
    route(args, service, parts),
    ...(args.tls === undefined ? [] : [redirect(args, service)]),
    ...after,
  ];
}

const allowedRoutes = { namespaces: { from: "Same" } };

function gateway(args: GatewayEntry, service: Service, gatewayClassName: string, parts: GatewayParts): CompiledObject {
  return {
    logicalName: gatewayName(args),
    object: {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        ...metadataOf(service, objectNameOf(service, args)),
        annotations: { ...issuerAnnotation(args.tls), ...parts.annotations, "pulumi.com/waitFor": "condition=Programmed" },
      },
      spec: { gatewayClassName, ...parts.spec, listeners: listeners(args, service, parts) },
    },
    after: [...afterNamespace(service), ...(parts.before ?? []).map(({ logicalName }) => logicalName)],
    why: ["The update waits until the Gateway is programmed: before that its address answers nobody.", ...(parts.why ?? [])],
  };
}

function listeners({ host, tls }: GatewayEntry, service: Service, { listenerTls, ports }: GatewayParts) {
  const plain = { name: "http", port: ports?.http ?? 80, protocol: "HTTP", hostname: host, allowedRoutes };
  if (tls === undefined) return [plain];
  const standard = { mode: "Terminate", certificateRefs: [{ name: tlsSecretName(service, tls) }] };
  const own = listenerTls === undefined ? standard : listenerTls;
  const secure = {
    name: "https",
    port: ports?.https ?? 443,
    protocol: "HTTPS",
    hostname: host,
    ...(own === null ? {} : { tls: own }),
    allowedRoutes,
  };
  return [plain, secure];
}

function route(args: GatewayEntry, service: Service, parts: GatewayParts): CompiledObject {
  const { name, logicalName } = parts.backend ?? { name: service.name, logicalName: CLUSTER_IP_SERVICE };
  const sectionName = args.tls === undefined ? "http" : "https";
  return {
    logicalName: routeName(args),
    object: {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { ...metadataOf(service, objectNameOf(service, args)), annotations: promiseAnnotation(service) },
      spec: {
        parentRefs: [{ name: objectNameOf(service, args), sectionName }],
        hostnames: [args.host],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: args.path } }],
            ...parts.rule,
            backendRefs: [{ name, port: clusterPort(service) }],
          },
        ],
      },
    },
    after: [...afterNamespace(service), gatewayName(args), logicalName],
  };
}

function redirect(args: GatewayEntry, service: Service): CompiledObject {
  const name = objectNameOf(service, args);
  return {
    logicalName: `${entryName(args)}-redirect`,
    object: {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: metadataOf(service, `${name}-redirect`),
      spec: {
        parentRefs: [{ name, sectionName: "http" }],
        hostnames: [args.host],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
      },
    },
    after: [...afterNamespace(service), gatewayName(args)],
    why: ["Plain HTTP leads only to HTTPS."],
  };
}
