import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CHECKLIST, checklistTable } from "../../policy/checklist";
import { RULES } from "../../policy/rules";

const PAGE = join(__dirname, "..", "..", "docs", "seeds.md");
const HEADING = "### The checklist of fourteen\n\n";

/** The table below the heading, up to the empty line after it. */
function tableIn(page: string): [start: number, end: number] {
  const start = page.indexOf(HEADING) + HEADING.length;
  return [start, page.indexOf("\n\n", start)];
}

describe("the production checklist", () => {
  it("has fourteen items, each told once, with rules that no other item repeats in itself", () => {
    assert.equal(CHECKLIST.length, 14);
    assert.equal(new Set(CHECKLIST.map(({ item }) => item)).size, 14);
    const ids = CHECKLIST.flatMap(({ rules }) => rules);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      ids.filter((id) => !RULES.some((rule) => rule.id === id)),
      [],
      "no rules of ours",
    );
  });

  it("stands on the page about the classic systems as it is here", () => {
    const page = readFileSync(PAGE, "utf8");
    const [start, end] = tableIn(page);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(PAGE, page.slice(0, start) + checklistTable() + page.slice(end));
    else assert.equal(page.slice(start, end), checklistTable());
  });
});
