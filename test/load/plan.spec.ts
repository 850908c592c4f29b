import assert from "node:assert/strict";
import { judge, type Metrics } from "../../load/judge";
import { planLoad, type WayIn } from "../../load/plan";
import { LIMITS, PROFILE_NAMES, PROFILES } from "../../load/profiles";
import { scriptOf } from "../../load/script";

const promise: WayIn["promise"] = { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "none", ttlSeconds: 3600 } };
const way = (entry: string, url: string, more: Partial<WayIn["promise"]> = {}): WayIn => ({
  service: "chat",
  entry,
  url,
  protocol: "websocket",
  promise: { ...promise, ...more },
});

describe("plan of a load", () => {
  it("never asks for more silence than is promised, and for all of it in a soak", () => {
    const silences = (idleSeconds: number) =>
      PROFILE_NAMES.map(
        (name) => planLoad([way("a", "ws://a/ws", { idleSeconds })], PROFILES[name]).ways["chat-a"]!.silentSeconds,
      );
    assert.deepEqual(silences(3600), [3, 60, 3600]);
    assert.deepEqual(silences(2), [2, 2, 2]);
    const wished = planLoad([way("a", "ws://a/ws", { idleSeconds: 9 })], PROFILES.smoke, { silentSeconds: 20, connections: 7 });
    assert.deepEqual([wished.ways["chat-a"]!.silentSeconds, wished.ways["chat-a"]!.connections], [9, 7]);
  });

  it("takes its limits from the promise, one set for each way in", () => {
    const { options } = planLoad([way("a", "wss://a/ws"), way("b.c", "https://b/")], PROFILES.smoke, {
      answeredMilliseconds: 50,
    });
    const { thresholds, noConnectionReuse, scenarios } = options as {
      thresholds: Record<string, string[]>;
      noConnectionReuse: boolean;
      scenarios: Record<string, { exec: string }>;
    };
    assert.equal(noConnectionReuse, true);
    assert.deepEqual(
      Object.entries(scenarios).map(([name, { exec }]) => [name, exec]),
      [
        ["chat-a", "hold"],
        ["chat-b-c", "ask"],
      ],
    );
    assert.deepEqual(thresholds["holdfast_refused{scenario:chat-a}"], [`rate<${LIMITS.refusedShare}`]);
    assert.deepEqual(thresholds["holdfast_cut{scenario:chat-a}"], ["rate==0"]);
    assert.deepEqual(thresholds["holdfast_answered_milliseconds{scenario:chat-b-c}"], ["p(95)<50"]);
    assert.equal(thresholds["holdfast_cut{scenario:chat-b-c}"], undefined);
  });

  it("says what k6 cannot load", () => {
    const { ways, leftOut } = planLoad([way("a", "ws://a/ws"), way("t", "tcp://t:5000")], PROFILES.smoke);
    assert.deepEqual(Object.keys(ways), ["chat-a"]);
    assert.deepEqual(leftOut, ["chat t (tcp://t:5000) is left out: k6 speaks HTTP and WebSocket."]);
  });

  it("makes a script that needs nothing beside it", () => {
    const script = scriptOf(planLoad([way("a", "ws://a/ws")], PROFILES.smoke));
    assert.match(script, /^const PLAN = \{/);
    assert.ok(script.includes('"ws://a/ws"') && script.includes("export function hold()"));
    assert.doesNotMatch(script, /open\(|require\(/);
  });
});

describe("judging a load", () => {
  const plan = planLoad([way("a", "ws://a/ws")], PROFILES.smoke);
  type Values = Record<string, Record<string, number>>;
  const figures = (values: Values): Metrics =>
    Object.fromEntries(Object.entries(values).map(([name, each]) => [`holdfast_${name}{scenario:chat-a}`, { values: each }]));
  const rate = (passes: number, fails: number) => ({ passes, fails });
  const good = {
    refused: rate(0, 200),
    cut: rate(0, 200),
    mute: rate(0, 200),
    kept: { count: 200 },
    answered_milliseconds: { "p(95)": 4 },
  };

  it("holds where nothing was refused, cut, mute or slow; one in two hundred may be refused", () => {
    assert.equal(judge(plan, figures(good)).holds, true);
    assert.equal(judge(plan, figures({ ...good, refused: rate(1, 199) })).holds, true);
  });

  const wrong: Record<string, Values> = {
    refused: { refused: rate(2, 198) },
    cut: { cut: rate(1, 199), cut_after_seconds: { min: 1, max: 2 } },
    mute: { mute: rate(1, 199) },
    slow: { answered_milliseconds: { "p(95)": 1000 } },
    nothing: { refused: rate(0, 0) },
  };
  for (const [what, change] of Object.entries(wrong)) {
    it(`does not hold where they were ${what}`, () => {
      const { holds, lines } = judge(plan, figures({ ...good, ...change }));
      assert.equal(holds, false);
      assert.equal(lines.filter((line) => line.includes("does not hold:")).length, 1, lines.join("\n"));
    });
  }

  it("does not hold where k6 measured nothing at all", () => {
    assert.deepEqual(judge(plan, {}).lines.slice(1), ["  does not hold: nobody came as far as to ask.", "It does not hold."]);
  });
});
