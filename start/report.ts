import pc from "picocolors";
import type { DeployedEntry, DeployedServices } from "./deploy";
import type { ProbeResult } from "./probe";

export interface Answer {
  service: string;
  entry: DeployedEntry;
  /** What is opened: the entry's URL. */
  url: string;
  /** Undefined where it was not tried. */
  result?: ProbeResult;
}

/** Every way in whose clients speak WebSocket or HTTP. */
export function answerable(services: DeployedServices): Answer[] {
  return Object.entries(services).flatMap(([service, { entries }]) =>
    entries.filter(({ url }) => /^(ws|http)s?:/.test(url)).map((entry) => ({ service, entry, url: entry.url })),
  );
}

export interface ReportOptions {
  /** The heading: which stack, where. */
  heading: string;
  services: DeployedServices;
  answers: Answer[];
  /** The command that opens a URL, from where it can be reached. */
  openWith: (url: string) => string;
  /** What else a person may do next. */
  closing: string[];
}

/** What `npm start` leaves on the screen: per service where it answers, whether the path keeps the promise, and how to open it. */
export function formatReport({ heading, services, answers, openWith, closing }: ReportOptions): string {
  const lines = [pc.bold(heading), ""];
  for (const [name, { namespace, entries }] of Object.entries(services)) {
    lines.push(`  ${pc.bold(name)} in namespace ${namespace}`);
    for (const entry of entries) {
      const answer = answers.find((each) => each.service === name && each.entry === entry);
      lines.push(...formatEntry(entry, answer, openWith));
    }
    lines.push("");
  }
  return [...lines, ...closing.map((line) => `  ${line}`)].join("\n");
}

function formatEntry(entry: DeployedEntry, answer: Answer | undefined, openWith: ReportOptions["openWith"]): string[] {
  const limit = entry.effectiveIdleSeconds === null ? "no idle limit" : `idle limit ${entry.effectiveIdleSeconds} s`;
  const lines = ["", `    ${pc.cyan(answer?.url ?? entry.url)}   ${entry.kind}, ${entry.address}`];
  lines.push(`      path    ${colored(entry.verdict)}, ${limit}`);
  if (entry.verdict !== "holds") lines.push(...entry.reasons.map((reason) => `              ${reason}`));
  if (answer?.result !== undefined) lines.push(`      answer  ${formatResult(answer.result)}`);
  if (answer !== undefined) lines.push(`      open    ${openWith(answer.url)}`);
  return lines;
}

function formatResult({ url, echoed, pod, milliseconds, reason }: ProbeResult): string {
  if (!echoed) return pc.red(`none: ${reason}`);
  const did = /^ws/.test(url) ? "sent the message back" : "answered";
  return pc.green(`pod ${pod ?? "unknown"} ${did} after ${milliseconds} ms`);
}

function colored(verdict: string): string {
  if (verdict.startsWith("holds")) return pc.green(verdict);
  return verdict === "fails" ? pc.red(verdict) : pc.yellow(verdict);
}
