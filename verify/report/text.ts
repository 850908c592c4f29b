import pc from "picocolors";
import type { CheckResult, Outcome, Report } from "../model";

const SIGNS: Record<Outcome, (text: string) => string> = {
  holds: (text) => pc.green(`✔ ${text}`),
  fails: (text) => pc.red(`✘ ${text}`),
  unknown: (text) => pc.yellow(`? ${text}`),
  "does-not-apply": (text) => pc.dim(`- ${text}`),
};

/** The report as a person reads it: way in by way in, one line for each check, then why, then what to write. */
export function asText(report: Report): string {
  const groups = new Map<string, CheckResult[]>();
  for (const result of report.results) {
    const key = `${result.service}\n${result.entry}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const blocks = [...groups.values()].map((results) => [headingOf(results[0]!), ...results.flatMap(linesOf)].join("\n"));
  return `${[...blocks, total(report)].join("\n\n")}\n`;
}

function headingOf({ service, entry, url }: CheckResult): string {
  return entry === "url" ? pc.bold(url) : `${pc.bold(`${service} by ${entry}`)}   ${pc.cyan(url)}`;
}

const INDENT = " ".repeat(19);

function linesOf({ check, outcome, summary, details, write, partial }: CheckResult): string[] {
  const cut = partial ? pc.dim(" (cut short)") : "";
  return [
    `  ${SIGNS[outcome](check.padEnd(14))} ${summary}${cut}`,
    ...details.map((sentence) => `${INDENT}${sentence}`),
    ...write.map((line) => `${INDENT}${pc.dim("write:")} ${line}`),
  ];
}

/** How many results have an outcome: in words, for one and for several. */
const WORDS: [Outcome, one: string, several: string][] = [
  ["fails", "fails", "fail"],
  ["unknown", "could not tell", "could not tell"],
  ["holds", "holds", "hold"],
  ["does-not-apply", "does not apply", "do not apply"],
];

function total({ target, results, seconds, interrupted, outcome }: Report): string {
  const told = WORDS.flatMap(([each, one, several]) => {
    const count = results.filter((result) => result.outcome === each).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : several}`];
  });
  const verdict = { holds: "holds", fails: "does not hold", unknown: "nobody can tell yet" }[outcome];
  const cut = interrupted ? " Interrupted: this is what was seen until then." : "";
  return `${pc.bold(`${target}: ${verdict}`)}. ${told.join(", ") || "Nothing was looked at"}, in ${seconds} s.${cut}`;
}
