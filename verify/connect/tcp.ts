import type * as net from "node:net";
import { acknowledged } from "./acknowledged";
import { Attempt } from "./attempt";
import { dial } from "./dial";
import { Life } from "./life";
import type { Connection, OpenOptions } from "./model";
import { closing, opened } from "./opened";

/** Opens a plain connection, with TLS where the scheme says so. What is on the other side of it is anybody's protocol. */
export function openTcp(options: OpenOptions): Promise<Connection> {
  return Attempt.of(options, async (attempt) => {
    const dialed = await dial(attempt);
    const { socket } = dialed;
    const life = watchSocket(socket);
    socket.on("data", () => life.touch());
    return {
      kind: "tcp",
      cookies: [],
      headers: {},
      ...opened(attempt, dialed, life),
      speak: (seconds) => speakOnSocket(socket, life, seconds),
      close: closing(life, socket),
    };
  });
}

/** Sees who ends a socket. */
export function watchSocket(socket: net.Socket): Life {
  const life = new Life();
  socket.on("error", (error: NodeJS.ErrnoException) => life.end({ by: "reset", reason: error.code ?? error.message }));
  socket.once("end", () => life.end({ by: "peer", reason: "FIN" }));
  socket.once("close", () => life.end({ by: "reset", reason: "closed" }));
  return life;
}

/** An empty line: servers of HTTP pass over one, and few protocols take offence before they have acknowledged it. */
const WORD = "\r\n";

/** Says an empty line and looks whether the other side's kernel took it. */
export async function speakOnSocket(socket: net.Socket, life: Life, seconds: number): Promise<boolean> {
  if (!life.isOpen()) return false;
  socket.write(WORD);
  const taken = await acknowledged(socket, seconds);
  // A packet that nobody knows the connection of is answered with a reset, a round trip later.
  if (taken !== false) await Promise.race([life.ended, new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MILLISECONDS))]);
  if (taken === false && life.isOpen()) {
    life.end({ by: "silent", reason: `not acknowledged within ${seconds} s` });
    socket.destroy();
  }
  const ending = life.isOpen() ? undefined : await life.ended;
  if (ending !== undefined) return ending.by === "peer";
  if (taken) life.touch();
  return true;
}

const AFTERWARDS_MILLISECONDS = 250;
