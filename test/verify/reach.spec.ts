import assert from "node:assert/strict";
import * as net from "node:net";
import { OpenError } from "../../verify/connect/model";
import { reach } from "../../verify/checks/reach";
import type { CheckResult, TargetEntry } from "../../verify/model";
import { judgeReach } from "../../verify/reach/judge";
import type { Opened, Sight } from "../../verify/reach/model";
import { runChecks } from "../../verify/run";
import { TestAuthority, untilDays } from "./certificates";
import {
  contextFor,
  entryOf,
  httpServer,
  runOf,
  tcpServer,
  webSocketServer,
  type RunOverrides,
  type Small,
  type SocketServer,
} from "./support";

describe("the check reach", () => {
  const servers: Small[] = [];
  let authority: TestAuthority;
  before(async () => {
    authority = await TestAuthority.make();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  const sockets = async (own: Partial<SocketServer> = {}): Promise<number> => {
    const server = await webSocketServer({ serve: () => {}, headers: ["x-holdfast-pod: chat-0"], ...own });
    servers.push(server);
    return server.port;
  };
  async function look(url: string, own: RunOverrides = {}, entry: Partial<TargetEntry> = {}) {
    const { context, books } = contextFor(entryOf(url, entry), own);
    const finding = await reach.run(context);
    assert.equal(books.open, 0, "it leaves nothing open");
    return { ...finding, text: [finding.summary, ...finding.details].join("\n") };
  }

  describe("on loopback", () => {
    it("times each step of a WebSocket with TLS, and says until when its certificate holds", async () => {
      const port = await sockets({ tls: await authority.server(["localhost"]) });
      const { outcome, text, measured } = await look(`wss://localhost:${port}/`, { opening: { authority: authority.pem } });
      assert.equal(outcome, "holds", text);
      assert.match(text, /^Open in \d+ ms: DNS [\d.]+ ms, TCP [\d.]+ ms, TLS [\d.]+ ms, upgrade [\d.]+ ms \(pod chat-0\)\./);
      assert.match(text, /holds until \d{4}-\d\d-\d\d \(89 days\), issued by the test's own authority/);
      assert.equal(measured.certificateDays, 89);
      assert.equal(typeof measured.tlsMilliseconds, "number");
    });

    it("tells certificates that do not hold apart", async () => {
      const wanted: [certificate: { cert: string; key: string }, trusted: boolean, RegExp][] = [
        [
          await authority.server(["localhost"], untilDays(-1)),
          true,
          /^The certificate of localhost expired on \d{4}-\d\d-\d\d\./,
        ],
        [await authority.server(["other.example.com"]), true, /^The certificate is for other\.example\.com, not for localhost\./],
        [await authority.server(["localhost"]), false, /^Nobody this machine trusts vouches for the certificate of localhost/],
      ];
      for (const [tls, trusted, sentence] of wanted) {
        const opening = trusted ? { authority: authority.pem } : {};
        const { outcome, text, measured } = await look(`wss://localhost:${await sockets({ tls })}/`, { opening });
        assert.equal(outcome, "fails");
        assert.match(text, sentence);
        assert.match(text, /What came before did its part: DNS/);
        assert.equal(measured.failedStep, "tls");
      }
    });

    it("warns of a certificate that expires within two weeks, and of none that has more", async () => {
      const seen = async (days: number): Promise<string> => {
        const port = await sockets({ tls: await authority.server(["localhost"], untilDays(days)) });
        const { outcome, text } = await look(`wss://localhost:${port}/`, { opening: { authority: authority.pem } });
        assert.equal(outcome, "holds");
        return text;
      };
      assert.match(await seen(10.5), /expires in 10 days, on .*: what renews it should have done so by now/);
      assert.doesNotMatch(await seen(20), /expires in/);
    });

    it("tells a port that speaks no TLS, and a server that speaks nothing at all", async () => {
      const plain = await look(`wss://localhost:${await sockets()}/`, { opening: { authority: authority.pem } });
      assert.match(plain.text, /speaks no TLS: the port is the plain one/);
      const mute = await tcpServer(() => {});
      servers.push(mute);
      const { context } = contextFor(entryOf(`wss://127.0.0.1:${mute.port}/`));
      await assert.rejects(context.open({ openSeconds: 0.3 }), /never finished the TLS handshake within 0\.3 s/);
    });

    it("fails on a refused port, on 503 and on a redirect, which is not followed", async () => {
      const { port, close } = await tcpServer(() => {});
      await close();
      assert.match((await look(`ws://127.0.0.1:${port}/`)).text, /refused the connection: nothing listens there/);
      const busy = await look(`ws://127.0.0.1:${await sockets({ refuse: () => "503 Service Unavailable" })}/`);
      assert.deepEqual([busy.outcome, busy.measured.status], ["fails", 503]);
      let asked = 0;
      const elsewhere = await sockets({ serve: () => (asked += 1) });
      const leads = await sockets({ refuse: () => `302 Found\r\nlocation: ws://127.0.0.1:${elsewhere}/` });
      const { outcome, text } = await look(`ws://127.0.0.1:${leads}/`);
      assert.equal(outcome, "fails");
      assert.match(text, /HTTP 302 .* nothing is followed/);
      assert.equal(asked, 0);
    });

    it("waits for a way in that is still being made, as long as it may", async () => {
      const { port, close } = await tcpServer(() => {});
      await close();
      setTimeout(() => void late(port), 700);
      const late = async (at: number) => {
        const server = net.createServer((socket) => socket.destroy());
        await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
        servers.push({ port: at, close: () => new Promise((resolve) => server.close(() => resolve())) });
      };
      const said: string[] = [];
      const progress = { say: (line: string) => void said.push(line), clear: () => {} };
      const { text, measured } = await look(`tcp://127.0.0.1:${port}`, { options: { waitSeconds: 10 }, progress });
      assert.match(text, /^Open in/);
      assert.equal(measured.attempts, 2);
      assert.match(said[0]!, /^test chat by url: waits, 0 of 10 s: 127\.0\.0\.1:\d+ refused/);
      let count = 0;
      const busy = await sockets({ refuse: () => (count++ < 1 ? "503 Service Unavailable" : undefined) });
      assert.match((await look(`ws://127.0.0.1:${busy}/`, { options: { waitSeconds: 10 } })).text, /after 2 s and 2 attempts/);
    });

    it("does not wait for what waiting does not mend", async () => {
      const port = await sockets({ refuse: () => "401 Unauthorized" });
      const { text, measured } = await look(`ws://127.0.0.1:${port}/`, { options: { waitSeconds: 10 } });
      assert.match(text, /wants to know who asks; say so with --header/);
      assert.equal(measured.attempts, 1);
    });

    it("asks from every address it may speak from", async () => {
      const port = await sockets();
      const sources = ["127.0.0.1", "127.0.0.2"];
      const { outcome, measured } = await look(`ws://127.0.0.1:${port}/`, { sources });
      assert.deepEqual([outcome, measured.sourcesOpened], ["holds", 2]);
      const dropped = await tcpServer((socket) => {
        if (socket.remoteAddress === "127.0.0.2") socket.resetAndDestroy();
      });
      servers.push(dropped);
      const notOurs = await look(`ws://127.0.0.1:${port}/`, { sources: ["127.0.0.1", "203.0.113.9"] });
      assert.equal(notOurs.outcome, "holds");
      assert.match(notOurs.text, /From 203\.0\.113\.9: this machine has no address .* says nothing of the way in/);
    });

    it("fails where the health page says that the pod is not well, and not where it is not served", async () => {
      const status = { now: 200 };
      const port = await sockets({ answer: (_request, response) => void response.writeHead(status.now).end("x") });
      const seen = async () => look(`ws://127.0.0.1:${port}/ws`, {}, { healthPath: "/health/ready" });
      assert.match((await seen()).text, /http:\/\/127\.0\.0\.1:\d+\/health\/ready answers 200\./);
      status.now = 503;
      const sick = await seen();
      assert.equal(sick.outcome, "fails");
      assert.match(sick.text, /\/health\/ready answers 503: a pod that is not ready, or not well, is still sent to/);
      status.now = 404;
      const elsewhere = await seen();
      assert.deepEqual([elsewhere.outcome, /is not served through this way in/.test(elsewhere.text)], ["holds", true]);
    });

    it("asks for a health page whose path has a blank, and ends with nobody's error", async () => {
      const paths: (string | undefined)[] = [];
      const answer: SocketServer["answer"] = ({ url }, response) => {
        paths.push(url);
        response.writeHead(200).end("x");
      };
      const port = await sockets({ answer });
      const { outcome, text } = await look(`ws://127.0.0.1:${port}/ws`, {}, { healthPath: "/health/is it?all=of it" });
      assert.deepEqual([outcome, paths], ["holds", ["/health/is%20it?all=of%20it"]]);
      assert.match(text, /\/health\/is it\?all=of it answers 200\./);
    });

    it("stopped between two sources, it tells of those that it saw, and of no other", async () => {
      const port = await sockets();
      const stop = new AbortController();
      const sources = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
      // Ctrl-C while the second source is looked from.
      const say = (line: string) => void (line.includes("looks from 127.0.0.2") && stop.abort());
      const run = runOf(entryOf(`ws://127.0.0.1:${port}/`), {
        checks: [reach],
        sources,
        interrupt: stop.signal,
        progress: { say, clear: () => {} },
      });
      const { outcome, interrupted, results } = await runChecks(run);
      assert.deepEqual([outcome, interrupted], ["unknown", true]);
      const [{ outcome: seen, partial, details, measured }] = results as [CheckResult];
      assert.deepEqual([seen, partial, measured.sources, measured.sourcesOpened], ["holds", true, 1, 1]);
      assert.deepEqual(details, [], "what was cut short was not refused");
    });

    it("sees the first event of a stream, and tells a page from a stream", async () => {
      const stream = await httpServer((_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write('data: {"pod":"s-0"}\n\n');
      });
      const page = await httpServer(
        (_request, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
      );
      servers.push(stream, page);
      assert.match((await look(`http://127.0.0.1:${stream.port}/`)).text, /^Open in .*answer .* first message .*\(pod s-0\)/);
      assert.match((await look(`http://127.0.0.1:${page.port}/`)).text, /is a page \(text\/html\) and no stream/);
    });
  });

  describe("judged from what was seen", () => {
    const sight = (own: Partial<Sight>): Sight => ({ attempts: 1, waitedSeconds: 0, looks: [], ...own });
    const opened: Opened = { kind: "tcp", times: [{ step: "tcp", milliseconds: 1 }], ended: false };
    const entry = entryOf("tcp://chat.example.com:80");
    const refusal = (ofThisMachine: boolean) => new OpenError("tcp", "it refused", [], undefined, ofThisMachine);

    it("one address of several that does not answer is a failure", () => {
      const looks = [{ address: "10.0.0.1" }, { address: "10.0.0.2", refused: refusal(false) }];
      const { outcome, details, measured } = judgeReach(sight({ opened, looks }), entry);
      assert.equal(outcome, "fails");
      assert.deepEqual(details, ["At 10.0.0.2: it refused."]);
      assert.deepEqual([measured.addresses, measured.addressesOpened], [2, 1]);
    });

    it("what this machine lacks is no failure of the way in", () => {
      assert.equal(judgeReach(sight({ refused: refusal(true) }), entry).outcome, "unknown");
      assert.equal(judgeReach(sight({ refused: refusal(false) }), entry).outcome, "fails");
      const looks = [{ address: "2001:db8::1", refused: refusal(true) }];
      assert.equal(judgeReach(sight({ opened, looks }), entry).outcome, "holds");
    });

    it("stopped before anything came of it, it knows nothing", () => {
      assert.deepEqual(judgeReach(sight({}), entry).outcome, "unknown");
    });
  });
});
