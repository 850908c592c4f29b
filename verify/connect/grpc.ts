import * as http2 from "node:http2";
import { Attempt } from "./attempt";
import { dial } from "./dial";
import { Life } from "./life";
import type { Connection, OpenOptions } from "./model";
import { closing, opened } from "./opened";

/** Opens a connection of HTTP/2, as a gRPC client keeps one, and calls nothing on it. */
export function openGrpc(options: OpenOptions): Promise<Connection> {
  return Attempt.of(options, async (attempt) => {
    const dialed = await dial(attempt);
    const { socket } = dialed;
    const session = http2.connect(`${attempt.url.protocol === "grpcs:" ? "https" : "http"}://${attempt.url.host}`, {
      createConnection: () => socket,
    });
    attempt.orElse(() => session.destroy());
    await attempt.step("http", () => settled(session));
    const life = watch(session, options.heartbeatSeconds);
    // After a GOAWAY the session is over, and the socket waits for the other side.
    void life.ended.then(() => {
      session.destroy();
      socket.destroy();
    });
    return {
      kind: "grpc",
      cookies: [],
      headers: {},
      ...opened(attempt, dialed, life),
      speak: (seconds) => speak(session, life, seconds),
      close: closing(life, session),
    };
  });
}

/** Until the server has said what it takes: a server of HTTP/1 never does. */
function settled(session: http2.ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.once("error", reject);
    session.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
    session.once("remoteSettings", () => {
      session.off("error", reject);
      resolve();
    });
  });
}

function watch(session: http2.ClientHttp2Session, heartbeatSeconds: number | undefined): Life {
  const life = new Life();
  session.on("error", (error: NodeJS.ErrnoException) => life.end({ by: "reset", reason: error.code ?? error.message }));
  session.once("goaway", (code) => life.end({ by: "peer", reason: `GOAWAY ${code}` }));
  session.once("close", () => life.end({ by: "reset", reason: "FIN without a GOAWAY" }));
  if (heartbeatSeconds === undefined) return life;
  const beating = setInterval(() => ping(session, (heard) => heard && life.touch()), heartbeatSeconds * 1000);
  void life.ended.then(() => clearInterval(beating));
  return life;
}

/** A session that is over throws where it is asked. */
function ping(session: http2.ClientHttp2Session, told: (heard: boolean) => void): void {
  if (session.destroyed || session.closed) return told(false);
  session.ping((error) => told(error === null));
}

/** Every server of HTTP/2 has to answer a ping. */
function speak(session: http2.ClientHttp2Session, life: Life, seconds: number): Promise<boolean> {
  if (!life.isOpen()) return Promise.resolve(false);
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      life.end({ by: "silent", reason: `no answer within ${seconds} s` });
      session.destroy();
      resolve(false);
    }, seconds * 1000);
    const answer = (heard: boolean) => {
      clearTimeout(late);
      resolve(heard);
    };
    void life.ended.then(() => answer(false));
    ping(session, (heard) => {
      if (!heard) life.end({ by: "silent", reason: "a ping was not answered" });
      answer(heard);
    });
  });
}
