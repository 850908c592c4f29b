import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Judged } from "../../../verify/idle/judge";
import { PROJECT } from "../../engine/support";
import type { Setting } from "./settings";

const PAGE = path.join(PROJECT, "docs", "measured.md");
const MARKS = ["<!-- measured by test/verify/sandbox/idle.spec.ts -->\n\n", "\n<!-- end of what was measured -->"] as const;

const HEAD = ["way in", "what is written", "connection", "predicted", "kept for", "lost after", "how"];
const PREDICTED_CELLS = 4;

/** Of a timer that comes late; of a close that a busy machine sees late. */
const SLACK_SECONDS = 0.1;
const BUSY_SECONDS = 1;

/** What a run saw: the longest silence (or age) that was kept for certain, and the shortest that was not. */
export class Measured {
  private constructor(
    private readonly keptSeconds: number,
    private readonly lostSeconds: number,
    private readonly how: string,
  ) {}

  static of({ measured }: Pick<Judged, "measured">): Measured {
    const figures = measured as Record<string, number | null>;
    const { wallSeconds, wallKeptSeconds, wallClosedSeconds, longestSilenceAnsweredSeconds } = figures;
    if (wallSeconds === null) return new Measured(longestSilenceAnsweredSeconds!, Infinity, NOBODY);
    const spoken = measured.endedBy === "silent" ? "no answer when it spoke" : "a reset when it spoke";
    const how = measured.wallShownBy === "closed" ? `closed, seen after ${seconds(wallClosedSeconds!)}` : spoken;
    return new Measured(wallKeptSeconds!, wallSeconds!, how);
  }

  private static parse(cells: string[]): Measured {
    const [kept = NaN, lost = NaN] = cells.map((cell) => (cell === NOBODY ? Infinity : parseFloat(cell)));
    return new Measured(kept, lost, cells.at(-1)!);
  }

  get cells(): string[] {
    const lost = this.lostSeconds === Infinity ? NOBODY : seconds(this.lostSeconds);
    return [seconds(this.keptSeconds), lost, this.how];
  }

  /** Whether what was predicted lies between the two. */
  isAsPredicted(predictedSeconds: number | null): boolean {
    if (predictedSeconds === null) return this.lostSeconds === Infinity;
    const late = this.how.startsWith("closed") ? BUSY_SECONDS : SLACK_SECONDS;
    return predictedSeconds >= this.keptSeconds - late && predictedSeconds <= this.lostSeconds + SLACK_SECONDS;
  }

  /** `UPDATE_GOLDEN=1` writes the figures of this run. Without it the settings have to be those of the page, and its figures true. */
  static checkPage(rows: (Setting & { measured: Measured })[]): void {
    const page = fs.readFileSync(PAGE, "utf8");
    const [start, end] = [page.indexOf(MARKS[0]) + MARKS[0].length, page.indexOf(MARKS[1])];
    assert.ok(start >= MARKS[0].length && end > start, `${PAGE} has no place for the table`);
    const fresh = rows.map(({ measured, ...setting }) => [...cellsOf(setting), ...measured.cells]);
    if (process.env.UPDATE_GOLDEN === "1") fs.writeFileSync(PAGE, page.slice(0, start) + table(fresh) + page.slice(end));
    const written = process.env.UPDATE_GOLDEN === "1" ? table(fresh) : page.slice(start, end);
    const lines = written.trim().split("\n").slice(2);
    const there = lines.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    assert.deepEqual(
      there.map((cells) => cells.slice(0, PREDICTED_CELLS)),
      rows.map(cellsOf),
      "UPDATE_GOLDEN=1 writes it anew",
    );
    for (const [index, { predictedSeconds }] of rows.entries()) {
      assert.ok(Measured.parse(there[index]!.slice(PREDICTED_CELLS)).isAsPredicted(predictedSeconds), `${lines[index]}`);
    }
  }
}

const NOBODY = "–";
const seconds = (value: number): string => `${Math.round(value * 10) / 10} s`;

function cellsOf({ wayIn, written, way, predictedSeconds, kind }: Setting): string[] {
  const connection = way.protocol === "websocket" ? "WebSocket" : way.url.endsWith("=0") ? "silent stream" : "stream with events";
  const age = kind === "lifetime" ? ", silent or not" : "";
  return [wayIn, written, connection, predictedSeconds === null ? "no wall" : `${predictedSeconds} s${age}`];
}

/** As prettier writes it. */
function table(rows: string[][]): string {
  const all = [HEAD, ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(all[0]!), line(widths.map((width) => "-".repeat(width))), ...all.slice(1).map(line)].join("\n") + "\n";
}
