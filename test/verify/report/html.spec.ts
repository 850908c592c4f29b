import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { CHECK_NAMES, OUTCOMES } from "../../../verify/model";
import { asHtml } from "../../../verify/report/html";
import { devEntries, HOSTILE, hostileReport, resultOf, wholeReport } from "./fixture";

const GOLDEN = path.join(__dirname, "..", "..", "golden", "verify", "report.html");
const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

/** The elements that are open at each place, to find one that is not closed, or closed in the wrong place. */
function assertNested(html: string): void {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (selfClosing === "/" || ["meta", "br"].includes(name!)) continue;
    if (closing === "") open.push(name!);
    else assert.equal(open.pop(), name, `</${name}> closes another element`);
  }
  assert.deepEqual(open, []);
}

describe("the report as a page", () => {
  it("is what its golden file says", () => {
    const text = asHtml(wholeReport());
    if (process.env.UPDATE_GOLDEN) {
      fs.mkdirSync(path.dirname(GOLDEN), { recursive: true });
      fs.writeFileSync(GOLDEN, text);
    }
    assert.equal(text, fs.readFileSync(GOLDEN, "utf8"));
  });

  it("loads nothing from elsewhere and runs nothing", () => {
    const text = asHtml(wholeReport());
    assert.match(text, /default-src 'none'; style-src 'unsafe-inline'/);
    assert.doesNotMatch(text, /<script|<link|<img|@import|url\(|src=/);
    assert.match(text, /prefers-color-scheme: dark/);
  });

  it("is closed where it is opened, and names every picture for who cannot see it", () => {
    const text = asHtml(wholeReport());
    assertNested(text);
    assert.throws(() => assertNested("<p><b></p></b>"));
    const ids = [...text.matchAll(/<title id="([^"]+)">[^<]+<\/title>/g)].map(([, id]) => id);
    assert.equal(ids.length, count(text, /<svg /g));
    assert.equal(new Set(ids).size, ids.length, "an id is there twice");
    for (const id of ids) assert.ok(text.includes(`aria-labelledby="${id}"`));
  });

  it("shows every check with every outcome, with all it may have and with nothing", () => {
    for (const check of CHECK_NAMES) {
      for (const outcome of OUTCOMES) {
        for (const results of [
          [resultOf({ check, outcome })],
          wholeReport().results.map((each) => ({ ...each, check, outcome })),
        ]) {
          const text = asHtml(wholeReport({ results }));
          assertNested(text);
          assert.equal(count(text, new RegExp(`<article class="${outcome}">`, "g")), results.length);
          assert.doesNotMatch(text, /undefined|NaN|Infinity|\[object/);
        }
      }
    }
  });

  it("can be empty, and can be of a bare URL", () => {
    assert.match(asHtml(wholeReport({ results: [], entries: [] })), /<p>Nothing was looked at\.<\/p>/);
    const url = resultOf({ service: "chat.example.com", entry: "url", url: "wss://chat.example.com/ws" });
    const text = asHtml(wholeReport({ results: [url], entries: [] }));
    assert.match(text, /<h2>chat\.example\.com <small>/);
    assert.doesNotMatch(text, /<svg/);
  });

  it("lets no name mean anything", () => {
    const text = asHtml(hostileReport());
    assertNested(text);
    assert.doesNotMatch(text, /<script|<img/);
    assert.ok(!text.includes(HOSTILE));
    assert.ok(count(text, /&lt;\/title&gt;/g) > 20);
  });

  it("marks the measured wall on its hop, and only there", () => {
    const marks = (hop: number) => {
      const [entry] = devEntries();
      const idle = resultOf({ check: "idle", outcome: "fails", seenAt: { hop, afterSeconds: 3 } });
      return asHtml(wholeReport({ results: [idle], entries: [entry!] }))
        .split('<g class="box')
        .slice(1);
    };
    for (const hop of [0, 1]) {
      const boxes = marks(hop);
      assert.deepEqual(
        boxes.map((box) => box.startsWith(" weakest fails") && box.includes("▲ measured: ended here")),
        boxes.map((_, index) => index === hop),
      );
    }
    // A hop that the path does not have marks nothing, and the prediction is drawn.
    assert.equal(marks(99).filter((box) => box.includes("measured")).length, 0);
  });

  it("draws bands that add up, for one pod and for many", () => {
    const timeline = [0, 1, 2].map((seconds) => ({
      seconds,
      open: Object.fromEntries(Array.from({ length: 12 }, (_, pod) => [`pod-${pod}`, pod === 0 ? 0 : 10])),
    }));
    const text = asHtml(wholeReport({ results: [resultOf({ check: "drain", timeline })] }));
    assert.equal(count(text, /<path class="band /g), 12);
    assert.match(text, /110 connections over 2 s, one band for each pod\. At the start pod-1 10, /);
    const none = asHtml(
      wholeReport({
        results: [
          resultOf({
            check: "drain",
            timeline: [
              { seconds: 0, open: {} },
              { seconds: 0, open: {} },
            ],
          }),
        ],
      }),
    );
    assert.doesNotMatch(none, /NaN/);
  });
});
