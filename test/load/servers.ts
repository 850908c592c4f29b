import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { WayIn } from "../../load/plan";

/** What a server does with each WebSocket beside sending back what it is told. */
export type Manner = (socket: WebSocket, count: number) => void;

export interface TestServer {
  way(protocol?: "ws" | "http", promise?: { idleSeconds?: number; heartbeat?: WayIn["promise"]["heartbeat"] }): WayIn;
  /** What it was told over WebSockets, and where from. */
  told: string[];
  ports: Set<number>;
  requests: number;
  close(): Promise<void>;
}

/**
 * A server on the loopback that k6 opens connections to.
 *
 * @param status of its answers; other than 200 it takes no WebSocket.
 */
export async function serve(manner: Manner, status = () => 200): Promise<TestServer> {
  const told: string[] = [];
  const ports = new Set<number>();
  const server = http.createServer((request, response) => {
    test.requests++;
    ports.add(request.socket.remotePort!);
    response.writeHead(status()).end("here");
  });
  let count = 0;
  const sockets = new WebSocketServer({ server, verifyClient: (_client, decide) => decide(status() === 200, status()) });
  sockets.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data) => told.push(String(data)));
    manner(socket, count++);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const test: TestServer = {
    way: (protocol = "ws", promise = {}) => ({
      service: "chat",
      entry: protocol,
      url: `${protocol}://127.0.0.1:${port}/ws`,
      protocol: protocol === "ws" ? "websocket" : "http-stream",
      promise: { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "none", ttlSeconds: 3600 }, ...promise },
    }),
    told,
    ports,
    requests: 0,
    async close() {
      sockets.clients.forEach((socket) => socket.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return test;
}

export const echoes: Manner = (socket) => socket.on("message", (data) => socket.send(String(data)));
