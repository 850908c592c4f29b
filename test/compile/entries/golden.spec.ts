import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../../cli/render";
import { compilePools, compileService } from "../../../compile";
import { entryHop, ENTRY_KIND_NAMES } from "../../../compile/entry";
import { judgeService } from "../../../compile/verdict";
import { STANDARD_OPTIONS } from "../../../policy/options";
import { reportOn } from "../../../policy/report";
import { ruleContext } from "../../../policy/rule";
import { parsed } from "../stacks";
import { EXAMPLES, stackOn } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "..", "golden", "entries");

/** What every service has whatever its entries are. */
const WORKLOAD = [
  "namespace",
  "deployment",
  "service",
  "horizontal-pod-autoscaler",
  "pod-disruption-budget",
  "service-monitor",
  "prometheus-rule",
];

function compiledExample(name: string) {
  const { platform, entries, service } = EXAMPLES[name]!;
  const { stack, warnings } = parsed(stackOn(platform, entries, service));
  const compiled = compileService(stack.services[0]!, stack);
  return { stack, service: stack.services[0]!, compiled, warnings };
}

/** The entry's own objects, below what it needs and what it is read back as. */
function rendered(name: string): string {
  const { compiled } = compiledExample(name);
  const objects = compiled.objects.filter(({ logicalName }) => !WORKLOAD.includes(logicalName));
  const needs = compiled.needs
    .filter(({ name: needed }) => !needed.endsWith(".monitoring.coreos.com"))
    .map(({ kind, name: needed, why }) => `# needs ${kind} ${needed}: ${why}\n`);
  return `# ${compiled.endpoints[0]!.url}\n${needs.join("")}---\n${renderObjects(objects)}`;
}

describe("an entry of every kind", () => {
  for (const name of Object.keys(EXAMPLES)) {
    it(`${name} is what its golden file says`, () => {
      const file = path.join(GOLDEN, `${name}.yaml`);
      const text = rendered(name);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });

    it(`${name} keeps its promise when it is read back`, () => {
      const { service, compiled, stack } = compiledExample(name);
      const [{ verdict, path: read }] = judgeService(service, compiled, stack) as [ReturnType<typeof judgeService>[number]];
      const hops = read.hops.map(({ hop }) => hop).join(", ");
      assert.equal(verdict.verdict, EXAMPLES[name]!.verdict, `${hops}: ${[...verdict.reasons, ...verdict.settle].join(" ")}`);
    });

    it(`${name} has the hop that its drain is planned for`, () => {
      const { service, compiled, stack } = compiledExample(name);
      const [{ path: read }] = judgeService(service, compiled, stack) as [ReturnType<typeof judgeService>[number]];
      const [entry] = service.entries;
      const planned = entryHop(entry!, stack.cluster);
      assert.ok(
        read.hops.some(({ hop }) => hop === planned),
        `${planned} is not among ${read.hops.map(({ hop }) => hop).join(", ")}`,
      );
    });
  }

  it("gives the policy pack nothing to find, but what nothing decides", () => {
    for (const name of Object.keys(EXAMPLES)) {
      const { compiled, stack } = compiledExample(name);
      const objects = compiled.objects.map(({ object }) => object);
      const pools = compilePools(stack).map(({ object }) => object);
      const context = ruleContext([...pools, ...objects], stack.cluster, STANDARD_OPTIONS);
      const errors = reportOn(context).findings.filter(({ severity }) => severity === "error");
      assert.deepEqual(
        errors.map(({ rule, found }) => `${name}: ${rule}: ${found}`),
        [],
      );
    }
  });

  it("has an example, and a golden file for each and no other", () => {
    const neutral = ["load-balancer", "https"];
    const kinds = Object.values(EXAMPLES).flatMap(({ entries }) => entries.map(({ kind }) => kind as string));
    assert.deepEqual([...new Set(kinds)].sort(), ENTRY_KIND_NAMES.filter((kind) => !neutral.includes(kind)).sort());
    const files = fs.readdirSync(GOLDEN).sort();
    assert.deepEqual(
      files,
      Object.keys(EXAMPLES)
        .map((name) => `${name}.yaml`)
        .sort(),
    );
  });
});
