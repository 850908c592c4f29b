import * as fs from "node:fs";
import * as path from "node:path";
import { nearest } from "../path/nearest";
import type { ClusterFacts } from "../path/model";
import type { RuleOptions } from "../policy/options";
import type { Level } from "../policy/report";
import type * as configFile from "./configFile";
import { LEVELS, RULE_IDS, type Preset } from "./levels";

/** What `holdfast.lint.yaml` says; nothing of it has to be there. */
export interface Config {
  cluster: ClusterFacts;
  options: Partial<RuleOptions>;
  preset?: Preset;
  levels: Record<string, Level>;
  /** Patterns of files, below the folder that the file lies in. */
  exclude: string[];
  /** The folder that the file lies in. */
  folder: string;
}

export const CONFIG_NAME = "holdfast.lint.yaml";

/** The configuration cannot be used; the message says everything that is wrong with it. */
export class ConfigError extends Error {}

/** From the file that is named, else from the nearest one upward from here, else nothing. */
export function readConfig(named: string | undefined, here: string): Config {
  const file = named ?? nearestConfig(here);
  if (file === undefined) return { cluster: {}, options: {}, levels: {}, exclude: [], folder: here };
  // The checks of a file take a while to load, for which nobody should wait who has none.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be hoisted
  return (require("./configFile") as typeof configFile).parseConfig(textOf(file), file);
}

function nearestConfig(here: string): string | undefined {
  for (let folder = path.resolve(here); ; folder = path.dirname(folder)) {
    const file = path.join(folder, CONFIG_NAME);
    if (fs.existsSync(file)) return file;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ConfigError(missing ? `${file}: no such file.` : `${file} cannot be read: ${(error as Error).message}.`);
  }
}

/** A sentence about a rule that is none, with the nearest that is. */
export function unknownRule(id: string): string | undefined {
  if (RULE_IDS.includes(id)) return undefined;
  const meant = nearest(id, RULE_IDS);
  return meant === undefined
    ? `no rule has this id; rules: ${RULE_IDS.join(", ")}.`
    : `no rule has this id. Did you mean ${meant}?`;
}

/** `idle-timeout=warning`, as `--rule` takes it. @throws {ConfigError} */
export function parseRuleLevel(text: string): [id: string, level: Level] {
  const [id = "", level, ...rest] = text.split("=");
  const known = LEVELS.find((each) => each === level);
  const problem = unknownRule(id);
  if (problem !== undefined) throw new ConfigError(`--rule ${text}: ${problem}`);
  if (known === undefined || rest.length > 0) {
    throw new ConfigError(
      `--rule ${text}: found ${level === undefined ? "no level" : JSON.stringify(level)}; allowed: ${id}=${LEVELS.join(`, ${id}=`)}.`,
    );
  }
  return [id, known];
}
