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
  return holes.length === 0 ? hash(JSON.stringify(values)) : new Later(holes, (found) => hash(JSON.stringify([values, found])));
}

/** The same for secrets: nobody can guess a value from it who has not the key. */
export function keyedChecksum(key: string, values: unknown): string {
  return createHmac("sha256", key).update(JSON.stringify(values)).digest("hex");
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
