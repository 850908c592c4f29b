import { CHECKLIST } from "../policy/checklist";
import type { Level } from "../policy/report";
import type { Finding, Severity } from "../policy/rule";
import { RULES } from "../policy/rules";

/**
 * `recommended`: as each rule says. `strict`: what would be a warning is an error, what would be worth knowing a warning.
 * `seed-checklist`: only the rules that the classic production checklist asks for.
 */
export const PRESETS = ["recommended", "strict", "seed-checklist"] as const;
export type Preset = (typeof PRESETS)[number];

export const LEVELS = ["error", "warning", "info", "off"] as const satisfies readonly Level[];

export const RULE_IDS: readonly string[] = RULES.map(({ id }) => id);

/** What each rule is turned to: by the preset, and before it by whoever names the rule. */
export function levelsOf(preset: Preset, named: Readonly<Record<string, Level>>): Record<string, Level> {
  const wanted = new Set(CHECKLIST.flatMap(({ rules }) => rules));
  const left = preset === "seed-checklist" ? RULE_IDS.filter((id) => !wanted.has(id)) : [];
  return { ...Object.fromEntries(left.map((id) => [id, "off" as const])), ...named };
}

/** One step up, for `strict`. What is not known yet, or rests on a number without a source, is no error there either. */
export function promoted(finding: Finding): Severity {
  if (finding.severity === "info") return "warning";
  return finding.pending === true || finding.unsourced === true ? "warning" : "error";
}
