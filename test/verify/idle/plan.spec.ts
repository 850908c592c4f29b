import assert from "node:assert/strict";
import { planOf } from "../../../verify/idle/plan";
import { entryOf, envoy, LIMITS, node, OPTIONS, pathOf } from "./fixture";

const lengthsOf = (...asked: Parameters<typeof planOf>) => planOf(...asked).silences.map(({ seconds }) => seconds);

describe("verify idle: what is held, and for how long", () => {
  const hour = entryOf({ promise: { ...entryOf().promise, idleSeconds: 3600 } });

  it("quick: just before and behind every known wall, as far as it was asked for", () => {
    assert.deepEqual(lengthsOf(hour, OPTIONS, LIMITS), [28, 32, 48, 52, 58, 62, 75]);
    const further = lengthsOf(hour, { ...OPTIONS, idleSeconds: 360 }, LIMITS);
    for (const wall of [60, 240, 300, 350]) {
      assert.ok(further.includes(wall - 2) && further.includes(wall + 2), `${wall} among ${further.join(", ")}`);
    }
    assert.equal(further.at(-1), 360);
  });

  it("adds what the path itself predicts, more often behind a table that may take a connection up again by chance", () => {
    const { silences } = planOf({ ...hour, path: pathOf(envoy(3), node(5)) }, OPTIONS, LIMITS);
    assert.deepEqual(silences.slice(0, 4), [
      { seconds: 2.5, copies: 2 },
      { seconds: 3.5, copies: 2 },
      { seconds: 4.5, copies: 2 },
      { seconds: 5.5, copies: 8 },
    ]);
  });

  it("full: the promise, and just behind it, for a wall that stands exactly there does not keep it", () => {
    const lengths = lengthsOf(hour, { ...OPTIONS, full: true }, { ...LIMITS, seconds: 4000 });
    assert.deepEqual(lengths.slice(-2), [3598, 3602]);
    assert.deepEqual(lengthsOf(entryOf(), OPTIONS, LIMITS).slice(-2), [58, 62]);
  });

  it("says what it leaves out: time that is not allowed, connections that are too many", () => {
    const late = planOf(hour, { ...OPTIONS, full: true }, LIMITS);
    assert.equal(late.silences.at(-1)!.seconds, 585);
    assert.match(late.leftOut.join(), /may last 600 s, so no silence was longer than 585 s/);
    const few = planOf({ ...hour, path: pathOf(envoy(3)) }, OPTIONS, { ...LIMITS, connections: 7 });
    assert.deepEqual(
      few.silences.map(({ seconds, copies }) => [seconds, copies]),
      [
        [2.5, 2],
        [3.5, 2],
        [75, 2],
      ],
    );
    assert.match(few.leftOut.join(), /Only 7 connections/);
    assert.equal(planOf(hour, OPTIONS, { ...LIMITS, connections: 1 }).silences.length, 1);
  });

  it("lets one connection talk where a client can, and one beat as the promise or the user says", () => {
    const beats = { ...hour, promise: { ...hour.promise, heartbeat: { seconds: 30, kind: "message" as const } } };
    assert.deepEqual(
      [planOf(hour, OPTIONS, LIMITS).talkingSeconds, planOf(hour, OPTIONS, LIMITS).heartbeatSeconds],
      [1, undefined],
    );
    assert.equal(planOf(beats, OPTIONS, LIMITS).heartbeatSeconds, 30);
    assert.equal(planOf(beats, { ...OPTIONS, heartbeatSeconds: 20 }, LIMITS).heartbeatSeconds, 20);
    const stream = planOf({ ...beats, protocol: "http-stream" }, OPTIONS, LIMITS);
    assert.deepEqual([stream.talkingSeconds, stream.heartbeatSeconds], [undefined, undefined]);
  });
});
