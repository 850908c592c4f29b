import { counted, duration } from "../../explain/words";
import { judgeAffinity } from "../../path/verdict";
import type { Answer } from "../answers";
import { deciderOf, hopThatSticks } from "../decider";
import { unreadable } from "../distribution/readable";
import { capital } from "../distribution/shares";
import type { CheckResult } from "../model";
import { LIKE_A_TUNNEL, ONE_TUNNEL } from "../portForward";
import { neededToLeaveOnePlace } from "../statistics";
import { afterRollout, decidedBy, deciderWords, heard, samePod } from "./decided";
import type { Asked, Tried } from "./model";

export type Judged = Pick<CheckResult, "outcome" | "summary" | "details" | "write" | "measured">;
type Verdict = Pick<Judged, "outcome" | "summary"> & Partial<Pick<Judged, "details" | "write">>;

/** Reconnects after which the same pod every time is no luck any more. */
export const neededReconnects = (pods: number): number => neededToLeaveOnePlace(pods) - 1;

/** Whether a client that comes back was seen at its pod, and what brought it there. */
export function judgeSticky(tried: Tried, asked: Asked): Judged {
  const { details = [], write = [], ...verdict } = verdictOn(tried, asked);
  return { ...verdict, details, write, measured: figuresOf(tried, asked) };
}

function verdictOn(tried: Tried, asked: Asked): Verdict {
  const { first, again } = tried;
  const open = unreadable([first, ...again]);
  if (open !== undefined) return open;
  if (!samePod(again, first.pod)) return tried.podsChanged === undefined ? letGo(tried, asked) : moved(tried, asked);
  const needed = neededReconnects(asked.pods);
  if (again.length < needed) {
    const summary = `${counted(again.length, "reconnect")} to the same pod may be luck with ${counted(asked.pods, "pod")}: ${needed} would tell.`;
    return { outcome: "unknown", summary };
  }
  const strayed = tried.otherAddresses.filter(({ pod, failed }) => failed === undefined && pod !== first.pod);
  if (strayed.length > 0) return perAddress(tried, strayed);
  const late = tried.late?.answer;
  if (late !== undefined && late.failed === undefined && late.pod !== first.pod) return forgotten(tried, asked);
  return kept(tried, asked);
}

function kept(tried: Tried, asked: Asked): Verdict {
  const by = decidedBy(tried, asked);
  const all = `${counted(tried.again.length, "reconnect")} of one client`;
  if (by === "one-pod") return nothingElse(tried, asked, all);
  const summary = `All ${all} reached its pod; what brought it back is ${deciderWords(by, tried, asked)}.`;
  return {
    outcome: "holds",
    summary,
    details: [...notAsRead(tried, asked, by), ...howLong(tried, asked), ...afterRollout(by, asked.path)],
  };
}

/** The same pod each time, and for everybody else: the client is where it belongs, but by what is not seen. */
function nothingElse(tried: Tried, { thisMachine, path }: Asked, all: string): Verdict {
  const summary = `All ${all} reached one pod, and nobody was seen at another, so what brought it back cannot be told`;
  const sticksBy = deciderOf(path).sticksBy;
  if (thisMachine) return { outcome: "unknown", summary: `${summary}: this is ${ONE_TUNNEL}.` };
  if (sticksBy === "nothing") {
    return { outcome: "unknown", summary: `${summary}; nothing on this way keeps clients, but ${LIKE_A_TUNNEL}.` };
  }
  const others = heard(tried.others).length;
  if (tried.others.length === 0) return fromOneSource(sticksBy, summary, all, path);
  const detail =
    others === 0
      ? `No other client got in: ${tried.others[0]!.failed}`
      : `${counted(others, "other client")} reached the same pod: whether more pods get any is what --check distribution tells.`;
  return { outcome: "unknown", summary: `${summary}.`, details: [detail] };
}

/** With one source this is all that source addresses can show, and it is what was promised. */
function fromOneSource(sticksBy: string, summary: string, all: string, path: Asked["path"]): Verdict {
  const more = "From one source address it cannot be told from a single pod; --from <address>,<address> names more of them.";
  if (sticksBy !== "source-ip") return { outcome: "unknown", summary: `${summary}.`, details: [more] };
  return {
    outcome: "holds",
    summary: `All ${all} reached its pod, as it should by its source address.`,
    details: [more, ...afterRollout("source-ip", path)],
  };
}

/** Where what was read and what was seen differ, somebody should know. */
function notAsRead({ first }: Tried, { path, promise }: Asked, by: string): string[] {
  const { sticksBy, hop } = deciderOf(path);
  if (hop !== undefined && sticksBy !== by && sticksBy !== "unknown") {
    return [`What was read says otherwise: ${hop.title} sticks by ${sticksBy === "nothing" ? "nothing" : sticksBy}.`];
  }
  const wanted = promise.affinity.cookieName;
  const names = first.cookies.map((cookie) => cookie.split("=")[0]!);
  return by === "cookie" && wanted !== undefined && !names.includes(wanted)
    ? [`The promise calls the cookie ${wanted}; it is ${names.join(", ")}.`]
    : [];
}

function howLong({ late }: Tried, { promise }: Asked): string[] {
  const ttl = duration(promise.affinity.ttlSeconds);
  if (late === undefined) return [`That it lasts ${ttl} was not waited for.`];
  if (late.answer.failed !== undefined) {
    return [`After ${duration(late.afterSeconds)} it could not be opened: ${late.answer.failed}`];
  }
  return [`After ${duration(late.afterSeconds)} without a connection it was still so; ${ttl} are promised.`];
}

function forgotten({ late, first }: Tried, { promise, path }: Asked): Verdict {
  const summary = `After ${duration(late!.afterSeconds)} without a connection the client reached ${late!.answer.pod} in place of ${first.pod}; ${duration(promise.affinity.ttlSeconds)} are promised.`;
  return { outcome: "fails", summary, write: path === undefined ? [] : judgeAffinity(path, promise.affinity).write };
}

function perAddress({ first }: Tried, strayed: Answer[]): Verdict {
  const where = strayed.map(({ address, pod }) => `${address} leads to ${pod}`).join(", ");
  const summary = `The name has several addresses and each keeps the client on a pod of its own choice: ${first.address} leads to ${first.pod}, ${where}.`;
  return {
    outcome: "fails",
    summary,
    write: ["stick by a cookie, which means the same at every address, or give the name one address"],
  };
}

/** Pods came or went: a client of a pod that is gone has to move once, and no more can be asked. */
function moved(tried: Tried, asked: Asked): Verdict {
  const { first, again, podsChanged } = tried;
  const left = again.findIndex(({ pod }) => pod !== first.pod);
  const settled = again.slice(left);
  const details = afterRollout(decidedBy(tried, asked), asked.path);
  if (tried.firstPodWent && samePod(settled, settled[0]!.pod) && settled.length >= neededReconnects(asked.pods)) {
    const summary = `The client's pod ${first.pod} went (${podsChanged}); it was moved once, to ${settled[0]!.pod}, and all ${counted(settled.length, "reconnect")} since reached that.`;
    return { outcome: "holds", summary, details };
  }
  const summary = `The pods changed meanwhile (${podsChanged}), and ${again.length - left} of ${counted(again.length, "reconnect")} came after the client was first moved. Look again when no rollout runs.`;
  return { outcome: "unknown", summary, details };
}

/** It came back to other pods though nothing happened to its own. */
function letGo(tried: Tried, asked: Asked): Verdict {
  const { first, again } = tried;
  const away = again.filter(({ pod }) => pod !== first.pod).length;
  const seen = `${away} of ${counted(again.length, "reconnect")} of one client reached another pod`;
  const read = asked.path === undefined ? undefined : judgeAffinity(asked.path, asked.promise.affinity);
  const because = whyLetGo(tried, asked);
  const reasons = read?.verdict === "fails" ? read.reasons : [];
  return { outcome: "fails", summary: `${capital(seen)}: ${because}.`, details: reasons, write: read?.write ?? [] };
}

function whyLetGo({ first, unsent }: Tried, { path, promise }: Asked): string {
  const { sticksBy, hop } = deciderOf(path);
  const names = first.cookies.map((cookie) => cookie.split("=")[0]!).join(", ");
  const wanted = hop?.affinity?.cookieName ?? promise.affinity.cookieName;
  const [notSent] = Object.entries(unsent)
    .filter(([name]) => wanted === undefined || name === wanted)
    .map(([name, why]) => `${name} came, and no client sends it back here: ${why}`);
  switch (sticksBy) {
    case "nothing":
      return `${hop!.title} chooses the pod and sticks by nothing`;
    case "cookie":
      if (first.cookies.length === 0) {
        return `${hop!.title} should set the cookie ${wanted ?? "that it sticks by"}, and no cookie came`;
      }
      if (wanted !== undefined && !names.split(", ").includes(wanted)) {
        return `${hop!.title} should set the cookie ${wanted}, and only ${names} came`;
      }
      if (notSent !== undefined) return notSent;
      return `${names} came and was sent back, and ${hop!.title} or something before it does not heed it`;
    case "source-ip":
      return `${hop!.title} should keep a source address on its pod, and does not, or does not see the client's own`;
    case "header":
      return `${hop!.title} should keep a client on its pod by a header; --sticky-header names it`;
    case "unknown":
      if (first.cookies.length === 0) return "no cookie came, and the source address alone does not keep it";
      return notSent ?? `${names} came and was sent back, and it did not help`;
  }
}

function figuresOf(tried: Tried, asked: Asked): Judged["measured"] {
  const { first } = tried;
  const figure = (answers: Answer[]) => ({
    connections: answers.length,
    samePod: answers.filter(({ pod }) => pod === first.pod).length,
  });
  const by = decidedBy(tried, asked);
  const hop = by === "one-pod" ? undefined : hopThatSticks(asked.path, by)?.index;
  const isKept = tried.again.length > 0 && samePod(tried.again, first.pod) && first.pod !== undefined;
  return {
    pods: asked.pods,
    again: figure(tried.again),
    withoutCookie: figure(tried.withoutCookie),
    cookieElsewhere: figure(tried.cookieElsewhere),
    others: figure(tried.others),
    otherAddresses: figure(tried.otherAddresses),
    cookies: first.cookies.map((cookie) => cookie.split("=")[0]!),
    ...(isKept && { decidedBy: by, ...(hop !== undefined && { decidedAtHop: hop }) }),
    ...(tried.late !== undefined && { lateSeconds: tried.late.afterSeconds }),
  };
}
