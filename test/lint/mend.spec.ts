import assert from "node:assert/strict";
import fc from "fast-check";
import { dump, load } from "js-yaml";
import { mendText, type Edit } from "../../lint/mend";
import { KUBERNETES_SCHEMA } from "../../lint/schema";

const DOCUMENT = `# of the team
kind: X
metadata:
  name: a # a name
  annotations: # notes
    a: "1"

    # of b
    b: 'x'
  labels:
spec:
    list:
    - name: a
      v: 1
    - name: b
    text: |
      as it is
        written
    flow: { a: 1, b: [x, { c: 2 }] } # short
`;

/** Edits, and the lines that they take away (-) and write (+). */
const CASES: Record<string, [edits: Edit[], change: string[]]> = {
  "a value that is quoted": [[{ path: ["metadata", "annotations", "a"], write: "3660" }], ['-    a: "1"', '+    a: "3660"']],
  "a value in single quotes": [[{ path: ["metadata", "annotations", "b"], write: "it's" }], ["-    b: 'x'", "+    b: 'it''s'"]],
  "a plain value with a comment behind it": [
    [{ path: ["metadata", "name"], write: "b" }],
    ["-  name: a # a name", "+  name: b # a name"],
  ],
  "a word that reads as something else": [
    [{ path: ["metadata", "name"], write: "on" }],
    ["-  name: a # a name", '+  name: "on" # a name'],
  ],
  "a number in place of a text": [[{ path: ["spec", "list", 0, "v"], write: "1" }], ["-      v: 1", '+      v: "1"']],
  "a key more": [[{ path: ["metadata", "annotations", "c.d/e"], write: "60" }], ['+    c.d/e: "60"']],
  "two keys more, in their order": [
    [
      { path: ["metadata", "annotations", "q"], write: "1" },
      { path: ["metadata", "annotations", "p"], write: "2" },
    ],
    ['+    q: "1"', '+    p: "2"'],
  ],
  "a block below a key without a value": [[{ path: ["metadata", "labels", "app"], write: "web" }], ["+    app: web"]],
  "a block that is not there": [
    [
      { path: ["status", "deep", "a"], write: 1 },
      { path: ["status", "deep", "b"], write: { c: ["d"] } },
    ],
    ["+status:", "+  deep:", "+    a: 1", "+    b:", "+      c:", "+      - d"],
  ],
  "a key of a list's item": [[{ path: ["spec", "list", 1, "w"], write: true }], ["+      w: true"]],
  "a key less": [[{ path: ["spec", "list", 0, "v"], write: undefined }], ["-      v: 1"]],
  "a key less that is not there": [[{ path: ["spec", "list", 0, "nothing"], write: undefined }], []],
  "keys of a short block": [
    [
      { path: ["spec", "flow", "b", 1, "d"], write: "5s" },
      { path: ["spec", "flow", "e"], write: { f: "a, b" } },
    ],
    ["-    flow: { a: 1, b: [x, { c: 2 }] } # short", '+    flow: { a: 1, b: [x, { c: 2, d: 5s }], e: { f: "a, b" } } # short'],
  ],
  "inner and outer blocks that end together": [
    [
      { path: ["spec", "last"], write: 1 },
      { path: ["spec", "flow", "z"], write: 1 },
      { path: ["top"], write: 1 },
    ],
    [
      "-    flow: { a: 1, b: [x, { c: 2 }] } # short",
      "+    flow: { a: 1, b: [x, { c: 2 }], z: 1 } # short",
      "+    last: 1",
      "+top: 1",
    ],
  ],
};

/** The lines that differ, where the rest is the same in the same order. */
function changeOf(before: string, after: string): string[] {
  const change: string[] = [];
  const [old, now] = [before, after].map((text) => text.split("\n")) as [string[], string[]];
  let at = 0;
  for (const line of now) {
    const found = old.indexOf(line, at);
    if (found === -1) change.push(`+${line}`);
    else {
      change.push(...old.slice(at, found).map((each) => `-${each}`));
      at = found + 1;
    }
  }
  return [...change, ...old.slice(at).map((each) => `-${each}`)].sort(
    (left, right) => Number(right.startsWith("-")) - Number(left.startsWith("-")),
  );
}

describe("a document that is mended", () => {
  for (const [title, [edits, change]] of Object.entries(CASES)) {
    it(`${title}: nothing else changes`, () => assert.deepEqual(changeOf(DOCUMENT, mendText(DOCUMENT, edits)!), change));
  }

  it("keeps JSON what it is", () => {
    const text = '{\n  "a": {\n    "b": 1\n  },\n  "c": "x"\n}\n';
    const edits: Edit[] = [
      { path: ["a", "d"], write: { e: "f" } },
      { path: ["c"], write: "y" },
    ];
    const mended = mendText(text, edits)!;
    assert.equal(mended, '{\n  "a": {\n    "b": 1,\n    "d": {"e":"f"}\n  },\n  "c": "y"\n}\n');
    assert.deepEqual(JSON.parse(mended), { a: { b: 1, d: { e: "f" } }, c: "y" });
  });

  it("keeps lines that end as on Windows, and a last line without an end", () => {
    assert.equal(mendText("a:\r\n  b: 1", [{ path: ["a", "c"], write: { d: 2 } }]), "a:\r\n  b: 1\r\n  c:\r\n    d: 2");
  });

  it("overrides what is merged where it is merged, and leaves the anchor alone", () => {
    const text = "base: &base\n  a: 1\nuse:\n  <<: *base\n";
    assert.equal(mendText(text, [{ path: ["use", "a"], write: 2 }]), "base: &base\n  a: 1\nuse:\n  <<: *base\n  a: 2\n");
  });

  it("gives up where an alias would change something else too", () => {
    assert.equal(mendText("base: &base\n  a: 1\nuse: *base\n", [{ path: ["use", "a"], write: 2 }]), undefined);
  });

  it("gives up on a key that stands twice", () => {
    assert.equal(mendText("a: 1\na: 2\n", [{ path: ["b"], write: 2 }]), undefined);
  });

  it("makes of any document what was asked, or nothing", () => {
    const key = fc.constantFrom("a", "b", "c.d/e", "on", "0400");
    const leaf = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom("yes", "1e3", "3600s", "# x", "a: b", "'", '"'),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    const style = fc.constantFrom<Parameters<typeof dump>[1]>(
      {},
      { flowLevel: 1 },
      { indent: 4 },
      { noArrayIndent: true },
      { flowLevel: 0 },
    );
    const edits = fc.array(
      fc.record({ path: fc.array(key, { minLength: 1, maxLength: 3 }), write: fc.option(leaf, { nil: undefined }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    let mended = 0;
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1 }), style, edits, (root, how, asked) => {
        const text = dump(root, { ...how, noRefs: true });
        const distinct = [...new Map(asked.map((edit) => [edit.path.join(), edit])).values()];
        const after = mendText(text, distinct);
        if (after === undefined) return;
        mended++;
        const read = load(after, { schema: KUBERNETES_SCHEMA });
        // Whoever reads it finds what was written last at its place, unless a later edit went through it.
        const last = distinct.at(-1)!;
        let node: unknown = read;
        for (const step of last.path) node = (node as Record<string, unknown> | undefined)?.[step];
        assert.deepEqual(node, last.write);
      }),
      { numRuns: 300 },
    );
    assert.ok(mended > 100, `only ${mended} were mended`);
  });
});
