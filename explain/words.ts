import type { HopAffinity, LimitKind, Verdict } from "../path/model";

const UNITS: [string, number][] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** Seconds as people say them, nothing rounded: `90 s`, `5 min 50 s`, `1 h`, `24 h`, `5 d`. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, length] of UNITS) {
    // Two days are clearer than 48 hours, but 24 hours and 90 seconds are clearer than a day and a minute and a half.
    const tooFew = parts.length === 0 && (unit === "d" || unit === "min") && rest < 2 * length && rest !== 60;
    const count = tooFew ? 0 : Math.floor(rest / length);
    if (count === 0) continue;
    parts.push(`${count} ${unit}`);
    rest -= count * length;
  }
  return parts.join(" ") || "0 s";
}

/** The clock of a hop: `1 h`, `after 1 h, silent or not`, `no limit`, `not known`. */
export function limitWords(limit: LimitKind, idleSeconds: number | null): string {
  if (limit === "none") return "no limit";
  if (limit === "unknown" || idleSeconds === null) return "not known";
  return limit === "lifetime" ? `${duration(idleSeconds)} in all` : duration(idleSeconds);
}

/** `1 pod`, `3 pods`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const MECHANISMS: Record<HopAffinity["mechanism"], string> = {
  cookie: "by cookie",
  "source-ip": "by source address",
  header: "by header",
};

/** Where the mechanism has no time of its own. */
const WITHOUT_END: Record<HopAffinity["mechanism"], string> = {
  cookie: "until the client drops it",
  "source-ip": "without a time limit",
  header: "without a time limit",
};

/** How a hop keeps a client on one pod: `same pod by cookie for 1 h`. */
export function affinityWords({ mechanism, ttlSeconds }: Pick<HopAffinity, "mechanism" | "ttlSeconds">): string {
  const length = ttlSeconds === null ? WITHOUT_END[mechanism] : `for ${duration(ttlSeconds)}`;
  return `same pod ${MECHANISMS[mechanism]} ${length}`;
}

type Answer = Verdict["verdict"];

/** The sign, the word and the mark beside the hop that decides. */
export const VERDICT_WORDS: Record<Answer, { sign: string; word: string; mark: string }> = {
  holds: { sign: "✔", word: "holds", mark: "weakest" },
  "holds-with-heartbeat": { sign: "✔", word: "holds with the heartbeat", mark: "weakest, kept open by the heartbeat" },
  "holds-as-lifetime": { sign: "✔", word: "holds, but no connection lives longer", mark: "ends here, silent or not" },
  fails: { sign: "✘", word: "FAILS", mark: "breaks here" },
  unknown: { sign: "?", word: "not known", mark: "to be settled" },
};

/** What share of the promise a hop keeps, 0 to 1; null where its clock is not known. */
export function keptShare(limit: LimitKind, idleSeconds: number | null, promisedSeconds: number): number | null {
  if (limit === "none") return 1;
  if (limit === "unknown" || idleSeconds === null) return null;
  return Math.min(1, idleSeconds / promisedSeconds);
}
