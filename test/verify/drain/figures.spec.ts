import assert from "node:assert/strict";
import fc from "fast-check";
import { afterSigterm, leavingOf, peakWithin, quantile, waveOf } from "../../../verify/drain/figures";
import { cut, left } from "./fixture";

describe("drain, its figures", () => {
  it("finds the fullest second", () => {
    assert.equal(peakWithin([], 1), 0);
    assert.equal(peakWithin([0, 0.4, 0.9, 1.0, 1.8], 1), 3);
    const times = fc.array(fc.integer({ min: 0, max: 10_000 }).map((milliseconds) => milliseconds / 1000));
    fc.assert(
      fc.property(times, (all) => {
        const slow = Math.max(0, ...all.map((from) => all.filter((time) => time >= from && time - from < 1).length));
        return peakWithin(all, 1) === slow;
      }),
    );
  });

  it("takes quantiles, and none of nothing", () => {
    assert.equal(quantile([], 0.5), undefined);
    assert.equal(quantile([3, 1, 2], 0.5), 2);
    assert.equal(quantile([3, 1, 2], 1), 3);
  });

  it("calls no evenly spread goodbyes a wave, and no randomly spread ones either", () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 3000 }),
      seconds: fc.integer({ min: 3, max: 60 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ count, seconds, seed }) => {
        const chance = drawsFrom(seed);
        const even = Array.from({ length: count }, (_, index) => (index * seconds) / count);
        const random = even.map(() => chance() * seconds);
        return !waveOf(even, seconds).isWave && !waveOf(random, seconds).isWave;
      }),
      { numRuns: 200 },
    );
  });

  it("calls it a wave where most come in one second, and never where there is no time to spread them", () => {
    const together = Array.from({ length: 300 }, () => 5);
    assert.deepEqual(waveOf(together, 40), { peakPerSecond: 300, spreadPerSecond: 7.5, allowedPerSecond: 31, isWave: true });
    assert.equal(waveOf(together, 1).isWave, false);
    assert.equal(waveOf(together, 0).isWave, false);
  });

  it("finds the pod of a connection by its name; without one only where a single pod was leaving", () => {
    const pods = [
      left({ pod: "a", toldAtSeconds: 1, goneAtSeconds: 30 }),
      left({ pod: "b", toldAtSeconds: 40, goneAtSeconds: 90 }),
    ];
    assert.equal(leavingOf(cut({ pod: "b", atSeconds: 50 }), pods)?.pod, "b");
    assert.equal(leavingOf(cut({ pod: "b", atSeconds: 20 }), pods), undefined, "before it was told");
    assert.equal(leavingOf(cut({ pod: "c", atSeconds: 20 }), pods), undefined);
    assert.equal(leavingOf(cut({ pod: undefined, atSeconds: 20 }), pods)?.pod, "a");
    const both = pods.map((pod) => ({ ...pod, toldAtSeconds: 1, goneAtSeconds: 90 }));
    assert.equal(leavingOf(cut({ pod: undefined, atSeconds: 20 }), both), undefined);
  });

  it("reckons from SIGTERM, where anybody knows when that was", () => {
    assert.equal(afterSigterm(cut({ atSeconds: 20 }), left({ toldAtSeconds: 1, preStopSeconds: 15 })), 4);
    assert.equal(afterSigterm(cut({ atSeconds: 20 }), left({ toldAtSeconds: 1, preStopSeconds: undefined })), undefined);
    assert.equal(afterSigterm(cut({ atSeconds: 20 }), undefined), undefined);
  });
});

/** Even draws from 0 to below 1, the same for the same seed; those of fast-check prefer the edges. */
function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
