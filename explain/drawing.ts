import type { ExplainedEntry, ExplainedHop } from "./model";
import { affinityWords, keptShare, limitWords, VERDICT_WORDS } from "./words";

const BOX_WIDTH = 176;
const CLIENT_WIDTH = 76;
const GAP = 40;
const PADDING = 12;
const EDGE = 4;
const TITLE_LINE = 17;
const SMALL_LINE = 15;
const TITLE_CHARACTERS = 19;
const SMALL_CHARACTERS = 25;
const BAR_HEIGHT = 8;
const MARK_OFFSET = 17;

/** As much of an entry as is drawn. */
export type DrawnPath = Pick<ExplainedEntry, "kind" | "hops" | "verdict"> & {
  /** What stands below the hop that decides, in place of the verdict's own words. */
  mark?: string;
};

/**
 * One entry's path drawn from left to right, as an SVG element that takes its colours from the page. Every box has a bar: full
 * where the hop's clock keeps the whole promise.
 *
 * @param id unique on the page; names the drawing's title for screen readers.
 */
export function drawPath(entry: DrawnPath, promisedSeconds: number, id: string): string {
  const titleLines = entry.hops.map(({ title }) => wrapped(title, TITLE_CHARACTERS));
  const stickLines = entry.hops.map(({ affinity }) =>
    affinity === null ? [] : wrapped(affinityWords(affinity), SMALL_CHARACTERS),
  );
  const markLines = wrapped(`▲ ${entry.mark ?? VERDICT_WORDS[entry.verdict].mark}`, SMALL_CHARACTERS);
  const rows = { title: longest(titleLines), stick: longest(stickLines) };
  const boxHeight = PADDING * 2 + rows.title * TITLE_LINE + 28 + BAR_HEIGHT + 8 + rows.stick * SMALL_LINE;
  const width = EDGE * 2 + CLIENT_WIDTH + entry.hops.length * (GAP + BOX_WIDTH);
  const height = EDGE * 2 + boxHeight + MARK_OFFSET + markLines.length * SMALL_LINE;
  const boxes = entry.hops.map((hop, index) =>
    box(hop, entry, {
      x: EDGE + CLIENT_WIDTH + GAP + index * (BOX_WIDTH + GAP),
      boxHeight,
      title: titleLines[index]!,
      titleRows: rows.title,
      stick: stickLines[index]!,
      promisedSeconds,
      markLines,
    }),
  );
  const arrows = entry.hops.map((_hop, index) => arrow(EDGE + CLIENT_WIDTH + index * (BOX_WIDTH + GAP), EDGE + boxHeight / 2));
  return svg({ id, width, height, words: inWords(entry), kind: "path" }, [client(boxHeight), ...arrows, ...boxes]);
}

/** What every drawing of ours says of itself. */
export interface Canvas {
  /** Unique on the page; names the title for screen readers. */
  id: string;
  width: number;
  height: number;
  /** What is drawn, for who cannot see it. */
  words: string;
  /** Its class, for the page's style. */
  kind?: string;
}

/** An SVG element that stands in a page. */
export function svg({ id, width, height, words, kind }: Canvas, parts: string[]): string {
  const named = kind === undefined ? "" : ` class="${kind}"`;
  return [
    `<svg${named} role="img" aria-labelledby="${id}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    `<title id="${id}">${escapeXml(words)}</title>`,
    ...parts,
    "</svg>",
  ].join("\n");
}

/** What the drawing shows, for who cannot see it. */
function inWords({ kind, hops, verdict, mark }: DrawnPath): string {
  const chain = hops
    .map(({ title, limit, idleSeconds, weakest }) => {
      return `${title}: ${limitWords(limit, idleSeconds)}${weakest && mark !== undefined ? ` (${mark})` : ""}`;
    })
    .join(", then ");
  return `${kind}, ${VERDICT_WORDS[verdict].word}. From the client: ${chain}.`;
}

function client(boxHeight: number): string {
  const middle = EDGE + boxHeight / 2;
  return [
    `<rect class="client" x="${EDGE}" y="${middle - 22}" width="${CLIENT_WIDTH}" height="44" rx="22"/>`,
    `<text class="hop" text-anchor="middle" x="${EDGE + CLIENT_WIDTH / 2}" y="${middle + 5}">client</text>`,
  ].join("\n");
}

function arrow(x: number, y: number): string {
  const end = x + GAP - 3;
  return `<path class="arrow" d="M${x + 3} ${y}H${end}M${end - 7} ${y - 5}L${end} ${y}L${end - 7} ${y + 5}"/>`;
}

interface Place {
  x: number;
  boxHeight: number;
  title: string[];
  titleRows: number;
  stick: string[];
  promisedSeconds: number;
  /** What is said below the box that decides. */
  markLines: string[];
}

function box(hop: ExplainedHop, { verdict }: DrawnPath, place: Place): string {
  const { x, boxHeight, title, titleRows, stick, promisedSeconds, markLines } = place;
  const left = x + PADDING;
  const limitAt = EDGE + PADDING + titleRows * TITLE_LINE + 18;
  const barAt = limitAt + 10;
  const state = hop.weakest ? ` weakest ${verdict}` : "";
  return [
    `<g class="box${state}">`,
    `<rect class="frame" x="${x}" y="${EDGE}" width="${BOX_WIDTH}" height="${boxHeight}" rx="10"/>`,
    ...title.map((line, row) => text("hop", left, EDGE + PADDING + 12 + row * TITLE_LINE, line)),
    text("limit", left, limitAt, limitWords(hop.limit, hop.idleSeconds)),
    ...bar(hop, promisedSeconds, left, barAt),
    ...stick.map((line, row) => text("small", left, barAt + BAR_HEIGHT + 17 + row * SMALL_LINE, line)),
    ...(hop.weakest ? mark(markLines, x + BOX_WIDTH / 2, EDGE + boxHeight) : []),
    "</g>",
  ].join("\n");
}

function bar({ limit, idleSeconds }: ExplainedHop, promisedSeconds: number, x: number, y: number): string[] {
  const whole = BOX_WIDTH - 2 * PADDING;
  const share = keptShare(limit, idleSeconds, promisedSeconds);
  const kind = share === null ? "open" : share < 1 ? "short" : "full";
  const kept = Math.max(share === null ? 0 : 3, Math.round(whole * (share ?? 0)));
  const empty = `<rect class="empty ${kind}" x="${x}" y="${y}" width="${whole}" height="${BAR_HEIGHT}" rx="4"/>`;
  return kept === 0
    ? [empty]
    : [empty, `<rect class="kept ${kind}" x="${x}" y="${y}" width="${kept}" height="${BAR_HEIGHT}" rx="4"/>`];
}

function mark(lines: string[], x: number, bottom: number): string[] {
  return lines.map((line, row) => {
    const y = bottom + MARK_OFFSET + row * SMALL_LINE;
    return `<text class="mark" text-anchor="middle" x="${x}" y="${y}">${escapeXml(line)}</text>`;
  });
}

function text(kind: string, x: number, y: number, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}">${escapeXml(content)}</text>`;
}

function longest(lines: string[][]): number {
  return Math.max(1, ...lines.map((list) => list.length));
}

/** Between words, but never between a number and its unit. */
const BREAKS = / (?!(?:s|min|h|d)(?: |$))/;

/** SVG breaks no lines by itself. A word that is longer than a line is cut. */
function wrapped(words: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(BREAKS).flatMap((whole) => whole.match(new RegExp(`.{1,${characters}}`, "gu")) ?? [])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < characters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Text in XML and HTML, inside elements and inside quoted attributes. */
export function escapeXml(content: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return content.replace(/[&<>"']/g, (character) => entities[character]!);
}
