import * as http2 from "node:http2";
import type { Duplex } from "node:stream";
import { CHECK, healthMessage, WATCH } from "./grpcHealth";
import type { PodState } from "./podState";

/** Codes of gRPC. */
const OK = 0;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;

/** Speaks HTTP/2 on one connection, whose first bytes are still unread. The health service is all that there is. */
export function serveGrpc(pod: PodState, socket: Duplex): void {
  const session = http2.performServerHandshake(socket);
  // GOAWAY: what is open may come to its end, and the next call has to go elsewhere.
  const leave = () => session.close();
  pod.streams.add(leave);
  session.once("close", () => pod.streams.delete(leave)).on("error", () => session.destroy());
  session.on("stream", (stream, headers) => {
    const started = performance.now();
    stream.on("error", () => {});
    // Whoever took the call back with the same packet waits for no answer.
    if (stream.destroyed) return;
    const seconds = () => (performance.now() - started) / 1000;
    stream.once("close", () => pod.metrics.countRequest(Number(stream.sentHeaders[":status"]), seconds()));
    answerCall(pod, stream, headers);
  });
}

function answerCall(pod: PodState, stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
  const named = { "x-holdfast-pod": pod.identity.name };
  if (!headers["content-type"]?.startsWith("application/grpc")) {
    return stream.respond({ ":status": 415, ...named }, { endStream: true });
  }
  const opening = { ":status": 200, "content-type": "application/grpc", ...named };
  const refuse = (status: number, message: string) =>
    stream.respond({ ...opening, "grpc-status": status, "grpc-message": message }, { endStream: true });
  const path = headers[":path"] ?? "";
  if (path !== CHECK && path !== WATCH) return refuse(UNIMPLEMENTED, `nothing answers at ${path}`);
  if (path === WATCH && pod.draining && pod.identity.refusesWhileLeaving) return refuse(UNAVAILABLE, "draining");
  stream.respond(opening, { waitForTrailers: true });
  let status = OK;
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": status }));
  if (path === CHECK) return void stream.end(healthMessage(!pod.draining));
  stream.write(healthMessage(!pod.draining));
  const leave = () => {
    status = UNAVAILABLE;
    stream.end(healthMessage(false));
  };
  pod.streams.add(leave);
  stream.once("close", () => pod.streams.delete(leave));
}
