import assert from "node:assert/strict";
import * as http2 from "node:http2";
import { hopOf } from "../../../path/read/hop";
import { idle } from "../../../verify/checks/idle";
import { judgeSilence, type Judged } from "../../../verify/idle/judge";
import type { Plan, Seen } from "../../../verify/idle/model";
import type { TargetEntry } from "../../../verify/model";
import { type Called, grpcServer, refuse, watch } from "../grpcServer";
import type { Small } from "../support";
import { contextOf, entryOf, node, pathOf } from "./fixture";

const WALL_SECONDS = 1.6;
const [OK, UNIMPLEMENTED] = [0, 12] as const;
const { NGHTTP2_CANCEL } = http2.constants;

/** Envoy's clock of a silent stream. */
const envoy = hopOf("contour", {
  from: "HTTPProxy chat/chat timeoutPolicy.idle",
  idleSeconds: null,
  perProtocol: { grpc: { limit: "idle", idleSeconds: WALL_SECONDS } },
});

const withoutHealth = (called: Called) => refuse(called, UNIMPLEMENTED, "unknown service");
/** Ends something when nothing was said on a connection for so long. */
const afterSilence = (what: (called: Called) => void) => {
  const timers = new WeakMap<http2.ServerHttp2Session, NodeJS.Timeout>();
  return {
    onWatch: (called: Called) => {
      watch(called);
      timers.set(called.session, setTimeout(what, WALL_SECONDS * 1000, called));
    },
    talked: ({ session }: Called) => timers.get(session)?.refresh(),
  };
};

/** The first of them otherwise than the rest. */
function firstly(first: (called: Called) => void): (called: Called) => void {
  let count = 0;
  return (called) => void (count++ === 0 ? first(called) : watch(called));
}

interface Scene {
  onWatch: (called: Called) => void;
  /** Called with every other call, before it is answered. */
  talked?: (called: Called) => void;
  entry?: Partial<TargetEntry>;
}

const SCENES = {
  patient: { onWatch: (called) => void watch(called) },
  // What a proxy does to a silent call, whatever else is on the connection.
  "call cut": {
    onWatch: (called) => {
      watch(called);
      setTimeout(() => called.stream.close(NGHTTP2_CANCEL), WALL_SECONDS * 1000);
    },
    entry: { path: pathOf(envoy) },
  },
  "connection cut": { ...afterSilence(({ socket }) => socket.destroy()), entry: { path: pathOf(node(WALL_SECONDS)) } },
  aged: {
    onWatch: (called) => {
      watch(called);
      setTimeout(() => called.session.close(), WALL_SECONDS * 1000);
    },
  },
  // One that never came to its first message, beside others that did.
  "one broken": {
    onWatch: firstly(({ stream, socket }) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      setTimeout(() => socket.end(), 30);
    }),
  },
  "watch ended": { onWatch: (called) => refuse(called, OK), entry: { path: pathOf(envoy) } },
  "without health": { onWatch: withoutHealth, entry: { path: pathOf(envoy) } },
} satisfies Record<string, Scene>;

describe("verify idle: gRPC", function () {
  this.timeout(20_000);
  const servers: Small[] = [];
  const results = new Map<string, Judged>();

  before(async () => {
    await Promise.all(
      Object.entries<Scene>(SCENES).map(async ([name, { onWatch, talked = () => {}, entry }]) => {
        const small = await grpcServer(onWatch, (called) => {
          talked(called);
          const end = watch(called);
          end(0);
        });
        servers.push(small);
        const promise = { ...entryOf().promise, idleSeconds: 3 };
        const url = `grpc://127.0.0.1:${small.port}`;
        const context = contextOf(entryOf({ url, protocol: "grpc", promise, ...entry }), { heartbeatSeconds: 0.4 });
        results.set(name, (await idle.run(context)) as Judged);
      }),
    );
  });
  after(() => Promise.all(servers.map((each) => each.close())));

  const resultOf = (name: keyof typeof SCENES): Judged => results.get(name)!;
  const near = (value: unknown, wanted: number) =>
    assert.ok(typeof value === "number" && Math.abs(value - wanted) <= 0.8, `${String(value)} s in place of ${wanted} s`);

  it("holds where every silent call was still there", () => {
    const { outcome, endings, summary } = resultOf("patient");
    assert.deepEqual([outcome, endings], ["holds", {}], summary);
  });

  it("tells a clock of the call, against which calls beside it do not help, and names the hop", () => {
    const { outcome, measured, seenAt, summary, details } = resultOf("call cut");
    assert.deepEqual(
      [outcome, measured.wallKind, measured.code, seenAt?.hop],
      ["fails", "call", "RST_STREAM CANCEL", 0],
      summary,
    );
    near(measured.wallSeconds, WALL_SECONDS);
    assert.match(summary, /without a goodbye: RST_STREAM CANCEL/);
    assert.match(details.join(), /Other calls on the same connection did not keep this one, and pings would not have either/);
    assert.match(details.join(), /With a heartbeat every 0\.4 s a connection was lost all the same/);
  });

  it("tells a clock of the connection, which any call restarts", () => {
    const { outcome, measured, seenAt, summary, details } = resultOf("connection cut");
    assert.deepEqual([outcome, measured.wallKind, seenAt?.hop], ["fails", "idle", 0], summary);
    near(measured.wallSeconds, WALL_SECONDS);
    assert.match(details.join(), /With a heartbeat every 0\.4 s a connection was still open/);
  });

  it("tells the age of a connection, which ends with a GOAWAY", () => {
    const { outcome, measured, summary } = resultOf("aged");
    assert.deepEqual([outcome, measured.wallKind, measured.code], ["fails", "lifetime", "GOAWAY NO_ERROR"], summary);
    near(measured.wallSeconds, WALL_SECONDS);
  });

  it("does not take a connection without a call for a call, and says what to add", () => {
    const { outcome, details, write } = resultOf("without health");
    assert.equal(outcome, "unknown");
    assert.match(details[0]!, /^No call was open on these connections, for the server has no health service/);
    assert.ok(!details.join().includes("not what was read"), details.join());
    assert.match(write.join(), /serve grpc\.health\.v1\.Health/);
  });

  it("says of a server that ends the watch at once what it does, and not that it has no health service", () => {
    const { outcome, details, write } = resultOf("watch ended");
    assert.equal(outcome, "unknown");
    assert.match(details[0]!, /^No call was open on these connections, for the server ended the watch of its health at once/);
    assert.match(write.join(), /let the Watch of grpc\.health\.v1\.Health stay open/);
  });

  it("comes to its end where a connection broke before its first message", () => {
    const { measured, summary, details } = resultOf("one broken");
    assert.equal(measured.connections, (resultOf("patient").measured.connections as number) - 1);
    assert.match([summary, ...details].join(), /1 of \d+ connections could not be opened: .* took the call, and cut it/);
  });

  it("knows nothing of what the application's own messages in the call would have saved", () => {
    const ending = { by: "reset", code: "RST_STREAM CANCEL", afterSeconds: 60, silentSeconds: 60 } as const;
    const state = { fate: "closed", silentSeconds: 60, afterSeconds: 60, talked: false, ending } as const;
    const seen: Seen[] = [
      { role: "silent", ...state },
      { role: "talking", ...state, silentSeconds: 1, talked: true },
      { role: "heartbeat", ...state, silentSeconds: 30, talked: true },
    ];
    const plan: Plan = { silences: [{ seconds: 75, copies: 1 }], talkingSeconds: 1, heartbeatSeconds: 30, leftOut: [] };
    const promise = { ...entryOf().promise, idleSeconds: 3600 };
    const judged = (heartbeat?: TargetEntry["promise"]["heartbeat"]) =>
      judgeSilence(seen, plan, entryOf({ protocol: "grpc", promise: { ...promise, ...(heartbeat && { heartbeat }) } })).outcome;
    assert.deepEqual([judged(), judged({ seconds: 30, kind: "message" })], ["fails", "unknown"]);
  });
});
