import assert from "node:assert/strict";
import { hopOf } from "../../../path/read/hop";
import { judgeSilence, type Judging } from "../../../verify/idle/judge";
import type { Plan, Seen } from "../../../verify/idle/model";
import { entryOf, envoy, node, pathOf } from "./fixture";

const PLAN: Plan = { silences: [{ seconds: 75, copies: 2 }], talkingSeconds: 1, leftOut: [] };
const answered = (silentSeconds: number, own: Partial<Seen> = {}): Seen => ({
  role: "silent",
  fate: "answered",
  silentSeconds,
  afterSeconds: silentSeconds,
  talked: false,
  ...own,
});
const closed = (silentSeconds: number, own: Partial<Seen> = {}): Seen => ({
  ...answered(silentSeconds),
  fate: "closed",
  ending: { by: "reset", code: 1006, afterSeconds: silentSeconds, silentSeconds },
  ...own,
});
const lost = (silentSeconds: number, by: "reset" | "silent" = "reset"): Seen => ({
  ...closed(silentSeconds),
  fate: "lost",
  ending: { by, code: 1006, afterSeconds: silentSeconds, silentSeconds },
});
const talking = (afterSeconds: number, fate: Seen["fate"] = "answered"): Seen => ({
  ...(fate === "answered" ? answered(1) : closed(1)),
  role: "talking",
  fate,
  afterSeconds,
  talked: true,
});
const asked = (own: Partial<Judging> = {}): Judging => ({ ...entryOf(), ...own });
const promising = (idleSeconds: number, own: Partial<Judging> = {}): Judging =>
  asked({ promise: { ...entryOf().promise, idleSeconds }, ...own });

describe("verify idle: what silent connections say of a promise", () => {
  it("holds only what was waited for", () => {
    const seen = [answered(28), answered(58), answered(62), talking(62)];
    const held = judgeSilence(seen, PLAN, promising(60, { path: pathOf(envoy(300)) }));
    assert.deepEqual(
      [held.outcome, held.summary],
      ["holds", "Silent connections were open and answered after 62 s; the promise is 1 min."],
    );
    const hour = judgeSilence(seen, PLAN, promising(3600, { path: pathOf(envoy(3660)) }));
    assert.equal(hour.outcome, "unknown");
    assert.match(
      hour.summary,
      /after 62 s; the promise is 1 h, and nobody waited so long\. What was read of the path predicts that it holds\./,
    );
    assert.match(hour.write.join(), /--full/);
    const short = judgeSilence(seen, PLAN, promising(3600, { path: pathOf(envoy(300)) }));
    assert.equal(short.outcome, "unknown");
    assert.match(short.summary, /predicts: Contour closes a connection that is silent for 300 s; 3600 s are promised/);
    assert.ok(short.write.includes("timeoutPolicy.idle: 3660s"));
    assert.match(judgeSilence(seen, PLAN, promising(3600)).summary, /Nothing is known of the way there/);
  });

  it("holds as far as was asked only where the path that was read keeps the rest", () => {
    const outcomeOf = (seen: Seen[], plan: Plan, own: Partial<Judging>) => judgeSilence(seen, plan, promising(3600, own)).outcome;
    const seen = [answered(58), answered(75), talking(75)];
    const keeps = { path: pathOf(envoy(3660)) };
    const judged = judgeSilence(seen, PLAN, promising(3600, keeps));
    assert.equal(judged.outcome, "holds");
    assert.match(
      judged.summary,
      /after 75 s; the promise is 1 h, and nobody waited so long\. What was read .* predicts that it holds/,
    );
    assert.equal(outcomeOf(seen, PLAN, { path: pathOf(envoy(300)) }), "unknown", "a wall ahead that nobody reached");
    assert.equal(outcomeOf(seen, PLAN, {}), "unknown", "nothing is known of the way");
    assert.equal(outcomeOf(seen, { ...PLAN, leftOut: ["cut short"] }, keeps), "unknown", "the time limit cut it short");
    assert.equal(outcomeOf([...seen, { ...answered(60), fate: "stopped" }], PLAN, keeps), "unknown", "interrupted");
    assert.equal(outcomeOf(seen, PLAN, { path: pathOf(envoy(3660), envoy(30)) }), "unknown", "a wall that was read and not met");
  });

  it("names the hop that closes, its number and what to write; one that talks tells silence from age", () => {
    const seen = [answered(2.5), closed(3.02), closed(3.01), talking(75)];
    const judged = judgeSilence(seen, PLAN, asked({ path: pathOf(node(86_400), envoy(3)) }));
    assert.equal(judged.outcome, "fails");
    assert.equal(
      judged.summary,
      "A connection was ended after 3 s of silence (without a goodbye: 1006); the promise is 1 min. Contour has this limit: 3 s (HTTPProxy chat/chat timeoutPolicy.idle).",
    );
    assert.match(judged.details[0]!, /outlived it.*a heartbeat shorter than 3 s helps/);
    assert.deepEqual(judged.write, ["timeoutPolicy.idle: 120s"]);
    assert.deepEqual(judged.seenAt, { hop: 1, afterSeconds: 3.01 });
    assert.deepEqual(judged.endings, { "1006 reset": 2 });
    const { wallSeconds, wallKind, wallShownBy, predictedSeconds, code } = judged.measured;
    assert.deepEqual([wallSeconds, wallKind, wallShownBy, predictedSeconds, code], [3.01, "idle", "closed", 3, 1006]);
  });

  it("names the node where nobody closes and nobody answers, within the two lengths of silence", () => {
    for (const [by, words] of [
      ["silent", /nobody said a word, and no answer came when it spoke/],
      ["reset", /nobody said a word, and when it spoke it was cut off/],
    ] as const) {
      const seen = [answered(4.5), lost(5.5, by), answered(5.5), lost(75, by), talking(75)];
      const judged = judgeSilence(seen, PLAN, asked({ path: pathOf(node(5), envoy(5.4)) }));
      assert.deepEqual([judged.outcome, judged.seenAt?.hop], ["fails", 0]);
      assert.match(judged.summary, /^A silent connection was lost after more than 4\.5 s and at most 5\.5 s of silence/);
      assert.match(judged.summary, words);
      assert.match(judged.summary, /kube-proxy \(nftables\) has this limit: 5 s/);
      assert.match(judged.details.join(), /1 of 3 that were silent as long or longer were answered all the same/);
      assert.equal(judged.measured.wallResolutionSeconds, 1);
    }
  });

  it("says that nobody on the path has the number, who is unread, and whose default it is", () => {
    const path = pathOf(
      envoy(300),
      hopOf("traefik", { from: "Ingress chat", limit: "unknown", idleSeconds: null, settle: "declare it" }),
    );
    const judged = judgeSilence([answered(58), closed(60.1), talking(75)], PLAN, promising(3600, { path }));
    assert.deepEqual([judged.outcome, judged.seenAt], ["fails", undefined]);
    assert.match(judged.summary, /Nobody on the path that was read has this number\.$/);
    assert.match(judged.details.join("\n"), /Traefik: nothing that was read says its limit \(declare it\)\./);
    assert.match(judged.details.join("\n"), /60 s is the default of .*ingress-nginx/);
    assert.match(judged.write.join(), /cluster\.inFront/);
    const bare = judgeSilence([closed(60.1)], PLAN, asked());
    assert.match(bare.summary, /Nothing is known of the way there, so nobody can be named\.$/);
    assert.match(bare.details.join(), /may as well be a limit of age/);
  });

  it("does not name a hop whose number was outlived, or that would have come later", () => {
    for (const limit of [2, 4]) {
      const judged = judgeSilence([answered(2.5), closed(3.1)], PLAN, asked({ path: pathOf(envoy(limit)) }));
      assert.match(judged.summary, /Nobody on the path/, `${limit} s`);
    }
  });

  it("tells a lifetime, against which no heartbeat helps", () => {
    const judged = judgeSilence([answered(2), closed(5.02), talking(5.03, "closed")], PLAN, asked({ path: pathOf(envoy(300)) }));
    assert.deepEqual([judged.outcome, judged.measured.wallKind], ["fails", "lifetime"]);
    assert.match(judged.summary, /after 5 s of age/);
    assert.match(judged.details.join(), /no heartbeat helps/);
    // A stream cannot talk, but its server does.
    const talkative = { talked: true, silentSeconds: 1, afterSeconds: 4 };
    const stream = judgeSilence([closed(1, talkative), closed(1, talkative)], PLAN, asked({ protocol: "http-stream" }));
    assert.deepEqual([stream.measured.wallKind, stream.measured.wallSeconds], ["lifetime", 4]);
    // What died young beside one that lives on met no lifetime.
    const idle = judgeSilence([closed(3), talking(8, "closed"), talking(75)], PLAN, asked());
    assert.equal(idle.measured.wallKind, "idle");
  });

  it("takes what ends some and spares others for an event", () => {
    const judged = judgeSilence([closed(12), closed(13), answered(58), answered(75), talking(75)], PLAN, asked());
    assert.equal(judged.outcome, "unknown");
    assert.match(
      judged.summary,
      /2 connections were ended .* while 2 others were silent for longer and answered: that is no limit of time\./,
    );
  });

  it("says where a close frame points to", () => {
    const ending = { by: "peer" as const, code: 4000, reason: "silent", afterSeconds: 30, silentSeconds: 30 };
    const judged = judgeSilence([closed(30, { ending }), talking(75)], PLAN, asked());
    assert.match(judged.summary, /in order: 4000, silent/);
    assert.match(judged.details.join(), /most likely the application itself/);
    assert.deepEqual(judged.endings, { "4000 peer": 1 });
  });

  it("shows what a heartbeat saves, and that it keeps a promise only where one is promised", () => {
    const beating: Seen = { ...talking(62), role: "heartbeat" };
    const seen = [answered(2.5), closed(3), talking(62), beating];
    const plan = { ...PLAN, heartbeatSeconds: 2 };
    const path = pathOf(envoy(3));
    const asking = judgeSilence(seen, plan, asked({ path }));
    assert.equal(asking.outcome, "fails");
    assert.match(asking.details.join(), /With a heartbeat every 2 s a connection was still open after 62 s\./);
    assert.match(asking.write.join("\n"), /promise\.heartbeat: \{ seconds: 2, kind: message \}/);
    const heartbeat = { seconds: 2, kind: "message" as const };
    const promised = { ...entryOf().promise, heartbeat };
    assert.equal(judgeSilence(seen, plan, asked({ path, promise: promised })).outcome, "holds");
    assert.equal(judgeSilence(seen, plan, asked({ path, promise: { ...promised, idleSeconds: 3600 } })).outcome, "unknown");
    const useless: Seen = { ...closed(3), role: "heartbeat" };
    const lostToo = judgeSilence([closed(3), useless], { ...PLAN, heartbeatSeconds: 5 }, asked({ path, promise: promised }));
    assert.deepEqual([lostToo.outcome, lostToo.measured.heartbeatHeld], ["fails", false]);
  });

  it("does not believe a node that was lucky, and tells a proxy that is not what was read", () => {
    const seen = [answered(4.5), answered(5.5), answered(62), talking(62)];
    const table = judgeSilence(seen, PLAN, asked({ path: pathOf(node(5)) }));
    assert.equal(table.outcome, "unknown");
    assert.match(table.details.join(), /limit of 5 s .* was not met\. A node that forgot.*what the pod says first would be lost/);
    const proxy = judgeSilence(seen, PLAN, asked({ path: pathOf(envoy(5)) }));
    assert.equal(proxy.outcome, "holds");
    assert.match(proxy.details.join(), /what runs is not what was read/);
  });

  it("counts no silence that was none, and none that nobody ended by speaking", () => {
    const noisy = judgeSilence([answered(30, { talked: true, afterSeconds: 75 })], PLAN, promising(60));
    assert.equal(noisy.outcome, "unknown");
    assert.match(noisy.details.join(), /The server did not keep silent: it said something after 30 s at the latest/);
    const stopped = judgeSilence([{ ...answered(41), fate: "stopped" }], PLAN, promising(3600));
    assert.deepEqual(
      [stopped.outcome, stopped.summary],
      ["unknown", "Stopped before any connection had spoken; 1 was open, silent for 41 s."],
    );
  });
});
