import type { CheckOptions, Limits } from "../checks/model";
import type { TargetEntry } from "../model";
import { knownWalls, predictedWalls } from "./knownWalls";
import type { Plan, Silence } from "./model";

/** What a node forgot it may take up again and happen to send to the same pod, so that one connection proves nothing. */
const COPIES_BEHIND_A_TABLE = 8;
const COPIES = 2;

const TALKING_SECONDS = 1;

/** Seconds that an answer may take. */
export const ANSWER_SECONDS = 5;

/** Kept back of the time a check has: for opening, and for the answers at the end. */
const SPARE_SECONDS = 15;

/** How far before and behind a wall is tried: a tenth of it, half a second to two. */
export function stepBeside(wallSeconds: number): number {
  return Math.min(2, Math.max(0.5, wallSeconds / 10));
}

/**
 * One connection can speak only once, because its word ends the silence. So several are silent at the same time, each for a length of
 * its own: just before and just behind every wall that is known or predicted, and as long as was asked for.
 */
export function planOf(
  { path, promise, protocol }: Pick<TargetEntry, "path" | "promise" | "protocol">,
  options: Pick<CheckOptions, "full" | "idleSeconds" | "heartbeatSeconds">,
  limits: Limits,
): Plan {
  const promised = promise.idleSeconds;
  const leftOut: string[] = [];
  const wanted = options.full ? promised : Math.min(promised, options.idleSeconds);
  const allowed = Math.max(1, limits.seconds - SPARE_SECONDS);
  // Behind the promise, because a wall that stands exactly there does not keep it.
  const reach = Math.min(wanted === promised ? promised + stepBeside(promised) : wanted, allowed);
  if (allowed < wanted) leftOut.push(`The run may last ${limits.seconds} s, so no silence was longer than ${reach} s.`);

  const predicted = predictedWalls(path, protocol);
  const tables = predicted.filter(({ layer }) => layer === 4).map(({ seconds }) => seconds);
  const copiesAt = (seconds: number) =>
    tables.some((table) => seconds > table && seconds <= table + 2 * stepBeside(table)) ? COPIES_BEHIND_A_TABLE : COPIES;
  const beside = (walls: number[]): Silence[] =>
    walls
      .flatMap((wall) => [wall - stepBeside(wall), wall + stepBeside(wall)])
      .filter((seconds) => seconds > 0 && seconds < reach)
      .concat(reach)
      .map((seconds) => ({ seconds, copies: copiesAt(seconds) }));

  const certain = predicted.map(({ seconds }) => seconds).concat(promised);
  const heartbeatSeconds =
    options.heartbeatSeconds ?? (promise.heartbeat?.kind === "message" ? promise.heartbeat.seconds : undefined);
  // What a client of these can always send, and a server has to answer: a ping.
  const talks = protocol === "websocket" || protocol === "grpc";
  const places = limits.connections - (talks ? (heartbeatSeconds === undefined ? 1 : 2) : 0);
  const all = merged(beside([...certain, ...knownWalls(protocol)]));
  const silences = [all, merged(beside(certain)), alone(merged(beside(certain)))].find((each) => count(each) <= places);
  if (silences !== all) {
    leftOut.push(`Only ${limits.connections} connections may be open, so fewer lengths of silence were tried.`);
  }
  return {
    silences: silences ?? [{ seconds: reach, copies: Math.max(1, places) }],
    ...(talks && places > 0 && { talkingSeconds: TALKING_SECONDS }),
    ...(talks && places > 0 && heartbeatSeconds !== undefined && { heartbeatSeconds }),
    leftOut,
  };
}

/** Lengths that are as good as the same become one, the longer, with the more copies. */
function merged(silences: Silence[]): Silence[] {
  const sorted = [...silences].sort((left, right) => left.seconds - right.seconds);
  return sorted.reduce<Silence[]>((kept, each) => {
    const last = kept.at(-1);
    if (last === undefined || each.seconds - last.seconds >= 0.2) return [...kept, each];
    return [...kept.slice(0, -1), { seconds: each.seconds, copies: Math.max(each.copies, last.copies) }];
  }, []);
}

const alone = (silences: Silence[]): Silence[] => silences.map(({ seconds }) => ({ seconds, copies: 1 }));

const count = (silences: Silence[]): number => silences.reduce((sum, { copies }) => sum + copies, 0);
