import { createColors } from "picocolors";
import { costLines, type Cost } from "./cost";
import { migrationParts, migrationWords } from "./migration";
import { entryTitle, type ExplainedEntry, type ExplainedHop, type ExplainedService } from "./model";
import { drainWords, promiseWords } from "./promise";
import { affinityWords, keptShare, limitWords, VERDICT_WORDS } from "./words";

const WIDTH_CHARACTERS = 110;
const BAR_CHARACTERS = 10;

type Colors = ReturnType<typeof createColors>;

/**
 * The explanation for a person at a terminal.
 *
 * @param colored whether to mark verdicts by colour too. The signs and words say the same without it.
 */
export function explainAsText(services: ExplainedService[], cost?: Cost, colored = false): string {
  const colors = createColors(colored);
  const blocks = services.map((service) => serviceText(service, colors));
  if (cost !== undefined) {
    blocks.push([colors.bold("What it takes"), ...costLines(cost).flatMap((line) => wrap(line, "  "))].join("\n"));
  }
  return blocks.length === 0 ? "There is no service in this stack.\n" : `${blocks.join("\n\n\n")}\n`;
}

function serviceText(service: ExplainedService, colors: Colors): string {
  const { name, namespace, protocol, entries, migration } = service;
  const head = [
    `${colors.bold(name)}  ${protocol}, namespace ${namespace}`,
    ...wrap(`promised: ${promiseWords(service)}`, "  "),
    ...wrap(`goodbye:  ${drainWords(service)}`, "  "),
    ...(migration === undefined ? [] : ["", `  ${colors.bold("moves")}  ${migrationWords(migration)}`]),
    ...(migration === undefined ? [] : migrationParts(migration).flatMap((part) => sentences(part.label, part.sentences))),
  ];
  const none = "  No entry: it is reached only inside the cluster, by the name of its Service.";
  return [head.join("\n"), ...(entries.length === 0 ? [none] : entries.map((entry) => entryText(entry, service, colors)))].join(
    "\n\n",
  );
}

function entryText(entry: ExplainedEntry, { promise }: ExplainedService, colors: Colors): string {
  const { sign, word } = VERDICT_WORDS[entry.verdict];
  const paint = painter(entry.verdict, colors);
  const title = entryTitle(entry);
  return [
    `  ${paint(`${sign} ${word}`)}  ${colors.bold(title)}  ${entry.url}`,
    "",
    ...picture(entry, promise.idleSeconds, paint),
    "",
    ...sentences("means", entry.meaning),
    ...sentences("found", entry.reasons),
    ...sentences("write", entry.write),
    ...sentences("settle", entry.settle),
    ...sentences("note", [...new Set(entry.hops.flatMap(({ notes }) => notes))]),
    ...sentences("adds", entry.edges),
    ...sentences("why", entry.choice),
  ].join("\n");
}

/** Hop below hop in the order of a packet, each with the share of the promise that its clock keeps. */
function picture({ hops, verdict }: ExplainedEntry, promisedSeconds: number, paint: (text: string) => string): string[] {
  const titleWidth = Math.max(...hops.map(({ title }) => title.length));
  const limitWidth = Math.max(...hops.map(({ limit, idleSeconds }) => limitWords(limit, idleSeconds).length));
  const lines = hops.map((hop, index) => {
    const branch = index === hops.length - 1 ? "└─▶" : "├─▶";
    const limit = limitWords(hop.limit, hop.idleSeconds).padEnd(limitWidth);
    const affinity = hop.affinity === null ? "" : `  ${affinityWords(hop.affinity)}`;
    const mark = hop.weakest ? `  ${paint(`◀ ${VERDICT_WORDS[verdict].mark}`)}` : "";
    const patched = hop.patched ? "  patched" : "";
    return `    ${branch} ${hop.title.padEnd(titleWidth)}  ${bar(hop, promisedSeconds)}  ${limit}${affinity}${patched}${mark}`.trimEnd();
  });
  return ["    client", ...lines];
}

/** Full where a clock keeps the promise; the rest of it where it does not. */
function bar({ limit, idleSeconds }: ExplainedHop, promisedSeconds: number): string {
  const share = keptShare(limit, idleSeconds, promisedSeconds);
  if (share === null) return "?".repeat(BAR_CHARACTERS);
  // Only what keeps all of the promise may look full, and what keeps anything may not look empty.
  const full = share === 1 ? BAR_CHARACTERS : Math.min(BAR_CHARACTERS - 1, Math.max(1, Math.round(share * BAR_CHARACTERS)));
  return "█".repeat(full) + "░".repeat(BAR_CHARACTERS - full);
}

const LABEL_CHARACTERS = 8;

function sentences(label: string, texts: string[]): string[] {
  const indent = " ".repeat(4 + LABEL_CHARACTERS);
  const lines = texts.flatMap((text) => wrap(text, indent));
  if (lines.length > 0) lines[0] = `    ${label.padEnd(LABEL_CHARACTERS)}${lines[0]!.trimStart()}`;
  return lines;
}

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH_CHARACTERS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

function painter(verdict: ExplainedEntry["verdict"], colors: Colors): (text: string) => string {
  if (verdict === "fails") return (text) => colors.bold(colors.red(text));
  return verdict === "unknown" ? colors.yellow : colors.green;
}
