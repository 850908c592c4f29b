import * as http from "node:http";
import type * as net from "node:net";
import { Attempt } from "./attempt";
import { dial } from "./dial";
import { WrongAnswer } from "./errors";
import { cookiesOf, plainHeaders } from "./headers";
import { Life } from "./life";
import type { Connection, OpenOptions } from "./model";
import { closing, opened } from "./opened";
import { GREETING_SECONDS, podInHeaders, podInMessage } from "./pod";
import { speakOnSocket } from "./tcp";
import { heardWithin } from "./wait";

/** Bytes of the beginning that are kept to look for the pod's name. */
const KEPT_BYTES = 16_384;

/** Asks for a page or a stream on a connection of its own. A page's end is the end of the connection. */
export function openStream(options: OpenOptions): Promise<Connection> {
  return Attempt.of(options, async (attempt) => {
    const dialed = await dial(attempt);
    const { socket } = dialed;
    const response = await attempt.step("http", () => answerTo(attempt, socket));
    const { statusCode = 0 } = response;
    const headers = plainHeaders(response.headers);
    const life = new Life();
    const first = listen(response, socket, life);
    const named = podInHeaders(headers, options.podFrom);
    const seconds = Math.min(GREETING_SECONDS, attempt.secondsLeft);
    await attempt.step("first-byte", () => heardWithin(seconds, first.came, first.onChange));
    // Silence is no failure: a stream that has nothing to say yet is open all the same.
    if (first.text() === "") attempt.times.pop();
    return {
      kind: "http-stream",
      get pod() {
        return named ?? podInMessage(first.text(), options.podFrom);
      },
      cookies: cookiesOf(response.headers),
      headers,
      ...opened(attempt, dialed, life),
      status: statusCode,
      speak: (seconds) => speakOnSocket(socket, life, seconds),
      close: closing(life, socket),
    };
  });
}

function answerTo({ url, options }: Attempt, socket: net.Socket): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.get({
      createConnection: () => socket,
      host: url.hostname,
      path: `${url.pathname}${url.search}`,
      ...(url.username !== "" && { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
      headers: { host: url.host, accept: "text/event-stream, */*", connection: "keep-alive", ...options.headers },
    });
    request.on("error", reject);
    request.once("response", (response) => {
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) return resolve(response);
      response.resume();
      reject(new WrongAnswer(statusCode, plainHeaders(response.headers)));
    });
  });
}

/** Reads on, keeps the beginning, and sees the end of the stream, which need not be the end of the socket. */
function listen(response: http.IncomingMessage, socket: net.Socket, life: Life) {
  let text = "";
  let broken = "FIN in the middle of the stream";
  socket.on("error", (error: NodeJS.ErrnoException) => (broken = error.code ?? error.message));
  let ended = false;
  let tell = () => {};
  response.setEncoding("utf8").on("data", (part: string) => {
    life.touch();
    if (text.length < KEPT_BYTES) text = (text + part).slice(0, KEPT_BYTES);
    tell();
  });
  response.once("end", () => {
    ended = true;
    life.end({ by: "peer", reason: "the stream came to its end" });
    // It is kept alive for another request, which nobody makes.
    socket.destroy();
    tell();
  });
  // An answer with a length, or in chunks, that lacks its end.
  response.once("error", () => {
    ended = true;
    life.end({ by: "reset", reason: broken });
    socket.destroy();
    tell();
  });
  return { text: () => text, came: () => text !== "" || ended, onChange: (changed: () => void) => void (tell = changed) };
}
