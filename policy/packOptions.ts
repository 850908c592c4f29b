import { parseClusterFacts } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { nearest, unknownKeys } from "../path/nearest";
import type { RuleOptions } from "./options";
import { ASSUMPTIONS, NUMBER_OPTIONS, STANDARD_OPTIONS, type NumberOption } from "./options";
import type { Level } from "./report";
import { SEVERITIES } from "./rule";
import { RULES } from "./rules";

/** The policy whose configuration holds what all the others go by. */
export const SETTINGS_POLICY = "settings";

/** A cloud resource that its owner lives with as it is. */
export interface Waiver {
  rule: string;
  /** The URN, or the type token and the name, of the resources that are meant. */
  urn?: string;
  type?: string;
  name?: string;
  reason: string;
}

/** Everything that the configuration of the pack says. */
export interface Settings {
  /** What single rules are turned to. */
  rules: Record<string, Level>;
  options: RuleOptions;
  /** Over what the Namespaces declare. */
  cluster: ClusterFacts;
  waivers: Waiver[];
}

export const STANDARD_SETTINGS: Settings = { rules: {}, options: STANDARD_OPTIONS, cluster: {}, waivers: [] };

const KEYS = ["rules", "options", "cluster", "waivers"] as const;
const LEVELS: readonly Level[] = [...SEVERITIES, "off"];
const WAIVER_KEYS = ["rule", "urn", "type", "name", "reason"];
const WHERE = `configuration of ${SETTINGS_POLICY}`;

/** Reads the pack's configuration. The engine lets unknown keys pass without a word, so every problem is told here, all at once. */
export function readSettings(config: Record<string, unknown>): { settings: Settings; problems: string[] } {
  const problems = unknownKeys(Object.keys(config), KEYS, WHERE);
  const settings: Settings = {
    rules: readLevels(config.rules, problems),
    options: readOptions(config.options, problems),
    cluster: readCluster(config.cluster, problems),
    waivers: readWaivers(config.waivers, problems),
  };
  return { settings, problems };
}

/** What stands in the block of another policy and would do nothing there. */
export function misplaced(policy: string, config: Record<string, unknown>): string[] {
  return Object.keys(config).map((key) => {
    const known = nearest(key, KEYS) ?? nearest(key, Object.keys(STANDARD_OPTIONS));
    const hint = known === undefined ? `all settings stand in ${SETTINGS_POLICY}` : `write it under ${placeOf(known)}`;
    return `configuration of ${policy}: "${key}" does nothing here, a policy has only an enforcementLevel of its own; ${hint}`;
  });
}

function placeOf(key: string): string {
  return (KEYS as readonly string[]).includes(key) ? `${SETTINGS_POLICY}.${key}` : `${SETTINGS_POLICY}.options.${key}`;
}

function readLevels(value: unknown, problems: string[]): Settings["rules"] {
  const levels: Settings["rules"] = {};
  const ids = RULES.map(({ id }) => id);
  for (const [id, level] of entriesOf(value, "rules", problems)) {
    if (!ids.includes(id)) problems.push(unknownRule(`${WHERE} rules`, id, ids));
    else if (LEVELS.includes(level as Level)) levels[id] = level as Level;
    else problems.push(`${WHERE} rules.${id}: found ${JSON.stringify(level)}, allowed is ${LEVELS.join(", ")}`);
  }
  return levels;
}

function unknownRule(where: string, id: string, ids: readonly string[]): string {
  const near = nearest(id, ids);
  return `${where}: unknown rule ${JSON.stringify(id)}; ${near === undefined ? `known are ${ids.join(", ")}` : `did you mean "${near}"?`}`;
}

function readOptions(value: unknown, problems: string[]): RuleOptions {
  const options: RuleOptions = { ...STANDARD_OPTIONS };
  for (const [name, found] of entriesOf(value, "options", problems)) {
    if (name === "assume") {
      if ((ASSUMPTIONS as readonly unknown[]).includes(found)) options.assume = found as RuleOptions["assume"];
      else problems.push(`${WHERE} options.assume: found ${JSON.stringify(found)}, allowed is ${ASSUMPTIONS.join(", ")}`);
    } else if (!(name in NUMBER_OPTIONS)) {
      problems.push(...unknownKeys([name], Object.keys(STANDARD_OPTIONS), `${WHERE} options`));
    } else {
      const { minimum, maximum, unit } = NUMBER_OPTIONS[name as NumberOption];
      const fits = typeof found === "number" && Number.isInteger(found) && found >= minimum && found <= maximum;
      if (fits) options[name as NumberOption] = found;
      else {
        const allowed = `a whole number of ${unit} from ${minimum} to ${maximum}`;
        problems.push(`${WHERE} options.${name}: found ${JSON.stringify(found)}, allowed is ${allowed}`);
      }
    }
  }
  return options;
}

function readCluster(value: unknown, problems: string[]): ClusterFacts {
  if (value === undefined) return {};
  const cluster = parseClusterFacts(value, `${WHERE} cluster`);
  if ("value" in cluster) return cluster.value;
  problems.push(...cluster.problems);
  return {};
}

function readWaivers(value: unknown, problems: string[]): Waiver[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push(`${WHERE} waivers: found ${JSON.stringify(value)}, allowed is a list of ${WAIVER_SHAPE}`);
    return [];
  }
  return value.flatMap((one, index) => readWaiver(one, `${WHERE} waivers[${index}]`, problems) ?? []);
}

const WAIVER_SHAPE = '{"rule", "urn" or "type" and "name", "reason"}';

function readWaiver(value: unknown, where: string, problems: string[]): Waiver | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    problems.push(`${where}: found ${JSON.stringify(value)}, allowed is ${WAIVER_SHAPE}`);
    return undefined;
  }
  const found = value as Record<string, unknown>;
  const wrong = unknownKeys(Object.keys(found), WAIVER_KEYS, where);
  const ids = RULES.map(({ id }) => id);
  const text = (key: string): string | undefined => {
    const read = found[key];
    return typeof read === "string" && read.trim() !== "" ? read.trim() : undefined;
  };
  const [rule, urn, type, name, reason] = WAIVER_KEYS.map(text);
  if (rule === undefined || !ids.includes(rule)) wrong.push(unknownRule(`${where} rule`, String(found.rule ?? ""), ids));
  if (reason === undefined) wrong.push(`${where} reason: a waiver needs a reason, and an empty one waives nothing`);
  if (urn === undefined && (type === undefined || name === undefined)) {
    wrong.push(`${where}: whom it means is not said; write "urn", or "type" and "name"`);
  } else if (urn !== undefined && (type !== undefined || name !== undefined)) {
    wrong.push(`${where}: "urn" says it all; leave "type" and "name" out`);
  }
  problems.push(...wrong);
  if (wrong.length > 0) return undefined;
  return { rule: rule!, reason: reason!, ...(urn === undefined ? { type, name } : { urn }) } as Waiver;
}

function entriesOf(value: unknown, key: string, problems: string[]): [string, unknown][] {
  if (value === undefined) return [];
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  problems.push(`${WHERE} ${key}: found ${JSON.stringify(value)}, allowed is an object`);
  return [];
}
