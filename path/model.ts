import type { ObjectRef } from "./objects";

/** What the connection carries. It decides which timers of a hop apply: a request timeout never cuts an upgraded WebSocket. */
export const PROTOCOLS = ["websocket", "http-stream", "grpc", "tcp"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What a user asks of each connection of a service. */
export interface ConnectionPromise {
  /** Seconds a connection may stay silent and still be open. 1 to 86400, default 3600. */
  idleSeconds: number;
  /** Seconds the application gets after SIGTERM to say goodbye to its connections. 0 to 3600, default 40. */
  drainSeconds: number;
  affinity: {
    /** `client`: a client that reconnects within `ttlSeconds` reaches the same pod. `none`: any pod serves any connection. */
    mode: "none" | "client";
    /** Seconds the stickiness lasts. 1 to 86400, default 3600. */
    ttlSeconds: number;
    /** Name of the cookie where the entry sticks by cookie. */
    cookieName?: string;
  };
  /** What the application itself sends on a silent connection. */
  heartbeat?: { seconds: number; kind: "message" | "tcp-keepalive" };
}

/**
 * `idle`: the clock restarts with every byte. `lifetime`: it never restarts. `none`: this hop never closes a connection by time.
 * `unknown`: nothing that was read decides it.
 */
export type LimitKind = "idle" | "lifetime" | "none" | "unknown";

/** How a hop sends one client to one place again. */
export interface HopAffinity {
  mechanism: "cookie" | "source-ip" | "header";
  /** Null when the mechanism has no end of its own (a session cookie). */
  ttlSeconds: number | null;
  cookieName?: string;
  /** Where a single header of the request decides. */
  headerName?: string;
}

/** One thing that a packet passes on its way from the client to the pod. */
export interface Hop {
  /** The kind of hop, a key of the facts table: `ingress-nginx`, `kube-proxy-nftables`, `metallb-l2` ... */
  hop: string;
  /** What people call it: `kube-proxy (IPVS)`. */
  title: string;
  limit: LimitKind;
  /** Seconds after which this hop closes the connection; null where `limit` is `none` or `unknown`. */
  idleSeconds: number | null;
  /** The protocols this hop times by another clock than `limit` and `idleSeconds`; those follow a WebSocket. */
  perProtocol?: Partial<Record<Protocol, { limit: LimitKind; idleSeconds: number | null }>>;
  /** Where the limit is `unknown`: seconds of silence this hop is known to keep all the same. A shorter heartbeat settles it. */
  keepsAtLeastSeconds?: number;
  /** Where the limit is `unknown`: seconds after which some versions of it end a connection, silent or not. */
  perhapsSeconds?: number;
  /** Why no connection (of these protocols; absent: of any) gets through here at all, and what to write instead. */
  refuses?: {
    protocols?: Protocol[];
    because: string;
    write: string;
    /** What was asked of it that it refuses. */ asked?: "affinity";
  };
  /** True where a preview does not know yet whether this hop passes the upgrade to a WebSocket on. */
  upgradeUnknown?: boolean;
  /** The object in which `limit` is written, or would be, where that is neither the entry nor its Service. */
  writtenIn?: ObjectRef;
  /** The place in that object, where it is not the knob's own. */
  writtenAt?: (string | number)[];
  /** 4: TCP keepalive resets its idle clock. 7: only bytes of the stream do. */
  layer: 4 | 7;
  /** Whether this hop chooses among several next hops; only such a hop can break or keep affinity. */
  balances: boolean;
  affinity: HopAffinity | null;
  /** The object in which `affinity` is written, or would be, where that is neither the entry nor its Service. */
  stickinessIn?: ObjectRef;
  /** True where it chooses only among the pods of the node that was reached. */
  withinNode?: boolean;
  /** True where nothing that was read decides `affinity`; `settle` says what would. */
  affinityUnknown?: boolean;
  /** Seconds this hop lets an existing connection live when its target leaves; null where it has no such setting. */
  drainSeconds: number | null;
  /** Where `drainSeconds` stands, or would stand. Absent where nothing a user writes changes it, or where no object for it was read. */
  drainAt?: { object: ObjectRef; at: readonly (string | number)[] };
  /** Where the values were read: `Ingress chatpulse/chatpulse annotation nginx.ingress.kubernetes.io/proxy-read-timeout`. */
  from: string;
  /** Where the meaning and the default of the knob are written down. */
  source: string;
  /** What was written for this hop and does nothing here, each a sentence. */
  inert: string[];
  /** What else is worth knowing of this hop, each a sentence; decides nothing. */
  notes?: string[];
  /** What would decide an `unknown`. */
  settle?: string;
  /** True where it is a value of a preview that is missing: the update will know it. */
  pending?: boolean;
  /** The line that raises the limit to `idleSeconds` on this hop; absent where the hop has no such knob. */
  writeIdle?: (idleSeconds: number) => string;
  /** The line that gives this hop affinity; absent where the hop cannot. */
  writeAffinity?: (affinity: ConnectionPromise["affinity"]) => string;
}

/** The hops of one way in, from the client to the pods of one workload. */
export interface Path {
  /** The object that opens the way: a Service of type LoadBalancer or NodePort, an Ingress ... */
  entry: ObjectRef;
  /** The host and path it serves, where it tells them apart. */
  host?: string;
  pathPrefix?: string;
  /** The Service whose endpoints are reached, and its port (name or number). */
  service: ObjectRef;
  port: string | number;
  /** The workloads the Service selects. */
  workloads: ObjectRef[];
  /** The most pods the Service can reach at once, by replicas or the autoscaler's ceiling; absent where nothing read decides it. */
  maximumPods?: number;
  hops: Hop[];
  /** The workload whose pods open its connections: a proxy of the user's own that passes them on. */
  openedBy?: ObjectRef;
  /** The workloads that may: the clients of tunnels, where nothing says where they lead. */
  perhapsOpenedBy?: ObjectRef[];
}

export const VERDICTS = ["holds", "holds-with-heartbeat", "holds-as-lifetime", "fails", "unknown"] as const;

/** Whether a path keeps a promise. */
export interface Verdict {
  verdict: (typeof VERDICTS)[number];
  /** The smallest idle limit or lifetime on the path; null where no hop has one. */
  effectiveIdleSeconds: number | null;
  /** The hop that decides; undefined where none does. */
  decidingHop?: Hop;
  /** Sentences: the value found, the value needed. */
  reasons: string[];
  /** The lines to write, in the words of the object they go into. */
  write: string[];
  /** What would settle an `unknown`. */
  settle: string[];
  /** True where the update itself will settle it: a preview did not know a value yet. */
  pending?: boolean;
}

/** A hop that no manifest shows and a user declares: the load balancer of an Ingress controller, a CDN, a corporate proxy. */
export interface DeclaredHop {
  name: string;
  /** Seconds of silence after which it closes a connection; null when it never does. */
  idleSeconds: number | null;
  /** 4: TCP keepalive resets its clock (default). 7: only bytes of the stream do. */
  layer?: 4 | 7;
}

/** The implementations of the Gateway API that can be declared for a Gateway that is not read. */
export const GATEWAY_IMPLEMENTATIONS = [
  "envoy-gateway",
  "istio",
  "contour",
  "traefik",
  "gke",
  "aws-lbc",
  "approuting-istio",
  "agc",
] as const;
export type GatewayImplementationName = (typeof GATEWAY_IMPLEMENTATIONS)[number];

/** A Gateway of somebody else, on which routes of the stack hang. For Contour the HTTPProxy that includes theirs. */
export interface DeclaredGateway {
  implementation: GatewayImplementationName;
  /** The listener to hang on. Absent: each that serves the host. */
  listener?: string;
  /** Whether that listener speaks TLS. Default true. */
  tls?: boolean;
  /** Whether only the private network reaches it. Default false. */
  internal?: boolean;
  /** The Ingress class of its HTTPProxy. Only contour. */
  className?: string;
  /** Seconds of silence after which the Gateway as a whole closes a connection, where a route cannot say it. */
  idleSeconds?: number;
}

/** What no manifest shows; declared in the stack's `cluster` block. */
export interface ClusterFacts {
  /** Whose load balancers a Service of type LoadBalancer gets where the objects do not say it. */
  platform?: "aws" | "azure" | "gcp" | "bare-metal";
  kubernetesVersion?: string;
  kubeProxyMode?: "iptables" | "nftables" | "ipvs" | "none";
  cni?: string;
  /** Controller name -> version: `{ metallb: "0.15.2", traefik: "3.6.1" }`. */
  controllers?: Record<string, string>;
  /** Ingress class -> the controller that really serves it, where it is not the one the class is named for. */
  ingressClasses?: Record<string, string>;
  /** Seconds after which the first table of a node forgets a silent connection: the kernel's, or on AWS the network interface's. */
  nodeConntrackEstablishedSeconds?: number;
  /**
   * Seconds after which what carries Services forgets a silent connection, where it has a clock of its own: kube-proxy's IPVS mode,
   * or what stands in kube-proxy's place. Absent: the default of what is known, else `unknown`.
   */
  serviceProxyIdleSeconds?: number;
  /**
   * What stands before the Ingress controllers, from the client inwards. `[]` says that nothing does. Absent: what the objects show,
   * and `unknown` where they show nothing.
   */
  inFront?: DeclaredHop[];
  /** `<namespace>/<name>` -> what a Gateway is that somebody else made and that is not among the objects. */
  gateways?: Record<string, DeclaredGateway>;
}
