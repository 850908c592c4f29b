import type * as http2 from "node:http2";
import { CallRefused, WrongAnswer } from "./errors";
import { plainHeaders } from "./headers";

/** What gRPC's health service says of a whole server (grpc/grpc doc/health-checking.md), and that there is none. */
export type Health = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN" | "UNIMPLEMENTED";

export const WATCH = "/grpc.health.v1.Health/Watch";
export const CHECK = "/grpc.health.v1.Health/Check";

const HEALTH: Health[] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** By number (grpc/grpc doc/statuscodes.md). */
const STATUSES = [
  ...["OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED"],
  ...["RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE"],
  ...["DATA_LOSS", "UNAUTHENTICATED"],
];

/** How a call ended, by its own trailers. */
export interface CallStatus {
  name: string;
  message: string;
}

/** A message is its length behind a byte that says whether it is compressed. */
const PREFIX_BYTES = 5;
/** Asks for the whole server: the name of no service. */
const EMPTY_MESSAGE = Buffer.alloc(PREFIX_BYTES);
/** Field 1 of the answer, a number. */
const STATUS_FIELD = 0x08;

/** One call of the health service. */
export class HealthCall {
  readonly stream: http2.ClientHttp2Stream;
  private answer?: http2.IncomingHttpHeaders;
  private trailers?: http2.IncomingHttpHeaders;
  private unread = Buffer.alloc(0);
  private last?: Health;
  private closed = false;
  private tell = (): void => {};

  constructor(session: http2.ClientHttp2Session, path: string, headers: Record<string, string> = {}) {
    this.stream = session.request({
      ...headers,
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    this.stream
      .on("response", (answer) => this.note(() => (this.answer = answer)))
      .on("trailers", (trailers: http2.IncomingHttpHeaders) => this.note(() => (this.trailers = trailers)))
      .on("data", (part: Buffer) => this.note(() => this.read(part)))
      .on("close", () => this.note(() => (this.closed = true)))
      // What is to be said of it is in how it was closed.
      .on("error", () => {});
    this.stream.end(EMPTY_MESSAGE);
  }

  /** Calls back whenever something came. */
  onChange = (changed: () => void): void => void (this.tell = changed);

  get isAnswered(): boolean {
    return this.answer !== undefined;
  }

  get isOver(): boolean {
    return this.closed || this.status !== undefined;
  }

  /** Of the answer, and, once they came, of the trailers. */
  get headers(): Record<string, string> {
    const all = Object.entries(plainHeaders({ ...this.answer, ...this.trailers }));
    return Object.fromEntries(all.filter(([name]) => !name.startsWith(":")));
  }

  get setCookies(): http2.IncomingHttpHeaders {
    return this.answer ?? {};
  }

  get status(): CallStatus | undefined {
    const told = this.trailers ?? this.answer;
    const number = told?.["grpc-status"];
    if (number === undefined) return undefined;
    return { name: STATUSES[Number(number)] ?? String(number), message: decoded(told?.["grpc-message"]) };
  }

  /** The last word; undefined where none came. */
  get health(): Health | undefined {
    return this.status?.name === "UNIMPLEMENTED" ? "UNIMPLEMENTED" : this.last;
  }

  /**
   * @throws {WrongAnswer} where what answered is no gRPC.
   * @throws {CallRefused} where it is, and the call was turned away. A server that says that it has no such service has not done that.
   */
  accepted(): void {
    const { answer, status } = this;
    if (answer === undefined) throw Object.assign(new Error("closed"), { code: "ECONNRESET" });
    const http = Number(answer[":status"]);
    if (http !== 200 || !answer["content-type"]?.startsWith("application/grpc")) throw new WrongAnswer(http, this.headers);
    if (status === undefined || status.name === "OK") return;
    if (status.name !== "UNIMPLEMENTED" || status.message === "") throw new CallRefused(status.name, status.message);
  }

  private note(take: () => void): void {
    take();
    this.tell();
  }

  private read(part: Buffer): void {
    this.unread = Buffer.concat([this.unread, part]);
    while (this.unread.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + this.unread.readUInt32BE(1);
      if (this.unread.length < end) return;
      const message = this.unread.subarray(PREFIX_BYTES, end);
      // A number that is 0 is left out.
      this.last = HEALTH[message[0] === STATUS_FIELD ? (message[1] ?? 0) : 0] ?? "UNKNOWN";
      this.unread = this.unread.subarray(end);
    }
  }
}

/** It is written as in a URL. */
function decoded(message: string | string[] | undefined): string {
  const text = String(message ?? "");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
