import { ENVOY_DELAYED_CLOSE } from "../../path/facts";
import type { Ending } from "../model";
import type { Predicted } from "./knownWalls";
import type { Seen, Wall } from "./model";

/** Silences that differ by less are the same length: they were asked for together. */
const SAME_LENGTH_SECONDS = 0.2;
/** What a close may be seen late: Envoy leaves the socket open for a while, and the machine may be busy. */
export const LATE_SECONDS = ENVOY_DELAYED_CLOSE.defaultSeconds + 0.5;

const wasEnded = ({ fate }: Seen): boolean => fate === "closed" || fate === "lost";
const silenceOf = ({ silentSeconds }: Seen): number => silentSeconds;
const ageOf = ({ afterSeconds }: Seen): number => afterSeconds;

/** The first wall that these connections met; undefined where they met none. */
export function wallOf(seen: Seen[]): Wall | undefined {
  const silent = seen.filter((each) => each.role === "silent" && !each.talked);
  const idle = firstWall(silent, silenceOf);
  const lifetime = lifetimeWall(seen);
  if (idle === undefined || lifetime === undefined) return withKind(idle, seen) ?? lifetime;
  // Those that were silent cannot tell the two apart: they are as old as their silence is long.
  return idle.lostSeconds < lifetime.lostSeconds - LATE_SECONDS ? withKind(idle, seen) : lifetime;
}

function firstWall(seen: Seen[], lengthOf: (each: Seen) => number): Omit<Wall, "kind"> | undefined {
  const ended = seen.filter(wasEnded).sort((left, right) => lengthOf(left) - lengthOf(right));
  const first = ended[0];
  if (first?.ending === undefined) return undefined;
  const lostSeconds = lengthOf(first);
  const answered = seen.filter(({ fate }) => fate === "answered");
  const before = answered.filter((each) => lengthOf(each) < lostSeconds - SAME_LENGTH_SECONDS);
  // Whoever is about to close answers with a reset who speaks just then.
  const closed = ended.find((each) => each.fate === "closed" && lengthOf(each) <= lostSeconds + LATE_SECONDS);
  return {
    keptSeconds: Math.max(0, ...before.map(lengthOf)),
    lostSeconds,
    how: closed === undefined ? "forgotten" : "closed",
    ...(closed !== undefined && { closedSeconds: lengthOf(closed) }),
    ending: closed?.ending ?? first.ending,
    lost: ended.length,
    lucky: answered.length - before.length,
  };
}

function withKind(wall: Omit<Wall, "kind"> | undefined, seen: Seen[]): Wall | undefined {
  if (wall === undefined) return undefined;
  const talking = seen.filter((each) => each.role !== "silent" || each.talked);
  const outlived = talking.some(
    (each) => ageOf(each) > wall.lostSeconds + (wasEnded(each) ? LATE_SECONDS : -SAME_LENGTH_SECONDS),
  );
  return { ...wall, kind: outlived ? "idle" : "undecided" };
}

/** All that talked were ended at one age, and nobody grew older. */
function lifetimeWall(seen: Seen[]): Wall | undefined {
  const talking = seen.filter((each) => each.role !== "silent" || each.talked);
  // A heartbeat without an answer is a connection that was lost, at whatever age.
  const ended = talking.filter((each) => each.talked && wasEnded(each) && each.ending?.by !== "silent");
  if (ended.length === 0) return undefined;
  const age = Math.min(...ended.map(ageOf));
  if (seen.some((each) => ageOf(each) > age + LATE_SECONDS)) return undefined;
  // What ended much earlier met another wall, and says nothing of this one.
  const ofThisAge = seen.filter((each) => !wasEnded(each) || ageOf(each) >= age - LATE_SECONDS);
  const wall = firstWall(ofThisAge, ageOf);
  return wall && { ...wall, kind: isOfCall(wall.ending) ? "call" : "lifetime" };
}

/** Whether a call of gRPC ended, and not its connection. What talks there is another call. */
const isOfCall = ({ code }: Ending): boolean => typeof code === "string" && /^(RST_STREAM|grpc-status) /.test(code);

/** Whether it is no wall at all: what ends one connection early and lets others be silent for longer is an event, not a clock. */
export function isEvent({ how, lucky }: Wall): boolean {
  return how === "closed" && lucky > 0;
}

/** The predicted wall that this one is; undefined where nobody on the path has the number. */
export function hopOf(wall: Wall, predicted: Predicted[]): Predicted | undefined {
  const { keptSeconds, lostSeconds, kind, how } = wall;
  const isIt = ({ seconds, kind: own }: Predicted): boolean =>
    seconds >= keptSeconds - SAME_LENGTH_SECONDS &&
    seconds <= lostSeconds + SAME_LENGTH_SECONDS &&
    (kind === "undecided" || kind === "call" || kind === own);
  // Who closes is mostly a proxy, and who forgets a table of addresses.
  const likely = ({ layer }: Predicted): number => Number(layer === (how === "closed" ? 7 : 4));
  const distance = ({ seconds }: Predicted): number => Math.abs(seconds - lostSeconds);
  return predicted.filter(isIt).sort((left, right) => likely(right) - likely(left) || distance(left) - distance(right))[0];
}

/** The silence that is certainly kept. */
export function keptOf({ how, keptSeconds, lostSeconds }: Wall): number {
  return how === "closed" ? Math.max(keptSeconds, lostSeconds - LATE_SECONDS) : keptSeconds;
}

/** Seconds within which the wall is known to stand, before `lostSeconds`. */
export function resolutionOf(wall: Wall): number {
  return wall.lostSeconds - keptOf(wall);
}
