import assert from "node:assert/strict";
import * as http2 from "node:http2";
import { createSampleServer } from "../../sandbox/sample/server";
import { reach } from "../../verify/checks/reach";
import { OpenError, type OpenOptions } from "../../verify/connect/model";
import { open } from "../../verify/connect/open";
import type { CheckResult, Ending } from "../../verify/model";
import { type Called, goDeaf, grpcServer, healthMessage, NOT_SERVING, refuse, SERVING, watch } from "./grpcServer";
import { contextFor, entryOf, httpServer, type Small } from "./support";

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = http2.constants;
const [OK, CANCELLED, UNIMPLEMENTED, UNAVAILABLE, UNAUTHENTICATED] = [0, 1, 12, 14, 16] as const;

describe("verify: gRPC", () => {
  const servers: Small[] = [];
  const here = (server: Small): string => {
    servers.push(server);
    return `grpc://127.0.0.1:${server.port}`;
  };
  const opened = async (serve: (called: Called) => void, options: Partial<OpenOptions> = {}) =>
    open({ url: here(await grpcServer(serve)), openSeconds: 2, ...options });
  /** One that is open, whose watch the server has answered and can end. */
  async function held(more: Parameters<typeof watch>[1] = {}) {
    let called!: Called;
    let end!: (status: number) => void;
    const connection = await opened((each) => {
      called = each;
      end = watch(each, more);
    });
    return { connection, called, end };
  }
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it("holds a watch of the health service, whose metadata name the pod, and hears the answer to its word", async () => {
    const headers = { "x-holdfast-pod": "speech-0", "x-pod": "other", "set-cookie": "route=abc; Path=/" };
    const connection = await opened((called) => void watch(called, { headers }));
    assert.deepEqual(
      [connection.kind, connection.pod, connection.health, connection.holdsCall],
      ["grpc", "speech-0", "SERVING", true],
    );
    assert.deepEqual(
      connection.times.map(({ step }) => step),
      ["tcp", "http", "first-byte"],
    );
    assert.deepEqual(connection.cookies, ["route=abc; Path=/"]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(connection.silentSeconds() >= 0.25, `${connection.silentSeconds()}`);
    assert.ok(await connection.speak(1));
    assert.ok(connection.isOpen());
    assert.equal((await connection.close()).by, "us");
    assert.equal((await opened((called) => void watch(called, { headers }), { podFrom: "header:x-pod" })).pod, "other");
  });

  it("finds the pod in the trailers too, which come with the end", async () => {
    const trailers = { "x-holdfast-pod": "late-0" };
    const { connection, end } = await held({ trailers });
    assert.equal(connection.pod, undefined);
    end(OK);
    await connection.ended;
    assert.equal(connection.pod, "late-0");
  });

  describe("tells who ended it", () => {
    const endings: [what: string, end: (called: Called) => void, expected: Pick<Ending, "by" | "code" | "reason">][] = [
      ["GOAWAY without an error", ({ session }) => session.close(), { by: "peer", code: "GOAWAY NO_ERROR" }],
      [
        "GOAWAY for pings",
        ({ session }) => session.goaway(NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from("too_many_pings")),
        { by: "reset", code: "GOAWAY ENHANCE_YOUR_CALM", reason: "too_many_pings" },
      ],
      ["RST_STREAM", ({ stream }) => stream.close(NGHTTP2_CANCEL), { by: "reset", code: "RST_STREAM CANCEL" }],
      ["FIN", ({ socket }) => socket.end(), { by: "reset", reason: "FIN without a GOAWAY" }],
      ["RST", ({ socket }) => void socket.resetAndDestroy(), { by: "reset", reason: "ECONNRESET" }],
    ];
    for (const [what, end, expected] of endings) {
      it(what, async () => {
        const { connection, called } = await held();
        end(called);
        const { afterSeconds, silentSeconds, ...said } = await connection.ended;
        assert.deepEqual(said, expected);
        assert.ok(afterSeconds < 1 && silentSeconds <= afterSeconds, `${afterSeconds}`);
        assert.equal(await connection.speak(1), false);
      });
    }
    for (const [status, code] of [
      [OK, "grpc-status OK"],
      [UNAVAILABLE, "grpc-status UNAVAILABLE"],
      [CANCELLED, "grpc-status CANCELLED"],
    ] as const) {
      it(`the call's own trailers: ${code}`, async () => {
        const { connection, end } = await held();
        end(status);
        const { by, code: said } = await connection.ended;
        assert.deepEqual([by, said], ["peer", code]);
      });
    }
    it("nobody: neither its word nor its heartbeat is answered, and where both are it lives on", async () => {
      const { connection: spoken, called } = await held();
      goDeaf(called);
      assert.equal(await spoken.speak(0.2), false);
      assert.equal((await spoken.ended).by, "silent");
      // Calls that are not answered, on a connection that answers pings: what is behind a proxy is gone.
      const hanging = await open({
        url: here(
          await grpcServer(
            (called) => void watch(called),
            () => {},
          ),
        ),
      });
      assert.equal(await hanging.speak(0.2), false);
      const beating = await open({
        url: here(
          await grpcServer(
            (called) => void watch(called),
            () => {},
          ),
        ),
        heartbeatSeconds: 0.1,
      });
      assert.equal((await beating.ended).by, "silent");
      const alive = await opened((called) => void watch(called), { heartbeatSeconds: 0.05 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.ok(alive.isOpen() && alive.silentSeconds() < 0.2);
      await alive.close();
    });
  });

  describe("what ends between the call's answer and its first message", () => {
    const answered = ({ stream }: Called) => stream.respond({ ":status": 200, "content-type": "application/grpc" });
    const broken: [what: string, end: (called: Called) => void][] = [
      ["the connection", ({ socket }) => socket.end()],
      ["the call, by RST_STREAM", ({ stream }) => stream.close(NGHTTP2_CANCEL)],
      ["both, by a GOAWAY with an error", ({ session }) => session.goaway(NGHTTP2_ENHANCE_YOUR_CALM)],
    ];
    for (const [what, end] of broken) {
      it(`${what}: it was never open`, async () => {
        const error = await opened((called) => {
          answered(called);
          setTimeout(end, 30, called);
        }).then(
          () => assert.fail("it was opened"),
          (reason: unknown) => reason as OpenError,
        );
        assert.match(error.message, /took the call, and cut it or the whole connection before its first message was through$/);
        assert.deepEqual([error.step, error.ofThisMachine], ["first-byte", false]);
      });
    }

    it("GOAWAY without an error: it is told though the message still came, and the reset after it is not", async () => {
      let socket!: Called["socket"];
      const connection = await opened((called) => {
        ({ socket } = called);
        answered(called);
        called.session.close();
        setTimeout(() => called.stream.write(healthMessage(SERVING)), 30);
      });
      socket.resetAndDestroy();
      const { by, code } = await connection.ended;
      assert.deepEqual([connection.health, by, code], ["SERVING", "peer", "GOAWAY NO_ERROR"]);
      assert.equal(await connection.speak(1), false);
    });
  });

  it("holds the bare connection of a server that has no health service", async () => {
    let session!: http2.ServerHttp2Session;
    const connection = await opened((called) => {
      session = called.session;
      refuse(called, UNIMPLEMENTED, "unknown service grpc.health.v1.Health", { "x-holdfast-pod": "bare-0" });
    });
    assert.deepEqual([connection.health, connection.holdsCall, connection.pod], ["UNIMPLEMENTED", false, "bare-0"]);
    assert.ok(await connection.speak(1));
    session.goaway(NGHTTP2_NO_ERROR);
    assert.equal((await connection.ended).code, "GOAWAY NO_ERROR");
  });

  describe("tells what came in place of the call", () => {
    const refusals: [serve: (called: Called) => void, message: RegExp, status: number | undefined][] = [
      [
        (called) => refuse(called, UNAVAILABLE, "no%20healthy upstream"),
        /^the status UNAVAILABLE .*\("no healthy upstream"\): no pod is ready/,
        503,
      ],
      [
        (called) => refuse(called, UNAUTHENTICATED),
        /^the status UNAUTHENTICATED of gRPC came in place of a call: .*say so with --header/,
        401,
      ],
      [
        (called) => refuse(called, UNIMPLEMENTED),
        /^the status UNIMPLEMENTED of gRPC came in place of a call and without a word/,
        404,
      ],
      [({ stream }) => stream.respond({ ":status": 404 }, { endStream: true }), /^HTTP 404 came in place of a call/, 404],
      [({ stream }) => stream.respond({ ":status": 200, "content-type": "text/html" }), /speaks HTTP\/2, and no gRPC$/, 200],
      [({ session }) => session.destroy(), /closed the connection before it answered/, undefined],
    ];
    for (const [serve, message, status] of refusals) {
      it(String(message), async () => {
        const error = await opened(serve).then(
          () => assert.fail("it was opened"),
          (reason: unknown) => reason as OpenError,
        );
        assert.match(error.message, message);
        assert.deepEqual([error.step, error.status], ["http", status]);
      });
    }
    it("a server of HTTP/1", async () => {
      const url = here(await httpServer((_request, response) => response.end("page")));
      await assert.rejects(open({ url, openSeconds: 2 }), OpenError);
    });
  });

  describe("reach", () => {
    async function reached(serve: (called: Called) => void, entry = {}): Promise<Omit<CheckResult, "seconds">> {
      const url = here(await grpcServer(serve));
      const { context, books } = contextFor({ ...entryOf(url), protocol: "grpc", ...entry });
      const found = await reach.run(context);
      await books.closeAll();
      return found as CheckResult;
    }

    it("holds where the health service says SERVING", async () => {
      const { outcome, details, summary } = await reached((called) => void watch(called));
      assert.deepEqual([outcome, details], ["holds", ["The gRPC health service says SERVING."]]);
      assert.match(summary, /^Open in .*first message/);
    });

    it("fails where it says NOT_SERVING, which is no fault of the transport", async () => {
      const { outcome, summary, details } = await reached((called) => void watch(called, { status: NOT_SERVING }));
      assert.deepEqual([outcome, summary], ["fails", "It opens, and says that it is not well."]);
      assert.match(details[0]!, /NOT_SERVING: a pod that is not ready, or not well, is still sent to/);
    });

    it("says what it can see without a health service, and what to add", async () => {
      const { outcome, details } = await reached((called) => refuse(called, UNIMPLEMENTED, "unknown service"));
      assert.equal(outcome, "holds");
      assert.match(details[0]!, /UNIMPLEMENTED\): only the connection can be held.*Serve grpc\.health\.v1\.Health/);
    });

    it("does not take a proxy without a route for a server without a health service, and tells both", async () => {
      const { outcome, summary } = await reached((called) => refuse(called, UNIMPLEMENTED));
      assert.equal(outcome, "unknown");
      assert.match(summary, /no route has this host, and some servers that have no health service/);
    });

    it("holds at the sample server", async () => {
      const sample = createSampleServer({ podOf: () => ({ name: "speech-0" }) });
      const url = `grpc://127.0.0.1:${await sample.listen(0, "127.0.0.1")}`;
      const { context } = contextFor({ ...entryOf(url), protocol: "grpc" });
      const { outcome, summary } = await reach.run(context);
      assert.deepEqual([outcome, /\(pod speech-0\)/.test(summary)], ["holds", true], summary);
      await sample.drain(0);
    });
  });
});
