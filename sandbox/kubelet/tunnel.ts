import net from "node:net";
import type { RawData, WebSocket } from "ws";

/** Each message begins with the number of its channel. Of a forwarded port the first carries data, the second says what went wrong. */
export const PROTOCOL = "v4.channel.k8s.io";
const DATA = 0;
const ERROR = 1;

/** One connection to a port of a pod, through a WebSocket that the API server hands on. */
export function tunnel(webSocket: WebSocket, to: { host: string; port: number }): void {
  const say = (channel: number, bytes: Buffer) => webSocket.send(Buffer.concat([Buffer.of(channel), bytes]));
  const which = Buffer.alloc(2);
  which.writeUInt16LE(to.port);
  say(DATA, which);
  say(ERROR, which);
  const socket = net.connect(to);
  socket.on("data", (bytes) => say(DATA, bytes));
  socket.on("error", (error) => say(ERROR, Buffer.from(`port ${to.port} of the pod: ${error.message}`)));
  socket.on("close", () => webSocket.close());
  webSocket.on("message", (message: RawData) => {
    const bytes = message as Buffer;
    if (bytes[0] === DATA) socket.write(bytes.subarray(1));
  });
  webSocket.on("error", () => socket.destroy());
  webSocket.on("close", () => socket.destroy());
}
