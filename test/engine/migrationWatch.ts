/**
 * Runs inside the client namespace: holds WebSockets open through each way in as `verify` does, and tries a new one through each again and
 * again. Tells line by line, as JSON, what came of it, until its folder has a file `stop`.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Connection, OpenOptions } from "../../verify/connect/model";
import { open } from "../../verify/connect/open";

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

const OPEN_SECONDS = 2;
const PAUSE_MILLISECONDS = 250;
const ALIVE_MILLISECONDS = 1000;
/** Who answers nothing for so long has lost its connection, whatever its socket says. */
const ANSWER_SECONDS = 15;

function main({ urls, held, tried, directory }: WatchRequest): void {
  const log = fs.createWriteStream(path.join(directory, "seen.jsonl"));
  for (const [way, url] of Object.entries(urls)) {
    const tellOf =
      (source: string): Tell =>
      (what) =>
        log.write(`${JSON.stringify({ atMilliseconds: Date.now(), way, what, source })}\n`);
    for (const source of held) void hold({ url, localAddress: source, openSeconds: OPEN_SECONDS }, tellOf(source));
    void tryAgain({ url, localAddress: tried, openSeconds: OPEN_SECONDS }, tellOf(tried));
  }
  setInterval(() => {
    if (fs.existsSync(path.join(directory, "stop"))) log.end(() => process.exit(0));
  }, 100);
}

type Tell = (what: Seen["what"]) => void;

/** Opens until it is open once; from then on it is held, and lost once at most. */
async function hold(options: OpenOptions, tell: Tell): Promise<void> {
  let connection: Connection | undefined;
  while (connection === undefined) {
    connection = await open(options).catch(() => undefined);
    if (connection === undefined) await pause(PAUSE_MILLISECONDS);
  }
  tell("held");
  void connection.ended.then(() => tell("lost"));
  for (; connection.isOpen(); await pause(ALIVE_MILLISECONDS)) if (await connection.speak(ANSWER_SECONDS)) tell("alive");
}

async function tryAgain(options: OpenOptions, tell: Tell): Promise<never> {
  for (;;) {
    const connection = await open(options).catch(() => undefined);
    tell(connection === undefined ? "refused" : "connected");
    void connection?.close();
    await pause(PAUSE_MILLISECONDS);
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

if (require.main === module) main(JSON.parse(process.argv[2]!) as WatchRequest);
