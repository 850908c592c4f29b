import type { Ending } from "../model";

/**
 * `silent`: says nothing until its time is over, then speaks. `talking`: speaks every second from the beginning, so that only a
 * lifetime ends it. `heartbeat`: speaks as often as the user would.
 */
export type Role = "silent" | "talking" | "heartbeat";

/** Connections that are held for one length of silence. */
export interface Silence {
  seconds: number;
  copies: number;
}

/** What is held, and for how long. */
export interface Plan {
  /** Shortest first; the last one is as far as this run sees. */
  silences: Silence[];
  /** Seconds between two words of the one that talks; absent where the protocol leaves a client nothing to say. */
  talkingSeconds?: number;
  heartbeatSeconds?: number;
  /** Sentences: what was left out, and why. */
  leftOut: string[];
}

/**
 * `answered`: it was open when it spoke. `lost`: it spoke, and no answer came or a reset did: somebody had forgotten it. `closed`: it was
 * ended before it spoke. `stopped`: the run ended first; it was still open.
 */
export type Fate = "answered" | "lost" | "closed" | "stopped";

/** What became of one connection. */
export interface Seen {
  role: Role;
  fate: Fate;
  /** The longest silence it really had, in either direction. */
  silentSeconds: number;
  /** How long it was open until it spoke or was ended. */
  afterSeconds: number;
  /** Whether anything was said on it after it was left alone, by whomever. */
  talked: boolean;
  /** On a connection for gRPC where no call could be held: the server has no health service, or ended the watch at once. */
  withoutCall?: "unimplemented" | "ended";
  /** Absent where it was open to the end. */
  ending?: Ending;
}

/** Somebody on the way, or at its end, who does not keep a connection. */
export interface Wall {
  /**
   * `idle`: one that talked outlived it. `lifetime`: one that talked did not. `call`: a call of gRPC was ended though its connection was
   * talked on, which no clock of calls heeds. `undecided`: nothing talked.
   */
  kind: "idle" | "lifetime" | "call" | "undecided";
  /** Longest silence (for a lifetime: age) that was kept; 0 where none was. */
  keptSeconds: number;
  /** Shortest one that was not: the wall is not later. */
  lostSeconds: number;
  /** `closed`: somebody ended such a connection while it was silent. `forgotten`: it showed only when one spoke. */
  how: "closed" | "forgotten";
  /** Where it was closed: when that was first seen. */
  closedSeconds?: number;
  /** How the first of them ended. */
  ending: Ending;
  lost: number;
  /** Those that were silent for longer than `lostSeconds` and got an answer all the same. */
  lucky: number;
}
