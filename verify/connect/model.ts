import type { Ending } from "../model";
import type { Health } from "./grpcCall";

/** How to open one connection. */
export interface OpenOptions {
  url: string;
  /** Source address to bind; absent: the system picks. */
  localAddress?: string;
  /** Sent with the first request: cookies, an Authorization of the user's. Never printed. */
  headers?: Record<string, string>;
  /** Seconds until it has to be open, its first message included. Default 10. */
  openSeconds?: number;
  /** Address to connect to in place of what the name resolves to; the name stays in Host and SNI. */
  address?: string;
  /** Authorities trusted beside the system's, PEM. */
  authority?: string;
  /** Seconds between WebSocket pings of this side. Absent: it sends none. */
  heartbeatSeconds?: number;
  signal?: AbortSignal;
  /** Where the server names its pod, as `--pod-from` says it. */
  podFrom?: string;
  /** Asked before each connection: why this address may not be spoken to; undefined where it may. */
  permits?: (address: string) => string | undefined | Promise<string | undefined>;
}

/** What a server shows of itself. */
export interface Certificate {
  names: string[];
  issuer: string;
  /** Days, as 2027-01-31. */
  validFrom: string;
  validTo: string;
  validToMilliseconds: number;
}

/** Where an attempt to open came to its end. */
export const OPEN_STEPS = ["dns", "tcp", "tls", "http", "upgrade", "first-byte"] as const;
export type OpenStep = (typeof OPEN_STEPS)[number];

/** One attempt's steps with their times; the last one is the one that failed, if one did. */
export interface OpenStepTime {
  step: OpenStep;
  milliseconds: number;
}

export class OpenError extends Error {
  constructor(
    readonly step: OpenStep,
    /** A sentence of the user's world: `the certificate of chat.example.com expired on 2026-01-01`. */
    message: string,
    readonly times: OpenStepTime[],
    /** HTTP status that came in place of an upgrade or a stream. */
    readonly status?: number,
    /** True where it is this machine that could not, or may not: its resolver, its addresses, its limits, the guard. That says nothing of the way in. */
    readonly ofThisMachine = false,
    /** True where what was said may be a fault of the way in, or only what the server lacks to be looked at. */
    readonly isAmbiguous = false,
  ) {
    super(message);
  }
}

/** A WebSocket, an event stream, a connection of HTTP/2 or a plain one that is open. */
export interface Connection {
  kind: "websocket" | "http-stream" | "grpc" | "tcp";
  /** What the server says of the pod: a header, or its first message. Absent where it says nothing. */
  pod?: string;
  /** Cookies that the way in set, as it wrote them: `name=value; Path=/`. */
  cookies: string[];
  /** Headers of the answer, lower case. */
  headers: Record<string, string>;
  localAddress: string;
  remoteAddress: string;
  /** Milliseconds since the epoch when it was open. */
  openedAt: number;
  times: OpenStepTime[];
  /** Where it is encrypted. */
  certificate?: Certificate;
  /** gRPC only: what the health service said first; absent where it said nothing. */
  health?: Health;
  /** gRPC only: whether a call is held. Where the server has none that anybody may make, the bare connection is. */
  holdsCall?: boolean;
  /** Status of the answer; 101 on a WebSocket, absent on plain TCP. */
  status?: number;
  /**
   * Says something that has to be answered, and waits for the answer: a ping on a WebSocket, a ping and a call of gRPC; a plain stream
   * cannot speak and looks whether the socket still takes acknowledged bytes. Rejects with nothing: false means that no answer came within `seconds`.
   */
  speak(seconds: number): Promise<boolean>;
  /** Settles when it ended, whoever ended it; never rejects. */
  ended: Promise<Ending>;
  isOpen(): boolean;
  /** The longest stretch without a byte in either direction so far, the one that lasts included. */
  silentSeconds(): number;
  /** Closes with 1000 where it is a WebSocket. */
  close(): Promise<Ending>;
}
