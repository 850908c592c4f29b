import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { formatProblems } from "../compile/check/problem";
import { examineStack, parseStack, type ExaminedService, type ExaminedStack } from "../compile/parse";
import { CONFIG_PREFIX, rawStack } from "../compile/rawStack";
import type { Stack } from "../compile/stack";
import { UsageError } from "./usageError";

/**
 * Reads and checks a stack's file as the Pulumi program does, without the CLI and without decrypting anything.
 *
 * @param directory where Pulumi.yaml lies.
 * @throws {UsageError} that lists every problem, each with its place and the way out.
 */
export function readStack(directory: string, stack: string): { stack: Stack; examined: ExaminedService[]; warnings: string[] } {
  const name = `Pulumi.${stack}.yaml`;
  const parsed = parseStack(rawStack(readConfig(path.join(directory, name), name)));
  if (parsed.problems !== undefined) throw new UsageError(formatProblems(parsed.problems, name));
  return parsed;
}

/**
 * The same for whoever wants to look at a stack whose promises fail: only what is wrong in the file itself is an error.
 *
 * @throws {UsageError} that lists every problem, each with its place and the way out.
 */
export function examineStackFile(directory: string, stack: string): ExaminedStack {
  const name = `Pulumi.${stack}.yaml`;
  const examined = examineStack(rawStack(readConfig(path.join(directory, name), name)));
  if (examined.problems === undefined) return examined;
  throw new UsageError(formatProblems([...examined.problems, ...(examined.broken ?? [])], name));
}

function readConfig(file: string, name: string): Record<string, unknown> {
  const document = parseDocument(readText(file, name));
  if (document.errors.length > 0) {
    const lines = document.errors.map(({ message }) => `  ${message.split("\n")[0]!.replace(/:$/, ".")}`);
    throw new UsageError([`${name} is not valid YAML:`, ...lines].join("\n"));
  }
  const content = document.toJS() as unknown;
  const { config = {} } = (isBlock(content) ? content : {}) as { config?: unknown };
  if (!isBlock(config) || (content !== null && !isBlock(content))) {
    throw new UsageError(`${name} holds no block of configuration keys below config:, such as holdfast:platform.`);
  }
  // As the CLI does: a key without a namespace belongs to the project.
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.includes(":") ? key : CONFIG_PREFIX + key, value]));
}

function readText(file: string, name: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new UsageError(`${name} cannot be read: ${(error as Error).message}`);
    }
    throw new UsageError(
      `No ${name} in ${path.dirname(file)}. Stacks there: ${stacksIn(path.dirname(file))}. Choose one with --stack, or its folder with --cwd.`,
    );
  }
}

function stacksIn(directory: string): string {
  const files = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  return (
    files
      .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
      .sort()
      .join(", ") || "none"
  );
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
