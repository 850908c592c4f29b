import assert from "node:assert/strict";
import fc from "fast-check";
import { seedOf, seedProperties } from "./seed";

/** What a property is given to try. */
function tried(): number[] {
  const values: number[] = [];
  fc.assert(
    fc.property(fc.integer(), (value) => {
      values.push(value);
    }),
  );
  return values;
}

describe("the values that property tests try", () => {
  afterEach(() => seedProperties(process.env.HOLDFAST_SEED));

  const tryWith = (asked: string | undefined): number[] => {
    seedProperties(asked);
    return tried();
  };

  it("are the same in every run", () => assert.deepEqual(tryWith(undefined), tryWith("")));
  it("are those of a number", () => {
    assert.deepEqual(tryWith("-7"), tryWith("-7"));
    assert.notDeepEqual(tryWith("-7"), tryWith("7"));
    assert.notDeepEqual(tryWith("7"), tryWith(undefined));
  });
  it("are others each time where that is asked for", () => assert.notDeepEqual(tryWith("random"), tryWith("random")));
  it("come from nothing else", () => {
    for (const asked of ["seven", "1.5", "2147483648"]) {
      assert.throws(() => seedOf(asked), {
        message: `HOLDFAST_SEED: found ${asked}; allowed: random, or a whole number from -2147483648 to 2147483647.`,
      });
    }
  });
});
