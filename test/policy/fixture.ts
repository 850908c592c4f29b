import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import type { RuleOptions } from "../../policy/options";
import { STANDARD_OPTIONS } from "../../policy/options";

/** A fixture says above its objects what the cluster declares, which options differ, and what the rule of its folder is to answer. */
export function readFixture(file: string): {
  text: string;
  cluster: ClusterFacts;
  options: RuleOptions;
  expected: string[];
  objects: KubernetesObject[];
} {
  const text = readFileSync(file, "utf8");
  const lines = (mark: string): string[] =>
    text.split("\n").flatMap((line) => (line.startsWith(`# ${mark}: `) ? [line.slice(mark.length + 4)] : []));
  return {
    text,
    cluster: JSON.parse(lines("cluster")[0] ?? "{}") as ClusterFacts,
    options: { ...STANDARD_OPTIONS, ...(JSON.parse(lines("options")[0] ?? "{}") as Partial<RuleOptions>) },
    expected: lines("expect"),
    objects: parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []),
  };
}
