import * as fs from "node:fs";
import * as path from "node:path";
import type { YAMLException } from "js-yaml";
import { load } from "js-yaml";
import { z } from "zod";
import { block, list, oneOf, wholeNumber } from "../compile/check/fields";
import { formatProblems, nearest, problemsOf, show, type Problem } from "../compile/check/problem";
import { parseClusterFacts } from "../path/declarations";
import type { ClusterFacts } from "../path/model";
import { ASSUMPTIONS, NUMBER_OPTIONS, type NumberOption, type RuleOptions } from "../policy/options";
import type { Level } from "../policy/report";
import { LEVELS, PRESETS, RULE_IDS, type Preset } from "./levels";
import { KUBERNETES_SCHEMA } from "./schema";

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

const numbers = Object.fromEntries(
  Object.entries(NUMBER_OPTIONS).map(([name, { unit, minimum, maximum }]) => [
    name,
    wholeNumber(unit, minimum, maximum).optional(),
  ]),
) as Record<NumberOption, z.ZodOptional<ReturnType<typeof wholeNumber>>>;

const FILE = block({
  // What a cluster may say of itself is checked by the one parser that stacks and annotations have too.
  cluster: z.unknown().optional(),
  options: block({ assume: oneOf(ASSUMPTIONS).optional(), ...numbers }).optional(),
  preset: oneOf(PRESETS).optional(),
  rules: z
    .record(z.string(), oneOf(LEVELS), {
      error: ({ input }) => `found ${show(input)}; allowed: rules by their ids, each with a level.`,
    })
    .optional(),
  exclude: list(
    z.string({ error: ({ input }) => `found ${show(input)}; allowed: a pattern such as vendor/** as text.` }),
    "patterns",
  ).optional(),
});

/** From the file that is named, else from the nearest one upward from here, else nothing. */
export function readConfig(named: string | undefined, here: string): Config {
  const file = named ?? nearestConfig(here);
  if (file === undefined) return { cluster: {}, options: {}, levels: {}, exclude: [], folder: here };
  return parseConfig(textOf(file), file);
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

/** @throws {ConfigError} that lists every problem, each with its place and the way out. */
export function parseConfig(text: string, file: string): Config {
  const content = contentOf(text, file);
  const parsed = FILE.safeParse(content);
  const raw = (typeof content === "object" && content !== null ? content : {}) as { cluster?: unknown; rules?: unknown };
  const cluster = raw.cluster === undefined ? { value: {} } : parseClusterFacts(raw.cluster, "cluster");
  const problems = [
    ...(parsed.success ? [] : problemsOf(parsed.error)),
    ...("problems" in cluster ? cluster.problems.map((message): Problem => ({ path: "", message })) : []),
    ...unknownRules(raw.rules),
  ];
  if (problems.length > 0 || !parsed.success) throw new ConfigError(formatProblems(problems, path.basename(file), ""));
  const { options = {}, preset, rules = {}, exclude = [] } = parsed.data;
  return {
    cluster: "value" in cluster ? cluster.value : {},
    options: options as Partial<RuleOptions>,
    ...(preset !== undefined && { preset }),
    levels: rules as Record<string, Level>,
    exclude,
    folder: path.dirname(path.resolve(file)),
  };
}

function contentOf(text: string, file: string): unknown {
  try {
    return load(text, { schema: KUBERNETES_SCHEMA }) ?? {};
  } catch (error) {
    const { reason, mark } = error as YAMLException;
    throw new ConfigError(`${file}:${(mark?.line ?? 0) + 1}: not valid YAML: ${reason}.`);
  }
}

function unknownRules(rules: unknown): Problem[] {
  if (typeof rules !== "object" || rules === null || Array.isArray(rules)) return [];
  return Object.keys(rules).flatMap((id) => {
    const message = unknownRule(id);
    return message === undefined ? [] : [{ path: `rules.${id}`, message }];
  });
}

/** A sentence about a rule that is none, with the nearest that is. */
export function unknownRule(id: string): string | undefined {
  if (RULE_IDS.includes(id)) return undefined;
  const meant = nearest(id, RULE_IDS);
  return `no rule has this id; rules: ${RULE_IDS.join(", ")}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
}

/** `idle-timeout=warning`, as `--rule` takes it. @throws {ConfigError} */
export function parseRuleLevel(text: string): [id: string, level: Level] {
  const [id = "", level, ...rest] = text.split("=");
  const known = LEVELS.find((each) => each === level);
  const problem = unknownRule(id);
  if (problem !== undefined) throw new ConfigError(`--rule ${text}: ${problem}`);
  if (known === undefined || rest.length > 0) {
    throw new ConfigError(
      `--rule ${text}: found ${level === undefined ? "no level" : show(level)}; allowed: ${id}=${LEVELS.join(`, ${id}=`)}.`,
    );
  }
  return [id, known];
}
