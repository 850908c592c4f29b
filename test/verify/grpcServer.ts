import * as http2 from "node:http2";
import * as net from "node:net";
import type { Small } from "./support";

/** One call, with the connection it came on. */
export interface Called {
  stream: http2.ServerHttp2Stream;
  path: string;
  session: http2.ServerHttp2Session;
  socket: net.Socket;
}

export const healthMessage = (status: number): Buffer => Buffer.from([0, 0, 0, 0, 2, 8, status]);
export const [SERVING, NOT_SERVING] = [1, 2];
export const WATCH = "/grpc.health.v1.Health/Watch";

const OPENING = { ":status": 200, "content-type": "application/grpc" };

/** Answers a call with trailers alone. */
export function refuse({ stream }: Called, status: number, message = "", headers: object = {}): void {
  stream.respond({ ...OPENING, ...headers, "grpc-status": status, "grpc-message": message }, { endStream: true });
}

/** Opens the watch with its first word. Gives what ends it with a status. */
export function watch({ stream }: Called, { status = SERVING, headers = {}, trailers = {} } = {}): (status: number) => void {
  stream.respond({ ...OPENING, ...headers }, { waitForTrailers: true });
  let ended = 0;
  stream.once("wantTrailers", () => stream.sendTrailers({ ...trailers, "grpc-status": ended }));
  stream.write(healthMessage(status));
  return (with_) => {
    ended = with_;
    stream.end();
  };
}

/** A server of gRPC on loopback; `onWatch` is given each watch, and every other call is answered with SERVING. */
export async function grpcServer(onWatch: (called: Called) => void, onOther: (called: Called) => void = answer): Promise<Small> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    const session = http2.performServerHandshake(socket);
    session.on("error", () => {});
    session.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      const called = { stream, path: headers[":path"] ?? "", session, socket };
      (called.path === WATCH ? onWatch : onOther)(called);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

/** From now on nothing is read that comes on this connection, and so nothing is answered. */
export function goDeaf({ socket }: Called): void {
  // HTTP/2 reads past the socket.
  (socket as unknown as { _handle: { readStop(): void } })._handle.readStop();
}

function answer({ stream }: Called): void {
  stream.respond(OPENING, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": 0 }));
  stream.end(healthMessage(SERVING));
}
