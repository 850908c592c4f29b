import type { Duplex } from "node:stream";

/** What a client speaks, by the first bytes that it sends. */
export type Spoken = "tls" | "http2" | "http1";

const TLS_HANDSHAKE = 22;
/** No method of HTTP/1 begins like the preface of HTTP/2, `PRI * HTTP/2.0`, which always comes in one piece. */
const HTTP2_PREFACE = "PRI";

/** Calls `serve` as soon as the client has said something, which it finds unread. Who says nothing is waited for. */
export function whenSpoken(stream: Duplex, serve: (spoken: Spoken) => void): void {
  stream.once("readable", () => {
    const first = stream.read() as Buffer | null;
    // It has gone again.
    if (first === null) return void stream.destroy();
    stream.unshift(first);
    if (first[0] === TLS_HANDSHAKE) serve("tls");
    else serve(first.toString("latin1", 0, HTTP2_PREFACE.length) === HTTP2_PREFACE ? "http2" : "http1");
  });
}
