import assert from "node:assert/strict";
import { inHex } from "../../verify/connect/acknowledged";
import { Attempt } from "../../verify/connect/attempt";
import { OpenError, type OpenStep } from "../../verify/connect/model";
import { open } from "../../verify/connect/open";
import { httpServer, tcpServer, webSocketServer, type Small } from "./support";

async function refused(url: string, step: OpenStep, message: RegExp, options: object = {}): Promise<OpenError> {
  const error = await open({ url, openSeconds: 2, ...options }).then(
    () => assert.fail(`${url} was opened`),
    (reason: unknown) => reason as OpenError,
  );
  assert.ok(error instanceof OpenError, String(error));
  assert.equal(error.step, step, error.message);
  assert.match(error.message, message);
  assert.equal(error.times.at(-1)?.step, step);
  return error;
}

describe("opening a connection", () => {
  const servers: Small[] = [];
  const here = (server: Small, scheme: string, path = "/"): string => {
    servers.push(server);
    return `${scheme}://127.0.0.1:${server.port}${path}`;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  describe("a WebSocket", () => {
    it("names its pod by a header, keeps the cookie, and hears the answer to its word", async () => {
      const headers = ["x-holdfast-pod: chat-0", "set-cookie: route=abc; Path=/"];
      const url = here(await webSocketServer({ serve: () => {}, headers }), "ws");
      const connection = await open({ url });
      assert.equal(connection.kind, "websocket");
      assert.equal(connection.pod, "chat-0");
      assert.equal(connection.status, 101);
      assert.deepEqual(connection.cookies, ["route=abc; Path=/"]);
      assert.deepEqual(
        connection.times.map(({ step }) => step),
        ["tcp", "upgrade"],
      );
      assert.ok(await connection.speak(1));
      const ending = await connection.close();
      assert.equal(ending.by, "us");
      assert.equal(ending.code, 1000);
      assert.ok(!connection.isOpen());
    });

    it("names it by its first message, also one that comes with the upgrade, and by whatever field is said", async () => {
      const url = here(await webSocketServer({ serve: (socket) => socket.send('{"pod":"a","from":{"host":"b"}}') }), "ws");
      assert.equal((await open({ url })).pod, "a");
      assert.equal((await open({ url, podFrom: "message:from.host" })).pod, "b");
      assert.equal((await open({ url, podFrom: "header:x-none" })).pod, undefined);
    });

    it("tells who ended it: a close frame, an end without one, a reset", async () => {
      const wanted = [
        ["1012 restart", { by: "peer", code: 1012, reason: "restart" }],
        ["fin", { by: "reset", code: 1006, reason: "FIN without a close frame" }],
        ["rst", { by: "reset", code: 1006, reason: "ECONNRESET" }],
      ] as const;
      for (const [how, expected] of wanted) {
        const url = here(
          await webSocketServer({
            headers: ["x-holdfast-pod: a"],
            serve: (socket, { socket: raw }) =>
              setTimeout(() => {
                if (how === "fin") raw.end();
                else if (how === "rst") raw.resetAndDestroy();
                else socket.close(1012, "restart");
              }, 50),
          }),
          "ws",
        );
        const { afterSeconds, silentSeconds, ...said } = await (await open({ url })).ended;
        assert.deepEqual(said, expected);
        assert.ok(afterSeconds >= 0.03 && afterSeconds < 1, `${afterSeconds}`);
        assert.ok(silentSeconds <= afterSeconds);
      }
    });

    it("calls a peer silent that answers neither its word nor its heartbeat, and not one that answers both", async () => {
      const mute = await webSocketServer({ serve: (_socket, { socket }) => void socket.pause(), headers: ["x-holdfast-pod: a"] });
      const url = here(mute, "ws");
      const spoken = await open({ url });
      assert.equal(await spoken.speak(0.2), false);
      assert.equal((await spoken.ended).by, "silent");
      const beating = await open({ url, heartbeatSeconds: 0.1 });
      assert.equal((await beating.ended).by, "silent");
      const good = here(await webSocketServer({ serve: () => {}, headers: ["x-holdfast-pod: a"] }), "ws");
      const alive = await open({ url: good, heartbeatSeconds: 0.05 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.ok(alive.isOpen());
      await alive.close();
    });

    it("tells what came in place of the upgrade", async () => {
      const wanted = [
        ["503 Service Unavailable", 503, /no pod is ready/],
        ["404 Not Found", 404, /nothing is served at \/ws/],
        ["426 Upgrade Required", 426, /does not pass the upgrade on/],
        [
          "302 Found\r\nlocation: https://me:hidden@else.example.com/login?code=hidden#hidden",
          302,
          /leads to https:\/\/else\.example\.com\/login, and nothing is followed/,
        ],
      ] as const;
      for (const [line, status, message] of wanted) {
        const url = here(await webSocketServer({ serve: () => {}, refuse: () => line }), "ws", "/ws");
        assert.equal((await refused(url, "upgrade", message)).status, status);
      }
      const hangs = here(await tcpServer(() => {}), "ws");
      await refused(hangs, "upgrade", /gave no answer within 0.3 s/, { openSeconds: 0.3 });
      await refused(here(await tcpServer((socket) => socket.end()), "ws"), "upgrade", /closed the connection before it answered/);
    });
  });

  describe("a stream", () => {
    it("is open with its headers, hears its first event, and sees its end", async () => {
      const server = await httpServer((_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('event: hello\ndata: {"pod":"s-1"}\n\n');
        setTimeout(() => response.end(), 150);
      });
      const connection = await open({ url: here(server, "http", "/events") });
      assert.equal(connection.kind, "http-stream");
      assert.equal(connection.pod, "s-1");
      assert.deepEqual(
        connection.times.map(({ step }) => step),
        ["tcp", "http", "first-byte"],
      );
      const ending = await connection.ended;
      assert.equal(ending.by, "peer");
      assert.ok(ending.silentSeconds >= 0.1, `${ending.silentSeconds}`);
    });

    it("is open without an event, takes a word, and tells a cut from an end", async () => {
      const cut = async (how: "end" | "resetAndDestroy"): Promise<string> => {
        const server = await httpServer((_request, response) => {
          response.writeHead(200, { "content-type": "text/event-stream", "x-holdfast-pod": "a" }).flushHeaders();
          setTimeout(() => response.socket?.[how](), 1500);
        });
        const connection = await open({ url: here(server, "http") });
        assert.deepEqual(
          connection.times.map(({ step }) => step),
          ["tcp", "http"],
        );
        assert.ok(await connection.speak(1));
        const { by, reason } = await connection.ended;
        return `${by} ${reason}`;
      };
      assert.equal(await cut("end"), "reset FIN in the middle of the stream");
      assert.equal(await cut("resetAndDestroy"), "reset ECONNRESET");
    });

    it("tells a status that is no answer", async () => {
      const server = await httpServer((_request, response) => response.writeHead(502).end("bad gateway"));
      const error = await refused(here(server, "http"), "http", /HTTP 502 .*could not speak to the pod/);
      assert.equal(error.status, 502);
      await refused(here(await tcpServer((socket) => socket.end("SSH-2.0-x\r\n")), "http"), "http", /speaks no HTTP/);
    });
  });

  describe("plain TCP", () => {
    it("takes a word, and tells FIN from RST", async () => {
      const echo = here(await tcpServer((socket) => socket.pipe(socket)), "tcp");
      const connection = await open({ url: echo });
      assert.ok(await connection.speak(1));
      assert.equal((await connection.close()).by, "us");
      const fin = await open({ url: here(await tcpServer((socket) => setTimeout(() => socket.end(), 30)), "tcp") });
      assert.equal((await fin.ended).by, "peer");
      const rst = await open({ url: here(await tcpServer((socket) => setTimeout(() => socket.resetAndDestroy(), 30)), "tcp") });
      assert.equal((await rst.ended).by, "reset");
    });

    it("knows an address as the kernel writes it", () => {
      assert.equal(inHex("127.0.0.1", 80), "0100007F:0050");
      assert.equal(inHex("::1", 8080), "00000000000000000000000001000000:1F90");
      assert.equal(inHex("2001:db8::ff00:42:8329", 443), "B80D01200000000000FF000029834200:01BB");
    });
  });

  describe("what fails before anything is asked", () => {
    it("a name that nobody knows, a port where nobody listens, an address that is not permitted, a source that is not ours", async () => {
      await refused("ws://no-such-name.invalid/", "dns", /no-such-name\.invalid is not known|no name server gave an answer/);
      const { port, close } = await tcpServer(() => {});
      await close();
      await refused(`ws://127.0.0.1:${port}/`, "tcp", /127\.0\.0\.1:\d+ refused the connection: nothing listens there/);
      await refused("tcp://127.0.0.1:1/", "tcp", /^not that one$/, { permits: () => "not that one" });
      await refused("tcp://127.0.0.1:1/", "tcp", /no address 203\.0\.113\.9 to speak from/, { localAddress: "203.0.113.9" });
    });

    it("asks who may be spoken to before it connects, and connects to nobody once it was given up", async () => {
      let came = 0;
      const url = here(await tcpServer(() => void came++), "tcp");
      let allow!: () => void;
      const stop = new AbortController();
      const permits = () => {
        setImmediate(() => stop.abort());
        return new Promise<undefined>((resolve) => (allow = () => resolve(undefined)));
      };
      await refused(url, "tcp", /stopped before it was open/, { permits, signal: stop.signal });
      allow();
      // Whoever comes to the same server afterwards comes behind it.
      const next = await open({ url });
      await next.speak(1);
      assert.equal(came, 1);
      await next.close();
    });

    it("a guard that does not know in time is this machine's, and its time is none of the connection's", async () => {
      const url = here(await tcpServer(() => {}), "tcp");
      const hangs = await refused(url, "tcp", /^whether 127\.0\.0\.1 may be spoken to was not known within 0\.2 s/, {
        openSeconds: 0.2,
        permits: () => new Promise(() => {}),
      });
      assert.ok(hangs.ofThisMachine);
      const slow = await open({ url, permits: () => new Promise((resolve) => setTimeout(resolve, 1000, undefined)) });
      assert.deepEqual([slow.times.length, slow.times[0]!.step], [1, "tcp"]);
      assert.ok(slow.times[0]!.milliseconds < 900, `${slow.times[0]!.milliseconds}`);
      await slow.close();
    });

    it("undoes at once what a step does after the attempt has ended", async () => {
      const stop = new AbortController();
      let undone = false;
      let outlives!: Promise<void>;
      const attempt = Attempt.of({ url: "tcp://127.0.0.1:1", signal: stop.signal }, (each) =>
        each.step("tcp", () => {
          outlives = new Promise((resolve) => setTimeout(resolve, 50)).then(() => each.orElse(() => (undone = true)));
          return outlives;
        }),
      );
      stop.abort();
      await assert.rejects(attempt, /stopped before it was open/);
      assert.equal(undone, false);
      await outlives;
      assert.equal(undone, true);
    });

    it("is given up when whoever asked does not want it any more", async () => {
      const stop = new AbortController();
      const url = here(await tcpServer(() => {}), "ws");
      setTimeout(() => stop.abort(), 50);
      await refused(url, "upgrade", /stopped before it was open/, { signal: stop.signal, openSeconds: 10 });
    });
  });
});
