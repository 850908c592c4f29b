import { mend } from "../../lint/fix";
import { RULE_IDS } from "../../lint/levels";
import { lintGroups } from "../../lint/run";
import type { ClusterFacts } from "../../path/model";
import type { RuleOptions } from "../../policy/options";
import { settings, source } from "./fixture";

/** What `lint --fix` makes of a text where only one rule is on. */
export function fixedBy(
  rule: string,
  text: string,
  cluster: ClusterFacts,
  options: RuleOptions,
): { text: string; notes: string[] } {
  const levels = Object.fromEntries(RULE_IDS.filter((id) => id !== rule).map((id) => [id, "off" as const]));
  const { clusters } = lintGroups([{ name: "", sources: [source(text)] }], settings({ cluster, options, levels }));
  const { mended, notes } = mend(clusters);
  return { text: mended[0]?.text ?? text, notes };
}
