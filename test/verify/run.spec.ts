import assert from "node:assert/strict";
import type { Check } from "../../verify/checks/model";
import { OpenError } from "../../verify/connect/model";
import type { CheckName, Outcome } from "../../verify/model";
import { progressTo } from "../../verify/progress";
import { runChecks, sideBySide, worst } from "../../verify/run";
import { shownUrl } from "../../verify/shownUrl";
import { entryOf, runOf, webSocketServer, type Small } from "./support";

const found = (outcome: Outcome) => ({ outcome, summary: "", details: [], write: [], measured: {} });
const checkOf = (name: CheckName, run: Check["run"], own: Partial<Check> = {}): Check => ({
  name,
  title: name,
  byDefault: true,
  run,
  ...own,
});

describe("a run of checks", () => {
  let server: Small;
  let open = 0;
  let url: string;
  before(async () => {
    server = await webSocketServer({
      headers: ["x-holdfast-pod: a"],
      serve: (socket) => {
        open += 1;
        socket.on("close", () => (open -= 1));
      },
    });
    url = `ws://127.0.0.1:${server.port}/`;
  });
  after(() => server.close());

  it("leaves no connection behind, whatever a check does", async () => {
    const leaves = checkOf("idle", async (context) => {
      await Promise.all([1, 2, 3].map(() => context.open()));
      return found("holds");
    });
    const breaks = checkOf("sticky", async (context) => {
      await context.open();
      throw new Error("a bug");
    });
    const report = await runChecks(runOf(entryOf(url), { checks: [leaves] }));
    assert.equal(report.outcome, "holds");
    await assert.rejects(runChecks(runOf(entryOf(url), { checks: [breaks] })), /a bug/);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(open, 0);
  });

  it("opens no more than allowed, and not faster", async () => {
    const greedy = checkOf("idle", async (context) => {
      for (;;) await context.open();
    });
    const started = performance.now();
    const limits = { connections: 5, ratePerSecond: 20, seconds: 10 };
    const { results } = await runChecks(runOf(entryOf(url), { checks: [greedy], limits }));
    assert.equal(results[0]!.outcome, "unknown");
    assert.match(results[0]!.summary, /5 connections are open, as many as --connections allows/);
    assert.ok(performance.now() - started >= 190, "the fifth comes 200 ms after the first");
  });

  it("waits at several ways in side by side, as far as the limits allow, and tells of them in their order", async () => {
    const entries = ["a", "b", "c"].map((entry) => ({ ...entryOf(url), entry }));
    const seen: string[] = [];
    const waits = checkOf(
      "idle",
      async ({ entry: { entry } }) => {
        seen.push(entry);
        await new Promise((resolve) => setTimeout(resolve, entry === "a" ? 60 : 20));
        seen.push(entry);
        return found("holds");
      },
      { holds: () => 10 },
    );
    const orderOf = async (limits: object): Promise<string> => {
      seen.length = 0;
      const run = runOf(entries[0]!, { checks: [waits] });
      const { results } = await runChecks({
        ...run,
        target: { ...run.target, entries },
        limits: { ...run.limits, ratePerSecond: 50, ...limits },
      });
      assert.deepEqual(
        results.map(({ entry }) => entry),
        ["a", "b", "c"],
      );
      return seen.join("");
    };
    assert.equal(await orderOf({ connections: 30 }), "abcbca");
    assert.equal(await orderOf({ connections: 29 }), "abbacc");
    assert.equal(await orderOf({ connections: 10 }), "aabbcc");
    assert.equal(await orderOf({ connections: 30, ratePerSecond: 3 }), "aabbcc", "30 take ten seconds to open");
  });

  it("looks at one way in after the other with a check that does not wait", async () => {
    const entries = ["a", "b"].map((entry) => ({ ...entryOf(url), entry }));
    const { target, options, limits } = runOf(entries[0]!, {});
    const groups = sideBySide({}, { target: { ...target, entries }, options, limits });
    assert.deepEqual(
      groups.map((group) => group.length),
      [1, 1],
    );
  });

  it("says that nothing was looked at where reach failed, but for what also tells something then", async () => {
    const checks = [
      checkOf("reach", () => Promise.resolve(found("fails"))),
      checkOf("idle", () => Promise.reject(new Error("was run"))),
      checkOf("endpoints", () => Promise.resolve(found("holds")), { withoutReach: true }),
    ];
    const { results, outcome } = await runChecks(runOf(entryOf(url), { checks }));
    assert.deepEqual(
      results.map(({ check, outcome: each }) => `${check} ${each}`),
      ["reach fails", "idle unknown", "endpoints holds"],
    );
    assert.equal(outcome, "fails");
  });

  it("calls unknown what a check could not open in the middle", async () => {
    const checks = [checkOf("idle", () => Promise.reject(new OpenError("tcp", "it refused", [])))];
    const { results } = await runChecks(runOf(entryOf(url), { checks }));
    assert.deepEqual([results[0]!.outcome, results[0]!.summary], ["unknown", "It could not go on: it refused."]);
  });

  it("tells what was seen until Ctrl-C, and never that it holds", async () => {
    const stop = new AbortController();
    const waits = checkOf("idle", async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return found("holds");
    });
    setTimeout(() => stop.abort(), 50);
    const checks = [checkOf("reach", () => Promise.resolve(found("holds"))), waits, checkOf("drain", waits.run)];
    const report = await runChecks(runOf(entryOf(url), { checks, interrupt: stop.signal }));
    assert.ok(report.interrupted);
    assert.equal(report.outcome, "unknown");
    assert.deepEqual(
      report.results.map(({ check, partial = false }) => `${check} ${partial}`),
      ["reach false", "idle true"],
    );
    const limits = { connections: 1, ratePerSecond: 1, seconds: 0.05 };
    const late = await runChecks(runOf(entryOf(url), { checks: [waits], limits }));
    assert.equal(late.results[0]!.partial, true);
    assert.equal(late.interrupted, false);
  });

  it("ranks what was seen", () => {
    const of = (...outcomes: Outcome[]) =>
      worst(
        outcomes.map((outcome) => ({ outcome })),
        false,
      );
    assert.equal(of("holds", "unknown", "fails"), "fails");
    assert.equal(of("holds", "unknown"), "unknown");
    assert.equal(of("holds", "does-not-apply"), "holds");
    assert.equal(of("does-not-apply"), "unknown");
    assert.equal(of(), "unknown");
    assert.equal(worst([{ outcome: "fails" }], true), "fails");
  });

  it("shows no URL with what only its owner should know", () => {
    assert.equal(shownUrl("wss://chat.example.com"), "wss://chat.example.com");
    assert.equal(shownUrl("wss://me:hidden@chat.example.com/ws"), "wss://me:...@chat.example.com/ws");
    assert.equal(
      shownUrl("wss://chat.example.com/ws?room=1&access_token=hidden"),
      "wss://chat.example.com/ws?room=1&access_token=...",
    );
  });

  it("rewrites one line on a terminal, and writes one now and then elsewhere", () => {
    const written = (isTTY: boolean): string => {
      let text = "";
      const progress = progressTo({ isTTY, columns: 20, write: (part) => (text += part) });
      for (const line of ["idle chat: 1 s of a long while", "idle chat: 2 s", "sticky chat: 1"]) progress.say(line);
      progress.clear();
      return text;
    };
    assert.equal(written(false), "idle chat: 1 s of a long while\nsticky chat: 1\n");
    assert.equal(written(true).split("\r\u001b[2K").length, 5);
    assert.ok(!written(true).includes("a long while"));
  });
});
