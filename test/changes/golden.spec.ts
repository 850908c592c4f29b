import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { asJson, asMarkdown, readPreview, summarize } from "../../changes";
import { PREVIEWS } from "./fixture";

const GOLDEN = path.join(__dirname, "..", "golden", "changes");

describe("the summary of a preview that the engine made", () => {
  for (const file of fs.readdirSync(PREVIEWS).sort()) {
    const name = path.basename(file, ".json");
    it(`${name.replaceAll("-", " ")}`, () => {
      const read = readPreview(fs.readFileSync(path.join(PREVIEWS, file), "utf8"));
      assert.ok("preview" in read);
      const summary = summarize(read.preview);
      const markdown = asMarkdown(summary, "What this changes");
      const golden = path.join(GOLDEN, `${name}.md`);
      if (process.env.UPDATE_GOLDEN === "1") fs.writeFileSync(golden, markdown);
      assert.equal(markdown, fs.readFileSync(golden, "utf8"));
      assert.equal((JSON.parse(asJson(summary)) as { schemaVersion: number }).schemaVersion, 1);
    });
  }

  it("has a golden for each preview and no other", () => {
    const names = (folder: string) => fs.readdirSync(folder).map((file) => path.parse(file).name);
    assert.deepEqual(names(GOLDEN).sort(), names(PREVIEWS).sort());
  });
});
