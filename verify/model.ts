import type { DrainPlan } from "../path/drain";
import type { ConnectionPromise, Path, Protocol } from "../path/model";
import type { TargetEndpoint } from "./endpoints/model";

/** In the order in which they run: what is cheap and decides about the rest comes first. */
export const CHECK_NAMES = ["reach", "distribution", "sticky", "idle", "drain", "endpoints", "scale"] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/**
 * `holds`: what was promised was seen. `fails`: something else was seen. `unknown`: nothing that was seen decides it, and the summary
 * says what would. `does-not-apply`: nothing was promised that this check could see (one pod has no distribution).
 */
export const OUTCOMES = ["holds", "fails", "unknown", "does-not-apply"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One way in, and what is known of it before a socket is opened. */
export interface TargetEntry {
  /** Name of the service; for a bare URL its host. */
  service: string;
  namespace?: string;
  /** Name of the entry; for a bare URL `url`. */
  entry: string;
  /** What is opened. Its scheme is one of ws, wss, http, https, grpc, grpcs, tcp, tls. */
  url: string;
  protocol: Protocol;
  /** For a bare URL what was asked for on the command line, else the defaults of a stack. */
  promise: ConnectionPromise;
  /** The way in hop by hop, as `explain` shows it; absent for a bare URL. */
  path?: Path;
  /** The goodbye of a pod; absent where nothing declares it. */
  drain?: DrainPlan;
  /** Pods behind it while nothing scales: what the workload asks for. Absent: nobody knows. */
  pods?: number;
  /** What the workload's pods are labelled with; absent where nobody knows. */
  selector?: Record<string, string>;
  /** Name and kind of the workload. */
  workload?: { kind: string; name: string };
  /** Path of a page of the same port that answers while a pod is ready; absent where nobody knows one. */
  healthPath?: string;
  /** The address the stack recorded for it, an IP address or a host name; absent for a bare URL. */
  address?: string;
}

/** A way in of the stack that nobody knows the address of: it is not deployed, or its load balancer has none yet. */
export interface Unlocated {
  service: string;
  entry: string;
  /** With `<address>` in its place. */
  url: string;
}

/** What is verified. */
export interface Target {
  /** `stack dev`, or the URL. */
  title: string;
  entries: TargetEntry[];
  /** Names and addresses that are the stack's own, so that a public one among them may be loaded. */
  own: string[];
  /** The names that the stack gives to its addresses; absent for a bare URL. */
  endpoints?: TargetEndpoint[];
  /** Absent: every way in has its address. */
  unlocated?: Unlocated[];
  /** The cluster that the stack names, and the uid of its kube-system namespace where it says that; absent for a bare URL. */
  cluster?: { context: string; uid?: string };
}

/** A figure over the time of a check, for pictures: how many connections each pod held. */
export interface Moment {
  /** Since the check began. */
  seconds: number;
  /** Pod -> open connections. */
  open: Record<string, number>;
}

/** How a connection ended. */
export interface Ending {
  /**
   * `us`: this program closed it. `peer`: a goodbye came (a WebSocket close frame, the end of a stream, FIN; of gRPC a GOAWAY with NO_ERROR
   * or the call's own status). `reset`: RST, FIN without a close frame on a WebSocket or without a GOAWAY on gRPC, a stream or a connection
   * of HTTP/2 that was ended with an error. `silent`: no answer came when it spoke again, and nobody said a word.
   */
  by: "us" | "peer" | "reset" | "silent";
  /**
   * Of a WebSocket the code of the close frame, 1006 where there was none. Of gRPC who said what: `GOAWAY NO_ERROR`, `RST_STREAM CANCEL`,
   * `grpc-status UNAVAILABLE`. Absent for what has neither.
   */
  code?: number | string;
  reason?: string;
  /** Seconds since it was open. */
  afterSeconds: number;
  /** Seconds since the last byte in either direction. */
  silentSeconds: number;
}

/** What one check saw at one way in. */
export interface CheckResult {
  check: CheckName;
  service: string;
  entry: string;
  url: string;
  outcome: Outcome;
  /** One sentence: what was seen, and what was promised. */
  summary: string;
  /** Further sentences, the most telling one first. */
  details: string[];
  /** What to write or to do where it does not hold, each a line. */
  write: string[];
  /** True where it was cut short: by Ctrl-C, or by a limit of time. */
  partial?: true;
  seconds: number;
  /** The figures, for JSON; flat and with units in their names. */
  measured: Record<string, unknown>;
  /** Connections over time; absent where the check holds none open. */
  timeline?: Moment[];
  /** What became of the connections: `1001 peer` -> how many. */
  endings?: Record<string, number>;
  /** The hop that was seen to decide: its index in the entry's path. */
  seenAt?: { hop: number; afterSeconds: number };
}

/** Everything that was seen. */
export interface Report {
  schemaVersion: 1;
  target: string;
  startedAt: string;
  seconds: number;
  /** `fails` before `unknown` before `holds`. */
  outcome: Exclude<Outcome, "does-not-apply">;
  interrupted: boolean;
  results: CheckResult[];
  entries: TargetEntry[];
}
