import assert from "node:assert/strict";
import { drain } from "../../../verify/checks/drain";
import { contextFor, entryOf, PROMISE, type RunOverrides } from "../support";
import { until } from "./fixture";
import { LEAVES, SmallService } from "./service";

/** Real sockets on loopback, and pods that behave as each test wants; the hook counts for nothing here, so notice is reckoned from the word. */
describe("drain, with sockets", function () {
  this.timeout(30_000);
  let service: SmallService;

  beforeEach(async () => {
    service = await SmallService.start();
  });
  afterEach(() => service.server.close());

  /** Runs the check at a service of its own, and `meanwhile` once all connections are open. */
  async function run(meanwhile: (service: SmallService) => Promise<unknown>, own: RunOverrides = {}) {
    const service = await SmallService.start();
    const entry = entryOf(service.url, {
      promise: { ...PROMISE, drainSeconds: 1 },
      namespace: "rooms",
      selector: { app: "chat" },
      workload: { kind: "Deployment", name: "chat" },
    });
    let opened = false;
    const say = (line: string) => (opened ||= line.includes("waiting for a rollout"));
    const progress = { say, clear: () => {} } as never;
    const { context, books } = contextFor(entry, { cluster: service.cluster, options: { sockets: 24 }, progress, ...own });
    const [result] = await Promise.all([drain.run(context), until(() => opened).then(() => meanwhile(service))]);
    assert.equal(books.open, 0, "no connection outlives the check");
    await service.server.close();
    return result;
  }

  describe("when a pod leaves", () => {
    const scenes = {
      goodbyes: (small: SmallService) => small.replace("a", { leave: LEAVES.goodbyes(1) }),
      resets: (small: SmallService) => small.replace("a", { leave: LEAVES.resets }),
      silence: (small: SmallService) => small.replace("a", { leave: LEAVES.silence }),
      final: (small: SmallService) => small.replace("a", { leave: LEAVES.goodbyes(0.5, 1000) }),
      turnedAway: async (small: SmallService) => {
        small.refuse = "503 Service Unavailable";
        setTimeout(() => (small.refuse = undefined), 2500);
        await small.replace("b", { leave: LEAVES.goodbyes(0.5) });
      },
    };
    let results: Record<keyof typeof scenes, Awaited<ReturnType<typeof run>>>;

    // All at once: each of them waits until it may be sure that nobody else leaves.
    before(async () => {
      const all = Object.entries(scenes).map(async ([name, scene]) => [name, await run(scene)]);
      results = Object.fromEntries(await Promise.all(all)) as typeof results;
    });

    it("holds where it says goodbye to each connection, and clients come back", () => {
      const { outcome, summary, endings, measured, timeline } = results.goodbyes;
      assert.equal(outcome, "holds", summary);
      assert.match(summary, /^12 goodbyes \(1001\) when 1 pod left: none of 24 connections was cut, with 45 s for it/);
      assert.deepEqual(endings, { "1001 peer": 12 });
      assert.equal(measured.reconnected, 12);
      const [first, last] = [timeline![0]!, timeline!.at(-1)!];
      assert.deepEqual(first.open, { a: 12, b: 12 });
      assert.equal(last.open.a, undefined);
      assert.equal(
        Object.values(last.open).reduce((sum, count) => sum + count, 0),
        24,
      );
    });

    it("fails where it resets them, and counts", () => {
      const { outcome, summary, details, measured } = results.resets;
      assert.equal(outcome, "fails");
      assert.equal(measured.resets, 12);
      assert.match(summary, /^12 connections were reset without a goodbye/);
      assert.match(details[0]!, /^12 connections: at a, which went before its time was over/);
    });

    it("fails where it drops them without a word, which only shows when somebody speaks", () => {
      const { outcome, summary, measured } = results.silence;
      assert.equal(outcome, "fails", summary);
      assert.equal(measured.droppedInSilence, 12);
    });

    it("fails where it sends clients away with 1000", () => {
      assert.equal(results.final.outcome, "fails");
      assert.match(results.final.summary, /^12 connections ended with code 1000/);
    });

    it("fails where clients are turned away when they come back, and sees them come back in the end", () => {
      const { outcome, summary, measured } = results.turnedAway;
      assert.equal(outcome, "fails");
      assert.match(summary, /turned away, \d+ times in all: \d+ × 503 at upgrade\.$/);
      assert.equal(measured.reconnected, 12);
    });
  });

  it("tells what it saw so far where it is cut short, and that nobody left", async () => {
    const stop = new AbortController();
    const result = await run(() => Promise.resolve(stop.abort()), { interrupt: stop.signal });
    assert.equal(result.outcome, "unknown");
    assert.match(result.summary, /^No pod left while 24 connections were watched/);
    assert.equal(result.partial, true);
  });

  it("starts nothing where it is not wanted, or where there is no cluster", async () => {
    const entry = entryOf(service.url, { namespace: "rooms", selector: { app: "chat" } });
    const refused = async (own: RunOverrides) => {
      const { context } = contextFor(entry, { ...own, options: { rollout: true, sockets: 2 } });
      const { outcome, summary } = await drain.run(context);
      assert.equal(outcome, "unknown");
      return summary;
    };
    assert.match(await refused({}), /^No rollout was started: there is no cluster at hand/);
    const no = { cluster: service.cluster, confirm: () => Promise.resolve(false) };
    assert.equal(await refused(no), "No rollout was started: it was not wanted.");
    assert.match(await refused({ cluster: service.cluster }), /^No rollout was started: nobody knows which workload chat is/);
  });

  it("asks before it starts one, and says what it does", async () => {
    let asked = "";
    const entry = entryOf(service.url, {
      namespace: "rooms",
      selector: { app: "chat" },
      workload: { kind: "Deployment", name: "chat" },
    });
    const confirm = (question: string) => {
      asked = question;
      return Promise.resolve(false);
    };
    const { context } = contextFor(entry, { cluster: service.cluster, confirm, options: { rollout: true, sockets: 2 } });
    await drain.run(context);
    assert.equal(
      asked,
      "Restart Deployment rooms/chat in context fake? All its pods are replaced, and every connection to them ends.",
    );
  });

  it("cannot tell where nothing could be opened", async () => {
    service.refuse = "503 Service Unavailable";
    const { context } = contextFor(entryOf(service.url), { options: { sockets: 3 } });
    const { outcome, summary } = await drain.run(context);
    assert.equal(outcome, "unknown");
    assert.match(summary, /^No connection could be opened, so no goodbye could be seen: HTTP 503/);
  });
});
