import type { Predicted } from "./knownWalls";
import type { Seen, Wall } from "./model";

/** Silences that differ by less are the same length: they were asked for together. */
const SAME_LENGTH_SECONDS = 0.2;
/** What a close may come late: the way of a packet, a busy machine. */
const LATE_SECONDS = 0.5;

const wasEnded = ({ fate }: Seen): boolean => fate === "closed" || fate === "lost";

/** The first wall that these connections met; undefined where they met none. */
export function wallOf(seen: Seen[]): Wall | undefined {
  const silent = seen.filter((each) => each.role === "silent" && !each.talked);
  const idle = idleWall(silent);
  const lifetime = lifetimeWall(seen);
  if (idle === undefined || lifetime === undefined) return withKind(idle, seen) ?? lifetime;
  // Those that were silent cannot tell the two apart: they are as old as their silence is long.
  return idle.lostSeconds < lifetime.lostSeconds - 2 * LATE_SECONDS ? withKind(idle, seen) : lifetime;
}

function idleWall(silent: Seen[]): Omit<Wall, "kind"> | undefined {
  const ended = silent.filter(wasEnded).sort((left, right) => left.silentSeconds - right.silentSeconds);
  const first = ended[0];
  if (first?.ending === undefined) return undefined;
  const answered = silent.filter(({ fate }) => fate === "answered");
  const before = answered.filter(({ silentSeconds }) => silentSeconds < first.silentSeconds - SAME_LENGTH_SECONDS);
  return {
    keptSeconds: Math.max(0, ...before.map(({ silentSeconds }) => silentSeconds)),
    lostSeconds: first.silentSeconds,
    how: first.fate === "closed" ? "closed" : "forgotten",
    ending: first.ending,
    lost: ended.length,
    lucky: answered.length - before.length,
  };
}

function withKind(wall: Omit<Wall, "kind"> | undefined, seen: Seen[]): Wall | undefined {
  if (wall === undefined) return undefined;
  const outlived = seen.some(
    (each) => (each.role !== "silent" || each.talked) && each.afterSeconds > wall.lostSeconds + LATE_SECONDS,
  );
  return { ...wall, kind: outlived ? "idle" : "undecided" };
}

/** All that talked were ended at one age, and nobody grew older. */
function lifetimeWall(seen: Seen[]): Wall | undefined {
  const talking = seen.filter((each) => each.role !== "silent" || each.talked);
  // A heartbeat without an answer is a connection that was lost, at whatever age.
  const ended = talking.filter((each) => each.talked && wasEnded(each) && each.ending?.by !== "silent");
  const first = ended.sort((left, right) => left.afterSeconds - right.afterSeconds)[0];
  if (first?.ending === undefined) return undefined;
  if (seen.some(({ afterSeconds }) => afterSeconds > first.afterSeconds + 2 * LATE_SECONDS)) return undefined;
  const younger = seen.filter(({ afterSeconds }) => afterSeconds < first.afterSeconds - SAME_LENGTH_SECONDS);
  return {
    kind: "lifetime",
    keptSeconds: Math.max(0, ...younger.filter(({ fate }) => fate === "answered").map(({ afterSeconds }) => afterSeconds)),
    lostSeconds: first.afterSeconds,
    how: "closed",
    ending: first.ending,
    lost: seen.filter(wasEnded).length,
    lucky: 0,
  };
}

/** Whether it is no wall at all: what ends one connection early and lets others be silent for longer is an event, not a clock. */
export function isEvent({ how, lucky }: Wall): boolean {
  return how === "closed" && lucky > 0;
}

/** The predicted wall that this one is; undefined where nobody on the path has the number. */
export function hopOf(wall: Wall, predicted: Predicted[]): Predicted | undefined {
  const { keptSeconds, lostSeconds, kind, how } = wall;
  const isIt = ({ seconds, kind: own }: Predicted): boolean =>
    seconds >= keptSeconds - SAME_LENGTH_SECONDS &&
    seconds <= lostSeconds + LATE_SECONDS &&
    (kind === "undecided" || kind === own);
  // Who closes is mostly a proxy, and who forgets a table of addresses.
  const likely = ({ layer }: Predicted): number => Number(layer === (how === "closed" ? 7 : 4));
  const distance = ({ seconds }: Predicted): number => Math.abs(seconds - lostSeconds);
  return predicted.filter(isIt).sort((left, right) => likely(right) - likely(left) || distance(left) - distance(right))[0];
}

/** The silence that is certainly kept. */
export function keptOf({ how, keptSeconds, lostSeconds }: Wall): number {
  return how === "closed" ? Math.max(keptSeconds, lostSeconds - LATE_SECONDS) : keptSeconds;
}

/** Seconds within which the wall is known to stand. */
export function resolutionOf({ how, keptSeconds, lostSeconds }: Wall): number {
  return how === "closed" ? LATE_SECONDS : lostSeconds - keptSeconds;
}
