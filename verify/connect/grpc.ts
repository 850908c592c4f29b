import * as http2 from "node:http2";
import { Attempt } from "./attempt";
import { dial } from "./dial";
import { CHECK, HealthCall, WATCH } from "./grpcCall";
import { cookiesOf } from "./headers";
import { Life } from "./life";
import type { Connection, OpenOptions } from "./model";
import { closing, opened } from "./opened";
import { GREETING_SECONDS, podInHeaders } from "./pod";
import { heardWithin } from "./wait";

/**
 * Opens a connection as a gRPC client does, and holds a call on it that any server may have: a watch of its health, which says one word
 * and then nothing until it changes. A server without that service leaves the bare connection to be held.
 */
export function openGrpc(options: OpenOptions): Promise<Connection> {
  return Attempt.of(options, async (attempt) => {
    const dialed = await dial(attempt);
    const { socket } = dialed;
    const session = http2.connect(`${attempt.url.protocol === "grpcs:" ? "https" : "http"}://${attempt.url.host}`, {
      createConnection: () => socket,
    });
    attempt.orElse(() => session.destroy());
    // From the first moment on: what ends in the middle of the opening is told to nobody a second time.
    const life = follow(session);
    const watch = await attempt.step("http", async () => {
      await settled(session);
      const call = new HealthCall(session, WATCH, options.headers);
      await untilAnswered(call, session);
      return call;
    });
    await attempt.step("first-byte", async () => {
      const seconds = Math.min(GREETING_SECONDS, attempt.secondsLeft);
      await heardWithin(seconds, () => watch.health !== undefined || watch.isOver, watch.onChange);
      watch.accepted();
      if (session.destroyed || (watch.isOver && watch.status === undefined)) throw cutOff();
    });
    if (watch.health === undefined || watch.isOver) attempt.times.pop();
    const call = watch.isOver ? undefined : watch;
    if (call !== undefined) followCall(call, session, life);
    life.begin();
    if (options.heartbeatSeconds !== undefined) beat(session, life, options);
    // After a GOAWAY the session is over, and the socket waits for the other side.
    void life.ended.then(() => {
      session.destroy();
      socket.destroy();
    });
    return {
      kind: "grpc",
      get pod() {
        return podInHeaders(watch.headers, options.podFrom);
      },
      cookies: cookiesOf(watch.setCookies),
      headers: watch.headers,
      ...opened(attempt, dialed, life),
      ...(watch.health !== undefined && { health: watch.health }),
      holdsCall: call !== undefined,
      speak: (seconds) => speak(session, life, options, seconds),
      close: closing(life, session),
    };
  });
}

const cutOff = (): Error => Object.assign(new Error("closed"), { code: "ECONNRESET" });

/** Until the server has said what it takes: a server of HTTP/1 never does. */
function settled(session: http2.ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.once("error", reject);
    session.once("close", () => reject(cutOff()));
    session.once("remoteSettings", () => resolve());
  });
}

async function untilAnswered(call: HealthCall, session: http2.ClientHttp2Session): Promise<void> {
  await new Promise<void>((resolve) => {
    call.onChange(() => (call.isAnswered || call.isOver) && resolve());
    session.once("close", resolve);
  });
  call.accepted();
}

/** The codes of HTTP/2 by number (RFC 9113, section 7). */
const HTTP2_CODES = [
  ...["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED"],
  ...["FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM"],
  ...["INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"],
];
const nameOfCode = (code: number): string => HTTP2_CODES[code] ?? String(code);

const WITHOUT_GOAWAY = { by: "reset", reason: "FIN without a GOAWAY" } as const;

/** Sees who ends the connection, and how. */
function follow(session: http2.ClientHttp2Session): Life {
  const life = new Life();
  session.on("ping", () => life.touch());
  session.on("error", (error: NodeJS.ErrnoException) => life.end({ by: "reset", reason: error.code ?? error.message }));
  session.once("goaway", (code, _lastStream, data) => {
    const reason = data === undefined ? "" : Buffer.from(data as Uint8Array).toString();
    const by = code === http2.constants.NGHTTP2_NO_ERROR ? "peer" : "reset";
    life.end({ by, code: `GOAWAY ${nameOfCode(code)}`, ...(reason !== "" && { reason }) });
  });
  session.once("close", () => life.end(WITHOUT_GOAWAY));
  return life;
}

/** Sees who ends the call that is held. */
function followCall(call: HealthCall, session: http2.ClientHttp2Session, life: Life): void {
  call.stream.on("data", () => life.touch());
  // Where the connection broke, all of its calls close too, and the session says why.
  call.stream.once("close", () => setImmediate(() => !session.destroyed && endOf(call, life)));
}

function endOf({ status, stream }: HealthCall, life: Life): void {
  if (status === undefined) return life.end({ by: "reset", code: `RST_STREAM ${nameOfCode(stream.rstCode ?? 0)}` });
  const { name, message } = status;
  life.end({ by: "peer", code: `grpc-status ${name}`, ...(message !== "" && { reason: message }) });
}

/** Calls beside the one that is held: servers end a connection for pings that come often and with no call between them. */
function beat(session: http2.ClientHttp2Session, life: Life, { headers, heartbeatSeconds = 1 }: OpenOptions): void {
  let last: HealthCall | undefined;
  const beating = setInterval(() => {
    if (session.destroyed || session.closed) return;
    if (last !== undefined && !last.isAnswered) {
      return life.end({ by: "silent", reason: "a heartbeat was not answered" });
    }
    life.touch();
    last = new HealthCall(session, CHECK, headers);
    last.onChange(() => life.touch());
  }, heartbeatSeconds * 1000);
  void life.ended.then(() => clearInterval(beating));
}

/** Every server of HTTP/2 has to answer a ping, and every server of gRPC a call, be it with UNIMPLEMENTED. */
async function speak(session: http2.ClientHttp2Session, life: Life, { headers }: OpenOptions, seconds: number): Promise<boolean> {
  if (session.destroyed || session.closed) life.end(WITHOUT_GOAWAY);
  if (!life.isOpen()) return false;
  let pinged = false;
  let tell = () => {};
  const check = new HealthCall(session, CHECK, headers);
  check.onChange(() => tell());
  session.ping((error) => {
    pinged = error === null;
    tell();
  });
  void life.ended.then(() => tell());
  const heard = () => pinged && check.isAnswered;
  await heardWithin(
    seconds,
    () => heard() || !life.isOpen(),
    (changed) => (tell = changed),
  );
  if (heard()) life.touch();
  else life.end({ by: "silent", reason: `no answer within ${seconds} s` });
  return heard();
}
