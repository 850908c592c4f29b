import assert from "node:assert/strict";
import { CLIENT_ADDRESSES } from "../../../sandbox";
import { untilOpen } from "../../dataplane/client";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../../support/sandbox";
import { DrainStack, makePool } from "./drainStack";
import { watchGoodbyes } from "./inside";

/** `bench/verify.ts` asks for many more, for longer. */
const SOCKETS = Number(process.env.HOLDFAST_LOAD_SOCKETS ?? 500);
const SECONDS = Number(process.env.HOLDFAST_LOAD_SECONDS ?? 5);
const RATE_PER_SECOND = 250;
const MOST_ERRORS = 0.01;
const MOST_MEGABYTES = 400;

describe("many WebSockets held open through a proxy", function () {
  this.timeout((SECONDS + SOCKETS / RATE_PER_SECOND + 120) * 1000);
  let stack: DrainStack;
  let removePool: () => Promise<void>;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sharedSandbox();
    removePool = await makePool();
    stack = await DrainStack.deploy("drain-load", "192.168.1.216");
    await untilOpen(stack.entry("ingress-nginx").url, CLIENT_ADDRESSES);
  });
  after(async () => {
    await stack?.remove();
    await removePool?.();
  });

  it("stay open, and take less memory than is allowed", async () => {
    const target = { ...stack.target, entries: [stack.entry("ingress-nginx")] };
    // Opening takes longer than its rate where the machine is busy.
    const seconds = SECONDS + (3 * SOCKETS) / RATE_PER_SECOND;
    const { results, peakMegabytes } = await watchGoodbyes({
      target,
      sockets: SOCKETS,
      rollout: false,
      seconds,
      ratePerSecond: RATE_PER_SECOND,
    });
    const [{ measured, endings, timeline, summary }] = results as [(typeof results)[0]];
    const held = measured.connections as number;
    const errors = SOCKETS - held + Object.values(endings ?? {}).reduce((sum, count) => sum + count, 0);
    const share = `${errors} of ${SOCKETS} failed`;
    if (process.env.HOLDFAST_LOAD_SOCKETS) {
      console.log(`${share}, held for ${timeline!.at(-1)!.seconds} s, ${Math.round(peakMegabytes)} MB at the peak. ${summary}`);
    }
    assert.ok(errors / SOCKETS < MOST_ERRORS, `${share}: ${summary}`);
    assert.ok(peakMegabytes < MOST_MEGABYTES, `${Math.round(peakMegabytes)} MB`);
    assert.ok(timeline!.at(-1)!.seconds >= SECONDS, `held for ${timeline!.at(-1)!.seconds} s`);
  });
});
