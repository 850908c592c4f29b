import fc from "fast-check";

/** Where nothing else is asked for, so that two runs of one commit try the same values. */
const SEED = 20_261_121;

/**
 * The seed of all property tests: `HOLDFAST_SEED`, a number or `random`.
 *
 * @returns undefined: another one for each property, which a failure names.
 */
export function seedOf(asked: string | undefined): number | undefined {
  if (asked === undefined || asked === "") return SEED;
  if (asked === "random") return undefined;
  const seed = Number(asked);
  if (Number.isInteger(seed) && seed === (seed | 0)) return seed;
  throw new Error(`HOLDFAST_SEED: found ${asked}; allowed: random, or a whole number from -2147483648 to 2147483647.`);
}

/** From now on every property of this run is tried with that seed. */
export function seedProperties(asked: string | undefined): void {
  const seed = seedOf(asked);
  fc.configureGlobal(seed === undefined ? {} : { seed });
}
