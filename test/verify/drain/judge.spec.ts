import assert from "node:assert/strict";
import { judgeDrain } from "../../../verify/drain/judge";
import type { Ending } from "../../../verify/model";
import { asked, cut, goodbyes, left, watchedOf } from "./fixture";

const reset: Ending = { by: "reset", code: 1006, afterSeconds: 9, silentSeconds: 9 };
const silent: Ending = { by: "silent", code: 1006, afterSeconds: 9, silentSeconds: 9 };

/** Three pods that leave one after the other, each with a hundred connections that get their goodbyes over the forty seconds. */
const good = () =>
  watchedOf({
    cuts: [0, 1, 2].flatMap((pod) => goodbyes({ pod: `chat-${pod}`, count: 100, from: 16 + pod * 60, over: 39 })),
    leaving: [0, 1, 2].map((pod) => left({ pod: `chat-${pod}`, toldAtSeconds: 1 + pod * 60 })),
  });

describe("drain, judged", () => {
  it("holds where every connection got a goodbye with the promised time for it", () => {
    const { outcome, summary, details, write, measured, endings } = judgeDrain(good(), asked());
    assert.equal(outcome, "holds", summary);
    assert.equal(
      summary,
      "300 goodbyes (1001) when 3 pods left: none of 300 connections was cut, with 45 s for it; 40 s are promised.",
    );
    assert.deepEqual(write, []);
    assert.deepEqual(endings, { "1001 peer": 300 });
    assert.equal(measured.noticeSeconds, 45);
    assert.equal(measured.resets, 0);
    assert.equal(measured.firstEndAfterSigtermSeconds, 0);
    assert.equal(measured.peakEndingsPerSecond, 3);
    assert.match(
      details.join("\n"),
      /300 connections came back, half of them within 0\.5 s, the last after 0\.5 s; at most 3 in one second\./,
    );
    assert.match(details.join("\n"), /Goodbyes came from 0 s to 39 s after SIGTERM; 40 s are promised for them\./);
  });

  it("fails on one reset among many goodbyes, and counts it", () => {
    const watched = good();
    watched.cuts[7] = { ...watched.cuts[7]!, ending: reset };
    const { outcome, summary, measured } = judgeDrain(watched, asked());
    assert.equal(outcome, "fails");
    assert.equal(summary, "1 connection was reset without a goodbye (300 were held); 40 s are promised for one.");
    assert.deepEqual([measured.resets, measured.goodbyes], [1, 299]);
  });

  it("takes a GOAWAY and a status of gRPC that may be tried again for goodbyes, and no other", () => {
    const ended = (code: string, by: Ending["by"] = "peer") =>
      good().cuts.map((each): typeof each => ({ ...each, ending: { ...each.ending, by, code } }));
    for (const code of ["GOAWAY NO_ERROR", "grpc-status UNAVAILABLE", "grpc-status OK"]) {
      const { outcome, summary, endings } = judgeDrain({ ...good(), cuts: ended(code) }, asked({ protocol: "grpc" }));
      assert.deepEqual([outcome, endings], ["holds", { [`${code} peer`]: 300 }], summary);
      assert.ok(summary.startsWith(`300 goodbyes (${code}) when 3 pods left`), summary);
    }
    const cancelled = judgeDrain({ ...good(), cuts: ended("grpc-status CANCELLED") }, asked({ protocol: "grpc" }));
    assert.deepEqual(
      [cancelled.outcome, cancelled.summary],
      ["fails", "300 connections ended with grpc-status CANCELLED, which does not tell a client to come back."],
    );
    assert.deepEqual(cancelled.write, ["in the application: send GOAWAY, and end long calls with UNAVAILABLE"]);
    const reset = judgeDrain({ ...good(), cuts: ended("RST_STREAM CANCEL", "reset") }, asked({ protocol: "grpc" }));
    assert.match(reset.summary, /^300 connections were reset without a goodbye/);
    assert.match(reset.write.join(), /on SIGTERM send GOAWAY on every connection and end its long calls with UNAVAILABLE/);
  });

  it("without a hook and with a short grace period: what to write, in the words of the workload", () => {
    const watched = watchedOf({
      cuts: goodbyes({ pod: "chat-0", count: 50, from: 2.1, over: 0 }).map((each) => ({ ...each, ending: reset })),
      leaving: [left({ pod: "chat-0", toldAtSeconds: 1, preStopSeconds: 0, graceSeconds: 1 })],
    });
    const { summary, details, write } = judgeDrain(watched, asked());
    assert.match(summary, /^50 connections were reset without a goodbye/);
    assert.equal(
      details[0],
      "50 connections: at chat-0, killed at the end of a grace period of 1 s, the first 1.1 s after SIGTERM: that is less than was promised.",
    );
    assert.deepEqual(write, [
      "Deployment rooms/chat: spec.template.spec.containers[].lifecycle.preStop.sleep.seconds: 15",
      "Deployment rooms/chat: spec.template.spec.terminationGracePeriodSeconds: 60",
    ]);
  });

  it("an application that ignores SIGTERM: the pod had its time, so the application has to change", () => {
    const cuts = goodbyes({ pod: "chat-0", count: 5, from: 61, over: 0 }).map((each) => ({ ...each, ending: reset }));
    const { details, write } = judgeDrain(watchedOf({ cuts, leaving: [left({ toldAtSeconds: 1 })] }), asked());
    assert.match(
      details[0]!,
      /killed at the end of a grace period of 1 min, the first 45 s after SIGTERM: the application had its time/,
    );
    assert.deepEqual(write, [
      "in the application: on SIGTERM close every WebSocket with 1001, one after the other within 40 s, and exit when all are closed",
    ]);
  });

  it("an application that exits at SIGTERM without a word", () => {
    const cuts = goodbyes({ pod: "chat-0", count: 5, from: 16, over: 0 }).map((each) => ({ ...each, ending: reset }));
    const { details, write } = judgeDrain(watchedOf({ cuts, leaving: [left({ toldAtSeconds: 1 })] }), asked());
    assert.match(details[0]!, /went before its time was over, the first 0 s after SIGTERM: the application ends without a word/);
    assert.equal(write.length, 1);
  });

  it("tells a pod that is gone at once, and one that nobody told to leave, from one that left", () => {
    const at = (pod: string) => cut({ pod, atSeconds: 5, ending: reset });
    const leaving = [left({ pod: "chat-1", toldAtSeconds: 5, atOnce: true, goneAtSeconds: 5 })];
    const { details, write } = judgeDrain(watchedOf({ cuts: [at("chat-1"), at("chat-2")], leaving }), asked());
    assert.match(details[0]!, /^1 connection: at chat-1, gone at once: deleted by force/);
    assert.match(details[1]!, /^1 connection: at chat-2, which nobody had told to leave/);
    assert.deepEqual(write, []);
  });

  it("says dropped in silence where nobody said anything", () => {
    const { outcome, summary } = judgeDrain(watchedOf({ cuts: [cut({ ending: silent })] }), asked());
    assert.equal(outcome, "fails");
    assert.match(summary, /^1 connection was dropped in silence/);
  });

  it("fails on a code that does not tell a client to come back; 1012 does", () => {
    const withCode = (code: number) => {
      const watched = good();
      watched.cuts.forEach((each) => (each.ending = { ...each.ending, code }));
      return judgeDrain(watched, asked());
    };
    assert.equal(withCode(1012).outcome, "holds");
    const { outcome, summary } = withCode(1000);
    assert.equal(outcome, "fails");
    assert.equal(summary, "300 connections ended with code 1000, which does not tell a client to come back.");
  });

  it("fails where all goodbyes come at once, and not where chance bunches a few", () => {
    const together = watchedOf({ cuts: goodbyes({ count: 100, from: 16, over: 0 }), leaving: [left({ toldAtSeconds: 1 })] });
    const { outcome, summary } = judgeDrain(together, asked());
    assert.equal(outcome, "fails");
    assert.match(
      summary,
      /^100 connections ended within one second, .* spread over the 40 s there are, it would be about 3 a second\.$/,
    );
    const few = watchedOf({ cuts: goodbyes({ count: 15, from: 16, over: 0 }), leaving: [left({ toldAtSeconds: 1 })] });
    assert.equal(judgeDrain(few, asked()).outcome, "holds");
  });

  it("fails where the pod was given less than is promised, although everybody got a goodbye", () => {
    const watched = good();
    watched.leaving[0]!.graceSeconds = 30;
    const { outcome, summary, write } = judgeDrain(watched, asked());
    assert.equal(outcome, "fails");
    assert.equal(summary, "Pods were given 15 s between SIGTERM and their end; 40 s are promised.");
    assert.deepEqual(write, ["Deployment rooms/chat: spec.template.spec.terminationGracePeriodSeconds: 60"]);
  });

  it("fails where clients that come back are turned away, or never come back", () => {
    const watched = good();
    watched.turnedAway.push(
      { client: 1, atSeconds: 20, step: "tcp", said: "refused" },
      { client: 1, atSeconds: 21, step: "upgrade", status: 503, said: "HTTP 503" },
    );
    const { outcome, summary, write } = judgeDrain(watched, asked());
    assert.equal(outcome, "fails");
    assert.equal(summary, "1 client that came back was turned away, 2 times in all: 1 × refused, 1 × 503 at upgrade.");
    assert.match(write[0]!, /^readinessProbe: /);
    assert.equal(write.length, 2, "no cookie leads back to a pod");
    const { promise } = asked();
    const stuck = asked({ promise: { ...promise, affinity: { ...promise.affinity, mode: "client" } } });
    assert.match(judgeDrain(watched, stuck).write[2]!, /^in the application: .* a proxy that sticks by a cookie \(Traefik\)/);

    const away = good();
    delete away.cuts[0]!.backAfterSeconds;
    assert.equal(judgeDrain(away, asked()).summary, "1 client never came back.");
  });

  it("cannot tell where this machine could not let a client try, and says so where it could later", () => {
    const said = "this machine lets no more connections be opened (EMFILE): raise `ulimit -n`";
    const held = good();
    held.notTried.push({ client: held.cuts[0]!.client, said });
    const back = judgeDrain(held, asked());
    assert.equal(back.outcome, "holds");
    assert.match(back.details.join("\n"), /^1 attempt to come back could not be made by this machine.*raise `ulimit -n`\.$/m);
    delete held.cuts[0]!.backAfterSeconds;
    const away = judgeDrain(held, asked());
    assert.equal(away.outcome, "unknown");
    assert.equal(
      away.summary,
      `This machine could not let 1 client come back, so nobody knows whether the way in would have taken them: ${said}.`,
    );
    delete held.cuts[1]!.backAfterSeconds;
    assert.equal(judgeDrain(held, asked()).outcome, "fails", "another one never came back, and nothing here kept it");
  });

  it("cannot tell where nobody left, where the rollout did not end, and where no cluster was seen", () => {
    const none = judgeDrain(watchedOf({ rollout: { state: "none" }, seconds: 50, wholeSeconds: 30 }), asked());
    assert.equal(none.outcome, "unknown");
    assert.equal(
      none.summary,
      "No pod left while 300 connections were watched for 30 s. Start a rollout meanwhile, or let this one start it: --rollout.",
    );
    const stuck = judgeDrain({ ...good(), rollout: { state: "unfinished", because: "chat-3 is still leaving" } }, asked());
    assert.equal(stuck.outcome, "unknown");
    assert.match(stuck.summary, /^The rollout did not come to its end .*: chat-3 is still leaving\.$/);
    assert.equal(stuck.details[0], "300 goodbyes (1001)");
    const unseen = { ...good(), leaving: [], rollout: { state: "unseen", because: "there is no cluster" } as const };
    assert.equal(judgeDrain(unseen, asked()).outcome, "unknown");
    // What the goodbyes of one pod were seen to take, they had.
    const short = asked({ promise: { ...asked().promise, drainSeconds: 30 } });
    assert.equal(judgeDrain(unseen, short).outcome, "holds");
  });

  it("keeps a reset a failure, whatever else is not known", () => {
    const watched = watchedOf({ cuts: [cut({ ending: reset })], leaving: [], rollout: { state: "unseen" } });
    assert.equal(judgeDrain(watched, asked()).outcome, "fails");
  });

  it("says who keeps the connections at the end, and who was cut more than once", () => {
    const watched = { ...good(), atEnd: { "chat-3": 240, "chat-4": 50, "chat-5": 10 } };
    watched.cuts[0]!.client = watched.cuts[1]!.client;
    const said = judgeDrain(watched, asked()).details.join("\n");
    assert.match(said, /At the end: chat-3 240, chat-4 50, chat-5 10\. Nothing moves an open connection/);
    assert.match(said, /1 client ended more than once \(up to 2 times\)/);
  });

  it("takes the end of a stream for its goodbye: it has no codes", () => {
    const watched = good();
    watched.cuts.forEach((each) => (each.ending = { by: "peer", afterSeconds: 9, silentSeconds: 9 }));
    const { outcome, endings } = judgeDrain(watched, asked({ protocol: "http-stream" }));
    assert.equal(outcome, "holds");
    assert.deepEqual(endings, { peer: 300 });
  });
});
