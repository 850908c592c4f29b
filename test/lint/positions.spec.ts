import assert from "node:assert/strict";
import { readSource, noDocuments } from "../../lint/documents";
import { place } from "../../lint/positions";
import type { PropertyPath } from "../../policy/rule";
import { source } from "./fixture";

const TEXT = `# first
apiVersion: v1
kind: ConfigMap
metadata: { name: flow, annotations: { "a/b": x } }
---
# of the second

apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata:
      name: one
    spec:
      ports:
        - port: 80
          name: http
  - { apiVersion: v1, kind: Service, metadata: { name: two } }
`;

/** The object, the path, and the line and column at which it or the nearest that is written stands. */
const CASES: [index: number, path: PropertyPath, line: number, column: number][] = [
  [0, [], 2, 1],
  [0, ["metadata", "annotations", "a/b"], 4, 40],
  [0, ["metadata", "annotations", "not there"], 4, 25],
  [0, ["data", "x"], 2, 1],
  [1, [], 11, 5],
  [1, ["spec", "ports", 0], 17, 11],
  [1, ["spec", "ports", 0, "name"], 18, 11],
  [1, ["spec", "ports", 1, "name"], 16, 7],
  [2, [], 19, 5],
  [2, ["metadata", "name"], 19, 50],
];

describe("where a value stands", () => {
  for (const ending of ["\n", "\r\n"]) {
    for (const [index, at, line, column] of CASES) {
      it(`${JSON.stringify(at)} of object ${index}${ending === "\n" ? "" : ", with lines that end as on Windows"}`, () => {
        const documents = noDocuments();
        readSource(source(TEXT.replaceAll("\n", ending)), documents);
        const origin = documents.origins.get(documents.objects[index]!)!;
        const finding = { origin, at, line: 0, column: 0 };
        place([finding]);
        assert.deepEqual([finding.line, finding.column], [line, column]);
      });
    }
  }
});
