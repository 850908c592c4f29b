import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { idle } from "../../../verify/checks/idle";
import type { CheckOptions } from "../../../verify/checks/model";
import type { Connection } from "../../../verify/connect/model";
import type { Judged } from "../../../verify/idle/judge";
import type { TargetEntry } from "../../../verify/model";
import { httpServer, tcpServer, webSocketServer, type Small } from "../support";
import { contextOf, entryOf, envoy, node, pathOf } from "./fixture";

const WALL_SECONDS = 1.6;
const WALL = WALL_SECONDS * 1000;

type Result = Judged & { partial?: true };
interface Scene {
  server: () => Promise<Small>;
  scheme?: "ws" | "http" | "tcp";
  entry?: Partial<TargetEntry>;
  options?: Partial<CheckOptions>;
  promisedSeconds?: number;
  heartbeat?: TargetEntry["promise"]["heartbeat"];
}

/** It names itself when it is opened, so that no greeting is waited for. */
const server = (serve: (socket: WebSocket) => void) => webSocketServer({ serve, headers: ["x-holdfast-pod: only"] });

/** The socket below a WebSocket. */
const below = (socket: WebSocket): Socket => (socket as unknown as { _socket: Socket })._socket;

/** A server that does something to a WebSocket which was silent for a while. */
const afterSilence = (what: (socket: WebSocket) => void) => () =>
  server((socket) => {
    const timer = setTimeout(() => what(socket), WALL);
    socket.on("ping", () => timer.refresh()).on("close", () => clearTimeout(timer));
  });

/** One that does it whatever is said. */
const atAge = (what: (socket: WebSocket) => void) => () =>
  server((socket) => void setTimeout(() => what(socket), 1.5 * WALL).unref());

const PATH = pathOf(envoy(WALL_SECONDS));
const SCENES = {
  patient: { server: () => server(() => {}) },
  impatient: { server: () => server(() => {}), promisedSeconds: 3600 },
  closes: { server: afterSilence((socket) => socket.close(4000, "silent for too long")), entry: { path: pathOf() } },
  resets: { server: afterSilence((socket) => below(socket).resetAndDestroy()), entry: { path: PATH } },
  ends: { server: afterSilence((socket) => socket.terminate()), entry: { path: PATH }, options: { heartbeatSeconds: 0.4 } },
  // Nothing is read any more, so nothing is answered, and nobody says so.
  forgets: {
    server: afterSilence((socket) => below(socket).pause()),
    entry: { path: pathOf(node(WALL_SECONDS), envoy(300)) },
    promisedSeconds: 2.5,
  },
  ages: { server: atAge((socket) => socket.terminate()) },
  beats: {
    server: afterSilence((socket) => socket.terminate()),
    entry: { path: PATH },
    heartbeat: { seconds: 0.4, kind: "message" },
  },
  refuses: { server: () => webSocketServer({ serve: () => {}, refuse: () => "503 Service Unavailable" }) },
  streams: {
    scheme: "http",
    server: () => httpServer((_request, response) => response.writeHead(200).write("data: {}\n\n")),
  },
  // A response timeout: it ends the answer while events still come.
  "cut stream": {
    scheme: "http",
    server: () =>
      httpServer((_request, response) => {
        response.writeHead(200).write("data: {}\n\n");
        const timer = setInterval(() => response.write("data: {}\n\n"), 200);
        setTimeout(() => {
          clearInterval(timer);
          response.destroy();
        }, 1.5 * WALL);
      }),
  },
  "plain, kept": { scheme: "tcp", server: () => tcpServer((socket) => socket.resume()) },
  "plain, ended": { scheme: "tcp", server: () => tcpServer((socket) => socket.setTimeout(WALL, () => socket.end())) },
} satisfies Record<string, Scene>;

const PROTOCOLS = { ws: "websocket", http: "http-stream", tcp: "tcp" } as const;

/** Silent connections to servers on loopback that misbehave in the way the check must see; all at the same time. */
describe("verify idle: real sockets", function () {
  this.timeout(20_000);
  const servers: Small[] = [];
  const results = new Map<string, Result>();

  before(async () => {
    await Promise.all(
      Object.entries<Scene>(SCENES).map(async ([name, scene]) => {
        const { scheme = "ws", promisedSeconds = 3, heartbeat, options } = scene;
        const small = await scene.server();
        servers.push(small);
        const entry = entryOf({
          url: `${scheme}://127.0.0.1:${small.port}`,
          protocol: PROTOCOLS[scheme],
          promise: { ...entryOf().promise, idleSeconds: promisedSeconds, ...(heartbeat && { heartbeat }) },
          ...scene.entry,
        });
        const quick = promisedSeconds > 60 ? { idleSeconds: 2.5 } : {};
        results.set(name, (await idle.run(contextOf(entry, { ...quick, ...options }))) as Result);
      }),
    );
  });
  after(() => Promise.all(servers.map((each) => each.close())));

  const resultOf = (name: keyof typeof SCENES): Result => results.get(name)!;
  const near = (value: unknown, wanted: number, seconds = 0.8) =>
    assert.ok(typeof value === "number" && Math.abs(value - wanted) <= seconds, `${String(value)} s in place of ${wanted} s`);

  it("holds where every silence was answered, and knows nothing of what nobody waited for", () => {
    for (const name of ["patient", "streams", "plain, kept"] as const) {
      const { outcome, summary, endings } = resultOf(name);
      assert.deepEqual([outcome, endings], ["holds", {}], `${name}: ${summary}`);
    }
    assert.equal(resultOf("impatient").outcome, "unknown");
    assert.match(resultOf("impatient").summary, /after \d\.?\d? s; the promise is 1 h, and nobody waited so long/);
  });

  it("tells a close frame of the application, with its code", () => {
    const { outcome, summary, details, measured } = resultOf("closes");
    assert.deepEqual([outcome, measured.endedBy, measured.code, measured.wallKind], ["fails", "peer", 4000, "idle"]);
    near(measured.wallSeconds, WALL_SECONDS);
    assert.match(
      summary,
      /in order: 4000, silent for too long\); the promise is 3 s\. Nobody on the path that was read has this number/,
    );
    assert.match(details.join(), /most likely the application itself/);
  });

  it("tells a reset and an end without a goodbye, and names the hop that has the number", () => {
    for (const name of ["resets", "ends"] as const) {
      const { outcome, summary, measured, seenAt } = resultOf(name);
      assert.deepEqual([outcome, measured.endedBy, measured.wallShownBy, seenAt?.hop], ["fails", "reset", "closed", 0], summary);
      near(measured.wallSeconds, WALL_SECONDS);
    }
    assert.match(resultOf("resets").summary, /ECONNRESET/);
    assert.match(resultOf("ends").details.join(), /With a heartbeat every 0\.4 s a connection was still open/);
  });

  it("tells who forgot and said nothing: only a word showed it, between two lengths of silence", () => {
    const { outcome, summary, measured, seenAt } = resultOf("forgets");
    assert.deepEqual(
      [outcome, measured.endedBy, measured.wallShownBy, seenAt?.hop],
      ["fails", "silent", "forgotten", 0],
      summary,
    );
    near(measured.wallKeptSeconds, WALL_SECONDS - 0.5);
    near(measured.wallSeconds, WALL_SECONDS + 0.5);
  });

  it("tells a lifetime from an idle limit by those that talk", () => {
    for (const name of ["ages", "cut stream"] as const) {
      const { outcome, measured, summary } = resultOf(name);
      assert.deepEqual([outcome, measured.wallKind], ["fails", "lifetime"], summary);
      near(measured.wallSeconds, 1.5 * WALL_SECONDS);
    }
    assert.equal(resultOf("resets").measured.wallKind, "idle");
    assert.equal(resultOf("plain, ended").measured.wallKind, "undecided");
    near(resultOf("plain, ended").measured.wallSeconds, WALL_SECONDS);
  });

  it("a promised heartbeat keeps the promise where it was seen to", () => {
    const { outcome, measured, summary } = resultOf("beats");
    assert.deepEqual([outcome, measured.heartbeatHeld], ["holds", true], summary);
  });

  it("could not tell where nothing opens", () => {
    assert.equal(resultOf("refuses").outcome, "unknown");
    assert.match(resultOf("refuses").summary, /^No connection could be opened.*503/);
  });

  it("stops when it is told to, and says that it did", async () => {
    const small = await server(() => {});
    servers.push(small);
    const told: string[] = [];
    const stop = new AbortController();
    const context = contextOf(entryOf({ url: `ws://127.0.0.1:${small.port}` }), {}, stop.signal);
    const running = idle.run({ ...context, progress: (line) => told.push(line) });
    setTimeout(() => stop.abort(), 1300);
    const { partial, outcome, summary } = await running;
    assert.deepEqual([partial, outcome], [true, "unknown"]);
    assert.match(summary, /^Stopped before any connection had spoken; \d+ were open, silent for \d\.?\d? s/);
    assert.match(told[0]!, /^\d+ of \d+ connections, silent for \d s of 62 s$/);
  });

  it("lets the kernel send no keepalive on a silent connection: it would be no silence", async function () {
    if (process.platform !== "linux") return;
    const small = await server(() => {});
    servers.push(small);
    const connection: Connection = await contextOf(entryOf({ url: `ws://127.0.0.1:${small.port}` })).open();
    const rows = readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
    const port = `:${small.port.toString(16).toUpperCase().padStart(4, "0")}`;
    // 02 in front of the timer's end is the kernel's mark of a keepalive.
    const timers = rows.filter((row) => row[2]?.endsWith(port)).map((row) => row[5]!.split(":")[0]);
    assert.ok(timers.length > 0 && !timers.includes("02"), `timers: ${timers.join(", ")}`);
    await connection.close();
  });
});
