import type { OpenStep } from "../connect/model";
import type { Ending } from "../model";

/** All times are seconds since the first connection was opened. */

/** A connection that ended while it was watched, and how its client came back. */
export interface Cut {
  client: number;
  /** What the server said of the pod. */
  pod?: string;
  atSeconds: number;
  ending: Ending;
  /** Seconds until the same client was connected again; absent where it was not by the end of the watch. */
  backAfterSeconds?: number;
}

/** An attempt to come back that was turned away. */
export interface TurnedAway {
  client: number;
  atSeconds: number;
  step: OpenStep;
  status?: number;
  said: string;
}

/** An attempt to come back that this machine could not make: it says nothing of the way in. */
export interface NotTried {
  client: number;
  said: string;
}

/** A pod that was told to leave, as the API server shows it. */
export interface Leaving {
  pod: string;
  /** When it was seen to be told; up to one look later than it was. */
  toldAtSeconds: number;
  /** What its hook takes before SIGTERM; absent where a program of its own decides. */
  preStopSeconds?: number;
  /** What it was given, the hook included, until it is killed. */
  graceSeconds: number;
  /** True where it was gone between two looks, without having been seen to leave: deleted by force, or with no time given. */
  atOnce?: true;
  /** When its object was gone; absent where it was still there at the end. */
  goneAtSeconds?: number;
}

/**
 * What became of the pods. `ended`: some left, and the workload is whole again. `unfinished`: not by the end of the watch. `none`: nobody
 * left. `unseen`: there is no cluster to look into.
 */
export interface Rollout {
  state: "ended" | "unfinished" | "none" | "unseen";
  /** Where it is `unfinished` or `unseen`: what is missing. */
  because?: string;
}

/** All that was seen of a goodbye. */
export interface Watched {
  /** Connections that were open when the watch began. */
  sockets: number;
  /** When the watch ended. */
  seconds: number;
  /** How long it lasted from when all of them were open, and pods were looked at. */
  wholeSeconds: number;
  cuts: Cut[];
  turnedAway: TurnedAway[];
  notTried: NotTried[];
  leaving: Leaving[];
  rollout: Rollout;
  /** Pod -> connections at the end. */
  atEnd: Record<string, number>;
  /** Seconds in which the API server did not answer. */
  apiSilentSeconds: number;
}

/**
 * What tells a client to come back: a WebSocket's server that goes away (1001) or restarts (1012); a connection that takes no more calls, a
 * call that came to its end, or that its client may make again.
 */
export const COME_BACK_CODES: (number | string)[] = [
  ...[1001, 1012],
  ...["GOAWAY NO_ERROR", "grpc-status OK", "grpc-status UNAVAILABLE"],
];

/** Whether the server said goodbye in a way that makes a client come back. Plain TCP and streams have no codes. */
export function isGoodbye({ by, code }: Ending): boolean {
  return by === "peer" && (code === undefined || COME_BACK_CODES.includes(code));
}

/** Whether the server closed in order, and with a code that sends clients away for good. */
export function isFinal({ by, code }: Ending): boolean {
  return by === "peer" && code !== undefined && !COME_BACK_CODES.includes(code);
}

export const UNNAMED = "pods that did not name themselves";
