import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { noDocuments, readSource } from "../../lint/documents";
import type { KubernetesObject } from "../../path/objects";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { readFixture } from "../policy/fixture";
import { source } from "./fixture";

type Block = { [key: string]: unknown };

const isBlock = (value: unknown): value is Block => typeof value === "object" && value !== null && !Array.isArray(value);

/** A change that means nothing to Kubernetes. */
type Change = (objects: KubernetesObject[]) => KubernetesObject[];

const withMetadata = (object: KubernetesObject, change: (metadata: Block) => Block): KubernetesObject =>
  ({ ...object, metadata: change(object.metadata as unknown as Block) }) as unknown as KubernetesObject;

/** Every block with its keys the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isBlock(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, reversed(entry)]),
  );
}

/** Labels, selectors and annotations with their keys the other way round, wherever they stand. */
function labelsReversed(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((entry) => labelsReversed(entry));
  if (!isBlock(value)) return value;
  const entries = Object.entries(value).map(([name, entry]) => [name, labelsReversed(entry, name)] as const);
  return Object.fromEntries(["labels", "matchLabels", "selector", "annotations"].includes(key) ? entries.reverse() : entries);
}

const CHANGES: Record<string, Change> = {
  "the order of the objects": (objects) => [...objects].reverse(),
  "the order of labels and annotations": (objects) => objects.map((object) => labelsReversed(object) as KubernetesObject),
  "the order of all keys": (objects) => objects.map((object) => reversed(object) as KubernetesObject),
};

/** What is told of several lines comes in the order in which they are written. */
const sentences = (text: string): string =>
  text
    .split(/(?<=\.) /)
    .sort()
    .join(" ");

const answers = (
  objects: KubernetesObject[],
  { cluster, options }: Pick<ReturnType<typeof readFixture>, "cluster" | "options">,
): string[] => {
  const { findings, broken } = reportOn(ruleContext(objects, cluster, options));
  assert.deepEqual(broken, []);
  return findings.map(({ rule, severity, object, container, found, needed, fix, waived }) =>
    JSON.stringify([
      rule,
      severity,
      object.kind,
      object.namespace ?? "default",
      object.name,
      container,
      sentences(found),
      needed,
      fix,
      waived,
    ]),
  );
};

const FIXTURES = RULES.flatMap(({ id }) => {
  const folder = join(__dirname, "..", "policy", id);
  return readdirSync(folder).map((name) => ({ title: `${id}/${name}`, ...readFixture(join(folder, name)) }));
});

/** As `lint` reads the file, in place of what the tests of the rules do. */
function asLinted(text: string): KubernetesObject[] {
  const documents = noDocuments();
  readSource(source(text), documents);
  return documents.objects;
}

describe("what means nothing to Kubernetes changes no report", function () {
  this.timeout(120_000);
  const plain = new Map<(typeof FIXTURES)[number], string[]>();
  before(() => FIXTURES.forEach((fixture) => plain.set(fixture, answers(fixture.objects, fixture))));

  for (const [title, change] of Object.entries(CHANGES)) {
    it(title, () => {
      for (const fixture of FIXTURES) {
        const changed = change(structuredClone(fixture.objects));
        assert.deepEqual(answers(changed, fixture), plain.get(fixture), fixture.title);
      }
    });
  }

  it("whether the namespace default is written", () => {
    let compared = 0;
    for (const fixture of FIXTURES) {
      const all = new Set(fixture.objects.map(({ metadata }) => metadata.namespace ?? "default"));
      if (all.size > 1 || /namespace/i.test(fixture.text.replace(/^\s*namespace:.*$|namespace: [\w-]+/gm, ""))) continue;
      const [namespace] = all;
      const without = fixture.objects.map((object) => withMetadata(object, ({ namespace: _, ...metadata }) => metadata));
      const written = fixture.objects.map((object) =>
        withMetadata(object, (metadata) => ({ ...metadata, namespace: "default" })),
      );
      if (namespace === undefined || namespace === "kube-system") continue;
      compared++;
      assert.deepEqual(answers(without, fixture), answers(written, fixture), fixture.title);
    }
    assert.ok(compared > 100, `only ${compared} fixtures were compared`);
  });

  it("whether a budget counts pods or says the same as a share of them", () => {
    const budget = (value: unknown, key: string): KubernetesObject[] =>
      asLinted(`apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: "web:1.0.0" }] } }
---
{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80 }] } }
---
{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: web }, spec: { ${key}: ${JSON.stringify(value)}, selector: { matchLabels: { app: web } } } }
`);
    const { cluster, options } = FIXTURES[0]!;
    const rulesOf = (objects: KubernetesObject[]): string[] =>
      answers(objects, { cluster, options: { ...options, assume: "all" } }).map((line) =>
        (JSON.parse(line) as string[]).slice(0, 5).join(" "),
      );
    for (const [number, share] of [
      [4, "100%"],
      [2, "50%"],
      [1, "25%"],
      [1, "24%"],
    ]) {
      assert.deepEqual(rulesOf(budget(share, "minAvailable")), rulesOf(budget(number, "minAvailable")), `${share}`);
    }
    assert.notDeepEqual(rulesOf(budget(4, "minAvailable")), rulesOf(budget(2, "minAvailable")), "and what differs is told");
  });

  it("whether lint reads the file or somebody else does", () => {
    for (const fixture of FIXTURES) {
      assert.deepEqual(answers(asLinted(fixture.text), fixture), plain.get(fixture), fixture.title);
    }
  });
});
