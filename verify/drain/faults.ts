import { counted, duration } from "../../explain/words";
import { planDrain, type DrainPlan } from "../../path/drain";
import { facts } from "../../path/facts";
import type { Protocol } from "../../path/model";
import type { TargetEntry } from "../model";
import { afterSigterm, lastedToTheKill, leavingOf, quantile, tenths, waveOf } from "./figures";
import { isFinal, UNNAMED, type Cut, type Leaving, type Watched } from "./model";

/** What is asked of the goodbye, and where its settings stand. */
export type Asked = Pick<TargetEntry, "promise" | "protocol" | "drain" | "workload" | "namespace">;

/** One thing that is wrong: what was seen, and what to write against it. */
export interface Fault {
  sentence: string;
  details?: string[];
  write: string[];
}

/** Connections that ended without a word, by what ended them. */
export function cutFaults(watched: Watched, asked: Asked): Fault[] {
  const { sockets, leaving } = watched;
  const wordless = watched.cuts.filter(({ ending }) => ending.by === "reset" || ending.by === "silent");
  const faults: Fault[] = [];
  if (wordless.length > 0) {
    const silent = wordless.filter(({ ending }) => ending.by === "silent").length;
    const how = silent === 0 ? "reset" : silent === wordless.length ? "dropped in silence" : `reset or dropped (${silent})`;
    const write = new Set<string>();
    const details = causes(wordless, leaving).map(({ cuts, pods, cause }) => {
      adviceFor(cause, pods, asked).forEach((line) => write.add(line));
      return `${counted(cuts.length, "connection")}: ${causeWords(cause, cuts, pods, asked)}`;
    });
    const sentence = `${counted(wordless.length, "connection")} ${wordless.length === 1 ? "was" : "were"} ${how} without a goodbye (${sockets} were held); ${duration(asked.promise.drainSeconds)} are promised for one.`;
    faults.push({ sentence, details, write: [...write] });
  }
  return faults;
}

/**
 * `forced`: its pod was gone at once. `killed`: at the end of its pod's grace period. `exited`: its pod was leaving and had time left.
 * `untold`: its pod was not leaving. `unseen`: nobody saw any pod leave.
 */
type Cause = "forced" | "killed" | "exited" | "untold" | "unseen";

function causes(cuts: Cut[], leaving: Leaving[]): { cause: Cause; cuts: Cut[]; pods: Leaving[] }[] {
  const byCause = new Map<Cause, { cuts: Cut[]; pods: Set<Leaving> }>();
  for (const cut of cuts) {
    const pod = leavingOf(cut, leaving);
    const cause = causeOf(cut, pod, leaving.length > 0);
    const known = byCause.get(cause) ?? { cuts: [], pods: new Set<Leaving>() };
    known.cuts.push(cut);
    if (pod !== undefined) known.pods.add(pod);
    byCause.set(cause, known);
  }
  return [...byCause].map(([cause, { cuts: all, pods }]) => ({ cause, cuts: all, pods: [...pods] }));
}

function causeOf(cut: Cut, pod: Leaving | undefined, someLeft: boolean): Cause {
  if (pod === undefined) return someLeft ? "untold" : "unseen";
  if (pod.atOnce) return "forced";
  return lastedToTheKill(cut, pod) ? "killed" : "exited";
}

function causeWords(cause: Cause, cuts: Cut[], pods: Leaving[], { promise }: Asked): string {
  const named = podNames(cuts);
  if (cause === "unseen") return `at ${named}; no pod was seen to be told to leave.`;
  if (cause === "untold") {
    return `at ${named}, which nobody had told to leave: the pod died or was killed, or something on the way ended them.`;
  }
  if (cause === "forced") return `at ${named}, gone at once: deleted by force, or with no time to leave.`;
  const after = quantile(
    cuts.flatMap((cut) => afterSigterm(cut, leavingOf(cut, pods)) ?? []),
    0,
  );
  const when = after === undefined ? "" : `, the first ${tenths(after)} after SIGTERM`;
  if (cause === "exited") return `at ${named}, which went before its time was over${when}: the application ends without a word.`;
  const grace = Math.min(...pods.map(({ graceSeconds }) => graceSeconds));
  const late = after !== undefined && after >= promise.drainSeconds;
  const why = late ? "the application had its time and said nothing" : "that is less than was promised";
  return `at ${named}, killed at the end of a grace period of ${duration(grace)}${when}: ${why}.`;
}

function adviceFor(cause: Cause, pods: Leaving[], asked: Asked): string[] {
  if (cause === "unseen" || cause === "untold") return [];
  const written = goodbyeLines(pods, asked);
  return cause === "forced" || (cause === "killed" && written.length > 0) ? written : [...written, applicationLine(asked)];
}

/** The lines for a pod that was given less than the promise needs. */
function goodbyeLines(pods: Leaving[], asked: Asked): string[] {
  const plan = planOf(asked);
  const lines: string[] = [];
  const preStop = Math.min(...pods.map(({ preStopSeconds = Infinity }) => preStopSeconds));
  if (preStop < plan.preStopSeconds) {
    lines.push(`${templateOf(asked)}.containers[].lifecycle.preStop.sleep.seconds: ${plan.preStopSeconds}`);
  }
  const grace = Math.min(...pods.map(({ graceSeconds }) => graceSeconds));
  if (grace < plan.gracePeriodSeconds) {
    lines.push(`${templateOf(asked)}.terminationGracePeriodSeconds: ${plan.gracePeriodSeconds}`);
  }
  return lines;
}

function planOf({ drain, promise }: Asked): DrainPlan {
  return drain ?? planDrain({ propagationSeconds: PROPAGATION_SECONDS, drainSeconds: promise.drainSeconds });
}

/** For who has no plan to go by: what runs in the cluster learns of a leaving pod within this time. */
const PROPAGATION_SECONDS = facts("unknown-service-proxy").drain.propagationSeconds;

function templateOf({ workload, namespace }: Asked): string {
  const name = workload === undefined ? "the workload" : `${workload.kind} ${namespace}/${workload.name}`;
  return `${name}: spec.template.spec`;
}

function applicationLine({ promise, protocol }: Asked): string {
  const how = GOODBYES[protocol];
  return `in the application: on SIGTERM ${how}, one after the other within ${duration(promise.drainSeconds)}, and exit when all are closed`;
}

const GOODBYES: Record<Protocol, string> = {
  websocket: "close every WebSocket with 1001",
  "http-stream": "end every connection",
  grpc: "send GOAWAY on every connection and end its long calls with UNAVAILABLE",
  tcp: "end every connection",
};

/** Goodbyes that came, but wrong: with another code, all at once, or with less time than promised. */
export function closeFaults(watched: Watched, asked: Asked): Fault[] {
  const faults: Fault[] = [];
  const final = watched.cuts.filter(({ ending }) => isFinal(ending));
  if (final.length > 0) {
    const codes = [...new Set(final.map(({ ending }) => ending.code))].join(", ");
    const isGrpc = asked.protocol === "grpc";
    const sentence = `${counted(final.length, "connection")} ended with ${isGrpc ? "" : "code "}${codes}, which does not tell a client to come back.`;
    const right = isGrpc
      ? "send GOAWAY, and end long calls with UNAVAILABLE"
      : "close with 1001 (going away) or 1012 (restarting)";
    faults.push({ sentence, write: [`in the application: ${right}`] });
  }
  // Who was cut without a word comes back at once too, but is counted above.
  const times = watched.cuts.filter(({ ending }) => ending.by === "peer").map(({ atSeconds }) => atSeconds);
  const wave = waveOf(times, asked.promise.drainSeconds);
  if (wave.isWave) {
    const sentence = `${wave.peakPerSecond} connections ended within one second, and their clients came back at once; spread over the ${duration(asked.promise.drainSeconds)} there are, it would be about ${Math.ceil(wave.spreadPerSecond)} a second.`;
    faults.push({ sentence, write: [applicationLine(asked)] });
  }
  const given = noticeGiven(watched.leaving);
  if (given !== undefined && given < asked.promise.drainSeconds && faults.length === 0 && !hasReset(watched)) {
    const sentence = `Pods were given ${duration(given)} between SIGTERM and their end; ${duration(asked.promise.drainSeconds)} are promised.`;
    faults.push({ sentence, write: goodbyeLines(watched.leaving, asked) });
  }
  return faults;
}

const hasReset = ({ cuts }: Watched): boolean => cuts.some(({ ending }) => ending.by === "reset" || ending.by === "silent");

/** The least time any leaving pod had from SIGTERM until it would have been killed; undefined where nobody knows. */
export function noticeGiven(leaving: Leaving[]): number | undefined {
  const given = leaving.flatMap(({ graceSeconds, preStopSeconds, atOnce }) =>
    preStopSeconds === undefined || atOnce ? [] : [Math.max(0, graceSeconds - preStopSeconds)],
  );
  return given.length === 0 ? undefined : Math.min(...given);
}

/** Clients that wanted to come back and were turned away. */
export function wayBackFaults(watched: Watched, { promise }: Asked): Fault[] {
  const { turnedAway, cuts, seconds: watchedSeconds } = watched;
  const faults: Fault[] = [];
  if (turnedAway.length > 0) {
    const clients = new Set(turnedAway.map(({ client }) => client)).size;
    const kinds = countBy(turnedAway.map(({ step, status, said }) => (status === undefined ? said : `${status} at ${step}`)));
    const seen = Object.entries(kinds).map(([what, count]) => `${count} × ${what}`);
    const sentence = `${counted(clients, "client")} that came back ${clients === 1 ? "was" : "were"} turned away, ${counted(turnedAway.length, "time")} in all: ${seen.slice(0, 3).join(", ")}.`;
    faults.push({
      sentence,
      write: [
        "readinessProbe: one that only answers once the application accepts connections, and no longer from SIGTERM on",
        "lifecycle.preStop.sleep: long enough for every way in to learn that the pod leaves",
        ...(promise.affinity.mode === "client" && turnedAway.some(({ status }) => status !== undefined) ? [LED_BACK] : []),
      ],
    });
  }
  const heldBack = heldBackClients(watched);
  const gone = cuts.filter(
    ({ client, atSeconds, backAfterSeconds }) =>
      backAfterSeconds === undefined && watchedSeconds - atSeconds > LOST_SECONDS && !heldBack.has(client),
  );
  if (gone.length > 0) faults.push({ sentence: `${counted(gone.length, "client")} never came back.`, write: [] });
  return faults;
}

/** Clients that are away at the end, and that this machine could not let try. */
export function heldBackClients({ cuts, notTried }: Watched): Set<number> {
  const could = new Set(notTried.map(({ client }) => client));
  return new Set(
    cuts.flatMap(({ client, backAfterSeconds }) => (backAfterSeconds === undefined && could.has(client) ? [client] : [])),
  );
}

/** Of an answer by HTTP: a proxy stands there, which may stick by a cookie. */
const LED_BACK =
  "in the application: from SIGTERM on fail the readiness probe and still accept who comes: a proxy that sticks by a cookie (Traefik) sends clients back until the pod is not ready";

/** A client that is away for so long at the end of the watch was not just waiting for its turn. */
const LOST_SECONDS = 10;

/** The pods of those connections: all of them, or the first ones and how many more. */
function podNames(cuts: Cut[]): string {
  const names = [...new Set(cuts.map(({ pod = UNNAMED }) => pod))].sort();
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more pods`;
}

export function countBy(texts: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
