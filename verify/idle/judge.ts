import { counted, duration } from "../../explain/words";
import type { Hop } from "../../path/model";
import { judgeIdle } from "../../path/verdict";
import { nameOfEnding } from "../endings";
import type { CheckResult, TargetEntry } from "../model";
import { predictedWalls, whoseDefault, type Predicted } from "./knownWalls";
import type { Plan, Seen, Wall } from "./model";
import { hopOf, isEvent, keptOf, resolutionOf, wallOf } from "./wall";
import { applicationSpoke, endingWords, kindWords, lateWords, lengthOf, luckWords, seconds } from "./words";

export type Judged = Omit<CheckResult, "check" | "service" | "entry" | "url" | "seconds" | "partial">;
export type Judging = Pick<TargetEntry, "path" | "promise" | "protocol">;
type Answer = Pick<Judged, "outcome" | "summary"> & Partial<Pick<Judged, "details" | "write" | "seenAt">>;

/** What silent connections lived through, against what was promised and what the model predicts. */
export function judgeSilence(seen: Seen[], plan: Plan, entry: Judging): Judged {
  const without = seen.flatMap(({ withoutCall = [] }) => withoutCall);
  const withoutCalls = without.length > 0;
  const missing = without.includes("unimplemented") ? NO_HEALTH : ENDED_WATCH;
  const predicted = predictedWalls(entry.path, entry.protocol, withoutCalls);
  const wall = wallOf(seen);
  const kept = longestAnswered(seen);
  const answer =
    wall === undefined ? withoutWall(seen, plan, kept, predicted, entry) : withWall(wall, seen, plan, predicted, entry);
  const endings: Record<string, number> = {};
  for (const { ending } of seen) {
    if (ending !== undefined) endings[nameOfEnding(ending)] = (endings[nameOfEnding(ending)] ?? 0) + 1;
  }
  return {
    outcome: withoutCalls && answer.outcome === "holds" ? "unknown" : answer.outcome,
    summary: answer.summary,
    details: [...(withoutCalls ? [missing.detail] : []), ...(answer.details ?? []), ...plan.leftOut],
    write: [...(answer.write ?? []), ...(withoutCalls ? [missing.write] : [])],
    measured: figures(wall, kept, seen, plan, predicted),
    endings,
    ...(answer.seenAt && { seenAt: answer.seenAt }),
  };
}

const UNSEEN = "how long a proxy lets a silent call live was not seen, only how long the connection does.";
const NO_HEALTH = {
  detail: `No call was open on these connections, for the server has no health service (UNIMPLEMENTED): ${UNSEEN}`,
  write: "serve grpc.health.v1.Health in the application: its Watch is the call that is held",
};
const ENDED_WATCH = {
  detail: `No call was open on these connections, for the server ended the watch of its health at once: ${UNSEEN}`,
  write:
    "let the Watch of grpc.health.v1.Health stay open in the application, as the service is defined: it is the call that is held",
};

/** The longest silence after which a connection was answered. */
function longestAnswered(seen: Seen[]): number {
  return Math.max(
    0,
    ...seen.filter(({ role, fate }) => role === "silent" && fate === "answered").map((each) => each.silentSeconds),
  );
}

function withWall(wall: Wall, seen: Seen[], plan: Plan, predicted: Predicted[], entry: Judging): Answer {
  const promised = entry.promise.idleSeconds;
  const shown = lengthOf(wall);
  const ended = endingWords(wall);
  if (isEvent(wall)) {
    return {
      outcome: "unknown",
      summary: `${counted(wall.lost, "connection was", "connections were")} ended (${ended}), the first after ${shown}, while ${counted(wall.lucky, "other was", "others were")} silent for longer and answered: that is no limit of time.`,
      details: ["What ends some connections and spares others is a rollout, a pod that died, or a proxy that was reloaded."],
      write: ["run it again while nothing is rolled out; --check drain tells how connections end in a rollout"],
    };
  }
  const found = hopOf(wall, predicted);
  const hop = found === undefined ? undefined : entry.path?.hops[found.hop];
  const who =
    hop === undefined || found === undefined
      ? nobodyWords(entry)
      : `${hop.title} has this limit: ${seconds(found.seconds)} (${hop.from}).`;
  const age = wall.kind === "lifetime" ? "of age" : "of silence";
  const held = wall.kind === "call" ? "call" : "connection";
  const what = wall.how === "closed" ? `A ${held} was ended` : `A silent ${held} was lost`;
  const keeps = keptOf(wall) >= promised;
  const heartbeat = heartbeatAnswer(seen, plan, wall);
  const details = [
    ...kindWords(wall),
    ...lateWords(wall),
    ...luckWords(wall),
    ...applicationSpoke(wall),
    ...(hop === undefined ? suspects(wall, entry) : []),
    ...(heartbeat === undefined ? [] : [heartbeat.sentence]),
  ];
  // What the application's messages in the call would have saved, nobody can try who does not know the application.
  const isUntried = wall.kind === "call" && entry.promise.heartbeat?.kind === "message";
  const promisesHeartbeat = entry.promise.heartbeat !== undefined && heartbeat?.held === true && wall.kind !== "lifetime";
  return {
    outcome: keeps
      ? "holds"
      : promisesHeartbeat
        ? heartbeatOutcome(heartbeat.seconds, promised)
        : isUntried
          ? "unknown"
          : "fails",
    summary: `${what} after ${shown} ${age} (${ended}); the promise is ${duration(promised)}. ${who}`,
    details,
    write: keeps || promisesHeartbeat ? [] : linesFor(hop, promised, heartbeat, wall),
    ...(found !== undefined && { seenAt: { hop: found.hop, afterSeconds: wall.lostSeconds } }),
  };
}

const nobodyWords = ({ path }: Judging): string =>
  path === undefined
    ? "Nothing is known of the way there, so nobody can be named."
    : "Nobody on the path that was read has this number.";

/** Promised is a connection with heartbeats: it holds where one was seen to live as long as was promised. */
const heartbeatOutcome = (livedSeconds: number, promised: number): Answer["outcome"] =>
  livedSeconds >= promised ? "holds" : "unknown";

/** Who it may be where nobody on the path has the number. */
function suspects(wall: Wall, { path, protocol }: Judging): string[] {
  const unread = (path?.hops ?? []).filter((hop) => (hop.perProtocol?.[protocol]?.limit ?? hop.limit) === "unknown");
  const known = whoseDefault(protocol, wall.lostSeconds - resolutionOf(wall), wall.lostSeconds);
  const sentences = unread.map(
    ({ title, settle }) => `${title}: nothing that was read says its limit${settle === undefined ? "" : ` (${settle})`}.`,
  );
  if (known.length > 0) {
    const numbers = [...new Set(known.map(({ seconds: each }) => seconds(each)))].join(", ");
    sentences.push(
      `${numbers} is the default of ${[...new Set(known.map(({ title }) => title))].join(", ")}: one of them may stand on the way.`,
    );
  }
  return sentences;
}

function linesFor(hop: Hop | undefined, promised: number, heartbeat: Heartbeat | undefined, wall: Wall): string[] {
  const lines =
    hop === undefined ? ["find who it is: what stands in front and no manifest shows is declared in cluster.inFront"] : [];
  if (hop?.writeIdle !== undefined) lines.push(hop.writeIdle(promised));
  if (heartbeat?.held && wall.kind !== "lifetime") {
    lines.push(`promise.heartbeat: { seconds: ${heartbeat.everySeconds}, kind: message }, where the application sends them`);
  }
  return lines;
}

interface Heartbeat {
  held: boolean;
  everySeconds: number;
  /** How long the connection was open. */
  seconds: number;
  sentence: string;
}

function heartbeatAnswer(seen: Seen[], { heartbeatSeconds }: Plan, wall: Wall): Heartbeat | undefined {
  const beating = seen.find(({ role }) => role === "heartbeat");
  if (beating === undefined || heartbeatSeconds === undefined) return undefined;
  const held = beating.fate === "answered" && beating.afterSeconds > wall.lostSeconds;
  const what = held
    ? "was still open after"
    : beating.fate === "stopped"
      ? "was open when the run ended, after"
      : "was lost all the same, after";
  const sentence = `With a heartbeat every ${seconds(heartbeatSeconds)} a connection ${what} ${seconds(beating.afterSeconds)}.`;
  return { held, everySeconds: heartbeatSeconds, seconds: beating.afterSeconds, sentence };
}

/** A wall that was passed by less may only be late. */
const PASSED_SECONDS = 0.5;

function withoutWall(seen: Seen[], plan: Plan, kept: number, predicted: Predicted[], entry: Judging): Answer {
  const promised = entry.promise.idleSeconds;
  const silent = seen.filter(({ role }) => role === "silent");
  const unasked = silent.filter(({ fate }) => fate === "stopped");
  const noisy = noiseOf(silent);
  if (kept === 0) {
    const longest = Math.max(0, ...unasked.map(({ silentSeconds }) => silentSeconds));
    return {
      outcome: "unknown",
      summary: `Stopped before any connection had spoken; ${counted(unasked.length, "was", "were")} open, silent for ${seconds(longest)}.`,
    };
  }
  const seenWords = `Silent connections were open and answered after ${seconds(kept)}`;
  const passed = predicted.filter(({ seconds: wall }) => wall < kept - PASSED_SECONDS);
  const details = [...noisy, ...passed.map((wall) => passedWords(wall, entry))];
  if (kept < promised) {
    const asFar = passed.length === 0 && isAsAsked(plan, kept, unasked) && isForetold(entry);
    const summary = `${seenWords}; the promise is ${duration(promised)}, and nobody waited so long. ${foretold(entry)}`;
    const further = "--full waits the whole promise";
    if (asFar) return { outcome: "holds", summary, details: [...details, `${further}.`] };
    return { outcome: "unknown", summary, details, write: [further, ...foretoldLines(entry)] };
  }
  // What the pod says first is the half that no client can try, and the one a table of addresses loses for certain.
  const risky = passed.filter(({ layer }) => layer === 4);
  const summary = `${seenWords}; the promise is ${duration(promised)}.`;
  return {
    outcome: risky.length > 0 ? "unknown" : "holds",
    summary,
    details,
    ...(risky.length > 0 && { write: foretoldLines(entry) }),
  };
}

/** Whether nothing cut the run shorter than the user asked for. */
function isAsAsked({ silences, leftOut }: Plan, kept: number, unasked: Seen[]): boolean {
  return leftOut.length === 0 && unasked.length === 0 && kept >= silences.at(-1)!.seconds - PASSED_SECONDS;
}

/** Whether the rest, which nobody waited for, is kept by what was read of the path. */
function isForetold({ path, promise, protocol }: Judging): boolean {
  return path !== undefined && judgeIdle(path, promise, protocol).verdict === "holds";
}

/** Something was said on connections that were meant to be silent. */
function noiseOf(silent: Seen[]): string[] {
  const noisy = silent.filter(({ talked }) => talked);
  if (noisy.length === 0) return [];
  const longest = Math.max(...noisy.map(({ silentSeconds }) => silentSeconds));
  return [
    `The server did not keep silent: it said something after ${seconds(longest)} at the latest, so no longer silence was seen. What it says is a heartbeat.`,
  ];
}

function passedWords({ hop, seconds: limit, layer }: Predicted, { path }: Judging): string {
  const { title, from } = path!.hops[hop]!;
  const read = `${title} is read to have a limit of ${seconds(limit)} (${from}), and it was not met`;
  return layer === 4
    ? `${read}. A node that forgot a connection takes it up again when the client speaks, and may meet the same pod; what the pod says first would be lost.`
    : `${read}: what runs is not what was read.`;
}

/** What `explain` says of the time that nobody waited. */
function foretold({ path, promise, protocol }: Judging): string {
  if (path === undefined) return "Nothing is known of the way there that would say more.";
  const { verdict, reasons } = judgeIdle(path, promise, protocol);
  if (verdict === "holds") return "What was read of the path predicts that it holds.";
  return `What was read of the path predicts: ${reasons[0] ?? verdict}`;
}

function foretoldLines({ path, promise, protocol }: Judging): string[] {
  return path === undefined ? [] : judgeIdle(path, promise, protocol).write;
}

function figures(
  wall: Wall | undefined,
  kept: number,
  seen: Seen[],
  plan: Plan,
  predicted: Predicted[],
): Record<string, unknown> {
  const rounded = (value: number) => Math.round(value * 100) / 100;
  const smallest = predicted.length === 0 ? null : Math.min(...predicted.map((each) => each.seconds));
  const beating = seen.find(({ role }) => role === "heartbeat");
  return {
    connections: seen.length,
    longestSilenceAnsweredSeconds: rounded(kept),
    predictedSeconds: smallest,
    wallSeconds: wall === undefined ? null : rounded(wall.lostSeconds),
    ...(wall !== undefined && {
      wallKeptSeconds: rounded(keptOf(wall)),
      ...(wall.closedSeconds !== undefined && { wallClosedSeconds: rounded(wall.closedSeconds) }),
      wallKind: wall.kind,
      wallShownBy: wall.how,
      wallResolutionSeconds: rounded(resolutionOf(wall)),
      endedBy: wall.ending.by,
      ...(wall.ending.code !== undefined && { code: wall.ending.code }),
      lostConnections: wall.lost,
      answeredLaterConnections: wall.lucky,
    }),
    ...(plan.heartbeatSeconds !== undefined &&
      beating !== undefined && {
        heartbeatSeconds: plan.heartbeatSeconds,
        heartbeatHeldSeconds: rounded(beating.afterSeconds),
        heartbeatHeld: beating.fate === "answered",
      }),
  };
}
