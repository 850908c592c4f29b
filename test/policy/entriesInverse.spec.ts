import assert from "node:assert/strict";
import { compilePools, compileService } from "../../compile";
import type { KubernetesObject } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { runRule } from "../../policy/report";
import type { Rule } from "../../policy/rule";
import { ruleContext } from "../../policy/rule";
import { entryAnnotations } from "../../policy/rules/entryAnnotations";
import { gracefulDrain } from "../../policy/rules/gracefulDrain";
import { metricsNotPublic } from "../../policy/rules/metricsNotPublic";
import { sourceRanges } from "../../policy/rules/sourceRanges";
import { EXAMPLES, stackOn } from "../compile/entries/stacks";
import { parsed } from "../compile/stacks";

function answers(name: string, rule: Rule, change: (objects: KubernetesObject[]) => void = () => {}): string[] {
  const { platform, entries, service } = EXAMPLES[name]!;
  const { stack } = parsed(stackOn(platform, entries, service));
  const compiled = compileService(stack.services[0]!, stack).objects.map(({ object }) => structuredClone(object));
  change(compiled);
  const pools = compilePools(stack).map(({ object }) => object);
  const context = ruleContext([...pools, ...compiled], stack.cluster, STANDARD_OPTIONS);
  return runRule(rule, context).map(({ severity, found }) => `${severity}: ${found}`);
}

describe("what is compiled for an entry of every kind", () => {
  for (const rule of [entryAnnotations, gracefulDrain, sourceRanges, metricsNotPublic]) {
    it(`gives ${rule.id} nothing to say`, () => {
      for (const name of Object.keys(EXAMPLES)) assert.deepEqual(answers(name, rule), [], name);
    });
  }

  it("gives graceful-drain something to say without its preStop", () => {
    for (const name of Object.keys(EXAMPLES)) {
      const found = answers(name, gracefulDrain, (objects) => {
        const deployment = objects.find(({ kind }) => kind === "Deployment") as { spec?: unknown } | undefined;
        const spec = deployment?.spec as { template: { spec: { containers: { lifecycle?: object }[] } } };
        delete spec.template.spec.containers[0]!.lifecycle;
      });
      assert.notDeepEqual(found, [], name);
    }
  });
});
