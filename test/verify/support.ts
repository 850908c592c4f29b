import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { ExaminedStack } from "../../compile/parse";
import type { ConnectionPromise } from "../../path/model";
import { Books } from "../../verify/books";
import type { CheckContext, CheckOptions } from "../../verify/checks/model";
import { keyOf, type Located } from "../../verify/locate";
import type { Target, TargetEntry } from "../../verify/model";
import { NO_PROGRESS } from "../../verify/progress";
import { contextOf, type Run } from "../../verify/run";

/** A small server on loopback that behaves as a test wants, and the port it got. */
export interface Small {
  port: number;
  close(): Promise<void>;
}

/** Whatever a test does with a raw connection. */
export async function tcpServer(serve: (socket: net.Socket) => void): Promise<Small> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  });
  return listening(server, () => sockets.forEach((socket) => socket.destroy()));
}

/** Pages and streams. */
export async function httpServer(serve: http.RequestListener): Promise<Small> {
  const server = http.createServer(serve);
  return listening(server, () => server.closeAllConnections());
}

export interface SocketServer {
  /** Called for each WebSocket that is open. */
  serve: (socket: WebSocket, request: http.IncomingMessage) => void;
  /** Headers of the answer to the upgrade. */
  headers?: string[] | ((request: http.IncomingMessage) => string[]);
  /** In place of an upgrade: the status line, such as `503 Service Unavailable`. */
  refuse?: (request: http.IncomingMessage) => string | undefined;
  /** What a plain request gets. */
  answer?: http.RequestListener;
  /** With TLS. */
  tls?: { cert: string; key: string };
}

/** WebSockets. */
export async function webSocketServer({ serve, headers = [], refuse, answer, tls }: SocketServer): Promise<Small> {
  const plain: http.RequestListener = answer ?? ((_request, response) => response.writeHead(426).end());
  const server = tls === undefined ? http.createServer(plain) : https.createServer(tls, plain);
  const webSockets = new WebSocketServer({ noServer: true });
  const sockets = new Set<Duplex>();
  webSockets.on("headers", (lines, request) => lines.push(...(typeof headers === "function" ? headers(request) : headers)));
  server.on("upgrade", (request, socket, head) => {
    sockets.add(socket.on("error", () => {}));
    const refusal = refuse?.(request);
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, request));
  });
  return listening(server, () => {
    sockets.forEach((socket) => socket.destroy());
    server.closeAllConnections();
  });
}

async function listening(server: net.Server, end: () => void): Promise<Small> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        end();
      }),
  };
}

export const PROMISE: ConnectionPromise = {
  idleSeconds: 3600,
  drainSeconds: 40,
  affinity: { mode: "none", ttlSeconds: 3600 },
};

export const OPTIONS: CheckOptions = {
  full: false,
  idleSeconds: 75,
  rollout: false,
  sockets: 10,
  requests: 60,
  waitSeconds: 0,
};

/** A way in without a stack behind it. */
export function entryOf(url: string, own: Partial<TargetEntry> = {}): TargetEntry {
  const protocol = url.startsWith("ws") ? "websocket" : url.startsWith("http") ? "http-stream" : "tcp";
  return { service: "chat", entry: "url", url, protocol, promise: PROMISE, ...own };
}

/** Every way in where its own file says it is. */
export function asPrinted({ services }: ExaminedStack): Located {
  return new Map(
    services.flatMap(({ compiled }) =>
      compiled.endpoints.map(({ entry, url, address = "" }) => [keyOf(compiled.name, entry), { url, address }] as const),
    ),
  );
}

/** What a test changes of a run. */
export interface RunOverrides extends Partial<Omit<Run, "options" | "target">> {
  options?: Partial<CheckOptions>;
  target?: Partial<Target>;
}

/** A run at one way in. */
export function runOf(entry: TargetEntry, { options, target, ...own }: RunOverrides = {}): Run {
  return {
    target: { title: entry.url, entries: [entry], own: [], ...target },
    checks: [],
    options: { ...OPTIONS, ...options },
    limits: { connections: 1000, ratePerSecond: 1000, seconds: 30 },
    sources: [undefined],
    progress: NO_PROGRESS,
    interrupt: new AbortController().signal,
    opening: {},
    confirm: () => Promise.resolve(true),
    ...own,
  };
}

/** What a check is given, at one way in; close its books after the test. */
export function contextFor(entry: TargetEntry, own: RunOverrides = {}): { context: CheckContext; books: Books } {
  const run = runOf(entry, own);
  const books = new Books(run.limits);
  return { context: contextOf(entry, run, books, "test", run.interrupt), books };
}
