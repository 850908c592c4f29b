import { isDeepStrictEqual } from "node:util";

export type Block = Record<string, unknown>;

export function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 7386: blocks are merged key by key, `null` takes a key away, and everything else, lists too, replaces what was there. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isBlock(patch)) return patch;
  const merged = new Map(Object.entries(isBlock(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** The places at which two objects differ, as deep as both are blocks. */
export function changedPlaces(before: unknown, after: unknown, at: string[] = []): string[][] {
  if (isBlock(before) && isBlock(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changedPlaces(ownValue(before, key), ownValue(after, key), [...at, key]));
  }
  return isDeepStrictEqual(before, after) ? [] : [at];
}

/** A key such as `constructor` is not there unless somebody wrote it. */
export function ownValue(block: Block, key: string): unknown {
  return Object.hasOwn(block, key) ? block[key] : undefined;
}

export function valueAt(value: unknown, at: string[]): unknown {
  return at.reduce<unknown>((inner, key) => (isBlock(inner) ? ownValue(inner, key) : undefined), value);
}
