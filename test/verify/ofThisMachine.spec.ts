import assert from "node:assert/strict";
import * as dgram from "node:dgram";
import { LimitError } from "../../verify/books";
import { describeFailure } from "../../verify/connect/failures";
import { NotPermitted, TimeIsUp } from "../../verify/connect/errors";
import type { OpenStep } from "../../verify/connect/model";
import { resolverAnswers } from "../../verify/connect/ofThisMachine";
import { distribution } from "../../verify/checks/distribution";
import { drain } from "../../verify/checks/drain";
import { idle } from "../../verify/checks/idle";
import { reach } from "../../verify/checks/reach";
import { sticky } from "../../verify/checks/sticky";
import type { Check, CheckContext } from "../../verify/checks/model";
import { balancer, inTurn, pathOf, type Seen } from "./balancer";
import { contextFor, entryOf, PROMISE, tcpServer, type RunOverrides } from "./support";

/** A source address that is not of this machine, so that nothing can be opened from it. */
const NOT_OURS = "203.0.113.9";

const failure = (code: string) => Object.assign(new Error(code), { code });
const attempt = { url: new URL("ws://chat.example.com/ws"), options: { url: "ws://chat.example.com/ws" } };
const told = (step: OpenStep, error: Error, answers = true) =>
  describeFailure(step, error, attempt, () => Promise.resolve(answers));

describe("what this machine lacks, told from what is wrong with the way in", () => {
  it("names it, with the way out", async () => {
    const ours: [code: string, sentence: RegExp][] = [
      ["EMFILE", /^this machine lets no more connections be opened \(EMFILE\): raise `ulimit -n`$/],
      ["ENFILE", /raise `fs\.file-max`$/],
      ["EADDRNOTAVAIL", /^chat\.example\.com:80: this machine has no port left to speak from \(EADDRNOTAVAIL\): open fewer/],
      ["EADDRINUSE", /no port left/],
      ["ENOBUFS", /no memory left for connections \(ENOBUFS\): open fewer, or raise `net\.ipv4\.tcp_mem`$/],
      ["ENETUNREACH", /^no way leads from this machine to chat\.example\.com:80 \(ENETUNREACH\): look at its routes/],
      ["EPERM", /forbids itself to speak to chat\.example\.com:80 \(EPERM\): look at its own firewall/],
    ];
    for (const [code, sentence] of ours) {
      const { message, ofThisMachine } = await told("tcp", failure(code));
      assert.match(message, sentence);
      assert.ok(ofThisMachine, code);
    }
    const refused = await told("tcp", new NotPermitted("not the stack's own: add --yes-i-own-it"));
    assert.deepEqual(refused, { message: "not the stack's own: add --yes-i-own-it", ofThisMachine: true });
  });

  it("knows what it is not", async () => {
    const theirs: [OpenStep, Error][] = [
      ...["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ETIMEDOUT"].map((code): [OpenStep, Error] => ["tcp", failure(code)]),
      // A router's word: this machine has a route to itself.
      ["tcp", Object.assign(failure("ENETUNREACH"), { address: "127.0.0.1" })],
      ["tcp", new TimeIsUp()],
      ["http", new TimeIsUp()],
      ["dns", failure("ENOTFOUND")],
    ];
    for (const [step, error] of theirs) {
      assert.equal((await told(step, error, false)).ofThisMachine, false, `${step} ${error.message}`);
    }
  });

  it("a name without an answer is its own where the resolver answers for others, and this machine's where it does not", async () => {
    for (const error of [failure("EAI_AGAIN"), new TimeIsUp()]) {
      const here = await told("dns", error, false);
      assert.equal(here.ofThisMachine, true);
      assert.match(
        here.message,
        /^no name server gave an answer for chat\.example\.com, nor for the root: that is this machine's resolver or its network$/,
      );
      const there = await told("dns", error, true);
      assert.equal(there.ofThisMachine, false);
      assert.match(there.message, /^no answer came from the name servers of chat\.example\.com.*answers for other names/);
    }
  });

  it("asks the resolver itself: one that knows nothing has answered, one that says nothing or refuses has not", async () => {
    let code: number | undefined;
    const server = dgram.createSocket("udp4").on("message", (question, { port, address }) => {
      if (code === undefined) return;
      const answer = Buffer.from(question);
      answer.writeUInt16BE(0x8180 | code, 2);
      server.send(answer, port, address);
    });
    await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
    const here = [`127.0.0.1:${server.address().port}`];
    try {
      const seen: boolean[] = [];
      for (code of [0, 3, 2, 5, undefined]) seen.push(await resolverAnswers(here));
      assert.deepEqual(seen, [true, true, false, false, false]);
    } finally {
      server.close();
    }
  });
});

describe("checks on a machine that lacks something", function () {
  this.timeout(10_000);
  const path = pathOf({});
  const promise = { ...PROMISE, idleSeconds: 1, affinity: { mode: "client" as const, ttlSeconds: 3600 } };

  /** Every so many-th connection is opened as `broken` says. */
  async function look(check: Check, every: number, broken: Parameters<CheckContext["open"]>[0], own: RunOverrides = {}) {
    const choose = (seen: Seen) => ({ pod: check === sticky ? "pod-a" : inTurn(seen) });
    const server = await balancer(choose);
    const { context, books } = contextFor(entryOf(`ws://127.0.0.1:${server.port}/ws`, { pods: 3, path, promise }), own);
    const { open } = context;
    let count = 0;
    context.open = (options) => open(++count % every === 0 ? { ...options, ...broken } : options);
    try {
      return await check.run(context);
    } finally {
      await books.closeAll();
      await server.close();
    }
  }

  /** Where nobody listens. */
  async function closedUrl(): Promise<string> {
    const { port, close } = await tcpServer(() => {});
    await close();
    return `ws://127.0.0.1:${port}/ws`;
  }

  for (const [check, every, of] of [
    [
      distribution,
      6,
      /^This machine could not open 10 of 60 connections, which says nothing of the way in: this machine has no address/,
    ],
    [
      sticky,
      4,
      /^This machine could not open 2 of 10 connections, which says nothing of the way in: this machine has no address/,
    ],
  ] as const) {
    it(`${check.name}: nobody can tell, and it says what to do; as many refused connections fail`, async () => {
      const ours = await look(check, every, { localAddress: NOT_OURS });
      assert.equal(ours.outcome, "unknown");
      assert.match(ours.summary, of);
      assert.match(ours.summary, /--from takes addresses of its own\.$/);
      const theirs = await look(check, every, { url: await closedUrl() });
      assert.equal(theirs.outcome, "fails");
      assert.match(theirs.summary, /^(10 of 60|2 of 10) connections could not be opened: .* refused the connection/);
    });
  }

  it("distribution: refused connections fail also beside those that this machine could not open, and all of one kind are unknown", async () => {
    const mixed = await look(distribution, 2, { url: await closedUrl() }, { sources: ["127.0.0.1", "127.0.0.1", NOT_OURS] });
    assert.equal(mixed.outcome, "fails");
    assert.match(mixed.details[0]!, /^This machine could not open \d+ of 60 connections/);
    const none = await look(distribution, 1, { localAddress: NOT_OURS });
    assert.deepEqual([none.outcome, none.write], ["unknown", []]);
    assert.match(none.summary, /^This machine could not open 60 of 60 connections/);
  });

  it("idle: holds only where every connection was opened; the refused ones fail, and this machine's own leave it open", async () => {
    assert.equal((await look(idle, Infinity, {})).outcome, "holds");
    const ours = await look(idle, 3, { localAddress: NOT_OURS });
    assert.equal(ours.outcome, "unknown");
    assert.match(
      ours.summary,
      /^This machine could not open \d of \d connections, which says nothing of the way in: this machine has no/,
    );
    assert.match(ours.details[0]!, /answered/);
    const theirs = await look(idle, 3, { url: await closedUrl() });
    assert.equal(theirs.outcome, "fails");
    assert.match(theirs.summary, /^\d of \d connections could not be opened: .* refused the connection/);
  });

  it("drain: connections that the way in refused fail; this machine's own are told, and decide nothing against it", async () => {
    const own = { options: { rollout: true, sockets: 6 } };
    const ours = await look(drain, 3, { localAddress: NOT_OURS }, own);
    assert.equal(ours.outcome, "unknown");
    assert.match(ours.details.join("\n"), /^This machine could not open 2 of 6 connections/m);
    const theirs = await look(drain, 3, { url: await closedUrl() }, own);
    assert.equal(theirs.outcome, "fails");
    assert.match(theirs.summary, /^2 of 6 connections could not be opened: .* refused the connection/);
    assert.match(theirs.details[0]!, /^No rollout was started/);
  });

  it("takes no bug of this program for what it lacks", async () => {
    const bug = new TypeError("a bug");
    for (const check of [distribution, sticky, reach, idle, drain]) {
      const { context } = contextFor(entryOf("tcp://127.0.0.1:1", { promise }));
      context.open = () => Promise.reject(bug);
      await assert.rejects(check.run(context), bug, check.name);
    }
  });

  it("reach: an address that may not be spoken to is no failure of it, and is not waited for", async () => {
    const permits = () => "203.0.113.7 is a public address: add --yes-i-own-it";
    const own = { opening: { permits }, options: { waitSeconds: 30 } };
    const { outcome, summary, measured, write } = await look(reach, 1, {}, own);
    assert.deepEqual([outcome, measured.attempts, write], ["unknown", 1, []]);
    assert.equal(summary, "203.0.113.7 is a public address: add --yes-i-own-it.");
  });

  it("a limit of the user's is none of the way in either", async () => {
    const { context } = contextFor(entryOf("tcp://127.0.0.1:1"));
    context.open = () => Promise.reject(new LimitError("1 connection is open, as many as --connections allows"));
    const { outcome, summary } = await distribution.run(context);
    assert.equal(outcome, "unknown");
    assert.match(summary, /^This machine could not open 60 of 60 .* as many as --connections allows\.$/);
  });
});
