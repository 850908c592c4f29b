import type { Plan, PlannedWay } from "./plan";
import { LIMITS } from "./profiles";

/** What k6 measured: metric -> its figures. */
export type Metrics = Record<string, { values: Record<string, number> } | undefined>;

export interface Judged {
  holds: boolean;
  lines: string[];
}

/** What was promised and what came, a way in at a time. */
export function judge({ ways, leftOut }: Plan, metrics: Metrics): Judged {
  const judged = Object.entries(ways).map(([scenario, way]) => judgeWay(scenario, way, metrics));
  const holds = judged.every((each) => each.holds);
  return { holds, lines: [...judged.flatMap(({ lines }) => lines), ...leftOut, holds ? "It holds." : "It does not hold."] };
}

function judgeWay(scenario: string, way: PlannedWay, metrics: Metrics): Judged {
  const of = (metric: string) => metrics[`holdfast_${metric}{scenario:${scenario}}`]?.values ?? {};
  const problems = [...refusedProblems(way, of), ...cutProblems(way, of), ...muteProblems(way, of), ...slowProblems(way, of)];
  const heading = `${way.service} ${way.entry}  ${way.url}`;
  const said = problems.length > 0 ? problems.map((problem) => `does not hold: ${problem}`) : [`holds: ${seen(way, of)}`];
  return { holds: problems.length === 0, lines: [heading, ...said.map((line) => `  ${line}`)] };
}

type Figures = (metric: string) => Record<string, number>;

/** A rate counts its additions: `passes` were true. */
const trueOf = (rate: Record<string, number>) => rate.passes ?? 0;
const totalOf = (rate: Record<string, number>) => trueOf(rate) + (rate.fails ?? 0);
const whole = (value: number) => String(Math.round(value));
const things = ({ kind }: PlannedWay) => (kind === "hold" ? "connections" : "requests");

function seen(way: PlannedWay, of: Figures): string {
  const kept = of("kept").count ?? 0;
  const asked = totalOf(of("refused"));
  const within = `95 % within ${whole(of("answered_milliseconds")["p(95)"] ?? 0)} ms (allowed ${way.answeredMilliseconds})`;
  if (way.kind === "ask") return `${kept} of ${asked} requests, each on a connection of its own, were answered; ${within}.`;
  const silence = `${kept} of ${asked} connections stayed open through ${way.silentSeconds} s of silence`;
  return way.echoes ? `${silence} and answered after it; ${within}.` : `${silence}; whether they were answered was not asked.`;
}

function refusedProblems(way: PlannedWay, of: Figures): string[] {
  const rate = of("refused");
  const total = totalOf(rate);
  if (total === 0) return ["nobody came as far as to ask."];
  if (trueOf(rate) / total < LIMITS.refusedShare) return [];
  const what = way.kind === "hold" ? "connections were not opened" : "requests were not answered with 2xx";
  return [`${trueOf(rate)} of ${total} ${what}${cameInstead(of)} (allowed: less than ${LIMITS.refusedShare * 100} %).`];
}

function cameInstead(of: Figures): string {
  const { min, max } = of("refused_status");
  if (min === undefined || max === undefined || max === 0) return "";
  const status = (value: number) => (value === 0 ? "no answer" : `HTTP ${value}`);
  return min === max ? `, ${status(max)} came` : `, ${status(min)} to ${status(max)} came`;
}

function cutProblems(way: PlannedWay, of: Figures): string[] {
  const rate = of("cut");
  if (way.kind !== "hold" || trueOf(rate) === 0) return [];
  const { min = 0, max = 0 } = of("cut_after_seconds");
  return [
    `${trueOf(rate)} of ${totalOf(rate)} connections were closed by the other side within ${way.silentSeconds} s of silence ` +
      `(promised: ${way.promisedSeconds} s), the first ${min.toFixed(1)} s and the last ${max.toFixed(1)} s after it was opened.`,
  ];
}

function muteProblems(way: PlannedWay, of: Figures): string[] {
  const rate = of("mute");
  if (way.kind !== "hold" || trueOf(rate) === 0) return [];
  return [
    `${trueOf(rate)} of ${totalOf(rate)} connections were open and gave no echo within ${way.patienceSeconds} s. Something on the way ` +
      "forgot them without a word; or the application sends nothing back: --no-echo then.",
  ];
}

function slowProblems(way: PlannedWay, of: Figures): string[] {
  const slow = of("answered_milliseconds")["p(95)"] ?? 0;
  if (slow < way.answeredMilliseconds) return [];
  return [`95 % of the ${things(way)} were answered within ${whole(slow)} ms (allowed ${way.answeredMilliseconds}).`];
}
