import { setMaxListeners } from "node:events";
import type { ClusterReader } from "../cluster";
import { Books } from "./books";
import type { Check, CheckContext, CheckOptions, Limits } from "./checks/model";
import { mergeHeaders } from "./connect/headers";
import type { OpenOptions } from "./connect/model";
import type { CheckResult, Outcome, Report, Target, TargetEntry, Unlocated } from "./model";
import type { Progress } from "./progress";
import { isRefusal } from "./refusals";
import { shownUrl } from "./shownUrl";

/** One run, as the command line asks for it. */
export interface Run {
  target: Target;
  checks: Check[];
  options: CheckOptions;
  limits: Limits;
  sources: (string | undefined)[];
  progress: Progress;
  /** Aborted by Ctrl-C. */
  interrupt: AbortSignal;
  /** What every connection is opened with: the user's headers, their authority, who may be spoken to. */
  opening: Pick<OpenOptions, "headers" | "authority" | "permits">;
  cluster?: ClusterReader;
  confirm(question: string): Promise<boolean>;
}

type Finding = Awaited<ReturnType<Check["run"]>>;

/** Ways in that are looked at side by side are all opened within this. */
const OPENING_SECONDS = 5;

/** Does one check after the other, at one way in after the other, or side by side. Never leaves a connection behind. */
export async function runChecks(run: Run): Promise<Report> {
  const startedAt = new Date();
  const books = new Books(run.limits);
  const results: CheckResult[] = (run.target.unlocated ?? []).map((place) => nowhere(place, run.checks));
  try {
    for (const check of run.checks) {
      for (const group of sideBySide(check, run)) {
        if (run.interrupt.aborted) break;
        // All come to their end before a bug in one of them is thrown, so that none opens anything afterwards.
        const ended = await Promise.allSettled(group.map((entry) => runOne(check, entry, run, books, results)));
        results.push(...ended.map(valueOf));
        await books.closeAll();
      }
    }
  } finally {
    run.progress.clear();
    await books.closeAll();
  }
  const interrupted = run.interrupt.aborted;
  return {
    schemaVersion: 1,
    target: run.target.title,
    startedAt: startedAt.toISOString(),
    seconds: secondsSince(startedAt.getTime()),
    outcome: worst(results, interrupted),
    interrupted,
    results,
    entries: run.target.entries.map((entry) => ({ ...entry, url: shownUrl(entry.url) })),
  };
}

/** The ways in, in groups; each group holds no more connections than may be open, and than can be opened in a moment. */
export function sideBySide(
  check: Pick<Check, "holds">,
  { target, options, limits }: Pick<Run, "target" | "options" | "limits">,
): TargetEntry[][] {
  const most = Math.min(limits.connections, limits.ratePerSecond * OPENING_SECONDS);
  const groups: TargetEntry[][] = [];
  let held = Infinity;
  for (const entry of target.entries) {
    const more = check.holds?.(entry, options, limits) ?? Infinity;
    held += more;
    if (held > most) {
      groups.push([]);
      held = more;
    }
    groups.at(-1)!.push(entry);
  }
  return groups;
}

function valueOf<T>(ended: PromiseSettledResult<T>): T {
  if (ended.status === "rejected") throw ended.reason;
  return ended.value;
}

async function runOne(check: Check, entry: TargetEntry, run: Run, books: Books, before: CheckResult[]): Promise<CheckResult> {
  const started = Date.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), run.limits.seconds * 1000);
  const onInterrupt = () => limit.abort();
  run.interrupt.addEventListener("abort", onInterrupt);
  try {
    const context = contextOf(entry, run, books, check.name, limit.signal);
    const finding = notReached(check, entry, before) ?? (await check.run(context).catch(couldNotGoOn));
    const place = { check: check.name, service: entry.service, entry: entry.entry, url: shownUrl(entry.url) };
    const partial = limit.signal.aborted && finding.outcome !== "does-not-apply" ? ({ partial: true } as const) : {};
    return { ...place, ...finding, ...partial, seconds: secondsSince(started) };
  } finally {
    clearTimeout(timer);
    run.interrupt.removeEventListener("abort", onInterrupt);
  }
}

/** A way in without an address cannot be opened, whatever was to be looked at. */
function nowhere(place: Unlocated, checks: Check[]): CheckResult {
  const isReach = checks.some(({ name }) => name === "reach");
  return {
    check: isReach ? "reach" : checks[0]!.name,
    ...place,
    outcome: isReach ? "fails" : "unknown",
    summary: "It has no address: it is not deployed, or its load balancer was given none yet.",
    details: [],
    write: ["npx holdfast doctor --symptom lb-pending"],
    seconds: 0,
    measured: {},
  };
}

/** What one check is given. */
export function contextOf(
  entry: TargetEntry,
  { target, limits, sources, options, opening, progress, cluster, confirm }: Omit<Run, "checks" | "interrupt">,
  books: Books,
  title: string,
  signal: AbortSignal,
): CheckContext {
  const { podFrom } = options;
  // Every connection that is being opened listens to it.
  setMaxListeners(0, signal);
  return {
    target,
    entry,
    limits,
    sources,
    options,
    open: ({ headers, ...given } = {}) =>
      books.openOne({
        url: entry.url,
        signal,
        ...opening,
        ...(podFrom !== undefined && { podFrom }),
        ...given,
        headers: mergeHeaders(opening.headers, headers),
      }),
    progress: (line) => progress.say(`${title} ${entry.service} by ${entry.entry}: ${line}`),
    signal,
    ...(cluster && { cluster }),
    confirm,
  };
}

/** Where nothing could be opened, what is seen on open connections is not known. */
function notReached({ withoutReach }: Check, { service, entry }: TargetEntry, before: CheckResult[]): Finding | undefined {
  const reach = before.find((result) => result.check === "reach" && result.service === service && result.entry === entry);
  if (withoutReach || reach === undefined || reach.outcome === "holds") return undefined;
  return { outcome: "unknown", summary: "Not looked at: the way in could not be opened.", details: [], write: [], measured: {} };
}

function couldNotGoOn(error: unknown): Finding {
  if (!isRefusal(error)) throw error;
  return { outcome: "unknown", summary: `It could not go on: ${error.message}.`, details: [], write: [], measured: {} };
}

const RANK: Record<Outcome, number> = { fails: 3, unknown: 2, holds: 1, "does-not-apply": 0 };

/** `fails` before `unknown` before `holds`. A run in which nothing was to be seen, or that was cut short, did not see it hold. */
export function worst(results: Pick<CheckResult, "outcome">[], interrupted: boolean): Report["outcome"] {
  const rank = Math.max(interrupted ? RANK.unknown : 0, ...results.map(({ outcome }) => RANK[outcome]));
  if (rank === RANK.fails) return "fails";
  return rank === RANK.holds ? "holds" : "unknown";
}

const secondsSince = (milliseconds: number): number => Math.round((Date.now() - milliseconds) / 100) / 10;
