import type { DrainPlan } from "../path/drain";
import type { LimitKind, Protocol, Verdict } from "../path/model";

/** What the application calls its own metrics; undefined where it has none of that kind. */
export interface MetricNames {
  /** Gauge: connections that are open now. */
  connections?: string;
  /** Counter with the label `status`: requests answered, the upgrades of WebSockets among them. */
  requests?: string;
  /** Histogram, without `_bucket`: seconds from a request to the end of its answer. */
  requestSeconds?: string;
  /** Counter with the label `code`: connections closed. */
  closes?: string;
}

/** How the clients of a service come back to their pod; what several connections on one pod may be explained by. */
export type Stickiness = "none" | "cookie" | "source-ip";

/** Whose metrics tell how requests fare on an entry. */
export type Controller = "ingress-nginx" | "traefik";

export interface ObservedEntry {
  name: string;
  /** The Ingress that routes to the service. */
  ingress?: string;
  /** The Service of type LoadBalancer whose status has the entry's address. */
  loadBalancer?: string;
  host?: string;
  /** The address that the configuration pins. */
  address?: string;
  controller?: Controller;
  /** True where the entry itself shows clients a certificate. */
  tls: boolean;
  /** cert-manager's Certificate, where that keeps it. */
  certificate?: string;
}

/** One service as metrics see it: its promise, its ways in, and how its series are told from others. */
export interface Observed {
  name: string;
  namespace: string;
  protocol: Protocol;
  names: MetricNames;
  /** `service`: series carry the name of their Service, as the Prometheus operator labels them. `pod`: only the names of pods tell. */
  toldBy: "service" | "pod";
  /** Seconds between two readings of the pods. */
  intervalSeconds: number;
  /** Fewest pods. */
  floorPods: number;
  drain: DrainPlan;
  stickiness: Stickiness;
  /** Seconds the stickiness lasts; nothing where there is none. */
  ttlSeconds?: number;
  entries: ObservedEntry[];
}

/** One way in with the clocks of its hops, for a person to read. */
export interface ObservedPath {
  entry: string;
  url: string;
  verdict: Verdict["verdict"];
  hops: { title: string; limit: LimitKind; idleSeconds: number | null }[];
}
