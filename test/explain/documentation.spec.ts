import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { FORMATS } from "../../explain";
import { CHOICES } from "../../explain/choice";
import { explainAsJson } from "../../explain/json";
import { VERDICTS } from "../../path/model";
import { RENDER_FORMATS } from "../../render";
import { service } from "./fixture";

const text = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "explain.md"), "utf8");
/** The cells of every row of every table. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .slice(2, -1)
      .split(" |")
      .map((cell) => cell.trim()),
  );

describe("docs/explain.md", () => {
  it("has the table of ways in as the command tells it", () => {
    for (const { need, use, because } of CHOICES) {
      assert.ok(
        rows.some((row) => row.join() === [need, use, because].join()),
        need,
      );
    }
  });

  it("has every verdict and every format", () => {
    for (const verdict of VERDICTS) {
      assert.ok(
        rows.some(([first]) => first === `\`${verdict}\``),
        verdict,
      );
    }
    for (const format of FORMATS) assert.ok(text.includes(`\`${format}\``), format);
    for (const format of RENDER_FORMATS) assert.match(text, new RegExp(format, "i"));
    assert.ok(!rows.some(([first]) => first === "`holds-often`"));
  });

  it("shows JSON with the fields that there are", () => {
    const shown = JSON.parse(/```json\n([^]*?)```/.exec(text)![1]!) as unknown;
    assert.deepEqual(keysOf(shown), keysOf(JSON.parse(explainAsJson([service()]))));
    assert.notDeepEqual(keysOf(shown), keysOf({}));
  });
});

/** The names of all fields, from the outermost inwards, each once. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(keysOf))].sort();
  if (typeof value !== "object" || value === null) return [];
  return [...new Set(Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]))].sort();
}
