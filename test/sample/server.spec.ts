import assert from "node:assert/strict";
import { createSampleServer, type SampleServer } from "../../sandbox/sample/server";
import { ask, askRaw, echo, open, openEvents, resetAfter, UPGRADE } from "./support";

const POD = { name: "chatpulse-0", namespace: "chatpulse" };

describe("sample server", () => {
  let server: SampleServer;
  let port: number;

  beforeEach(async () => {
    server = createSampleServer({ podOf: () => POD });
    port = await server.listen(0, "127.0.0.1");
  });

  afterEach(() => server.drain(0));

  describe("over HTTP", () => {
    for (const [path, status, type, content] of [
      ["/", 200, "text/html", /chatpulse-0/],
      ["/docs", 200, "text/html", /\/ws\/overlay\/:id/],
      ["/health", 200, "application/json", /"status":"ok"/],
      ["/health/startup", 200, "application/json", /"started"/],
      ["/health/live", 200, "application/json", /"alive"/],
      ["/health/ready", 200, "application/json", /"ready"/],
      ["/api", 200, "application/json", /"path":"\/api"/],
      ["/api/v1/items", 200, "application/json", /"path":"\/api\/v1\/items"/],
      ["/overlay/test-uuid", 200, "text/html", /\/ws\/overlay\/test-uuid/],
      ["/metrics", 200, "text/plain; version=0.0.4", /websocket_connections_current/],
      ["/ws", 426, "application/json", /ws:\/\//],
      ["/apiary", 404, "application/json", /\/docs/],
      ["/health/other", 404, "application/json", /\/docs/],
    ] as const) {
      it(`${path} answers ${status} and names the pod`, async () => {
        const answer = await ask(port, path);
        assert.equal(answer.status, status);
        assert.ok(answer.headers["content-type"]?.startsWith(type), answer.headers["content-type"]);
        assert.match(answer.body, content);
        assert.equal(answer.headers["x-holdfast-pod"], "chatpulse-0");
      });
    }

    for (const target of ["//", "//[", "http://", "*"]) {
      it(`survives the request target ${target}, which is no path`, async () => {
        assert.ok((await askRaw(port, `GET ${target} HTTP/1.1`)).startsWith("HTTP/1.1 4"));
        assert.ok((await askRaw(port, `GET ${target} HTTP/1.1`, UPGRADE)).startsWith("HTTP/1.1 4"));
        assert.equal((await ask(port, "/health")).status, 200);
      });
    }

    it("answers HEAD, as `curl -I` asks, without a body", async () => {
      const answer = await ask(port, "/health", { method: "HEAD" });
      assert.deepEqual([answer.status, answer.body], [200, ""]);
    });

    it("does not let an overlay's id break out of its page", async () => {
      const answer = await ask(port, "/overlay/%22%3C%2Fscript%3E%3Cb%3E");
      assert.ok(!answer.body.includes('<b>"'), answer.body);
      assert.ok(answer.body.includes("%22%3C%2Fscript%3E%3Cb%3E"), answer.body);
    });
  });

  describe("over WebSocket", () => {
    for (const path of ["/", "/ws", "/ws/overlay/42", "/mcp"]) {
      it(`${path} says which pod it is, then echoes`, async () => {
        const { socket, hello, podHeader } = await open(`ws://127.0.0.1:${port}${path}`);
        assert.deepEqual(hello, { pod: "chatpulse-0", namespace: "chatpulse", path });
        assert.equal(podHeader, "chatpulse-0");
        assert.equal(await echo(socket, "first"), "first");
        assert.equal(await echo(socket, "second"), "second");
        socket.close();
      });
    }

    it("refuses a path that is no socket", async () => {
      await assert.rejects(open(`ws://127.0.0.1:${port}/ws/overlay`), /404/);
      await assert.rejects(open(`ws://127.0.0.1:${port}/other`), /404/);
    });

    it("survives a client that is gone before its refusal arrives", async () => {
      for (let count = 0; count < 20; count++) await resetAfter(port, "GET /other HTTP/1.1", UPGRADE);
      assert.equal((await ask(port, "/health")).status, 200);
    });

    it("counts what is open, and what was answered, per pod and status", async () => {
      const { socket, closed } = await open(`ws://127.0.0.1:${port}/ws`);
      await ask(port, "/nowhere");
      const during = (await ask(port, "/metrics")).body;
      assert.match(during, /^websocket_connections_current\{pod="chatpulse-0",namespace="chatpulse"\} 1$/m);
      assert.match(during, /^http_requests_total\{pod="chatpulse-0",namespace="chatpulse",status="404"\} 1$/m);
      assert.match(during, /^http_requests_total\{.*status="101"\} 1$/m);
      assert.match(during, /^http_request_duration_seconds_bucket\{.*le="\+Inf"\} 2$/m);
      socket.close(1000);
      await closed;
      const after = (await ask(port, "/metrics")).body;
      assert.match(after, /^websocket_connections_current\{.*\} 0$/m);
      assert.match(after, /^websocket_closes_total\{pod="chatpulse-0",namespace="chatpulse",code="1000"\} 1$/m);
    });
  });

  describe("over an event stream", () => {
    it("names the pod and stays open", async () => {
      const stream = await openEvents(port, "/events");
      assert.deepEqual(stream.event, { pod: "chatpulse-0" });
      stream.end();
    });

    it("refuses a pace that is no number of seconds", async () => {
      const answer = await ask(port, "/events?everySeconds=5s");
      assert.equal(answer.status, 400);
      assert.match(answer.body, /everySeconds is 5s; it takes 0 to 86400 seconds/);
    });
  });

  describe("in a drain", () => {
    it("turns not ready, stays alive, and says goodbye to who comes meanwhile too", async () => {
      const { closed } = await open(`ws://127.0.0.1:${port}/ws`);
      const second = await open(`ws://127.0.0.1:${port}/ws`);
      const drained = server.drain(1);
      await closed;
      assert.equal((await ask(port, "/health/ready")).status, 503);
      assert.equal((await ask(port, "/health/live")).status, 200);
      const late = await open(`ws://127.0.0.1:${port}/ws`);
      assert.equal(await echo(second.socket, "still here"), "still here");
      assert.deepEqual([(await second.closed).code, (await late.closed).code], [1001, 1001]);
      await drained;
      await assert.rejects(ask(port, "/health"), /ECONNREFUSED/);
    });

    it("spreads the goodbyes over the drain seconds and closes with 1001", async () => {
      const opened = await Promise.all([0, 1, 2, 3].map(() => open(`ws://127.0.0.1:${port}/ws`)));
      const started = performance.now();
      const ends = Promise.all(
        opened.map(({ closed }) => closed.then(({ code }) => ({ code, at: performance.now() - started }))),
      );
      await server.drain(0.8);
      const closes = await ends;
      assert.deepEqual(
        closes.map(({ code }) => code),
        [1001, 1001, 1001, 1001],
      );
      const times = closes.map(({ at }) => at).sort((a, b) => a - b);
      assert.ok(times[0]! < 200 && times[3]! > 500, `closed after ${times.map(Math.round).join(", ")} ms`);
    });

    it("ends event streams too", async () => {
      const stream = await openEvents(port, "/events");
      await server.drain(0);
      await stream.ended;
    });
  });
});
