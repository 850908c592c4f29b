import { escapeXml } from "../../../explain/drawing";
import { counted } from "../../../explain/words";
import { chart } from "./chart";

const WIDTH = 760;
const LABEL = 250;
const VALUE = 96;
const ROW = 30;
const BAR = 14;

/** One line of a picture of bars: shares from 0 to 1 of the whole width. */
interface Row {
  label: string;
  value: string;
  share: number;
  kind: "good" | "bad" | "plain";
  /** Between which shares the truth may lie. */
  interval?: { low: number; high: number };
}

/** How connections ended, by code and by who ended them. */
export function drawEndings(endings: Record<string, number>, id: string): string {
  const all = Object.values(endings).reduce((sum, count) => sum + count, 0);
  const rows = Object.entries(endings)
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]): Row => ({
      label: wordsOf(name),
      value: String(count),
      share: count / all,
      kind: isGood(name) ? "good" : "bad",
    }));
  return bars(rows, id, `How ${counted(all, "connection")} ended`);
}

/** As the checks count them: `1001 peer`, `1006 reset`, `silent`. */
const WHO: Record<string, string> = {
  peer: "a goodbye of the server",
  reset: "cut without a word",
  silent: "dropped in silence",
  us: "closed by this side",
};

function wordsOf(name: string): string {
  const [, code, who = name] = /^(\d+) (\w+)$/.exec(name) ?? [];
  const words = WHO[who] ?? name;
  return code === undefined ? words : `${code}, ${words}`;
}

const isGood = (name: string): boolean => /^((1001|1012) )?peer$|us$/.test(name);

/** What one pod got of the connections, and the shares that a count like it is compatible with. */
export interface Share {
  pod: string;
  connections: number;
  share: number;
  low: number;
  high: number;
}

/** Who answered: a bar for each pod, its interval, and a line where equal shares would end. */
export function drawShares(shares: Share[], id: string): string {
  const rows = shares.map(({ pod, connections, share, low, high }): Row => ({
    label: pod,
    value: `${connections} (${Math.round(share * 100)} %)`,
    share,
    kind: "plain",
    interval: { low, high },
  }));
  return bars(rows, id, "Share of each pod, with the true shares that would fit such a count", 1 / shares.length);
}

function bars(rows: Row[], id: string, title: string, mark?: number): string {
  const height = rows.length * ROW + 8;
  const whole = WIDTH - LABEL - VALUE;
  const x = (share: number) => Math.round((LABEL + share * whole) * 10) / 10;
  const drawn = rows.flatMap(({ label, value, share, kind, interval }, index) => {
    const middle = 4 + index * ROW + ROW / 2;
    return [
      `<text class="label" text-anchor="end" x="${LABEL - 8}" y="${middle + 4}">${escapeXml(shortened(label))}</text>`,
      `<rect class="bar ${kind}" x="${LABEL}" y="${middle - BAR / 2}" width="${Math.max(1, x(share) - LABEL)}" height="${BAR}" rx="3"/>`,
      ...(interval === undefined ? [] : [whisker(x(interval.low), x(interval.high), middle)]),
      `<text class="value" x="${WIDTH - VALUE + 8}" y="${middle + 4}">${escapeXml(value)}</text>`,
    ];
  });
  const line = mark === undefined ? [] : [`<path class="mark" d="M${x(mark)} 2V${height - 2}"/>`];
  const words = rows.map(({ label, value, interval }) => {
    const range =
      interval === undefined ? "" : `, from ${Math.round(interval.low * 100)} % to ${Math.round(interval.high * 100)} %`;
    return `${label}: ${value}${range}`;
  });
  const caption = `${escapeXml(title)}${mark === undefined ? "" : "; the dashed line is an equal share"}.`;
  return chart({ id, width: WIDTH, height, words: `${title}. ${words.join("; ")}.` }, [...drawn, ...line], caption);
}

function whisker(low: number, high: number, middle: number): string {
  return `<path class="whisker" d="M${low} ${middle - 5}V${middle + 5}M${low} ${middle}H${high}M${high} ${middle - 5}V${middle + 5}"/>`;
}

/** SVG cuts nothing off by itself. What is cut stands whole in the words for who cannot see it. */
const shortened = (label: string): string => (label.length <= 36 ? label : `${label.slice(0, 17)}…${label.slice(-18)}`);
