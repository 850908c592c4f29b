import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { CHECK_NAMES, OUTCOMES, type CheckResult, type Report } from "../../verify/model";
import { asJson } from "../../verify/report/json";
import { asJunit } from "../../verify/report/junit";
import { jsonSchema, reportSchema } from "../../verify/report/schema";
import { asText } from "../../verify/report/text";
import { entryOf } from "./support";

const SCHEMA = path.join(__dirname, "..", "..", "docs", "verify.schema.json");

const result = (own: Partial<CheckResult>): CheckResult => ({
  check: "idle",
  service: "chat",
  entry: "ingress",
  url: "wss://chat.example.com/ws",
  outcome: "holds",
  summary: "Open after 75 s.",
  details: [],
  write: [],
  seconds: 75.2,
  measured: { connections: 4 },
  ...own,
});

const report = (results: CheckResult[], own: Partial<Report> = {}): Report => ({
  schemaVersion: 1,
  target: "stack prod",
  startedAt: "2026-11-21T21:00:00.000Z",
  seconds: 80,
  outcome: "fails",
  interrupted: false,
  results,
  entries: [entryOf("wss://chat.example.com/ws")],
  ...own,
});

const everything = report([
  ...OUTCOMES.map((outcome, index) => result({ outcome, check: CHECK_NAMES[index]!, details: ["Why."], write: ["this: line"] })),
  result({
    partial: true,
    timeline: [{ seconds: 1, open: { a: 2 } }],
    endings: { "1001 peer": 2 },
    seenAt: { hop: 0, afterSeconds: 60 },
  }),
]);

describe("the reports of verify", () => {
  it("JSON is what its schema says, and the schema is in the documentation", () => {
    reportSchema.parse(JSON.parse(asJson(everything)));
    const text = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(SCHEMA, text);
    assert.equal(fs.readFileSync(SCHEMA, "utf8"), text);
    const other = { ...(JSON.parse(asJson(everything)) as object), more: 1 };
    assert.throws(() => reportSchema.parse(other), /more/);
  });

  it("text has a line for each check, then why, then what to write", () => {
    const plain = asText(everything).replaceAll(/\u001b\[\d+m/g, "");
    assert.equal(
      plain,
      `chat by ingress   wss://chat.example.com/ws
  ✔ reach          Open after 75 s.
                   Why.
                   write: this: line
  ✘ distribution   Open after 75 s.
                   Why.
                   write: this: line
  ? sticky         Open after 75 s.
                   Why.
                   write: this: line
  - idle           Open after 75 s.
                   Why.
                   write: this: line
  ✔ idle           Open after 75 s. (cut short)

stack prod: does not hold. 1 fails, 1 could not tell, 2 hold, 1 does not apply, in 80 s.
`,
    );
    const none = asText(report([], { outcome: "unknown", interrupted: true })).replaceAll(/\u001b\[\d+m/g, "");
    assert.equal(
      none,
      "stack prod: nobody can tell yet. Nothing was looked at, in 80 s. Interrupted: this is what was seen until then.\n",
    );
  });

  it("JUnit has a suite for each way in; what nobody could tell is an error, and hostile text stays text", () => {
    const hostile = result({ outcome: "fails", summary: 'a ]]> & <b "\u0007', service: "<chat>" });
    const xml = asJunit(report([...everything.results, hostile]));
    assert.match(xml, /<testsuites name="holdfast verify" tests="6" failures="2" errors="1" skipped="1">/);
    assert.match(
      xml,
      /<testcase classname="chat by ingress" name="sticky" time="75.2">\s*<error message="Open after 75 s\." type="unknown">/,
    );
    assert.match(xml, /name="&lt;chat> by ingress"/);
    assert.doesNotMatch(xml, /\u0007|="[^"]*<b |a \]\]>/);
  });
});
