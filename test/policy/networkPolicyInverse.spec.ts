import assert from "node:assert/strict";
import { compilePools, compileService } from "../../compile";
import type { KubernetesObject } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { runRule } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { networkPolicyAdmitsEntry } from "../../policy/rules/networkPolicyAdmitsEntry";
import { EXAMPLES } from "../compile/entries/stacks";
import { rawExample } from "../compile/policies";
import { parsed } from "../compile/stacks";

function answers(name: string, change: (policy: KubernetesObject) => void = () => {}): string[] {
  const { stack } = parsed(rawExample(name));
  const compiled = compileService(stack.services[0]!, stack).objects.map(({ object }) => structuredClone(object));
  const pools = compilePools(stack).map(({ object }) => object);
  const policies = compiled.filter(({ kind }) => kind === "NetworkPolicy");
  assert.equal(policies.length, 1);
  change(policies[0]!);
  const context = ruleContext([...pools, ...compiled], stack.cluster, STANDARD_OPTIONS);
  return runRule(networkPolicyAdmitsEntry, context).map(({ severity }) => severity);
}

describe("the network policy that is compiled for an entry", () => {
  for (const name of Object.keys(EXAMPLES)) {
    it(`lets ${name} in, as the rule reads it`, () => assert.deepEqual(answers(name), []));
  }

  it("keeps everybody out without its rules, and the rule says so", () => {
    for (const name of Object.keys(EXAMPLES)) {
      assert.notDeepEqual(
        answers(name, (policy) => Object.assign(policy, { spec: { ...(policy.spec as object), ingress: [] } })),
        [],
        name,
      );
    }
  });
});
