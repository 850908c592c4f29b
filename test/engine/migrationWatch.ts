/**
 * Runs inside the client namespace: holds WebSockets open through each way in, and tries a new one through each again and again. Tells
 * line by line, as JSON, what came of it, until its folder has a file `stop`.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { WebSocket } from "ws";

export interface WatchRequest {
  /** Way in -> URL. */
  urls: Record<string, string>;
  /** The source addresses to hold a connection from, and the one to try from. */
  held: string[];
  tried: string;
  directory: string;
}

export interface Seen {
  atMilliseconds: number;
  way: string;
  what: "held" | "alive" | "lost" | "connected" | "refused";
  source: string;
}

const OPEN_MILLISECONDS = 2000;
const PAUSE_MILLISECONDS = 250;
const ALIVE_MILLISECONDS = 1000;

function main({ urls, held, tried, directory }: WatchRequest): void {
  const log = fs.createWriteStream(path.join(directory, "seen.jsonl"));
  const tell = (way: string, what: Seen["what"], source: string) =>
    log.write(`${JSON.stringify({ atMilliseconds: Date.now(), way, what, source })}\n`);
  for (const [way, url] of Object.entries(urls)) {
    for (const source of held) hold(way, url, source, tell);
    tryAgain(way, url, tried, tell);
  }
  setInterval(() => {
    if (fs.existsSync(path.join(directory, "stop"))) log.end(() => process.exit(0));
  }, 100);
}

type Tell = (way: string, what: Seen["what"], source: string) => void;

/** Opens until it is open once; from then on it is held, and lost once at most. */
function hold(way: string, url: string, source: string, tell: Tell): void {
  const socket = new WebSocket(url, { localAddress: source, handshakeTimeout: OPEN_MILLISECONDS });
  let opened = false;
  socket.on("open", () => {
    opened = true;
    tell(way, "held", source);
    setInterval(() => socket.readyState === WebSocket.OPEN && socket.send("still there?"), ALIVE_MILLISECONDS);
  });
  socket.on("message", () => tell(way, "alive", source));
  socket.on("error", () => {});
  socket.on("close", () => {
    if (opened) tell(way, "lost", source);
    else setTimeout(() => hold(way, url, source, tell), PAUSE_MILLISECONDS);
  });
}

function tryAgain(way: string, url: string, source: string, tell: Tell): void {
  const socket = new WebSocket(url, { localAddress: source, handshakeTimeout: OPEN_MILLISECONDS });
  socket.on("open", () => {
    tell(way, "connected", source);
    socket.terminate();
  });
  let opened = false;
  socket.on("open", () => (opened = true));
  socket.on("error", () => {});
  socket.on("close", () => {
    if (!opened) tell(way, "refused", source);
    setTimeout(() => tryAgain(way, url, source, tell), PAUSE_MILLISECONDS);
  });
}

if (require.main === module) main(JSON.parse(process.argv[2]!) as WatchRequest);
