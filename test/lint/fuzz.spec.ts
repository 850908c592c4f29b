import assert from "node:assert/strict";
import fc from "fast-check";
import { dump } from "js-yaml";
import { writeReport } from "../../lint/formats";
import { exposed, lintBytes, lintText } from "./fixture";

/** Pieces of YAML that go wrong together. */
const PIECES = [
  "a: ",
  "- ",
  "\n",
  "  ",
  "\t",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "&x ",
  "*x",
  "<<: *x\n",
  "!!int ",
  "!t ",
  "|\n",
  ">-\n",
  "? ",
  "[",
  "]",
  "{",
  "}",
  ",",
  '"',
  "'",
  "#",
  "{{ .Values.x }}",
  "\r\n",
  "\u0000",
  "\uFEFF",
  "\u2028",
  "é",
  "kind: Service\n",
  "apiVersion: v1\n",
  "metadata: { name: x }\n",
];

const pieces = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), { maxLength: 40 })
  .map((parts) => parts.join(""));

/** Objects that begin as Kubernetes has them and end as anything. */
const KINDS: [string, string][] = [
  ["v1", "Service"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["networking.k8s.io/v1", "Ingress"],
  ["policy/v1", "PodDisruptionBudget"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["gateway.networking.k8s.io/v1", "HTTPRoute"],
  ["v1", "Namespace"],
  ["v1", "ConfigMap"],
];
const WORDS = [
  "spec",
  "metadata",
  "template",
  "containers",
  "rules",
  "http",
  "paths",
  "backend",
  "service",
  "ports",
  "port",
  "selector",
  "matchLabels",
  "annotations",
  "labels",
  "app",
  "type",
  "LoadBalancer",
  "NodePort",
  "replicas",
  "name",
  "minAvailable",
  "100%",
  "lifecycle",
  "image",
  "env",
  "value",
  "holdfast/promise",
  "holdfast/cluster",
  "nginx.ingress.kubernetes.io/proxy-read-timeout",
];

const word = fc.constantFrom(...WORDS);
const leaf = fc.oneof(
  word,
  fc.string({ maxLength: 6 }),
  fc.integer({ min: -5, max: 70_000 }),
  fc.boolean(),
  fc.constant(null),
  fc.double(),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.dictionary(word, tie("tree"), { maxKeys: 4 }),
    fc.array(tie("tree"), { maxLength: 3 }),
  ),
}));

/** One value of an exposed service somewhere in it becomes something else. */
const broken = fc.record({ at: fc.nat(200), value: tree });

function withOneValueBroken({ at, value }: { at: number; value: unknown }): string {
  const lines = exposed().split("\n");
  const line = lines[at % lines.length]!;
  const key = /^(\s*(?:- )?[\w./-]+:)/.exec(line)?.[1];
  if (key === undefined) return lines.join("\n");
  return lines.with(at % lines.length, `${key} ${JSON.stringify(value)}`).join("\n");
}

const doesNotCrash = (text: string): void => {
  const linted = lintText(text);
  assert.deepEqual(linted.broken, [], "no rule throws");
  for (const format of ["text", "json", "github", "markdown", "junit", "sarif"] as const) {
    writeReport(format, linted, { colored: false, version: "1" });
  }
};

describe("lint of anything", function () {
  this.timeout(120_000);

  it("reads any text without a crash", () => fc.assert(fc.property(pieces, doesNotCrash), { numRuns: 400 }));
  it("reads any bytes without a crash", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void lintBytes(Buffer.from(bytes))),
      { numRuns: 200 },
    ));
  it("judges any objects without a crash", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.dictionary(word, tree, { maxKeys: 4 }), tree), { maxLength: 4 }),
        (objects) =>
          doesNotCrash(
            objects
              .map(([[apiVersion, kind], rest, spec]) =>
                dump(
                  { ...rest, apiVersion, kind, metadata: { name: "web", ...(rest.metadata as object) }, spec },
                  { noRefs: true },
                ),
              )
              .join("---\n"),
          ),
      ),
      { numRuns: 400 },
    ));
  it("judges a service of which any one value is broken without a crash", () =>
    fc.assert(
      fc.property(broken, (how) => doesNotCrash(withOneValueBroken(how))),
      { numRuns: 400 },
    ));

  it("takes time in proportion to what it reads", () => {
    const seconds = (text: string): number => {
      const before = process.cpuUsage();
      lintText(text);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    const services = (count: number): string =>
      Array.from({ length: count }, (_, index) =>
        exposed().replaceAll("web", `web-${index}`).replaceAll("chat", `chat-${index}`),
      ).join("---\n");
    const shapes: Record<string, (size: number) => string> = {
      services,
      "documents without anything": (size) => "---\n# nothing\n".repeat(size * 50),
      "one long text": (size) => `a: "${"x ".repeat(size * 500)}"\n`,
      "one broken document": (size) => `a: [${"b, ".repeat(size * 200)}\n`,
      "a list of everything": (size) => `a: [${"{ b: 1 }, ".repeat(size * 40)}]\n`,
    };
    for (const [title, make] of Object.entries(shapes)) {
      const [small, large] = [make(100), make(400)];
      seconds(small);
      const [once, fourTimes] = [seconds(small), seconds(large)];
      // Four times as much may take four times as long; what is quadratic takes sixteen times. Measured in CPU time, with room for noise.
      assert.ok(fourTimes < 9 * Math.max(once, 0.05), `${title}: ${once} s, then ${fourTimes} s`);
    }
  });
});
