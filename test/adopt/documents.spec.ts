import assert from "node:assert/strict";
import { readDocuments } from "../../adopt";

const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
const namesIn = (text: string): string[] => readDocuments(text, "a.yaml").found.map(({ object }) => object.metadata.name);

describe("manifests as they lie about", () => {
  it("are many in one file, with comments and empty documents between them", () => {
    assert.deepEqual(namesIn(`# head\n---\n${map("one")}---\n# nothing\n---\n\n--- # the second\n${map("two")}`), ["one", "two"]);
  });

  it("are lists, as kubectl prints them, each item on its own", () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: one } }\n  - { kind: ConfigMap }\n`;
    const { found, problems } = readDocuments(text, "-");
    assert.deepEqual(
      found.map(({ object }) => object.metadata.name),
      ["one"],
    );
    assert.deepEqual(problems, [
      "-:1 items[1]: no Kubernetes object: apiVersion, metadata.name missing. Every object has apiVersion, kind and metadata.name.",
    ]);
  });

  const broken: Record<string, [text: string, message: RegExp]> = {
    "a quote that is not closed": ['a: "open\n', /^a\.yaml:\d+: not valid YAML: Missing closing "quote/],
    "a wrong indentation": ["a:\n  b: 1\n c: 2\n", /^a\.yaml:\d+: not valid YAML: /],
    "a template of Helm": ["metadata:\n  name: {{ .Values.name }}\n  x: {{- y }}\n", /helm template/],
    "a key written twice": ["kind: A\nkind: B\n", /^a\.yaml:\d+: not valid YAML: Map keys must be unique/],
    "a text": ["only words\n", /found a text; allowed: Kubernetes objects, each a block\./],
    "an object without a name": ["apiVersion: v1\nkind: Service\nmetadata: {}\n", /metadata\.name missing/],
    "metadata that is a text": ["apiVersion: v1\nkind: Service\nmetadata: web\n", /metadata\.name missing/],
  };
  for (const [name, [text, message]] of Object.entries(broken)) {
    it(`hides no other when one document is ${name}`, () => {
      const { found, problems } = readDocuments(`${map("one")}---\n${text}---\n${map("two")}`, "a.yaml");
      assert.deepEqual(
        found.map(({ object, from }) => `${object.metadata.name} ${from}`),
        ["one a.yaml:1", `two a.yaml:${6 + text.split("\n").length - 1}`],
      );
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, message);
    });
  }

  it("come without what only the API server writes", () => {
    const text = `apiVersion: v1
kind: Service
metadata:
  name: chat
  uid: 6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44
  resourceVersion: "12"
  creationTimestamp: null
  annotations: { kubectl.kubernetes.io/last-applied-configuration: "{}" }
spec: { clusterIP: 10.96.0.12, clusterIPs: [10.96.0.12], ports: [] }
`;
    const [found] = readDocuments(text, "a.yaml").found;
    assert.deepEqual(found!.object, { apiVersion: "v1", kind: "Service", metadata: { name: "chat" }, spec: { ports: [] } });
  });
});
