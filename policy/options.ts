import { parseClusterFacts, PROMISE_RANGES } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { unknownKeys } from "../path/nearest";
import type { RuleOptions } from "./rule";
import { STANDARD_OPTIONS } from "./rule";

export type OptionName = keyof RuleOptions | "cluster";

export interface PackOptions {
  options: RuleOptions;
  /** What the pack's configuration declares of the cluster; it overrides what the Namespaces declare. */
  cluster: ClusterFacts;
  /** Everything wrong with the configuration, each a sentence. */
  problems: string[];
}

const RANGES: Record<keyof RuleOptions, { minimum: number; maximum: number }> = {
  idleSeconds: PROMISE_RANGES.idleSeconds,
  affinityTtlSeconds: PROMISE_RANGES.ttlSeconds,
};

/** The engine lets unknown keys of a policy's configuration pass without a word, so they are told here. */
export function readOptions(policy: string, config: Record<string, unknown>, known: readonly OptionName[]): PackOptions {
  const where = `configuration of ${policy}`;
  const problems = unknownKeys(Object.keys(config), known, where);
  const options = { ...STANDARD_OPTIONS };
  for (const name of ["idleSeconds", "affinityTtlSeconds"] as const) {
    const value = config[name];
    if (value === undefined || !known.includes(name)) continue;
    const { minimum, maximum } = RANGES[name];
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
