import * as path from "node:path";
import { CORE_SCHEMA, load, type YAMLException } from "js-yaml";
import { z } from "zod";
import { block, list, oneOf, wholeNumber } from "../compile/check/fields";
import { formatProblems, problemsOf, show, type Problem } from "../compile/check/problem";
import { parseClusterFacts } from "../path/declarations";
import { ASSUMPTIONS, NUMBER_OPTIONS, type NumberOption, type RuleOptions } from "../policy/options";
import type { Level } from "../policy/report";
import { type Config, ConfigError, unknownRule } from "./config";
import { LEVELS, PRESETS } from "./levels";

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

/** By YAML 1.2, in which `off` is the word that a rule is turned to. */
function contentOf(text: string, file: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA }) ?? {};
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
