import type { MigrationPlan } from "../compile/migration/plan";
import { costLines, type Cost } from "./cost";
import { migrationParts, migrationWords } from "./migration";
import { entryTitle, type ExplainedEntry, type ExplainedHop, type ExplainedService } from "./model";
import { drainWords, promiseWords } from "./promise";
import { affinityWords, limitWords, VERDICT_WORDS } from "./words";

/** The explanation for a pull request or a wiki. */
export function explainAsMarkdown(services: ExplainedService[], cost?: Cost): string {
  const blocks = services.map(serviceMarkdown);
  if (cost !== undefined) blocks.push(["## What it takes", ...costMarkdown(cost)].join("\n\n"));
  return blocks.length === 0 ? "There is no service in this stack.\n" : `${blocks.join("\n\n")}\n`;
}

function serviceMarkdown(service: ExplainedService): string {
  const { name, namespace, protocol, entries, migration } = service;
  return [
    `## ${escape(name)}`,
    [
      `- ${protocol}, namespace ${escape(namespace)}`,
      `- promised: ${promiseWords(service)}`,
      `- goodbye: ${drainWords(service)}`,
    ].join("\n"),
    ...(migration === undefined ? [] : migrationMarkdown(migration)),
    ...(entries.length === 0
      ? ["No entry: it is reached only inside the cluster, by the name of its Service."]
      : entries.map(entryMarkdown)),
  ].join("\n\n");
}

function migrationMarkdown(migration: MigrationPlan): string[] {
  const parts = migrationParts(migration).flatMap(({ title, sentences }) => list(title, sentences));
  return [`### Moves ${escape(migrationWords(migration))}`, ...parts];
}

function entryMarkdown(entry: ExplainedEntry): string {
  const { sign, word, mark } = VERDICT_WORDS[entry.verdict];
  const title = entryTitle(entry);
  const table = [
    "| hop | limit | stickiness | read from |",
    "| --- | --- | --- | --- |",
    ...entry.hops.map((hop) => hopRow(hop, mark)),
  ];
  return [
    `### ${sign} ${escape(title)}: ${word}`,
    `\`${entry.url}\``,
    table.join("\n"),
    ...list("What it means", entry.meaning),
    ...list("What was found", entry.reasons),
    ...list("What to write", entry.write),
    ...list("What would settle it", entry.settle),
    ...list("Worth knowing", [...new Set(entry.hops.flatMap(({ notes }) => notes))]),
    ...list("What the stack adds", entry.edges),
    ...list("Why this entry", entry.choice),
  ].join("\n\n");
}

function hopRow({ title, limit, idleSeconds, affinity, weakest, from, source }: ExplainedHop, mark: string): string {
  const name = weakest ? `**${escape(title)}** ◀ ${mark}` : escape(title);
  const sticks = affinity === null ? "" : affinityWords(affinity);
  return `| ${[name, limitWords(limit, idleSeconds), sticks, `${escape(from)} (${escape(source)})`].join(" | ")} |`;
}

function list(title: string, sentences: string[]): string[] {
  return sentences.length === 0 ? [] : [[`${title}:`, "", ...sentences.map((sentence) => `- ${escape(sentence)}`)].join("\n")];
}

function costMarkdown(cost: Cost): string[] {
  const lines = costLines(cost).map(escape);
  const items = lines.filter((line) => line.startsWith("- "));
  return [lines[0]!, items.join("\n"), ...lines.slice(1 + items.length)].filter((block) => block !== "");
}

/** What a reader would take for markup stays what it is. */
function escape(text: string): string {
  return text.replace(/[\\|*_<>`[\]]/g, (character) =>
    character === "<" ? "&lt;" : character === ">" ? "&gt;" : `\\${character}`,
  );
}
