import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import { WebSocket } from "ws";

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** One request on a connection of its own. */
export function ask(port: number, path: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path, agent: false, ...rest }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    request.once("error", reject);
    request.end(body);
  });
}

/** The header lines of a client that asks for a WebSocket. */
export const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
];

function writeRaw(port: number, requestLine: string, headers: string[]): net.Socket {
  const socket = net.connect(port, "127.0.0.1");
  socket.write([requestLine, "Host: pod", ...headers, "", ""].join("\r\n"));
  return socket;
}

/** What comes back for a request line as it is written here; a client library would put it right first. */
export async function askRaw(port: number, requestLine: string, headers: string[] = ["Connection: close"]): Promise<string> {
  const socket = writeRaw(port, requestLine, headers);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, "close");
  return text;
}

/** Sends a request and breaks the connection off at once. */
export async function resetAfter(port: number, requestLine: string, headers: string[]): Promise<void> {
  const socket = writeRaw(port, requestLine, headers);
  await once(socket, "connect");
  await new Promise((resolve) => setImmediate(resolve));
  const closed = once(socket, "close");
  socket.resetAndDestroy();
  await closed;
}

/** Opens an event stream and gives its first event. The stream stays open until `end` is called. */
export function openEvents(port: number, path: string, headers: http.OutgoingHttpHeaders = {}) {
  return new Promise<{ event: unknown; ended: Promise<void>; end(): void }>((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path, agent: false, headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${path} answered ${response.statusCode}`));
      const ended = once(response, "close").then(() => {});
      response.once("data", (chunk: Buffer) => {
        const event = JSON.parse(chunk.toString().replace(/^data: /, "")) as unknown;
        resolve({ event, ended, end: () => request.destroy() });
      });
    });
    request.once("error", reject);
  });
}

export interface Opened {
  socket: WebSocket;
  hello: { pod: string; namespace?: string; path: string };
  podHeader: string | undefined;
  closed: Promise<{ code: number; milliseconds: number }>;
}

/** Opens a WebSocket and waits for the first message. */
export async function open(url: string): Promise<Opened> {
  const socket = new WebSocket(url);
  const upgraded = once(socket, "upgrade") as Promise<[http.IncomingMessage]>;
  const first = once(socket, "message") as Promise<[Buffer]>;
  const started = performance.now();
  const closed = new Promise<{ code: number; milliseconds: number }>((resolve) =>
    socket.once("close", (code) => resolve({ code, milliseconds: performance.now() - started })),
  );
  upgraded.catch(() => {});
  const [data] = await first;
  const [response] = await upgraded;
  return {
    socket,
    hello: JSON.parse(data.toString()) as Opened["hello"],
    podHeader: response.headers["x-holdfast-pod"]?.toString(),
    closed,
  };
}

export async function echo(socket: WebSocket, message: string): Promise<string> {
  const answer = once(socket, "message") as Promise<[Buffer]>;
  socket.send(message);
  return (await answer)[0].toString();
}
