import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { Hole } from "../../compile/model";
import { isBlock, valueAt, type Block } from "../../compile/mergePatch";
import type { KubernetesObject } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { EXAMPLES, examine, exampleDirectory, isSeed, seedObjects, stacksOf } from "./support";

/** The classic texts that bring whole manifests; the others only name values. */
const WHOLE = ["mcp-server", "chatpulse"];

/** What a fragment leaves out, and without which nothing would be found or led to. */
const ADDED: Record<string, string[]> = { "mcp-server": ["metadata.namespace", "spec.selector"] };

/** What is never written, with the reason on the page. */
const OMITTED: Record<string, string[]> = { "Deployment chatpulse": ["spec.replicas"], "IngressRoute chatpulse": ["apiVersion"] };

const keyOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

/** A copy without some places. */
function without(object: KubernetesObject, places: string[]): KubernetesObject {
  const copy = structuredClone(object) as unknown as Block;
  for (const place of places) {
    const at = place.split(".");
    const parent = valueAt(copy, at.slice(0, -1));
    if (isBlock(parent)) delete parent[at.at(-1)!];
  }
  return copy as unknown as KubernetesObject;
}

/** An object without the annotations that hold what is asked of it; nobody who deploys the classic text could know them. */
function asClassic(example: string, object: KubernetesObject): KubernetesObject {
  const plain = JSON.parse(
    JSON.stringify(object, (_key, value: unknown) => (value instanceof Hole ? "a secret" : value)),
  ) as KubernetesObject;
  for (const key of Object.keys(plain.metadata.annotations ?? {})) {
    if (key.startsWith("holdfast/")) delete plain.metadata.annotations![key];
  }
  if (Object.keys(plain.metadata.annotations ?? {}).length === 0) delete plain.metadata.annotations;
  return without(plain, [...(ADDED[example] ?? []), ...(OMITTED[keyOf(object)] ?? [])]);
}

/** The same of the classic text, whose secret values stand in it. */
function withoutValues(object: KubernetesObject): KubernetesObject {
  const copy = without(object, OMITTED[keyOf(object)] ?? []);
  if (copy.kind !== "Secret") return copy;
  const values = copy.stringData as Block;
  return { ...copy, stringData: Object.fromEntries(Object.keys(values).map((key) => [key, "a secret"])) } as KubernetesObject;
}

/** Where `wanted` says something that `found` does not. */
function missing(found: unknown, wanted: unknown, at = ""): string[] {
  if (wanted === null || typeof wanted !== "object") {
    return found === wanted ? [] : [`${at}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];
  }
  return Object.entries(wanted).flatMap(([key, value]) =>
    missing((found as Block | undefined)?.[key], value, at === "" ? key : `${at}.${key}`),
  );
}

const byKey = (objects: KubernetesObject[]): Record<string, KubernetesObject> =>
  Object.fromEntries(objects.map((object) => [keyOf(object), object]));

const HEADING = "## What the policy pack says of the classic form\n\n";

/** The table below the heading of an example's page, up to the empty line after it. */
function listed(example: string): { file: string; page: string; start: number; end: number } {
  const file = path.join(exampleDirectory(example), "README.md");
  const page = fs.readFileSync(file, "utf8");
  const start = page.indexOf(HEADING) + HEADING.length;
  assert.ok(start >= HEADING.length, `${file} has no ${HEADING}`);
  return { file, page, start, end: page.indexOf("\n\n", start) };
}

/** What the policy pack finds in the classic form, as the page shows it. */
function findingsTable(example: string): string {
  const rows = stacksOf(example)
    .filter(isSeed)
    .flatMap((stack) => findings(example, stack));
  const all = [["stack", "rule", "severity", "object", "what it finds"], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(all[0]!), line(widths.map((width) => "-".repeat(width))), ...all.slice(1).map(line)].join("\n");
}

function findings(example: string, stack: string): string[][] {
  const { objects, cluster } = examine(example, stack);
  const context = ruleContext(objects, cluster, STANDARD_OPTIONS);
  return reportOn(context).findings.map(({ rule, severity, object, found }) => [
    `\`${stack}\``,
    `[${rule}](../../docs/rules/${rule}.md)`,
    severity,
    `${object.kind} ${object.name}`,
    found.replaceAll("|", "\\|").replaceAll("*", "\\*"),
  ]);
}

describe("the examples as the classic texts say", () => {
  for (const example of EXAMPLES) {
    const seeds = stacksOf(example).filter(isSeed);

    for (const stack of seeds) {
      it(`${example}, ${stack}: equals the text field by field`, () => {
        const wanted = seedObjects(example, stack);
        const { objects } = examine(example, stack);
        if (WHOLE.includes(example)) {
          const ours = objects.map((object) => asClassic(example, object));
          assert.deepEqual(byKey(ours), byKey(wanted.map(withoutValues)));
          return;
        }
        const found = byKey(objects);
        for (const object of wanted) assert.deepEqual(missing(found[keyOf(object)], object), [], keyOf(object));
      });
    }

    it(`${example}: the policy pack finds exactly what the page lists`, () => {
      assert.ok(seeds.length > 0);
      const { file, page, start, end } = listed(example);
      const table = findingsTable(example);
      if (process.env.UPDATE_GOLDEN === "1") fs.writeFileSync(file, page.slice(0, start) + table + page.slice(end));
      else assert.equal(page.slice(start, end), table);
    });

    it(`${example}: as it should be, the policy pack finds no error and no waiver`, () => {
      for (const stack of stacksOf(example).filter((name) => !isSeed(name))) {
        const { objects, cluster, broken } = examine(example, stack);
        assert.deepEqual(broken, [], stack);
        const context = ruleContext(objects, cluster, STANDARD_OPTIONS);
        const found = reportOn(context).findings;
        assert.deepEqual(
          found.filter(({ severity, waived }) => severity === "error" || waived !== undefined),
          [],
          stack,
        );
      }
    });
  }

  it("tells a field that differs from one that does not", () => {
    const [service] = seedObjects("stt", "seed");
    const other = structuredClone(service!) as unknown as { spec: Block };
    other.spec.type = "ClusterIP";
    assert.deepEqual(missing(other, service), ['spec.type: "ClusterIP", not "NodePort"']);
    assert.deepEqual(missing(service, service), []);
  });
});
