import { counted, duration } from "../../explain/words";
import type { CheckResult } from "../model";
import { closeFaults, countBy, cutFaults, heldBackClients, noticeGiven, wayBackFaults, type Asked } from "./faults";
import { afterSigterm, leavingOf, peakWithin, quantile, tenths, waveOf } from "./figures";
import { nameOfEnding } from "../endings";
import { isGoodbye, UNNAMED, type Cut, type Watched } from "./model";

export type Judged = Pick<CheckResult, "outcome" | "summary" | "details" | "write" | "measured" | "endings">;

/** What was seen of the goodbyes against what is promised. Nobody is asked anything here. */
export function judgeDrain(watched: Watched, asked: Asked): Judged {
  const faults = [...cutFaults(watched, asked), ...closeFaults(watched, asked), ...wayBackFaults(watched, asked)];
  const [first, ...others] = faults;
  const common = { measured: figuresOf(watched, asked), endings: endingsOf(watched) };
  if (first !== undefined) {
    const details = [first, ...others].flatMap(({ details: more = [] }) => more);
    return {
      ...common,
      outcome: "fails",
      summary: first.sentence,
      details: [...others.map(({ sentence }) => sentence), ...details, ...worthKnowing(watched, asked)],
      write: [...new Set(faults.flatMap(({ write }) => write))],
    };
  }
  const open = whatIsMissing(watched, asked);
  return {
    ...common,
    outcome: open === undefined ? "holds" : "unknown",
    summary: open ?? goodSummary(watched, asked),
    details: [...(open === undefined || watched.cuts.length === 0 ? [] : [seenSoFar(watched)]), ...worthKnowing(watched, asked)],
    write: [],
  };
}

/** Why nothing can be said of goodbyes; undefined where they were seen. */
function whatIsMissing(watched: Watched, { promise }: Asked): string | undefined {
  const { cuts, rollout, sockets, wholeSeconds, leaving } = watched;
  const among = `while ${counted(sockets, "connection")} ${sockets === 1 ? "was" : "were"} watched for ${duration(Math.round(wholeSeconds))}`;
  if (rollout.state === "none" && cuts.length === 0) {
    return `No pod left ${among}. Start a rollout meanwhile, or let this one start it: --rollout.`;
  }
  if (cuts.length === 0) return `No connection ended ${among}: none was at a pod that left.`;
  const heldBack = heldBackClients(watched);
  if (heldBack.size > 0) {
    return `This machine could not let ${counted(heldBack.size, "client")} come back, so nobody knows whether the way in would have taken them: ${watched.notTried.at(-1)!.said}.`;
  }
  if (rollout.state === "unfinished") {
    return `The rollout did not come to its end ${among}: ${rollout.because ?? "pods are still leaving"}.`;
  }
  if (leaving.length > 0 && noticeGiven(leaving) !== undefined) return undefined;
  const seen = longestSpread(cuts);
  if (seen >= promise.drainSeconds) return undefined;
  const because =
    rollout.because ?? (leaving.length === 0 ? "no pod was seen to be told to leave" : "nobody knows how long its hook takes");
  return `Every connection that ended got a goodbye, but how much time there was for it cannot be told: ${because}.`;
}

/** The longest that the goodbyes of one pod were seen to take; what is promised is at least kept that far. */
function longestSpread(cuts: Cut[]): number {
  const byPod = new Map<string, number[]>();
  for (const { pod, atSeconds } of cuts) {
    if (pod !== undefined) byPod.set(pod, [...(byPod.get(pod) ?? []), atSeconds]);
  }
  return Math.max(0, ...[...byPod.values()].map((times) => Math.max(...times) - Math.min(...times)));
}

function goodSummary(watched: Watched, { promise }: Asked): string {
  const { leaving, sockets } = watched;
  const given = noticeGiven(leaving);
  const pods = leaving.length === 0 ? "" : ` when ${counted(leaving.length, "pod")} left`;
  const notice = given === undefined ? "" : `, with ${duration(given)} for it`;
  return `${seenSoFar(watched)}${pods}: none of ${counted(sockets, "connection")} was cut${notice}; ${duration(promise.drainSeconds)} are promised.`;
}

function seenSoFar({ cuts }: Watched): string {
  const codes = [...new Set(cuts.filter(({ ending }) => isGoodbye(ending)).flatMap(({ ending }) => ending.code ?? []))].sort();
  return `${counted(cuts.length, "goodbye")}${codes.length === 0 ? "" : ` (${codes.join(", ")})`}`;
}

/** What decides nothing, and helps to picture it. */
function worthKnowing(watched: Watched, { promise }: Asked): string[] {
  const { cuts, leaving, atEnd, apiSilentSeconds, notTried } = watched;
  const back = cuts.flatMap(({ backAfterSeconds }) => backAfterSeconds ?? []);
  const lines: string[] = [];
  if (back.length > 0) {
    const peak = peakWithin(returnsOf(cuts), 1);
    lines.push(
      `${counted(back.length, "connection")} came back, half of them within ${tenths(quantile(back, 0.5)!)}, the last after ${tenths(Math.max(...back))}; at most ${peak} in one second.`,
    );
  }
  const said = cuts.filter(({ ending }) => isGoodbye(ending)).flatMap((cut) => afterSigterm(cut, leavingOf(cut, leaving)) ?? []);
  if (said.length > 0) {
    const span = `from ${tenths(Math.min(...said))} to ${tenths(Math.max(...said))} after SIGTERM`;
    lines.push(`Goodbyes came ${span}; ${duration(promise.drainSeconds)} are promised for them.`);
  }
  const timesCut = Object.values(countBy(cuts.map(({ client }) => String(client)))).filter((times) => times > 1);
  if (timesCut.length > 0) {
    lines.push(
      `${counted(timesCut.length, "client")} ended more than once (up to ${Math.max(...timesCut)} times): they came back to a pod that left later.`,
    );
  }
  if (notTried.length > 0) {
    lines.push(
      `${counted(notTried.length, "attempt")} to come back could not be made by this machine, which says nothing of the way in: ${notTried.at(-1)!.said}.`,
    );
  }
  lines.push(...herd(atEnd));
  if (apiSilentSeconds >= 1) {
    lines.push(`The API server did not answer for ${tenths(apiSilentSeconds)}; connections do not pass through it.`);
  }
  return lines;
}

/** Nothing moves an open connection, so the pods that were ready first keep the most. */
function herd(atEnd: Record<string, number>): string[] {
  const counts = Object.entries(atEnd).filter(([pod]) => pod !== UNNAMED);
  if (counts.length < 2) return [];
  const shown = counts.sort(([, left], [, right]) => right - left).map(([pod, count]) => `${pod} ${count}`);
  const [most, least] = [counts[0]![1], counts.at(-1)![1]];
  const why =
    most > 2 * least && most >= 10 ? " Nothing moves an open connection: the pods that were ready first keep the most." : "";
  return [`At the end: ${shown.slice(0, 6).join(", ")}${shown.length > 6 ? ` and ${shown.length - 6} more` : ""}.${why}`];
}

const returnsOf = (cuts: Cut[]): number[] =>
  cuts.flatMap(({ atSeconds, backAfterSeconds }) => (backAfterSeconds === undefined ? [] : [atSeconds + backAfterSeconds]));

function figuresOf(watched: Watched, { promise }: Asked): Record<string, unknown> {
  const { cuts, leaving, turnedAway, notTried } = watched;
  const back = cuts.flatMap(({ backAfterSeconds }) => backAfterSeconds ?? []);
  const by = (who: string) => cuts.filter(({ ending }) => ending.by === who).length;
  const after = cuts.flatMap((cut) => afterSigterm(cut, leavingOf(cut, leaving)) ?? []);
  return {
    connections: watched.sockets,
    goodbyes: cuts.filter(({ ending }) => isGoodbye(ending)).length,
    resets: by("reset"),
    droppedInSilence: by("silent"),
    podsLeft: leaving.length,
    promisedNoticeSeconds: promise.drainSeconds,
    noticeSeconds: noticeGiven(leaving),
    firstEndAfterSigtermSeconds: rounded(quantile(after, 0)),
    lastEndAfterSigtermSeconds: rounded(quantile(after, 1)),
    turnedAway: turnedAway.length,
    notTried: notTried.length,
    reconnected: back.length,
    reconnectSecondsMedian: rounded(quantile(back, 0.5)),
    reconnectSeconds95Percent: rounded(quantile(back, 0.95)),
    reconnectSecondsMaximum: rounded(quantile(back, 1)),
    peakEndingsPerSecond: waveOf(
      cuts.map(({ atSeconds }) => atSeconds),
      promise.drainSeconds,
    ).peakPerSecond,
    peakReconnectsPerSecond: peakWithin(returnsOf(cuts), 1),
    rollout: watched.rollout.state,
  };
}

const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 1000) / 1000;

const endingsOf = ({ cuts }: Watched): Record<string, number> => countBy(cuts.map(({ ending }) => nameOfEnding(ending)));
