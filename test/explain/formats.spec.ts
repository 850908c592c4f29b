import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Format, FORMATS, FORMATS_WITH_COST, writeExplanation } from "../../explain";
import type { Cost } from "../../explain/cost";
import { entry, hop, service } from "./fixture";

const GOLDEN = path.join(__dirname, "..", "golden", "explain");
const FILES: Record<Format, string> = {
  text: "chat.txt",
  json: "chat.json",
  markdown: "chat.md",
  mermaid: "chat.mmd",
  html: "chat.html",
};
const COST: Cost = {
  loadBalancers: 2,
  addresses: 1,
  rules: 3,
  items: [{ what: "the load balancer of <rooms>", owner: "stack", services: ["chat"], addresses: 1, rules: 3 }],
  sharing: ["2 load balancers (chat, log) could be 1, saving 1: they can share."],
};
const write = (format: Format, services = [service()], cost?: Cost) =>
  writeExplanation(format, services, { title: "prod", ...(cost === undefined ? {} : { cost }) });

/** A name and an address that mean something in every format. */
const HOSTILE = `</script><script>alert("1")</script>|a*b_c\`d\`&#35;"]`;
const hostile = () =>
  service({
    name: HOSTILE,
    namespace: HOSTILE,
    entries: [entry({ url: HOSTILE, reasons: [HOSTILE], hops: [hop({ title: HOSTILE })] })],
  });

describe("the formats of an explanation", () => {
  for (const format of FORMATS) {
    it(`${format} is what its golden file says`, () => {
      const file = path.join(GOLDEN, FILES[format]);
      const text = write(
        format,
        [service(), service({ name: "inside", entries: [] })],
        FORMATS_WITH_COST.includes(format) ? COST : undefined,
      );
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });

    it(`${format} ends with one line end, and can be empty`, () => {
      assert.match(write(format), /[^\n]\n$/);
      assert.match(write(format, []), /[^\n]\n$/);
    });
  }
});

describe("explain as text", () => {
  it("fits a terminal", () => {
    const long = entry({ reasons: ["many words in a row ".repeat(30)] });
    for (const line of write("text", [service({ entries: [long] })], COST).split("\n")) assert.ok(line.length <= 110, line);
  });

  it("uses colours only where it may", () => {
    const colored = writeExplanation("text", [service()], { title: "prod", colored: true });

    const escapes = /\u001b\[\d+m/g;
    assert.match(colored, escapes);
    assert.doesNotMatch(write("text"), escapes);
    assert.equal(colored.replace(escapes, ""), write("text"));
  });

  it("draws a bar that is full only where all of the promise is kept", () => {
    const bars = (idleSeconds: number) =>
      /[█░]+/.exec(write("text", [service({ entries: [entry({ hops: [hop({ idleSeconds })] })] })]))![0];
    assert.equal(bars(3600), "██████████");
    assert.equal(bars(3599), "█████████░");
    assert.equal(bars(1), "█░░░░░░░░░");
  });
});

describe("explain as JSON", () => {
  it("has the fields that programs rely on, no more and no fewer", () => {
    const table = JSON.parse(write("json")) as Record<string, never>;
    assert.deepEqual(keysOf(table), {
      schemaVersion: "number",
      services: [
        {
          name: "string",
          namespace: "string",
          entries: [
            {
              kind: "string",
              url: "string",
              promise: {
                idleSeconds: "number",
                drainSeconds: "number",
                affinity: { mode: "string", ttlSeconds: "number", cookieName: "string" },
              },
              hops: [
                {
                  hop: "string",
                  idleSeconds: "number",
                  limit: "string",
                  affinity: null,
                  drainSeconds: null,
                  from: "string",
                  source: "string",
                },
              ],
              effectiveIdleSeconds: "number",
              verdict: "string",
              reasons: ["string"],
            },
          ],
        },
      ],
    });
  });

  it("has the same fields where nothing sticks and where the cookie has no name of its own", () => {
    const affinityOf = (affinity: { mode: "none" | "client"; ttlSeconds: number }) => {
      const promise = { idleSeconds: 60, drainSeconds: 1, affinity };
      const table = JSON.parse(write("json", [service({ promise })])) as {
        services: { entries: { promise: { affinity: object } }[] }[];
      };
      return table.services[0]!.entries[0]!.promise.affinity;
    };
    assert.deepEqual(affinityOf({ mode: "none", ttlSeconds: 3600 }), { mode: "none", ttlSeconds: null, cookieName: null });
    assert.deepEqual(affinityOf({ mode: "client", ttlSeconds: 60 }), { mode: "client", ttlSeconds: 60, cookieName: null });
  });

  it("counts only when asked to", () => {
    assert.deepEqual((JSON.parse(write("json", [service()], COST)) as { cost: Cost }).cost, COST);
    assert.ok(!("cost" in (JSON.parse(write("json")) as object)));
  });
});

describe("explain as Markdown", () => {
  it("keeps every row of a table a row, and marks of the reader's own text", () => {
    const text = write("markdown", [hostile()]);
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    for (const row of rows) assert.equal(row.replaceAll("\\|", "").split("|").length, 6, row);
    assert.doesNotMatch(text.replace(/^`.*`$/gm, ""), /<script/);
  });
});

describe("explain as Mermaid", () => {
  it("draws every hop once, in order, and names only what it drew", () => {
    const text = write("mermaid");
    const drawn = [...text.matchAll(/^ +(s\d+e\d+[ch]\d*)[[(]/gm)].map(([, id]) => id!);
    assert.equal(new Set(drawn).size, drawn.length);
    const chains = [...text.matchAll(/^ +(s\S+(?: --> \S+)+)$/gm)].flatMap(([, chain]) => chain!.split(" --> "));
    assert.deepEqual(chains, drawn);
  });

  it("takes no text for grammar", () => {
    const labels = [...write("mermaid", [hostile()]).matchAll(/"([^"\n]*)"/g)].map(([, label]) => label!.replaceAll("<br/>", ""));
    assert.ok(labels.length >= 3);
    for (const label of labels) assert.doesNotMatch(label, /[<>&`]|#(?!\d+;)/);
  });
});

describe("explain as a page", () => {
  const page = () => write("html", [service(), hostile()], COST);

  it("loads nothing from anywhere", () => {
    const loads = /(?:src|href|srcset|data|action)=|@import|url\(|<(?:script|link|iframe|object|embed|img)\b/;
    assert.doesNotMatch(page(), loads);
    assert.match('<img src="a">', loads);
  });

  it("closes what it opens, so that no text of a user became markup", () => {
    assert.deepEqual(unclosed(page()), []);
    assert.deepEqual(unclosed("<p><b></p>"), ["b", "p"]);
  });

  it("gives every drawing a title of its own that says in words what it shows", () => {
    const titles = [...page().matchAll(/<title id="([^"]+)">([^<]*)</g)];
    assert.equal(titles.length, 3);
    assert.equal(new Set(titles.map(([, id]) => id)).size, 3);
    assert.match(titles[0]![2]!, /From the client: a load balancer: 15 min, then a proxy: 2 h, then the pod: no limit\./);
    for (const [, id] of titles) assert.ok(page().includes(`aria-labelledby="${id}"`));
  });

  it("draws inside of its picture", () => {
    for (const [svg, width] of [...page().matchAll(/<svg[^>]*width="(\d+)"[^]*?<\/svg>/g)]) {
      for (const [, x, own] of svg.matchAll(/<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"/g)) {
        assert.ok(Number(x) + Number(own) <= Number(width), svg);
      }
    }
  });
});

/** The shape of a value: the types of its fields, the first item of each list. */
function keysOf(value: unknown): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.slice(0, 1).map(keysOf);
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keysOf(inner)]));
}

/** Elements that are left open, or closed out of turn. */
function unclosed(html: string): string[] {
  const wrong: string[] = [];
  const open: string[] = [];
  for (const [, slash, name, rest] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^>]*)>/g)) {
    if (["meta", "br"].includes(name!) || rest!.endsWith("/")) continue;
    if (slash === "") open.push(name!);
    else if (open.at(-1) === name) open.pop();
    else wrong.push(open.pop()!, name!);
  }
  return [...wrong, ...open].filter((name, index, all) => all.indexOf(name) === index);
}
