import { z } from "zod";
import { problemsOf, show, unknownKey, type Problem } from "./problem";

type Shape = Record<string, z.ZodType>;
type Fields<S extends Shape> = { [Key in keyof S]?: z.output<S[Key]> };

/** Made once: to make a schema costs more than to check a service with it. */
const BLOCK = z.record(z.string(), z.unknown());

/**
 * Checks each key of a block on its own, so that one bad key does not hide what is wrong between the good ones.
 *
 * @returns the keys that are good, with their defaults, and the problems of the others.
 */
export function parseFields<S extends Shape>(shape: S, raw: unknown): { fields: Fields<S>; problems: Problem[] } {
  const block = BLOCK.safeParse(raw);
  const known = Object.keys(shape);
  if (!block.success) {
    return {
      fields: {},
      problems: [{ path: "", message: `found ${show(raw)}; allowed: a block with the keys ${known.join(", ")}.` }],
    };
  }
  const written = block.data;
  const fields: Record<string, unknown> = {};
  const problems: Problem[] = Object.keys(written)
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => ({ path: key, message: unknownKey(key, known) }));
  for (const [key, field] of Object.entries(shape)) {
    const parsed = field.safeParse(written[key]);
    if (parsed.success) fields[key] = parsed.data;
    else problems.push(...problemsOf(parsed.error, [key]));
  }
  return { fields: fields as Fields<S>, problems };
}
