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
  const beating =
    heartbeatSeconds === undefined ? undefined : setInterval(() => session.ping(() => life.touch()), heartbeatSeconds * 1000);
  session.once("close", () => {
    clearInterval(beating);
    life.end({ by: "reset", reason: "FIN without a GOAWAY" });
  });
  return life;
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
    session.ping((error) => answer(error === null));
  });
}
