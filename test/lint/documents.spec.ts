import assert from "node:assert/strict";
import { exposed, lintBytes, linesOf, lintText, namesOf } from "./fixture";

const ONE = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\n";
const TWO = ONE.replace("one", "two");

/** What is given, the problems that are told, and the objects that are read all the same. */
const CASES: Record<string, [text: string, problems: string[], objects: string[]]> = {
  "several documents": [`${ONE}---\n${TWO}`, [], ["ConfigMap/one", "ConfigMap/two"]],
  "marks without anything between them": [`---\n---\n# nothing\n---\n\n${ONE}---\n--- # end\n`, [], ["ConfigMap/one"]],
  "an end of a document": [`${ONE}...\n${TWO}`, [], ["ConfigMap/one", "ConfigMap/two"]],
  "an end of a document before a beginning": [`${ONE}...\n---\n${TWO}`, [], ["ConfigMap/one", "ConfigMap/two"]],
  "a document behind its mark": [
    `--- { apiVersion: v1, kind: ConfigMap, metadata: { name: one } }\n--- # next\n${TWO}`,
    [],
    ["ConfigMap/one", "ConfigMap/two"],
  ],
  directives: [`# a\n%YAML 1.1\n---\n${ONE}...\n%YAML 1.1\n---\n${TWO}`, [], ["ConfigMap/one", "ConfigMap/two"]],
  "lines that end as on Windows": [`${ONE}---\n${TWO}`.replaceAll("\n", "\r\n"), [], ["ConfigMap/one", "ConfigMap/two"]],
  "a mark inside a text": [`${ONE}data:\n  a: |\n    text\n     ---\n---\n${TWO}`, [], ["ConfigMap/one", "ConfigMap/two"]],
  "a List": [
    `kind: List\napiVersion: v1\nitems:\n  - ${ONE.trim().replaceAll("\n", "\n    ")}\n  - { apiVersion: v1, kind: PodList, items: [{ apiVersion: v1, kind: Pod, metadata: { name: p } }] }\n`,
    [],
    ["ConfigMap/one", "Pod/p"],
  ],
  JSON: ['{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": { "name": "one" }\n}', [], ["ConfigMap/one"]],
  "anchors and merge keys": [`x-base: &base { app: a }\n${ONE}data:\n  <<: *base\n`, [], ["ConfigMap/one"]],
  "kinds of others": ["apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\nspec: 5\n", [], ["Widget/w"]],
  "a broken document": [
    `${ONE}---\nmetadata:\n  a: "open\n---\n${TWO}`,
    ["a.yaml:7:1: not valid YAML: unexpected end of the stream within a double quoted scalar."],
    ["ConfigMap/one", "ConfigMap/two"],
  ],
  tabs: [
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n---\n${TWO}`,
    ["a.yaml:4:1: not valid YAML: tab characters must not be used in indentation."],
    ["ConfigMap/two"],
  ],
  "a template of a chart": [
    `apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n---\n${TWO}`,
    [
      "a.yaml:1: no Kubernetes object: metadata.name missing. Every object has apiVersion, kind and metadata.name. It looks like a template of a Helm chart: give what `helm template` prints.",
    ],
    ["ConfigMap/two"],
  ],
  "a template that happens to be no YAML": [
    `apiVersion: v1\nkind: Service\n{{- if .Values.on }}\nmetadata:\n  name: x\n---\n${TWO}`,
    [
      "a.yaml:3:3: not valid YAML: missed comma between flow collection entries. It looks like a template of a Helm chart: give what `helm template` prints.",
    ],
    ["ConfigMap/two"],
  ],
  "a key twice": [
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: zero\n  name: one\ndata: { a: x, a: y }\n---\n${TWO}`,
    [
      "a.yaml:5:3: the key name stands twice in one block, which the API server refuses; the last one is read. Remove one.",
      "a.yaml:6:15: the key a stands twice in one block, which the API server refuses; the last one is read. Remove one.",
    ],
    ["ConfigMap/one", "ConfigMap/two"],
  ],
  "a key twice, and what no parser reads": [
    `apiVersion: v1\nkind: Service\nkind: Service\n$\n---\n${TWO}`,
    [
      "a.yaml:3:1: the key kind stands twice in one block, which the API server refuses. Remove one.",
      "a.yaml:5:1: not valid YAML: can not read a block mapping entry; a multiline key may not be an implicit key.",
    ],
    ["ConfigMap/two"],
  ],
  "a text": ["just words\n", ['a.yaml:1: found the text "just words"; allowed: Kubernetes objects, each a block of keys.'], []],
  "a list": [
    `---\n- a\n---\n${ONE}`,
    ["a.yaml:2: found a list; allowed: Kubernetes objects, each a block of keys."],
    ["ConfigMap/one"],
  ],
  "half an object": [
    `kind: Service\n---\napiVersion: v1\nkind: List\nitems: [{ kind: Pod, apiVersion: v1 }, 5]\n---\n${ONE}`,
    [
      "a.yaml:1: no Kubernetes object: apiVersion, metadata.name missing. Every object has apiVersion, kind and metadata.name.",
      "a.yaml:3: items.0: no Kubernetes object: metadata.name missing. Every object has apiVersion, kind and metadata.name.",
      'a.yaml:3: items.1: found the text "5"; allowed: Kubernetes objects, each a block of keys.',
    ],
    ["ConfigMap/one"],
  ],
  "an alias of nothing": [
    `${ONE}---\na: *b\n---\n${TWO}`,
    ['a.yaml:5:6: not valid YAML: unidentified alias "b".'],
    ["ConfigMap/one", "ConfigMap/two"],
  ],
  "an alias inside its anchor": [
    `a: &a [*a]\n---\n${ONE}`,
    ["a.yaml:1: an alias stands inside the anchor that it names, so that the document has no end."],
    ["ConfigMap/one"],
  ],
  "aliases of aliases": [
    `${["a: &a [x, x, x, x, x, x, x, x, x, x]", ..."bcdefgh".split("").map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefg"[index]}`).join(", ")}]`)].join("\n")}\n---\n${ONE}`,
    ["a.yaml:1: its aliases make more than 1,000,000 values of it, which is more than this reads."],
    ["ConfigMap/one"],
  ],
  "brackets without end": [
    `${"[".repeat(100_000)}\n---\n${ONE}`,
    ["a.yaml:1:100: not valid YAML: nesting exceeded maxDepth (100)."],
    ["ConfigMap/one"],
  ],
};

describe("documents that are linted", () => {
  for (const [title, [text, problems, objects]] of Object.entries(CASES)) {
    it(title, () => {
      const linted = lintText(text);
      assert.deepEqual(linesOf(linted.problems), problems);
      assert.deepEqual(namesOf(linted), objects);
      assert.deepEqual(linted.broken, []);
    });
  }

  it("reads UTF-8 and UTF-16 with a mark before them", () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(ONE)]);
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(ONE, "utf16le")]);
    const big = Buffer.from(little).swap16();
    for (const bytes of [marked, little, big]) {
      const linted = lintBytes(bytes);
      assert.deepEqual([linted.problems, namesOf(linted)], [[], ["ConfigMap/one"]]);
    }
  });

  it("says which byte is no UTF-8, and reads the rest", () => {
    const bytes = Buffer.from(`# caf\u00e9 f\u00fcr alle\n${ONE}# \u20ac\n`, "utf8");
    const old = Buffer.concat([bytes, Buffer.from([0x23, 0x20, 0xe9, 0x0a, 0x23, 0xfc, 0x0a])]);
    const linted = lintBytes(old);
    assert.deepEqual(linesOf(linted.problems), [
      "a.yaml:6:3: the byte 0xE9 is no UTF-8 (in Windows-1252 it is \u00e9), and the API server refuses the document. So it is on 1 more line. Save the file as UTF-8.",
    ]);
    assert.deepEqual(namesOf(linted), ["ConfigMap/one"]);
  });

  it("judges the later of two documents for one object, and says so", () => {
    const { notes, clusters } = lintText(`${exposed()}---\n${exposed({ port: "81" })}`);
    assert.deepEqual(notes, [
      "Ingress default/web stands twice: a.yaml:1 and a.yaml:41. The later one is judged; if they are of different clusters, use --each.",
      "Service default/web stands twice: a.yaml:18 and a.yaml:58. The later one is judged; if they are of different clusters, use --each.",
      "Deployment default/web stands twice: a.yaml:26 and a.yaml:66. The later one is judged; if they are of different clusters, use --each.",
    ]);
    assert.equal(clusters[0]!.context.catalog.objects.length, 3);
  });

  it("takes kinds of different groups for different objects", () => {
    const knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: web }\n";
    assert.deepEqual(lintText(`${exposed()}---\n${knative}`).notes, []);
  });
});
