import type { HopKind } from "../../../path/facts";
import type { ConnectionPromise, GatewayImplementationName } from "../../../path/model";
import type { Problem } from "../../check/problem";
import { metadataOf } from "../../labels";
import type { CompiledObject, Hole, Need, ObjectElsewhere } from "../../model";
import { afterNamespace } from "../../namespace";
import type { Service } from "../../service";
import type { DraftSurroundings, Surroundings } from "../../stack";
import type { HostArgs, SecretTls } from "../hosts";
import { entryName, objectNameOf, type Stickiness } from "../kind";

/** The certificate clients see; which keys there are depends on the implementation. */
export interface GatewayTls extends SecretTls {
  /** ARN of a certificate of AWS Certificate Manager; known later where the stack makes it. Only aws-lbc, which takes no other. */
  certificateArn?: string | Hole;
  /** Unversioned URI of a certificate in Azure Key Vault. Only approuting-istio. */
  keyVaultCertificateUri?: string;
  /** The ServiceAccount that may read it. */
  serviceAccount?: string;
  /** A certificate map of Google's Certificate Manager. Only gke. */
  certificateMap?: string;
}

/** The ports of a Gateway's two listeners. */
export interface ListenerPorts {
  http: number;
  https: number;
}

/** A Gateway with a route, for one of its implementations. Most stick by a cookie. */
export interface GatewayEntry extends HostArgs {
  kind: "gateway";
  /** Who serves it. Each keeps the promise in words of its own; some cannot, and say what can. */
  implementation: GatewayImplementationName;
  /**
   * Hang the route on a Gateway that another entry of the stack makes, or on one of somebody else that `cluster.gateways` declares,
   * in place of making one. All settings of the Gateway itself then stand there. Default: a Gateway of its own.
   */
  attachTo?: { name: string; namespace?: string };
  /** Name of the Gateway (Contour: of the HTTPProxy), for whoever attaches to it. Default: `<service>-<entry>`. A change replaces it. */
  gatewayName?: string;
  /** Namespaces of other stacks whose routes may hang on it too. Those of this stack's services that attach are added. Not contour. */
  routesFrom?: string[];
  /** The GatewayClass (Contour: the Ingress class). Default: the one the implementation is installed with. */
  className?: string;
  /** Whether only the private network reaches it. Default false. Only gke, aws-lbc and approuting-istio. */
  internal?: boolean;
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
  /** Found, not written: the Gateway of `attachTo`. */
  on?: SharedGateway;
  /** Found, not written: the place of an earlier entry that serves the host by another Gateway. */
  alsoServedBy?: string;
  /** Found, not written: what other entries of the stack hang on this one's Gateway. */
  guests?: Guest[];
}

/** A Gateway that an entry's route hangs on and that the entry does not make. */
export interface SharedGateway {
  name: string;
  namespace: string;
  /** The listener that serves the host; undefined where nobody declared it. */
  listener?: string;
  /** The object of this stack; undefined where somebody else makes it. */
  madeBy?: ObjectElsewhere;
}

/** A route of another entry on this one's Gateway. */
export interface Guest {
  service: string;
  namespace: string;
  /** Name of its objects. */
  name: string;
  path: string;
  idleSeconds: number;
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
  /** What is wrong with the Gateway itself; not asked of an entry that attaches to another's. */
  checkGateway?(args: GatewayEntry): Problem[];
  parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts;
  needs(args: GatewayEntry, service: Service, surroundings: Surroundings): Need[];
  /** Seconds until it sends to a pod that is ready, where it checks pods itself and nothing makes them wait for it. Default 0. */
  checksPodsForSeconds?(service: Service): number;
  /** In place of a Gateway and an HTTPRoute, where those cannot say what is needed. */
  objects?(args: GatewayEntry, service: Service): { objects: CompiledObject[]; logicalName: string };
}

export const gatewayName = (args: GatewayEntry): string => `${entryName(args)}-gateway`;
export const routeName = (args: GatewayEntry): string => `${entryName(args)}-route`;

/** What the Gateway that an entry makes is called. */
export const ownGatewayName = (args: GatewayEntry, service: Pick<Service, "name">): string =>
  args.gatewayName ?? objectNameOf(service, args);

export const isAttached = (args: GatewayEntry): boolean => args.attachTo !== undefined;

/** A reference to the entry's own Gateway or HTTPRoute. */
export function targetOf(kind: "Gateway" | "HTTPRoute", args: GatewayEntry, service: Service) {
  const name = kind === "Gateway" ? ownGatewayName(args, service) : objectNameOf(service, args);
  return { group: "gateway.networking.k8s.io", kind, name };
}

/** A setting of the whole Gateway has to keep the promise of every route on it, so it is written for the strongest. */
export function strongestPromise({ guests = [] }: GatewayEntry, { promise }: Service): ConnectionPromise {
  const idleSeconds = guests.reduce((longest, guest) => Math.max(longest, guest.idleSeconds), promise.idleSeconds);
  return { ...promise, idleSeconds };
}

/** Says whose promise a setting of the whole Gateway was written for. */
export function strongestWhy({ guests = [] }: GatewayEntry): string[] {
  return guests.length === 0 ? [] : ["Written for the strongest promise of all services whose routes hang on this Gateway."];
}

/** An object of the implementation's own kinds, called as the entry's other objects are. */
export function policy(
  args: GatewayEntry,
  service: Service,
  own: { what: string; apiVersion: string; kind: string; spec: object; after?: string[]; shared?: true; why?: string[] },
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
    ...(own.shared === undefined ? {} : { shared: own.shared }),
    ...(own.why === undefined ? {} : { why: own.why }),
  };
}

/** An implementation that has no stickiness of its own, before several pods. */
export function checkNoStickiness(title: string, { promise, scaling }: Partial<Service>, instead: string): Problem[] {
  if (promise === undefined || promise.affinity.mode === "none" || scaling?.max === 1) return [];
  const message = `cannot keep promise.affinity.mode: client: a route cannot ask ${title} for stickiness. Use ${instead}, or write promise.affinity.mode: none.`;
  return [{ path: "implementation", message }];
}
