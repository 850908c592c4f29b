import { counted, duration } from "../../../explain/words";
import { escapeXml } from "../../../explain/drawing";
import type { Moment } from "../../model";
import { chart } from "./chart";

const WIDTH = 760;
const HEIGHT = 220;
const LEFT = 52;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;
/** Colours of pods in the page's style; more pods begin again with the first. */
export const COLOURS = 8;

/** Connections over time: one band for each pod, one upon the other, so that the upper edge is all of them. */
export function drawOverTime(timeline: Moment[], id: string): string {
  const pods = podsOf(timeline);
  const seconds = Math.max(timeline.at(-1)?.seconds ?? 0, 1);
  const most = Math.max(1, ...timeline.map(({ open }) => total(open)));
  const x = (at: number) => rounded(LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT));
  const y = (count: number) => rounded(HEIGHT - BOTTOM - (count / most) * (HEIGHT - TOP - BOTTOM));
  const below = timeline.map(() => 0);
  const bands = pods.map((pod, index) => {
    const lower = timeline.map(({ seconds: at }, moment) => `${x(at)} ${y(below[moment]!)}`).reverse();
    timeline.forEach(({ open }, moment) => (below[moment]! += open[pod] ?? 0));
    const upper = timeline.map(({ seconds: at }, moment) => `${x(at)} ${y(below[moment]!)}`);
    return `<path class="band pod${index % COLOURS}" d="M${[...upper, ...lower].join("L")}Z"/>`;
  });
  const parts = [
    ...bands,
    `<path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/>`,
    ...[0, most].map((count) => `<text class="tick" text-anchor="end" x="${LEFT - 6}" y="${y(count) + 4}">${count}</text>`),
    ...[0, seconds / 2, seconds].map((at, index) => {
      const anchor = ["start", "middle", "end"][index];
      return `<text class="tick" text-anchor="${anchor}" x="${x(at)}" y="${HEIGHT - 8}">${duration(Math.round(at))}</text>`;
    }),
  ];
  const caption = pods.map((pod, index) => legend(pod, index, timeline)).join("");
  return chart({ id, width: WIDTH, height: HEIGHT, words: inWords(timeline, pods) }, parts, caption);
}

/** In the order in which they came, and within one moment by name. */
function podsOf(timeline: Moment[]): string[] {
  return [...new Set(timeline.flatMap(({ open }) => Object.keys(open).sort()))];
}

function legend(pod: string, index: number, timeline: Moment[]): string {
  const [first, last] = [timeline[0]!.open[pod] ?? 0, timeline.at(-1)!.open[pod] ?? 0];
  return `<span class="key"><i class="swatch pod${index % COLOURS}"></i>${escapeXml(pod)} <small>${first} → ${last}</small></span>`;
}

function inWords(timeline: Moment[], pods: string[]): string {
  const of = ({ open }: Moment) =>
    pods
      .filter((pod) => (open[pod] ?? 0) > 0)
      .map((pod) => `${pod} ${open[pod]}`)
      .join(", ") || "none";
  const [first, last] = [timeline[0]!, timeline.at(-1)!];
  const fewest = Math.min(...timeline.map(({ open }) => total(open)));
  const over = `${counted(total(first.open), "connection")} over ${duration(Math.round(last.seconds))}`;
  return `${over}, one band for each pod. At the start ${of(first)}; at the end ${of(last)}; at the fewest ${fewest} at once.`;
}

const total = (open: Record<string, number>): number => Object.values(open).reduce((sum, count) => sum + count, 0);
const rounded = (value: number): number => Math.round(value * 10) / 10;
