import { randomUUID } from "node:crypto";
import type * as http from "node:http";
import type * as net from "node:net";
import { type ClientOptions, WebSocket } from "ws";
import { Attempt } from "./attempt";
import { dial } from "./dial";
import { WrongAnswer } from "./errors";
import { cookiesOf, plainHeaders } from "./headers";
import { Life } from "./life";
import type { Connection, OpenOptions } from "./model";
import { opened } from "./opened";
import { GREETING_SECONDS, podInHeaders, podInMessage } from "./pod";
import { heardWithin } from "./wait";

/** Milliseconds that a peer gets to answer a close frame. */
const GOODBYE_MILLISECONDS = 3_000;
const NORMAL_CLOSE = 1000;
const NO_CLOSE_FRAME = 1006;

/** Those that this side said goodbye to first: an answer to its close frame looks like any other. */
const leaving = new WeakSet<WebSocket>();

/** Opens a WebSocket. */
export function openWebSocket(options: OpenOptions): Promise<Connection> {
  return Attempt.of(options, async (attempt) => {
    const dialed = await dial(attempt);
    const { socket } = dialed;
    const client = new WebSocket(attempt.url, {
      createConnection: (() => socket) as typeof net.createConnection,
      headers: options.headers,
      perMessageDeflate: false,
      closeTimeout: GOODBYE_MILLISECONDS,
    } as ClientOptions);
    attempt.orElse(() => client.on("error", () => {}).terminate());
    const greeting: { text?: string; came?: () => void } = {};
    // Before the answer to the upgrade: a first message may come in the same packet.
    client.once("message", (data) => {
      greeting.text = String(data);
      greeting.came?.();
    });
    const answer = await attempt.step("upgrade", () => upgraded(client));
    const headers = plainHeaders(answer.headers);
    const life = watch(client, socket, options.heartbeatSeconds);
    const named = podInHeaders(headers, options.podFrom);
    if (named === undefined && !options.podFrom?.startsWith("header:")) {
      const heard = () => greeting.text !== undefined;
      const seconds = Math.min(GREETING_SECONDS, attempt.secondsLeft);
      await attempt.step("first-byte", () => heardWithin(seconds, heard, (came) => (greeting.came = came)));
      if (!heard()) attempt.times.pop();
    }
    return {
      kind: "websocket",
      get pod() {
        return named ?? (greeting.text === undefined ? undefined : podInMessage(greeting.text, options.podFrom));
      },
      cookies: cookiesOf(answer.headers),
      headers,
      ...opened(attempt, dialed, life),
      status: answer.statusCode,
      speak: (seconds) => speak(client, life, seconds),
      close() {
        if (client.readyState === WebSocket.OPEN) leaving.add(client);
        client.close(NORMAL_CLOSE);
        return life.ended;
      },
    };
  });
}

function upgraded(client: WebSocket): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: http.IncomingMessage | undefined;
    client.once("upgrade", (response) => (answer = response));
    client.once("unexpected-response", (_request, response) => {
      reject(new WrongAnswer(response.statusCode ?? 0, plainHeaders(response.headers)));
    });
    client.once("open", () => resolve(answer!));
    client.once("error", reject);
  });
}

/** Keeps the time of what comes and goes, and sees who ends it. */
function watch(client: WebSocket, socket: net.Socket, heartbeatSeconds: number | undefined): Life {
  const life = new Life();
  const touch = () => life.touch();
  client
    .on("message", touch)
    .on("ping", touch)
    .on("pong", touch)
    .on("error", () => {});
  let seen: string | undefined;
  // The WebSocket tells a reset from an end in nothing.
  socket.once("error", (error: NodeJS.ErrnoException) => (seen = error.code ?? error.message));
  socket.once("end", () => (seen ??= "FIN without a close frame"));
  const beating = heartbeatSeconds === undefined ? undefined : beat(client, life, heartbeatSeconds);
  client.once("close", (code, reason) => {
    clearInterval(beating);
    const said = { code, ...(reason.length > 0 && { reason: String(reason) }) };
    if (leaving.has(client)) return life.end({ by: "us", ...said });
    if (code === NO_CLOSE_FRAME) return life.end({ by: "reset", code, ...(seen !== undefined && { reason: seen }) });
    life.end({ by: "peer", ...said });
  });
  return life;
}

/** A ping that the last one's answer has not come back to is sent to nobody. */
function beat(client: WebSocket, life: Life, seconds: number): NodeJS.Timeout {
  let answered = true;
  client.on("pong", () => (answered = true));
  return setInterval(() => {
    if (!answered) return forget(client, life, "a heartbeat was not answered");
    answered = false;
    life.touch();
    client.ping();
  }, seconds * 1000);
}

function forget(client: WebSocket, life: Life, reason: string): void {
  life.end({ by: "silent", code: NO_CLOSE_FRAME, reason });
  client.terminate();
}

/** A ping, because every server has to answer one, and a message only if it wants to. */
async function speak(client: WebSocket, life: Life, seconds: number): Promise<boolean> {
  if (client.readyState !== WebSocket.OPEN) return false;
  const word = randomUUID();
  let heard = false;
  let tell = () => {};
  const onPong = (data: Buffer) => {
    if (String(data) !== word) return;
    heard = true;
    tell();
  };
  client.on("pong", onPong);
  // What is noted is the silence before this word, so only its answer counts as a byte.
  client.ping(word);
  void life.ended.then(() => tell());
  await heardWithin(
    seconds,
    () => heard || !life.isOpen(),
    (came) => (tell = came),
  );
  client.off("pong", onPong);
  if (!heard && life.isOpen()) forget(client, life, `no answer within ${seconds} s`);
  return heard;
}
