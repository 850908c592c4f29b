import { facts, type HopKind } from "../../path/facts";
import type { Hop, Path } from "../../path/model";
import type { Answer } from "../answers";
import { hopThatSticks } from "../decider";
import type { Asked, DecidedBy, Tried } from "./model";

export const samePod = (answers: Answer[], pod: string | undefined): boolean => answers.every((answer) => answer.pod === pod);

/** Whoever got no answer reached no other pod. */
export const heard = (answers: Answer[]): Answer[] =>
  answers.filter(({ failed, pod }) => failed === undefined && pod !== undefined);

/** What brought the client back, seen by what happens without it. */
export function decidedBy({ first, ...tried }: Tried, { header }: Asked): DecidedBy {
  const [withoutCookie, cookieElsewhere, others] = [tried.withoutCookie, tried.cookieElsewhere, tried.others].map(heard) as [
    Answer[],
    Answer[],
    Answer[],
  ];
  if (withoutCookie.length > 0 && !samePod(withoutCookie, first.pod)) return "cookie";
  if (samePod(others, first.pod)) return "one-pod";
  // Others go elsewhere, and the same cookies bring them to this pod: it is not the address that does it.
  if (cookieElsewhere.length > 0 && samePod(cookieElsewhere, first.pod)) return "cookie";
  return header === undefined ? "source-ip" : "header";
}

const BY: Record<Exclude<DecidedBy, "one-pod">, (names: string) => string> = {
  cookie: (names) => `the cookie ${names}`,
  "source-ip": () => "the client's source address",
  header: (names) => `the header ${names}`,
};

/** `the cookie chat-route, read by Traefik`. */
export function deciderWords(by: Exclude<DecidedBy, "one-pod">, { first }: Tried, { path, header }: Asked): string {
  const hop = hopThatSticks(path, by)?.hop;
  const names = by === "header" ? (header ?? "") : cookieNames(first, hop);
  return `${BY[by](names)}${hop === undefined ? "" : `, by ${hop.title}`}`;
}

/** The cookie that the hop is known to set, else every one that came. */
function cookieNames({ cookies }: Answer, hop: Hop | undefined): string {
  const names = cookies.map((cookie) => cookie.split("=")[0]!);
  return names.find((name) => name === hop?.affinity?.cookieName) ?? names.join(", ");
}

/** What a rollout does to clients that come back, as far as who keeps them is known. */
export function afterRollout(by: DecidedBy, path: Path | undefined): string[] {
  if (by === "one-pod") return [];
  if (by === "cookie") {
    return ["When a pod goes, as in every rollout, its cookie leads nowhere: the client gets another pod and another cookie."];
  }
  const hop = hopThatSticks(path, by)?.hop;
  const forgets = hop === undefined ? undefined : facts(hop.hop as HopKind).affinity.forgetsWhen;
  const moved =
    forgets === undefined
      ? "When a pod goes, as in every rollout, its clients get another; those of pods that stay keep theirs, unless what chooses reckons the pod anew from all of them."
      : `${hop!.title} may give every client another pod when ${forgets}: each rollout and each step of an autoscaler.`;
  return [moved, "What a client needs to go on must therefore not live in one pod alone."];
}
