import type { Hop, HopAffinity, Path } from "../path/model";

/** By what a client comes back to its pod, as far as anything that was read decides it. */
export type SticksBy = HopAffinity["mechanism"] | "nothing" | "unknown";

/** Who chooses the pod, and by what. */
export interface Decider {
  sticksBy: SticksBy;
  /** Absent for a bare URL, and where nothing on the way chooses. */
  hop?: Hop;
  /** Its place in the path. */
  index?: number;
}

/** The last hop of a path that chooses among several is the one that chooses the pod; the model judges a promise by the same rule. */
export function deciderOf(path: Path | undefined): Decider {
  const index = path?.hops.findLastIndex(({ balances }) => balances) ?? -1;
  const hop = path?.hops[index];
  if (hop === undefined) return { sticksBy: "unknown" };
  if (hop.affinityUnknown) return { sticksBy: "unknown", hop, index };
  return { sticksBy: hop.affinity?.mechanism ?? "nothing", hop, index };
}

/** The hop a client is known at by this, the one nearest to the pods; undefined where no hop of the path does that. */
export function hopThatSticks(
  path: Path | undefined,
  mechanism: HopAffinity["mechanism"],
): { hop: Hop; index: number } | undefined {
  const index = path?.hops.findLastIndex(({ affinity }) => affinity?.mechanism === mechanism) ?? -1;
  return index < 0 ? undefined : { hop: path!.hops[index]!, index };
}
