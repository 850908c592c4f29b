import { affinityWords, duration, VERDICT_WORDS } from "../explain/words";
import { nameOf } from "../path/value";
import type { HopAffinity } from "../path/model";
import type { Finding } from "../policy/rule";
import type { AddressLoss } from "./addresses";
import type { ResourceChange } from "./preview";
import type { Rollout } from "./rollout";
import type { PathChange, PathSide, Summary } from "./summary";

/** The longest comment that GitHub takes, in characters, less room for a line by which a workflow finds it again. */
export const LONGEST_COMMENT = 65_536 - 200;

/** The summary as a comment of a pull request. What does not fit is counted, from the end of the least important list on. */
export function asMarkdown(summary: Summary, title: string, limit = LONGEST_COMMENT): string {
  for (let rows = MOST_ROWS; rows >= 0; rows = Math.floor(rows / 2) - (rows < 2 ? 1 : 0)) {
    const text = write(summary, title, rows);
    if (text.length < limit || rows === 0) return text.slice(0, limit - 1);
  }
  return "";
}

const MOST_ROWS = 200;

function write(summary: Summary, title: string, rows: number): string {
  const blocks = [
    `## ${escape(title)}`,
    headline(summary),
    ...summary.errors.map((error) => `> **The preview failed:** ${escape(error.split("\n")[0] ?? "")}`),
    ...lossBlock(summary.losses, rows),
    ...connectionBlock(summary.rollouts, rows),
    ...pathBlock(summary.paths, rows),
    ...findingBlock(summary.findings, rows),
    ...changeBlock(summary.changes, rows),
    ...(summary.notes.length === 0
      ? []
      : [
          cut(
            summary.notes.map((note) => `- ${escape(note)}`),
            rows,
          ).join("\n"),
        ]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const OPERATIONS = ["create", "update", "replace", "delete", "same"] as const;
const DONE = { create: "created", update: "changed", replace: "replaced", delete: "deleted", same: "unchanged" } as const;

function headline({ counts, losses, rollouts, findings }: Summary): string {
  const done = OPERATIONS.flatMap((each) => (counts[each] === undefined ? [] : `${counts[each]} ${DONE[each]}`));
  const errors = findings.added.filter(({ severity }) => severity === "error").length;
  const costs = [
    ...(losses.length === 0 ? [] : [`**${plural(losses.length, "address", "addresses")} lost**`]),
    rollouts.length === 0 ? "no pod ends" : `pods of ${plural(rollouts.length, "workload")} end`,
    ...(errors === 0 ? [] : [`**${plural(errors, "new error")} of the rules**`]),
  ];
  return `${done.length === 0 ? "Nothing is planned" : done.join(", ")}. ${sentence(costs.join(", "))}`;
}

function lossBlock(losses: AddressLoss[], rows: number): string[] {
  if (losses.length === 0) return [];
  const lines = losses.map(({ what, operation, had, gets, replacedFor }) => {
    const was = had.length === 0 ? "" : ` (${had.join(", ")})`;
    if (operation === "update") {
      return `- ${code(what)} moves from ${had.join(", ")} to ${gets ?? "an address that is not known yet"}`;
    }
    const why = replacedFor.length === 0 ? "" : `, for ${replacedFor.map(code).join(", ")}`;
    const then = operation === "delete" ? "is deleted" : `is **replaced**${why}`;
    return `- ${code(what)}${escape(was)} ${then}${gets === undefined ? "" : `; then ${gets}`}`;
  });
  const warning =
    "> [!CAUTION]\n> Every connection through these is closed without notice. Who knows the old address comes back only where the same one is said to follow.";
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
    kind === "restart" ? `restarts: ${list(because.map(shortProperty))}` : escape(because.join("; ")),
    podWords(pods),
    kind === "restart" ? (atATime === null ? "all" : String(atATime)) : "all",
    seconds === null ? "at once" : `${duration(seconds.soonest)} to ${duration(seconds.latest)}`,
    closedWords(rollout),
    noticeWords(notice),
  ];
  return `| ${cells.join(" | ")} |`;
}

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
  return `${pods.atMost * connectionsPerPod} (${pods.atMost} pods of ${connectionsPerPod})`;
}

function noticeWords({ preStopSeconds, gracePeriodSeconds }: Rollout["notice"]): string {
  const told = gracePeriodSeconds - preStopSeconds;
  if (told <= 0) return "**none**: killed when preStop ends";
  return preStopSeconds === 0
    ? `${duration(told)}, while new connections still come`
    : `served for ${duration(preStopSeconds)} more, then ${duration(told)}`;
}

function pathBlock(paths: PathChange[], rows: number): string[] {
  if (paths.length === 0) return [];
  const changed = paths.filter(({ before, after }) => sideText(before) !== sideText(after));
  const same = paths.filter((path) => !changed.includes(path));
  const header = ["| way in | before | after |", "| --- | --- | --- |"];
  const row = ({ wayIn, before, after }: PathChange): string => `| ${code(wayIn)} | ${sideText(before)} | ${sideText(after)} |`;
  const shown = changed.slice(0, rows);
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
    ...(same.length === 0 || rows === 0
      ? []
      : [folded(`${plural(same.length, "way")} in as before`, [...header, ...same.slice(0, rows).map(row)])]),
  ];
}

function sideText(side: PathSide | undefined): string {
  if (side === undefined) return "none";
  const { sign, word } = VERDICT_WORDS[side.verdict];
  const limit = side.effectiveIdleSeconds === null ? "no limit" : duration(side.effectiveIdleSeconds);
  const sticks = side.affinity.map((each) => affinityWords(each as Pick<HopAffinity, "mechanism" | "ttlSeconds">));
  return [`${sign} ${word}`, limit, ...sticks].join("; ");
}

function findingBlock({ added, kept, mended }: Summary["findings"], rows: number): string[] {
  if (added.length + kept.length + mended.length === 0) return [];
  const lines = (findings: Finding[]): string[] => cut(sortedBySeverity(findings).map(findingLine), rows);
  return [
    "### Rules",
    added.length === 0 ? "Nothing new is found." : [`New with this change:`, "", ...lines(added)].join("\n"),
    ...(kept.length === 0 || rows === 0 ? [] : [folded(`${plural(kept.length, "finding")} as before`, ["", ...lines(kept)])]),
    ...(mended.length === 0 || rows === 0 ? [] : [folded(`${plural(mended.length, "finding")} mended`, ["", ...lines(mended)])]),
  ];
}

const sortedBySeverity = (findings: Finding[]): Finding[] =>
  [...findings].sort((left, right) => (left.severity === right.severity ? 0 : left.severity === "error" ? -1 : 1));

function findingLine({ rule, severity, object, container, found, fix }: Finding): string {
  const where = `${nameOf(object)}${container === undefined ? "" : `#${container}`}`;
  return `- **${severity}** ${code(rule)} ${code(where)}: ${escape(found)}; write ${code(fix.replaceAll(/\s+/g, " "))}`;
}

const MARKS: Record<ResourceChange["operation"], string> = {
  replace: "±",
  delete: "-",
  create: "+",
  update: "~",
  same: " ",
  other: " ",
};

function changeBlock(changes: ResourceChange[], rows: number): string[] {
  if (changes.length === 0) return [];
  const order = Object.keys(MARKS);
  const sorted = [...changes].sort((left, right) => order.indexOf(left.operation) - order.indexOf(right.operation));
  const lines = sorted.slice(0, rows).map(({ operation, type, name, changed, replacedFor }) => {
    const why = operation === "replace" && replacedFor.length > 0 ? replacedFor : operation === "update" ? changed : [];
    return `${MARKS[operation]} ${type} ${name}${why.length === 0 ? "" : `: ${list(why)}`}`;
  });
  const more = sorted.length - lines.length;
  const body = [
    "",
    "```diff",
    ...lines.map((line) => line.replaceAll("```", "'''")),
    "```",
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
  return [folded(plural(changes.length, "resource"), body)];
}

function cut(lines: string[], rows: number): string[] {
  return lines.length <= rows ? lines : [...lines.slice(0, rows), `- and ${lines.length - rows} more`];
}

const rest = (count: number): string[] => (count > 0 ? [`and ${count} more`] : []);

function folded(title: string, lines: string[]): string {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>"].join("\n");
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const code = (text: string): string => `\`${text.replaceAll("`", "'").replaceAll("|", "\\|")}\``;

/** What a reader would take for markup stays what it is. */
function escape(text: string): string {
  return text.replace(/[\\|*_<>`[\]]/g, (character) =>
    character === "<" ? "&lt;" : character === ">" ? "&gt;" : `\\${character}`,
  );
}
