import { createHash, createHmac } from "node:crypto";
import { holesIn, Later } from "./model";

/** Stands on the pod template: what the pods read once, at their start. When it changes, they are replaced, a few at a time. */
export const CHECKSUM_ANNOTATION = "holdfast/checksum";

/**
 * A text that changes whenever one of the values does, and tells nothing else of them. Not for secrets: a short one can be guessed
 * from its checksum.
 *
 * @param values plain values, which may have texts in them that are known later; then so is the checksum.
 */
export function checksum(values: unknown): string | Later {
  const holes = holesIn(values);
  return holes.length === 0 ? hash(text(values)) : new Later(holes, (found) => hash(text([values, found])));
}

/** The same for secrets: nobody can guess a value from it who has not the key. */
export function keyedChecksum(key: string, values: unknown): string {
  return createHmac("sha256", key).update(text(values)).digest("hex");
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The Pulumi CLI hands maps over by the order of their keys, a file by its own: neither may make a difference. */
const text = (values: unknown): string => JSON.stringify(ordered(values));

/** The same value with the keys of every map in order. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}
