import { policyOf } from "./pack";
import type { Rule } from "./rule";
import { RULE_GROUPS } from "./rule";

const TITLES: Record<Rule["group"], string> = {
  connection: "Connections",
  availability: "Availability",
  exposure: "Exposure",
  hygiene: "Hygiene",
};

/** The page that lists every rule, as Markdown: `docs/rules/README.md`. */
export function ruleIndex(rules: readonly Rule[]): string {
  const groups = RULE_GROUPS.map((group) => {
    const own = rules.filter((rule) => rule.group === group);
    const lines = own.map((rule) => `- [\`${rule.id}\`](${rule.id}.md): ${rule.description} Errors: \`${policyOf(rule)}\`.`);
    return `## ${TITLES[group]}\n\n${lines.join("\n")}\n`;
  });
  return `# The rules\n\n${INTRODUCTION}\n\n${groups.join("\n")}`;
}

const INTRODUCTION = [
  "The same rules run over the resources of a Pulumi stack ([the policy pack](../policy.md)), over YAML and over a live cluster",
  "(`holdfast lint`). Behind each stands the policy of the pack that reports its errors; whatever is no error is `advice`.",
].join("\n");
