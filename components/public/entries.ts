import { ENTRY_KIND_NAMES } from "../../compile/entry";
import { unknownKey, type Problem } from "../../compile/check/problem";
import { EDGE_FIELDS } from "../../compile/edge/fields";

type Block = Record<string, unknown>;

/** What stands beside the block of the kind. */
const OF_EVERY_KIND = ["kind", "name", "targetPort", ...Object.keys(EDGE_FIELDS)];

/** `aws-alb` -> `awsAlb`: the block that holds the keys of that kind alone. */
export const kindKey = (kind: string): string => kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const KIND_KEYS = ENTRY_KIND_NAMES.map(kindKey);

/** An entry as a stack file has it: the block of its kind laid open. */
export function flatEntry(entry: unknown): { entry: unknown; problems: Problem[] } {
  if (typeof entry !== "object" || entry === null) return { entry, problems: [] };
  const written = Object.entries(entry as Block).filter(([, value]) => value !== undefined && value !== null);
  const { kind } = entry as { kind?: unknown };
  const own = typeof kind === "string" ? kindKey(kind) : undefined;
  const problems = written
    .filter(([key]) => !OF_EVERY_KIND.includes(key) && key !== own)
    .map(([key]) => ({ path: key, message: misplaced(key, kind, own) }));
  const rest = written.filter(([key]) => OF_EVERY_KIND.includes(key));
  const block = own === undefined ? undefined : (entry as Block)[own];
  return { entry: { ...Object.fromEntries(rest), ...(block as Block | undefined) }, problems };
}

function misplaced(key: string, kind: unknown, own: string | undefined): string {
  if (own !== undefined && KIND_KEYS.includes(own)) {
    if (KIND_KEYS.includes(key)) {
      return `found with kind: ${String(kind)}, whose keys stand at ${own}. Remove it, or write them there.`;
    }
    return unknownKey(key, [...OF_EVERY_KIND, own]);
  }
  return KIND_KEYS.includes(key)
    ? "found without a kind that has it. Correct the kind."
    : unknownKey(key, [...OF_EVERY_KIND, ...KIND_KEYS]);
}

/** The place of a flat entry's key in the entry as it was written. */
export function placeInEntry(key: string, kind: unknown): string {
  return OF_EVERY_KIND.includes(key) || typeof kind !== "string" ? key : `${kindKey(kind)}.${key}`;
}
