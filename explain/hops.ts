import type { Hop, HopAffinity, LimitKind, Path, Protocol, Verdict } from "../path/model";
import { limitOf } from "../path/verdict";

/** One hop as a person reads it: its clock is the one that runs on this service's protocol. */
export interface ExplainedHop {
  /** The kind of hop, a key of the facts table. */
  hop: string;
  /** What people call it. */
  title: string;
  limit: LimitKind;
  /** Seconds after which it closes the connection; null where `limit` is `none` or `unknown`. */
  idleSeconds: number | null;
  affinity: HopAffinity | null;
  drainSeconds: number | null;
  /** Where the values were read, and where their meaning is written down. */
  from: string;
  source: string;
  /** True for the one hop that decides; where all are good, for the one with the shortest clock. */
  weakest: boolean;
  /** What was written for it without effect, and what else is worth knowing, each a sentence. */
  notes: string[];
  /** True where a patch of the stack file made it what it is. */
  patched: boolean;
}

/** The hops of a path as a person reads them, with the one that decides. */
export function explainHops(path: Path, verdict: Verdict, protocol: Protocol, patched: Hop[] = []): ExplainedHop[] {
  const weakest = weakestHop(path, verdict, protocol);
  return path.hops.map((hop) => ({
    hop: hop.hop,
    title: hop.title,
    ...limitOf(hop, protocol),
    affinity: hop.affinity,
    drainSeconds: hop.drainSeconds,
    from: hop.from,
    source: hop.source,
    weakest: hop === weakest,
    notes: [...hop.inert, ...(hop.notes ?? []), ...(patched.includes(hop) ? [patchedNote(hop)] : [])].map(asSentence),
    patched: patched.includes(hop),
  }));
}

const patchedNote = ({ title, from }: Hop): string => `${title}: patched in the stack file (${from})`;

/** The hop that decides; where everything holds, the one whose clock runs out first. */
export function weakestHop(path: Path, { verdict, decidingHop }: Verdict, protocol: Protocol): Hop | undefined {
  if (verdict !== "holds") return decidingHop;
  const seconds = (hop: Hop) => limitOf(hop, protocol).idleSeconds ?? Infinity;
  return path.hops
    .filter((hop) => Number.isFinite(seconds(hop)))
    .reduce<Hop | undefined>((best, hop) => (best === undefined || seconds(hop) < seconds(best) ? hop : best), undefined);
}

function asSentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
