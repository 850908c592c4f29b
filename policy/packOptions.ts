import { parseClusterFacts } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { unknownKeys } from "../path/nearest";
import type { NumberOption, RuleOptions } from "./options";
import { NUMBER_OPTIONS, STANDARD_OPTIONS } from "./options";

export type OptionName = NumberOption | "cluster";

export interface PackOptions {
  options: RuleOptions;
  /** What the pack's configuration declares of the cluster; it overrides what the Namespaces declare. */
  cluster: ClusterFacts;
  /** Everything wrong with the configuration, each a sentence. */
  problems: string[];
}

/** The engine lets unknown keys of a policy's configuration pass without a word, so they are told here. */
export function readOptions(policy: string, config: Record<string, unknown>, known: readonly OptionName[]): PackOptions {
  const where = `configuration of ${policy}`;
  const problems = unknownKeys(Object.keys(config), known, where);
  const options = { ...STANDARD_OPTIONS };
  for (const name of ["idleSeconds", "affinityTtlSeconds"] as const) {
    const value = config[name];
    if (value === undefined || !known.includes(name)) continue;
    const { minimum, maximum } = NUMBER_OPTIONS[name];
    if (typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum) options[name] = value;
    else {
      problems.push(
        `${where} ${name}: found ${JSON.stringify(value)}, allowed is a whole number of seconds from ${minimum} to ${maximum}`,
      );
    }
  }
  if (config.cluster === undefined) return { options, cluster: {}, problems };
  const cluster = parseClusterFacts(config.cluster, `${where} cluster`);
  return "problems" in cluster
    ? { options, cluster: {}, problems: [...problems, ...cluster.problems] }
    : { options, cluster: cluster.value, problems };
}
