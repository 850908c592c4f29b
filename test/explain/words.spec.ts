import assert from "node:assert/strict";
import * as fc from "fast-check";
import { affinityWords, duration, keptShare, limitWords } from "../../explain/words";

describe("the words of an explanation", () => {
  const durations: [number, string][] = [
    [0, "0 s"],
    [1, "1 s"],
    [59, "59 s"],
    [60, "1 min"],
    [90, "90 s"],
    [120, "2 min"],
    [350, "5 min 50 s"],
    [3599, "59 min 59 s"],
    [3600, "1 h"],
    [3605, "1 h 5 s"],
    [3660, "1 h 1 min"],
    [86_400, "24 h"],
    [172_800, "2 d"],
    [432_000, "5 d"],
    [432_061, "5 d 1 min 1 s"],
  ];
  for (const [seconds, words] of durations) {
    it(`says ${words} for ${seconds} seconds`, () => assert.equal(duration(seconds), words));
  }

  it("rounds nothing away: the words add up to the seconds", () => {
    const lengths: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };
    fc.assert(
      fc.property(fc.nat(40_000_000), (seconds) => {
        const parts = [...duration(seconds).matchAll(/(\d+) (\w+)/g)];
        const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * lengths[unit!]!, 0);
        assert.equal(total, seconds);
      }),
    );
  });

  it("tells a clock from a lifetime, from none, and from one that nobody read", () => {
    assert.equal(limitWords("idle", 3600), "1 h");
    assert.equal(limitWords("lifetime", 3600), "1 h in all");
    assert.equal(limitWords("none", null), "no limit");
    assert.equal(limitWords("unknown", null), "not known");
    assert.equal(limitWords("idle", null), "not known");
  });

  it("says how a client finds its pod again", () => {
    assert.equal(affinityWords({ mechanism: "cookie", ttlSeconds: 3600 }), "same pod by cookie for 1 h");
    assert.equal(affinityWords({ mechanism: "header", ttlSeconds: null }), "same pod by header without a time limit");
  });

  it("gives the share of the promise that a clock keeps, never more than all of it and none for what is not known", () => {
    assert.equal(keptShare("idle", 900, 3600), 0.25);
    assert.equal(keptShare("idle", 86_400, 3600), 1);
    assert.equal(keptShare("none", null, 3600), 1);
    assert.equal(keptShare("unknown", null, 3600), null);
  });
});
