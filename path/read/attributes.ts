import type { Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { textAt } from "../value";

/** `key=value,key=value`, as the AWS controllers parse it: spaces around a pair or its parts do not count. */
export function attributes(text: Read<string>): Map<string, string> {
  if (text === undefined || text === UNKNOWN) return new Map();
  const pairs = text.split(",").map((pair) => pair.split("=", 2).map((part) => part.trim()));
  return new Map(pairs.filter((pair) => pair.length === 2 && pair[0] !== "").map(([key = "", value = ""]) => [key, value]));
}

/** The same as the AWS controllers' own kinds list them: `[{key, value}]`. */
export function pairsOf(items: Value[] | Unknown): Map<string, string> | Unknown {
  if (items === UNKNOWN) return UNKNOWN;
  const pairs = items.map((item) => [textAt(item, "key"), textAt(item, "value")] as const);
  if (pairs.flat().includes(UNKNOWN)) return UNKNOWN;
  return new Map(pairs.map(([key, value]) => [String(key), String(value)]));
}

/** A whole number of seconds within a range; undefined for anything else, which the cloud refuses. */
export function secondsWithin(text: string, minimum: number | null, maximum: number | null): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds >= (minimum ?? 0) && seconds <= (maximum ?? Infinity) ? seconds : undefined;
}

/** `1 to 4000 s`, for sentences. */
export function rangeText(minimum: number | null, maximum: number | null): string {
  return maximum === null ? `at least ${minimum ?? 0} s` : `${minimum ?? 0} to ${maximum} s`;
}
