import type { LimitKind, Protocol } from "../model";

/** One clock of a hop. */
export interface Limit {
  limit: LimitKind;
  /** Seconds where nothing is written for it; null where `limit` is `none` or `unknown`. */
  defaultSeconds: number | null;
}

/** Where a hop's limit is written. */
export interface IdleKnob {
  /** The object or file it is written in. */
  where: string;
  keys: string[];
  unit: "seconds" | "minutes" | "milliseconds";
  /** The exact form of a value, as its reader parses it. */
  syntax: string;
}

export interface IdleFacts extends Limit {
  /** Protocols whose connections this hop times by another clock; the others follow the row's own. */
  perProtocol?: Partial<Record<Protocol, Limit>>;
  /** Null where nothing a user writes changes the limit. */
  knob: IdleKnob | null;
  /** Seconds; null where the knob has no such bound. */
  minimumSeconds: number | null;
  maximumSeconds: number | null;
  /** Seconds a writer adds to the promise, so that the limit is not at the very boundary of what was promised. */
  marginSeconds: number;
  /** The knob takes only multiples of this many seconds. Absent: 1. */
  stepSeconds?: number;
  /** Where the limit itself is `unknown`: seconds of silence that this hop is known to keep in every case. */
  keepsAtLeastSeconds?: number;
  /** Where the limit itself is `unknown`: seconds of silence after which it closes by what is said of it, though no page of its own says so. */
  perhapsSeconds?: number;
}

export interface AffinityFacts {
  mechanism: "cookie" | "source-ip" | "header" | "none";
  /** What must be so for the mechanism to work, and what is not consulted here. */
  condition: string;
  /** Where the stickiness is written. Absent: the condition says it. */
  keys?: string[];
  /** How long it lasts, in seconds; absent where it has no end that anybody writes. */
  ttl?: { defaultSeconds: number | null; minimumSeconds: number; maximumSeconds: number | null };
  /** What may make it forget clients of pods that stay, too. Absent: only those of a pod that goes are moved. */
  forgetsWhen?: string;
}

export interface DrainFacts {
  /** Seconds this hop lets a connection of a leaving target live; null where it has no such clock. */
  defaultSeconds: number | null;
  /** Seconds after a target began to leave until this hop gives it no new connection. A pod must keep serving that long. */
  propagationSeconds: number;
  /** Where `defaultSeconds` is changed, and the seconds that may be written there; absent where nothing changes it. */
  knob?: { key: string; minimumSeconds: number; maximumSeconds: number | null };
}

/** What is known about one kind of hop. */
export interface HopFacts {
  title: string;
  layer: 4 | 7;
  idle: IdleFacts;
  affinity: AffinityFacts;
  drain: DrainFacts;
  /** Seconds open connections survive a change of the hop's own configuration; absent where they all do. */
  reloadCutSeconds?: number;
  /** Where this is written down: a public page, or a repository path with the version it was read at. */
  source: string;
  /** False where no source was found: such a row is never an error, only `unknown`. */
  sourced: boolean;
}

export interface ManagedCap {
  id: "cluster-autoscaler" | "aks" | "gke";
  title: string;
  seconds: number;
  source: string;
}

/** A hop that no clock of its own ends a connection on. */
export const NO_LIMIT: IdleFacts = {
  limit: "none",
  defaultSeconds: null,
  knob: null,
  minimumSeconds: null,
  maximumSeconds: null,
  marginSeconds: 0,
};

/** A hop whose limit no manifest and no public source decides. */
export const UNKNOWN_LIMIT: IdleFacts = { ...NO_LIMIT, limit: "unknown" };

/** An idle limit that nothing a user writes changes. */
export function fixedIdle(seconds: number): IdleFacts {
  return { ...NO_LIMIT, limit: "idle", defaultSeconds: seconds };
}
