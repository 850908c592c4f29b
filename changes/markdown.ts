import { affinityWords, counted, duration, VERDICT_WORDS } from "../explain/words";
import { nameOf } from "../path/value";
import type { HopAffinity } from "../path/model";
import type { Finding } from "../policy/rule";
import type { AddressLoss } from "./addresses";
import type { FindingChanges } from "./findings";
import type { ResourceChange } from "./preview";
import type { Rollout } from "./rollout";
import type { PathChange, PathSide, Summary } from "./summary";

/** The longest comment that GitHub takes, in characters, less room for a line by which a workflow finds it again. */
export const LONGEST_COMMENT = 65_536 - 200;

/** Rows of each list, and of each list that is folded; what a reviewer opens last is cut first. */
interface Room {
  rows: number;
  folded: number;
}

const ROOMS: Room[] = [
  ...[200, 50, 10, 0].map((folded) => ({ rows: 200, folded })),
  ...[100, 50, 25, 12, 6, 3, 1, 0].map((rows) => ({ rows, folded: 0 })),
];

/** Characters of one text that somebody else wrote; a reader of more opens the file. */
const LONGEST_TEXT = 600;

/** The summary as a comment of a pull request. What does not fit is counted, from the lists that are folded on. */
export function asMarkdown(summary: Summary, title: string, limit = LONGEST_COMMENT): string {
  const texts = ROOMS.map((room) => () => write(summary, title, room));
  const fitting = texts.find((text) => text().length < limit) ?? texts.at(-1)!;
  const text = fitting();
  // Never half of a character that takes two.
  return text.length < limit ? text : text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "");
}

function write(summary: Summary, title: string, room: Room): string {
  const { rows } = room;
  const failed = summary.errors.map((error) => `> **The preview failed:** ${escape(error.split("\n")[0] ?? "")}`);
  const notes = cut(
    summary.notes.map((note) => `- ${escape(note)}`),
    rows,
  );
  const blocks = [
    `## ${escape(title)}`,
    headline(summary),
    ...cut(failed, Math.min(rows, MOST_ERRORS)),
    ...lossBlock(summary.losses, rows),
    ...connectionBlock(summary.rollouts, rows),
    ...pathBlock(summary.paths, room),
    ...findingBlock(summary.findings, room),
    ...changeBlock(summary.changes, room),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const MOST_ERRORS = 20;

const OPERATIONS = ["create", "update", "replace", "delete", "same"] as const;
const DONE = { create: "created", update: "changed", replace: "replaced", delete: "deleted", same: "unchanged" } as const;

function headline({ counts, losses, rollouts: all, findings }: Summary): string {
  const rollouts = all.filter(({ kind }) => kind !== "held");
  const done = OPERATIONS.flatMap((each) => (counts[each] === undefined ? [] : `${counts[each]} ${DONE[each]}`));
  const errors = findings.added.filter(({ severity }) => severity === "error").length;
  const costs = [
    ...(losses.length === 0 ? [] : [`**${counted(losses.length, "address", "addresses")} lost**`]),
    rollouts.length === 0 ? "no pod ends" : `pods of ${counted(rollouts.length, "workload")} end`,
    ...(errors === 0 ? [] : [`**${counted(errors, "new error")} of the rules**`]),
  ];
  return `${done.length === 0 ? "Nothing is planned" : done.join(", ")}. ${sentence(costs.join(", "))}`;
}

function lossBlock(losses: AddressLoss[], rows: number): string[] {
  if (losses.length === 0) return [];
  const lines = losses.map(({ what, operation, had, gets, replacedFor }) => {
    const was = had.length === 0 ? "" : ` (${escape(had.join(", "))})`;
    const why = replacedFor.length === 0 ? "" : `, for ${list(replacedFor.map(code))}`;
    const then = { update: `**moves**${why}`, delete: "is deleted", replace: `is **replaced**${why}` }[operation];
    const next = operation === "update" && gets === undefined ? "an address that is not known yet" : gets;
    return `- ${code(what)}${was} ${then}${next === undefined ? "" : `; then ${escape(next)}`}`;
  });
  const warning =
    "> [!CAUTION]\n> Connections through a load balancer that goes are closed without notice. Who knows the old address comes back only where the same one is said to follow.";
  return ["### Addresses that go", warning, cut(lines, rows).join("\n")];
}

function connectionBlock(rollouts: Rollout[], rows: number): string[] {
  const title = "### What it costs in connections";
  if (rollouts.length === 0) {
    return [title, "No pod restarts and none is taken away: no connection is closed by a pod that ends."];
  }
  const table = [
    "| workload | why | pods | at a time | takes | connections closed, at most | notice |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  const shown = rollouts.slice(0, rows).map(rolloutRow);
  return [title, [...table, ...shown].join("\n"), ...rest(rollouts.length - shown.length)];
}

function rolloutRow(rollout: Rollout): string {
  const { workload, kind, because, pods, atATime, seconds, notice } = rollout;
  const cells = [
    code(workload),
    kind === "restart" ? `restarts: ${list(because.map(shortProperty))}` : escape(`${WHEN[kind]}${because.join("; ")}`),
    podWords(pods),
    kind === "held" ? "-" : String(atATime ?? "all"),
    seconds === null ? TAKES[kind] : `${duration(seconds.soonest)} to ${duration(seconds.latest)}`,
    closedWords(rollout),
    noticeWords(notice),
  ];
  return `| ${cells.join(" | ")} |`;
}

const WHEN = { delete: "", "scale-in": "", held: "restarts only " } as const;

/** Where no seconds are known: nothing waits for anything, or their number is that of the pods. */
const TAKES = { delete: "at once", "scale-in": "at once", held: "-", restart: "grows with the pods" } as const;

const shortProperty = (property: string): string => code(property.replace(/^spec\.template\.(spec\.)?/, ""));

const MOST_REASONS = 3;

function list(items: string[]): string {
  const more = items.length - MOST_REASONS;
  return items.slice(0, MOST_REASONS).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function podWords({ atLeast, atMost }: Rollout["pods"]): string {
  if (atMost === null) return `${atLeast} or more`;
  return atLeast === atMost ? String(atMost) : `${atLeast} to ${atMost}`;
}

function closedWords({ pods, connectionsPerPod }: Rollout): string {
  if (connectionsPerPod === null || pods.atMost === null) return `all of ${podWords(pods)} pods`;
  return `${pods.atMost * connectionsPerPod} (${pods.atMost} pods of the autoscaler's ${connectionsPerPod})`;
}

function noticeWords({ preStopSeconds, gracePeriodSeconds }: Rollout["notice"]): string {
  const grace = duration(gracePeriodSeconds);
  if (gracePeriodSeconds === 0) return "**none**: killed at once";
  if (preStopSeconds === null) return `${grace} in all; its preStop program decides when SIGTERM comes`;
  const told = gracePeriodSeconds - preStopSeconds;
  if (told <= 0) return `**no SIGTERM**: killed after ${grace}, before preStop's ${duration(preStopSeconds)} are over`;
  return preStopSeconds === 0
    ? `${duration(told)} from SIGTERM to the kill, while new connections still come`
    : `serves on for ${duration(preStopSeconds)}, then ${duration(told)} from SIGTERM to the kill`;
}

function pathBlock(paths: PathChange[], room: Room): string[] {
  if (paths.length === 0) return [];
  const { rows } = room;
  const changed = paths.filter(({ before, after }) => sideText(before) !== sideText(after));
  const same = paths.filter((path) => !changed.includes(path));
  const header = ["| way in | before | after |", "| --- | --- | --- |"];
  const row = ({ wayIn, before, after }: PathChange): string => `| ${code(wayIn)} | ${sideText(before)} | ${sideText(after)} |`;
  const shown = changed.slice(0, rows);
  const sameRows = (same: PathChange[]): string[] => {
    const lines = same.slice(0, room.folded).map(row);
    return [...(lines.length === 0 ? [] : [...header, ...lines]), ...rest(same.length - lines.length)];
  };
  const reasons = shown.flatMap(({ wayIn, after }) =>
    after?.verdict === "fails" || after?.verdict === "unknown"
      ? after.reasons.slice(0, MOST_REASONS).map((reason) => `- ${code(wayIn)}: ${escape(reason)}`)
      : [],
  );
  return [
    "### Ways in",
    shown.length === 0 ? "No way in changes what it keeps." : [...header, ...shown.map(row)].join("\n"),
    ...rest(changed.length - shown.length),
    ...(reasons.length === 0 ? [] : [reasons.join("\n")]),
    ...(same.length === 0 ? [] : [folded(`${counted(same.length, "way")} in as before`, sameRows(same))]),
  ];
}

function sideText(side: PathSide | undefined): string {
  if (side === undefined) return "none";
  const { sign, word } = VERDICT_WORDS[side.verdict];
  const limit = side.effectiveIdleSeconds === null ? "no limit" : duration(side.effectiveIdleSeconds);
  const sticks = side.affinity.map((each) => affinityWords(each as Pick<HopAffinity, "mechanism" | "ttlSeconds">));
  return [`${sign} ${word}`, limit, ...sticks].join("; ");
}

function findingBlock({ added, kept, mended, waived }: FindingChanges, room: Room): string[] {
  if (added.length + kept.length + mended.length + waived.length === 0) return [];
  const lines = (findings: Finding[], rows: number): string[] => cut(sortedBySeverity(findings).map(findingLine), rows);
  const block = (title: string, findings: Finding[]): string[] =>
    findings.length === 0 ? [] : [folded(`${counted(findings.length, "finding")} ${title}`, lines(findings, room.folded))];
  return [
    "### Rules",
    added.length === 0 ? "Nothing new is found." : [`New with this change:`, "", ...lines(added, room.rows)].join("\n"),
    ...(waived.length === 0 ? [] : [[`Waived with this change:`, "", ...lines(waived, room.rows)].join("\n")]),
    ...block("as before", kept),
    ...block("mended", mended),
  ];
}

const sortedBySeverity = (findings: Finding[]): Finding[] =>
  [...findings].sort((left, right) => (left.severity === right.severity ? 0 : left.severity === "error" ? -1 : 1));

function findingLine({ rule, severity, object, container, found, fix, waived }: Finding): string {
  const where = `${nameOf(object)}${container === undefined ? "" : `#${container}`}`;
  const then = waived === undefined ? `write ${code(fix)}` : `because: ${escape(waived)}`;
  return `- **${severity}** ${code(rule)} ${code(where)}: ${escape(found)}; ${then}`;
}

const MARKS: Record<ResourceChange["operation"], string> = {
  replace: "±",
  delete: "-",
  create: "+",
  update: "~",
  same: " ",
  other: " ",
};

function changeBlock(changes: ResourceChange[], room: Room): string[] {
  if (changes.length === 0) return [];
  const order = Object.keys(MARKS);
  const sorted = [...changes].sort((left, right) => order.indexOf(left.operation) - order.indexOf(right.operation));
  const lines = sorted.slice(0, room.folded).map(({ operation, type, name, changed, replacedFor }) => {
    const why = operation === "replace" && replacedFor.length > 0 ? replacedFor : operation === "update" ? changed : [];
    return oneLine(`${MARKS[operation]} ${type} ${name}${why.length === 0 ? "" : `: ${list(why)}`}`);
  });
  const more = sorted.length - lines.length;
  const shown = lines.length === 0 ? [] : ["```diff", ...lines.map((line) => line.replaceAll("```", "'''")), "```"];
  const body = [...shown, ...rest(more)];
  return [folded(counted(changes.length, "resource"), body)];
}

function cut(lines: string[], rows: number): string[] {
  return lines.length <= rows ? lines : [...lines.slice(0, rows), `- and ${lines.length - rows} more`];
}

const rest = (count: number): string[] => (count > 0 ? [`and ${count} more`] : []);

function folded(title: string, lines: string[]): string {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>"].join("\n");
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Line breaks would end a row of a table, and one long text would take the room of all others. */
function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, "")} ...`;
}

const code = (text: string): string => `\`${oneLine(text).replaceAll("`", "'").replaceAll("|", "\\|")}\``;

/** What a reader would take for markup, or GitHub for the name of a person, stays what it is. */
function escape(text: string): string {
  return oneLine(text)
    .replaceAll("&", "&amp;")
    .replace(/[\\|*_<>`[\]]/g, (character) => (character === "<" ? "&lt;" : character === ">" ? "&gt;" : `\\${character}`))
    .replaceAll("@", "@<!-- -->");
}
