import type { MigrationPlan } from "../compile/migration/plan";
import { CHOICES } from "./choice";
import { costLines, type Cost } from "./cost";
import { drawPath, escapeXml } from "./drawing";
import { migrationParts, migrationWords } from "./migration";
import { entryTitle, type ExplainedEntry, type ExplainedHop, type ExplainedService } from "./model";
import { drainWords, promiseWords } from "./promise";
import { STYLE } from "./style";
import { affinityWords, limitWords, VERDICT_WORDS } from "./words";

/** One page with every path drawn. It loads nothing: no script, no font, no picture from elsewhere. */
export function explainAsHtml(services: ExplainedService[], title: string, cost?: Cost): string {
  const heading = `The paths of ${title}`;
  return [
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeXml(heading)}</title>`,
    `<style>${STYLE}</style></head>`,
    "<body><main>",
    `<h1>${escapeXml(heading)}</h1>`,
    '<p class="lead">Every way from a client to a pod, hop by hop. A bar is full where a hop keeps the whole promise.</p>',
    ...(services.length === 0 ? ["<p>There is no service in this stack.</p>"] : services.map(serviceHtml)),
    ...(cost === undefined ? [] : [costHtml(cost)]),
    choicesHtml(),
    "</main></body></html>",
    "",
  ].join("\n");
}

function serviceHtml(service: ExplainedService, index: number): string {
  const { name, namespace, protocol, entries, migration } = service;
  return [
    "<section>",
    `<h2>${escapeXml(name)} <small>${protocol}, namespace ${escapeXml(namespace)}</small></h2>`,
    `<p>Promised: ${escapeXml(promiseWords(service))}.<br>Goodbye: ${escapeXml(drainWords(service))}.</p>`,
    ...(migration === undefined ? [] : migrationHtml(migration)),
    ...(entries.length === 0
      ? ["<p>No entry: it is reached only inside the cluster, by the name of its Service.</p>"]
      : entries.map((entry, position) => entryHtml(entry, service.promise.idleSeconds, `s${index}e${position}`))),
    "</section>",
  ].join("\n");
}

function migrationHtml(migration: MigrationPlan): string[] {
  const parts = migrationParts(migration).flatMap(({ title, sentences }) => list(title, sentences));
  return ["<article>", `<h3>Moves ${escapeXml(migrationWords(migration))}</h3>`, ...parts, "</article>"];
}

function entryHtml(entry: ExplainedEntry, promisedSeconds: number, id: string): string {
  const { sign, word } = VERDICT_WORDS[entry.verdict];
  const title = entryTitle(entry);
  return [
    `<article class="${entry.verdict}">`,
    `<h3><span class="verdict">${sign} ${word}</span> ${escapeXml(title)} <code>${escapeXml(entry.url)}</code></h3>`,
    `<div class="scroll">${drawPath(entry, promisedSeconds, id)}</div>`,
    ...list("What it means", entry.meaning),
    ...list("What was found", entry.reasons),
    ...list("What to write", entry.write),
    ...list("What would settle it", entry.settle),
    ...list("Worth knowing", [...new Set(entry.hops.flatMap(({ notes }) => notes))]),
    ...list("What the stack adds", entry.edges),
    ...list("Why this entry", entry.choice),
    details(entry.hops),
    "</article>",
  ].join("\n");
}

function list(title: string, sentences: string[]): string[] {
  if (sentences.length === 0) return [];
  return [`<h4>${title}</h4>`, `<ul>${sentences.map((sentence) => `<li>${escapeXml(sentence)}</li>`).join("")}</ul>`];
}

function details(hops: ExplainedHop[]): string {
  const rows = hops.map(({ title, limit, idleSeconds, affinity, from, source }) => {
    const cells = [title, limitWords(limit, idleSeconds), affinity === null ? "" : affinityWords(affinity), from, source];
    return `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`;
  });
  const head = ["hop", "limit", "stickiness", "read from", "source"].map((cell) => `<th>${cell}</th>`).join("");
  return `<details><summary>Where this was read</summary><div class="scroll"><table><tr>${head}</tr>${rows.join("")}</table></div></details>`;
}

function costHtml(cost: Cost): string {
  const [counted, ...lines] = costLines(cost);
  const items = lines.map((line) => `<li>${escapeXml(line.replace(/^- /, ""))}</li>`).join("");
  return `<section><h2>What it takes</h2><p>${escapeXml(counted!)}</p><ul>${items}</ul></section>`;
}

function choicesHtml(): string {
  const rows = CHOICES.map(({ need, use, because }) => {
    return `<tr><td>${escapeXml(need)}</td><td>${escapeXml(use)}</td><td>${escapeXml(because)}</td></tr>`;
  });
  return [
    "<section><h2>Which way in</h2>",
    `<div class="scroll"><table><tr><th>for</th><th>take</th><th>because</th></tr>${rows.join("")}</table></div></section>`,
  ].join("\n");
}
