import { escapeXml } from "../../explain/drawing";
import { STYLE } from "../../explain/style";
import { duration } from "../../explain/words";
import type { CheckResult, Outcome, Report, TargetEntry } from "../model";
import { drawEndings, drawShares, type Share } from "./pictures/bars";
import { drawOverTime } from "./pictures/overTime";
import { drawMeasuredPath } from "./pictures/path";
import { PICTURE_STYLE } from "./pictures/style";

const WORDS: Record<Outcome, string> = {
  holds: "✔ holds",
  fails: "✘ FAILS",
  unknown: "? not known",
  "does-not-apply": "– does not apply",
};

/** One page with everything that was seen. It loads nothing: no script, no font, no picture from elsewhere. */
export function asHtml(report: Report): string {
  const heading = `What was seen of ${report.target}`;
  const groups = byWayIn(report.results);
  return [
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeXml(heading)}</title>`,
    `<style>${STYLE}${PICTURE_STYLE}</style></head>`,
    "<body><main>",
    `<h1>${escapeXml(heading)}</h1>`,
    `<p class="lead ${report.outcome}"><span class="verdict">${WORDS[report.outcome]}</span> ${escapeXml(whenWords(report))}</p>`,
    ...(groups.length === 0
      ? ["<p>Nothing was looked at.</p>"]
      : groups.map((results, index) => wayIn(results, report.entries, index))),
    "</main></body></html>",
    "",
  ].join("\n");
}

function whenWords({ startedAt, seconds, interrupted }: Report): string {
  const cut = interrupted ? " It was interrupted: this is what was seen until then." : "";
  return `Begun ${startedAt.slice(0, 19).replace("T", " ")} UTC, ${duration(Math.round(seconds))} long.${cut}`;
}

function byWayIn(results: CheckResult[]): CheckResult[][] {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const key = `${result.service}\n${result.entry}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

function wayIn(results: CheckResult[], entries: TargetEntry[], index: number): string {
  const [{ service, entry, url }] = results as [CheckResult];
  const known = entries.find((each) => each.service === service && each.entry === entry);
  const title = entry === "url" ? service : `${service} by ${entry}`;
  const path = known === undefined ? "" : drawMeasuredPath(known, results, `w${index}p`);
  return [
    "<section>",
    `<h2>${escapeXml(title)} <small><code>${escapeXml(url)}</code></small></h2>`,
    ...(path === "" ? [] : [`<div class="scroll">${path}</div>`]),
    ...results.map((result, position) => resultHtml(result, `w${index}r${position}`)),
    "</section>",
  ].join("\n");
}

function resultHtml(result: CheckResult, id: string): string {
  const { check, outcome, summary, details, write, partial, seconds } = result;
  return [
    `<article class="${outcome}">`,
    `<h3><span class="verdict">${WORDS[outcome]}</span> ${escapeXml(check)} <small>${tenths(seconds)}${partial ? ", cut short" : ""}</small></h3>`,
    `<p>${escapeXml(summary)}</p>`,
    ...pictures(result, id),
    ...list("What was seen", details),
    ...list("What to write", write),
    figures(result.measured),
    "</article>",
  ].join("\n");
}

function pictures({ timeline = [], endings = {}, measured }: CheckResult, id: string): string[] {
  const shares = sharesIn(measured);
  return [
    ...(timeline.length < 2 ? [] : ["<h4>Connections over time, by pod</h4>", drawOverTime(timeline, `${id}t`)]),
    ...(Object.keys(endings).length === 0 ? [] : ["<h4>How they ended</h4>", drawEndings(endings, `${id}e`)]),
    ...(shares.length === 0 ? [] : ["<h4>Who answered</h4>", drawShares(shares, `${id}s`)]),
  ];
}

/** What `distribution` counts. */
function sharesIn({ shares }: Record<string, unknown>): Share[] {
  return Array.isArray(shares) ? (shares as Share[]) : [];
}

function list(title: string, sentences: string[]): string[] {
  if (sentences.length === 0) return [];
  return [`<h4>${title}</h4>`, `<ul>${sentences.map((sentence) => `<li>${escapeXml(sentence)}</li>`).join("")}</ul>`];
}

/** Every figure, for who looks closer and for who cannot see the pictures. */
function figures(measured: Record<string, unknown>): string {
  const rows = Object.entries(measured).filter(([, value]) => value !== undefined);
  if (rows.length === 0) return "";
  const cells = rows.map(([name, value]) => `<tr><th>${escapeXml(name)}</th><td>${escapeXml(shown(value))}</td></tr>`);
  return `<details><summary>Figures</summary><div class="scroll"><table>${cells.join("")}</table></div></details>`;
}

/** Most checks are over within seconds. */
const tenths = (seconds: number): string => (seconds < 10 ? `${Math.round(seconds * 10) / 10} s` : duration(Math.round(seconds)));

const shown = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
