import type { z } from "zod";
import { nearest } from "../../path/nearest";

export { nearest };

/** One thing that is wrong in what a user wrote. */
export interface Problem {
  /** Where: `services[0].entries[1].address`. */
  path: string;
  /** The value found, the values allowed with their unit, and the way out, as sentences. */
  message: string;
}

export type PathKey = string | number | symbol;

/** `["services", 0, "labels", "example.com/team"]` -> `services[0].labels["example.com/team"]`. */
export function pathText(keys: readonly PathKey[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** Puts a problem below another path. */
export function below(prefix: readonly PathKey[], problems: Problem[]): Problem[] {
  const text = pathText(prefix);
  return problems.map(({ path, message }) => ({ path: join(text, path), message }));
}

function join(prefix: string, path: string): string {
  if (prefix === "" || path === "") return prefix + path;
  return path.startsWith("[") ? prefix + path : `${prefix}.${path}`;
}

const LONGEST_SHOWN_CHARACTERS = 60;

/** A value as a message shows it: short, on one line, with quotes where the user wrote text. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "nothing (an empty value)";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a block of keys";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= LONGEST_SHOWN_CHARACTERS
    ? text
    : `${text.slice(0, LONGEST_SHOWN_CHARACTERS)}... (${text.length} characters)`;
}

/** The sentence about a key that nothing reads. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `unknown key; known here: ${[...known].sort().join(", ") || "none"}. ${meant ? `Did you mean ${meant}?` : "Remove it."}`;
}

/** Marks the message of an `unrecognized_keys` issue, which carries the known names to {@link problemsOf}. */
export const KNOWN_KEYS = "known keys: ";

/** zod's issues as problems, in the order of the file. The messages are those of `check/fields`. */
export function problemsOf(error: z.ZodError, prefix: readonly PathKey[] = []): Problem[] {
  return error.issues.flatMap((issue) => {
    const at = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      const known = issue.message.slice(KNOWN_KEYS.length).split(", ").filter(Boolean);
      return issue.keys.map((key) => ({ path: pathText([...at, key]), message: unknownKey(key, known) }));
    }
    if (issue.code === "invalid_key") return [{ path: pathText(at), message: issue.issues[0]?.message ?? issue.message }];
    return [{ path: pathText(at), message: issue.message }];
  });
}

/**
 * The text a user sees.
 *
 * @param where what was read: `Pulumi.dev.yaml`, `the arguments of ConnectionService chatpulse`.
 * @param prefix what stands before every path in that place: `holdfast:` in a stack file.
 */
export function formatProblems(problems: Problem[], where: string, prefix = "holdfast:"): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map(({ path, message }) => `  ${path === "" ? "" : `${prefix}${path}: `}${message}`);
  return [`${where} has ${count}:`, ...lines].join("\n");
}
