import type { Connection, OpenOptions } from "./model";
import { openGrpc } from "./grpc";
import { openStream } from "./stream";
import { openTcp } from "./tcp";
import { openWebSocket } from "./websocket";

const BY_SCHEME: Record<string, (options: OpenOptions) => Promise<Connection>> = {
  "ws:": openWebSocket,
  "wss:": openWebSocket,
  "http:": openStream,
  "https:": openStream,
  "grpc:": openGrpc,
  "grpcs:": openGrpc,
  "tcp:": openTcp,
  "tls:": openTcp,
};

/** The schemes that can be opened, as they are written in a URL. */
export const SCHEMES = Object.keys(BY_SCHEME).map((scheme) => scheme.slice(0, -1));

/**
 * Opens one connection as the URL's scheme says.
 *
 * @throws {OpenError} that names the step which failed.
 */
export function open(options: OpenOptions): Promise<Connection> {
  return BY_SCHEME[new URL(options.url).protocol]!(options);
}
