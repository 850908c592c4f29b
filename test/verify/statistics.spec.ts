import assert from "node:assert/strict";
import fc from "fast-check";
import {
  areEven,
  atLeast,
  chanceOfOnePlace,
  FALSE_ALARM,
  neededToLeaveOnePlace,
  neededToMissNone,
  shareInterval,
  type Interval,
} from "../../verify/statistics";

/** Always the same draws, so that a simulation that passes once passes for ever. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `draws` choices among places with these chances. */
function drawn(draws: number, chances: number[], random: () => number): number[] {
  const counts = chances.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    let rest = random();
    let place = 0;
    while (place < chances.length - 1 && rest >= chances[place]!) rest -= chances[place++]!;
    counts[place]! += 1;
  }
  return counts;
}

const even = (places: number): number[] => Array.from({ length: places }, () => 1 / places);

/** The tail of a binomial count by adding up its terms. */
function summedTail(count: number, of: number, share: number): number {
  let sum = 0;
  for (let hits = count; hits <= of; hits++) {
    let term = 1;
    for (let factor = 1; factor <= hits; factor++) term *= ((of - hits + factor) / factor) * share;
    sum += term * (1 - share) ** (of - hits);
  }
  return sum;
}

describe("what a count shows", () => {
  it("is the tail of a binomial count, as adding up its terms gives it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.nat(60),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (of, count, share) => {
          if (count > of) return;
          assert.ok(Math.abs(atLeast(count, of, share) - summedTail(count, of, share)) < 1e-9);
        },
      ),
    );
  });

  it("is an interval whose ends are known where they can be written down", () => {
    const none = shareInterval(0, 100, 0.05);
    assert.equal(none.low, 0);
    assert.ok(Math.abs(none.high - (1 - 0.025 ** (1 / 100))) < 1e-9);
    const all = shareInterval(100, 100, 0.05);
    assert.equal(all.high, 1);
    assert.ok(Math.abs(all.low - 0.025 ** (1 / 100)) < 1e-9);
  });

  it("and equal shares are judged by the same intervals", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 2, maxLength: 6 }), (counts) => {
        const of = counts.reduce((sum, count) => sum + count, 0);
        if (of === 0) return;
        const fair = 1 / counts.length;
        const inside = counts.every((count) => {
          const { low, high } = shareInterval(count, of, 0.01 / counts.length);
          return low <= fair && fair <= high;
        });
        assert.equal(areEven(counts, 0.01), inside);
      }),
      { numRuns: 50 },
    );
  });

  it("holds the share it was counted at, narrows with more draws, and is mirrored", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(2000), (of, count) => {
        if (count > of) return;
        const { low, high } = shareInterval(count, of, 0.01);
        assert.ok(low <= count / of && count / of <= high);
        const more = shareInterval(count * 4, of * 4, 0.01);
        assert.ok(more.high - more.low < high - low);
        const mirrored = shareInterval(of - count, of, 0.01);
        assert.ok(Math.abs(mirrored.low - (1 - high)) < 1e-9);
      }),
    );
  });

  it("holds the true share as often as it says, for few draws and for many", () => {
    const random = dice(1);
    for (const [of, share] of [
      [10, 0.1],
      [30, 1 / 3],
      [300, 1 / 3],
      [300, 0.02],
    ] as const) {
      const runs = 2000;
      const intervals = new Map<number, Interval>();
      const intervalOf = (count: number): Interval => {
        const known = intervals.get(count) ?? shareInterval(count, of, 0.05);
        intervals.set(count, known);
        return known;
      };
      let outside = 0;
      for (let run = 0; run < runs; run++) {
        const { low, high } = intervalOf(drawn(of, [share, 1 - share], random)[0]!);
        if (share < low || share > high) outside += 1;
      }
      assert.ok(outside / runs <= 0.06, `${outside} of ${runs} with ${of} draws of ${share}`);
    }
  });

  it("is reckoned for a million connections in no time", () => {
    const started = performance.now();
    const { low, high } = shareInterval(333_333, 1_000_000, FALSE_ALARM);
    assert.ok(high - low < 0.004 && low < 1 / 3 && high > 1 / 3);
    assert.ok(performance.now() - started < 1000);
  });
});

describe("whether counts come from equal shares", () => {
  it("is a false alarm as rarely as is said, whatever the number of pods and of connections", () => {
    const random = dice(2);
    for (const [places, draws] of [
      [2, 20],
      [3, 60],
      [3, 300],
      [10, 200],
    ] as const) {
      const runs = 2000;
      let alarms = 0;
      for (let run = 0; run < runs; run++) if (!areEven(drawn(draws, even(places), random), 0.05)) alarms += 1;
      assert.ok(alarms / runs <= 0.06, `${alarms} of ${runs} for ${draws} draws among ${places}`);
      assert.ok(places === 10 || alarms > 0, "an alarm that can never ring proves nothing");
    }
  });

  it("with the false alarm of a real run, never rings in a thousand", () => {
    const random = dice(3);
    for (let run = 0; run < 1000; run++) assert.ok(areEven(drawn(300, even(3), random)));
  });

  it("rings where one pod gets nothing, as soon as there are as many connections as are asked for", () => {
    for (const places of [2, 3, 5, 10, 50]) {
      const needed = neededToMissNone(places);
      const without = (draws: number) => {
        const shared = Array.from({ length: places - 1 }, (_, index) => Math.floor((draws + index) / (places - 1)));
        return areEven([0, ...shared]);
      };
      assert.equal(without(needed), false, `${needed} for ${places}`);
      // The interval of a count of none has one end only in truth: one connection fewer still rings at times, a third fewer never.
      assert.equal(without(Math.floor(needed / 3)), true, `a third of ${needed} for ${places}`);
    }
    assert.equal(neededToMissNone(3), 28);
  });

  it("rings where one pod gets double, in nearly every run of 300", () => {
    const random = dice(4);
    let rung = 0;
    for (let run = 0; run < 200; run++) if (!areEven(drawn(300, [0.5, 0.25, 0.25], random))) rung += 1;
    assert.ok(rung > 190, `${rung} of 200`);
  });

  it("does not ring at a balancer that takes turns", () => {
    for (let draws = 1; draws < 200; draws++) {
      assert.ok(areEven([Math.floor((draws + 2) / 3), Math.floor((draws + 1) / 3), Math.floor(draws / 3)]));
    }
  });
});

describe("sources that stick", () => {
  it("all fall on one pod by chance as often as simulation shows", () => {
    const random = dice(5);
    const runs = 20_000;
    let same = 0;
    for (let run = 0; run < runs; run++) if (drawn(4, even(3), random).includes(4)) same += 1;
    assert.ok(Math.abs(same / runs - chanceOfOnePlace(4, 3)) < 0.005);
    assert.equal(chanceOfOnePlace(1, 3), 1);
  });

  it("take so many before that is no chance any more, and not one fewer", () => {
    for (const places of [2, 3, 4, 10, 100]) {
      const needed = neededToLeaveOnePlace(places);
      assert.ok(chanceOfOnePlace(needed, places) < FALSE_ALARM);
      assert.ok(chanceOfOnePlace(needed - 1, places) >= FALSE_ALARM * (1 - 1e-9));
    }
    assert.equal(neededToLeaveOnePlace(3), 10);
  });
});
