import assert from "node:assert/strict";
import type { WebSocket } from "ws";
import { open } from "../../../verify/connect/open";
import { mergeHeaders } from "../../../verify/connect/headers";
import type { Connection, OpenOptions } from "../../../verify/connect/model";
import { Fleet } from "../../../verify/drain/fleet";
import type { Ending } from "../../../verify/model";
import { tcpServer, webSocketServer, type Small } from "../support";
import { until } from "./fixture";

/** Two clients that hold a WebSocket each, come back at once, and bring a cookie of the user's own. */
describe("drain, clients that come back", () => {
  const sockets = new Set<WebSocket>();
  let cookies: string[];
  let setCookie: string[];
  let server: Small;
  let fleet: Fleet | undefined;
  /** Changes how the next connection is opened. */
  let broken: Partial<OpenOptions>;
  /** Thrown in place of opening one. */
  let bug: Error | undefined;

  before(async () => {
    server = await webSocketServer({
      headers: (request) => {
        cookies.push(request.headers.cookie ?? "");
        return ["x-holdfast-pod: a", ...setCookie.map((cookie) => `set-cookie: ${cookie}`)];
      },
      serve: (socket) => {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
      },
    });
  });
  beforeEach(() => {
    cookies = [];
    setCookie = [];
    broken = {};
    bug = undefined;
  });
  afterEach(() => fleet?.close());
  after(() => server.close());

  async function gathered(): Promise<Fleet> {
    const url = `ws://127.0.0.1:${server.port}/ws`;
    fleet = new Fleet({
      url,
      size: 2,
      open: ({ headers, ...given }) => {
        if (bug !== undefined) return Promise.reject(bug);
        return open({ url, ...given, ...broken, headers: mergeHeaders({ Cookie: "user=me" }, headers) });
      },
      sources: [undefined],
      signal: new AbortController().signal,
      random: () => 0.05,
    });
    assert.equal(await fleet.gather(() => {}), 2);
    return fleet;
  }

  const sendAway = () => sockets.forEach((socket) => socket.close(1001));

  it("bring what they were given each time, newest value of each name, and the user's own", async () => {
    setCookie = ["route=1; Path=/", "once=x"];
    const { cuts } = await gathered();
    setCookie = ["route=2; Path=/"];
    sendAway();
    await until(() => cuts.length === 2 && cuts.every(({ backAfterSeconds }) => backAfterSeconds !== undefined));
    setCookie = ["once=; Max-Age=0"];
    sendAway();
    await until(() => cuts.length === 4 && cuts.every(({ backAfterSeconds }) => backAfterSeconds !== undefined));
    sendAway();
    await until(() => cookies.length === 8);
    const rounds = [0, 2, 4, 6].map((first) => [...new Set(cookies.slice(first, first + 2))]);
    assert.deepEqual(rounds, [["user=me"], ["user=me; route=1; once=x"], ["user=me; route=2; once=x"], ["user=me; route=2"]]);
  });

  it("are not turned away where it is this machine that cannot let them try", async () => {
    const { cuts, notTried, turnedAway } = await gathered();
    broken = { localAddress: "203.0.113.9" };
    sendAway();
    await until(() => notTried.length >= 2);
    assert.match(notTried[0]!.said, /this machine has no address 203\.0\.113\.9/);
    broken = {};
    await until(() => cuts.every(({ backAfterSeconds }) => backAfterSeconds !== undefined));
    assert.deepEqual(turnedAway, []);
  });

  it("are turned away where nobody listens", async () => {
    const { notTried, turnedAway } = await gathered();
    const { port, close } = await tcpServer(() => {});
    await close();
    broken = { url: `ws://127.0.0.1:${port}/ws` };
    sendAway();
    await until(() => turnedAway.length >= 2);
    assert.match(turnedAway[0]!.said, /refused the connection/);
    assert.deepEqual(notTried, []);
  });

  it("does not take a bug for what this machine lacks: it is thrown to whoever watches", async () => {
    const watched = await gathered();
    bug = new TypeError("a bug");
    sendAway();
    await assert.rejects(
      until(() => (watched.check(), false)),
      bug,
    );
    assert.deepEqual([watched.notTried, watched.turnedAway], [[], []]);
    await assert.rejects(
      watched.gather(() => {}),
      bug,
    );
  });
});

describe("drain, a connection that ends while others are still being opened", () => {
  it("is told by the clock by which its client comes back", async () => {
    const ends: ((ending: Ending) => void)[] = [];
    const gates: (() => void)[] = [];
    const opened = async (): Promise<Connection> => {
      if (ends.length === 1) await new Promise<void>((resolve) => gates.push(resolve));
      const ended = new Promise<Ending>((resolve) => ends.push(resolve));
      return { cookies: [], ended, close: () => ended } as unknown as Connection;
    };
    const { signal } = new AbortController();
    const fleet = new Fleet({ url: "ws://x/", size: 2, open: opened, sources: [undefined], signal, random: () => 0 });
    const gathering = fleet.gather(() => {});
    await until(() => ends.length === 1 && gates.length === 1 && fleet.seconds() > 0.3);
    ends[0]!({ by: "reset", afterSeconds: 0.3, silentSeconds: 0.3 });
    await until(() => gates.length === 2);
    gates.forEach((open) => open());
    await gathering;
    await until(() => fleet.cuts[0]?.backAfterSeconds !== undefined);
    const [{ atSeconds, backAfterSeconds = -1 }] = fleet.cuts as [(typeof fleet.cuts)[0]];
    assert.ok(atSeconds <= fleet.seconds() && backAfterSeconds >= 0, `cut at ${atSeconds} s, back after ${backAfterSeconds} s`);
    assert.ok(fleet.wholeSeconds() < fleet.seconds() - 0.3, "what is watched begins where all are open");
    fleet.rest();
  });
});
