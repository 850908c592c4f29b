import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { Players } from "../../sandbox/sample/control";
import type { News, Played } from "../../sandbox/sample/orders";
import { createSampleServer, type SampleServer } from "../../sandbox/sample/server";
import { TestAuthority } from "../verify/certificates";
import { ask, echo, open } from "./support";

describe("whom the sample server plays", () => {
  let server: SampleServer;
  let players: Players;
  let port: number;
  let news: News[];

  beforeEach(async () => {
    news = [];
    server = createSampleServer({
      podOf: (address, at) => players.find(address, at),
      certificateOf: (address, at) => players.certificateOf(address, at),
    });
    players = new Players(
      server,
      async () => {},
      (each) => news.push(each),
    );
    port = await server.listen(0);
  });
  afterEach(() => server.drain(0));

  const start = (id: string, address: string, more: Partial<Played> = {}) =>
    players.obey({
      start: { id, pod: { name: id, namespace: "chatpulse" }, address, ports: [port], listensAfterSeconds: 0, ...more },
    });
  const url = (address: string) => `ws://${address}:${port}/ws`;

  it("is told by the address and the port, and a connection to nobody is reset", async () => {
    await start("a", "127.0.0.1");
    await start("b", "127.0.0.2");
    await start("elsewhere", "127.0.0.4", { ports: [port + 1] });
    const [first, second] = [await open(url("127.0.0.1")), await open(url("127.0.0.2"))];
    assert.deepEqual([first.hello.pod, second.hello.pod], ["a", "b"]);
    for (const host of ["127.0.0.3", "127.0.0.4"]) {
      await assert.rejects(ask(port, "/health", { host }), /ECONNRESET|socket hang up/);
    }
    await start("any", "127.0.0.4", { ports: [] });
    assert.equal((await ask(port, "/health", { host: "127.0.0.4" })).headers["x-holdfast-pod"], "any");
    assert.deepEqual(
      news,
      ["a", "b", "elsewhere", "any"].map((started) => ({ started })),
    );
  });

  it("says goodbye on SIGTERM, and is then nobody; others are not touched", async () => {
    await start("a", "127.0.0.1");
    await start("b", "127.0.0.2");
    const [first, second] = [await open(url("127.0.0.1")), await open(url("127.0.0.2"))];
    await players.obey({ terminate: { id: "a", seconds: 0 } });
    assert.equal((await first.closed).code, 1001);
    assert.equal(await echo(second.socket, "not mine"), "not mine");
    await assert.rejects(ask(port, "/health"), /ECONNRESET|socket hang up/);
    assert.deepEqual([news.at(-1), players.running], [{ ended: "a" }, ["b"]]);
  });

  it("speaks TLS with its certificate on the first of its ports, and one that is none ends nobody", async () => {
    const authority = await TestAuthority.make();
    await start("secured", "127.0.0.1", { certificate: await authority.server(["127.0.0.1"]) });
    await start("broken", "127.0.0.2", { certificate: { cert: "none", key: "none" } });
    await start("second", "127.0.0.3", { ports: [port + 1, port], certificate: { cert: "none", key: "none" } });
    const greeting = once(new WebSocket(`wss://127.0.0.1:${port}/ws`, { ca: authority.pem }), "message") as Promise<[Buffer]>;
    assert.match(String((await greeting)[0]), /"pod":"secured"/);
    await assert.rejects(ask(port, "/health"), /ECONNRESET|socket hang up/);
    await assert.rejects(once(new WebSocket(`wss://127.0.0.2:${port}/ws`), "open"));
    assert.equal((await ask(port, "/health", { host: "127.0.0.3" })).headers["x-holdfast-pod"], "second");
  });

  it("turns away who comes while it leaves, where it is to", async () => {
    await start("a", "127.0.0.1", { refusesWhileLeaving: true });
    const first = await open(url("127.0.0.1"));
    const terminated = players.obey({ terminate: { id: "a", seconds: 0.5 } });
    await assert.rejects(open(url("127.0.0.1")), /503/);
    assert.equal((await first.closed).code, 1001);
    await terminated;
  });

  it("resets what is open when it is killed, also in the middle of its goodbyes", async () => {
    await start("a", "127.0.0.1");
    const [first, second] = [await open(url("127.0.0.1")), await open(url("127.0.0.1"))];
    const terminated = players.obey({ terminate: { id: "a", seconds: 60 } });
    assert.equal((await first.closed).code, 1001);
    // Of a reset, ws itself only tells that no goodbye came.
    const { _socket: raw } = second.socket as unknown as { _socket: Socket };
    // A second SIGTERM is no end.
    await players.obey({ terminate: { id: "a", seconds: 0 } });
    assert.deepEqual(players.running, ["a"]);
    await players.obey({ kill: { id: "a" } });
    assert.deepEqual([(await second.closed).code, raw.errored?.message], [1006, "read ECONNRESET"]);
    await terminated;
    assert.equal(news.filter((each) => "ended" in each).length, 1);
  });

  it("starts again as another process, which listens when it is told to", async () => {
    await start("a/0", "127.0.0.1");
    await open(url("127.0.0.1"));
    await players.obey({ kill: { id: "a/0" } });
    await start("a/1", "127.0.0.1", { listensAfterSeconds: 0.3 });
    await assert.rejects(ask(port, "/health"), /ECONNRESET|socket hang up/);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.match((await ask(port, "/health")).body, /"connections":0/);
  });
});
