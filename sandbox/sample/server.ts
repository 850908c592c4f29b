import * as http from "node:http";
import * as net from "node:net";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import { WebSocketServer } from "ws";
import { serveGrpc } from "./grpc";
import { createPodState, drainPod, type PodIdentity, type PodState } from "./podState";
import { answer, isWebSocketPath, urlOf } from "./routes";
import { whenSpoken } from "./spoken";

// Longer than the proxies in front keep an idle upstream connection (60 s is common), so that the proxy closes first.
const KEEP_ALIVE_MILLISECONDS = 75_000;
const MAX_MESSAGE_BYTES = 1 << 20;

export interface SampleServerOptions {
  /**
   * The pod that lives at the local address and port of an accepted connection; undefined where none does: the connection is
   * then reset, as if nothing listened there.
   */
  podOf(localAddress: string, localPort: number): PodIdentity | undefined;
  /** What the pod encrypts with; then it answers nobody who speaks plainly. Absent: it speaks no TLS. */
  certificateOf?(localAddress: string, localPort: number): PodCertificate | undefined;
}

/** In PEM: the certificate with its chain, and its key. */
export interface PodCertificate {
  cert: Buffer | string;
  key: Buffer | string;
}

export interface SampleServer {
  /** Accepts connections on one more port. Rejects when the port is taken. Gives the port, which matters for port 0. */
  listen(port: number, host?: string): Promise<number>;
  /** One pod says goodbye to its connections, spread over `seconds`. Until it is ended it still answers, as one that leaves. */
  drainPod(identity: PodIdentity, seconds: number): Promise<void>;
  /** A pod's process is no more: what is left of its connections is closed, or reset where it was killed. */
  endPod(identity: PodIdentity, killed: boolean): void;
  /** Every pod does, and the server stops listening. Resolves when no connection is left. */
  drain(seconds: number): Promise<void>;
  /** Open WebSocket connections of one pod. */
  connections(identity: PodIdentity): number;
}

/**
 * One server that plays every pod it is reached as: the local address of a connection tells which. On every port it speaks HTTP/1 with
 * WebSockets and gRPC over HTTP/2: what a client says first tells which.
 */
export function createSampleServer({ podOf, certificateOf }: SampleServerOptions): SampleServer {
  const pods = new Map<string, PodState>();
  const podBySocket = new WeakMap<Duplex, PodState>();
  const servers: net.Server[] = [];
  const http1 = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, serve).on("upgrade", upgrade);
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  webSockets.on("headers", (headers, request) => {
    headers.push(`x-holdfast-pod: ${podBySocket.get(request.socket)!.identity.name}`);
  });

  function accept(socket: net.Socket): void {
    const [address, port] = [plainAddress(socket.localAddress ?? ""), socket.localPort ?? 0];
    const identity = podOf(address, port);
    if (identity === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const key = keyOf(identity);
    const pod = pods.get(key) ?? createPodState(identity);
    pods.set(key, pod);
    pod.connections.add(socket);
    socket.once("close", () => pod.connections.delete(socket)).on("error", () => socket.destroy());
    const certificate = certificateOf?.(address, port);
    whenSpoken(socket, (spoken) => {
      if (certificate === undefined) {
        // As servers without TLS do, it answers a client of TLS in plain HTTP, by which the client knows.
        return speak(pod, socket, spoken === "tls" ? "http1" : spoken);
      }
      if (spoken !== "tls") return void socket.destroy();
      decrypt(socket, certificate, (secured) => {
        whenSpoken(secured, (inside) => (inside === "tls" ? void socket.destroy() : speak(pod, secured, inside)));
      });
    });
  }

  function speak(pod: PodState, stream: Duplex, spoken: "http1" | "http2"): void {
    if (spoken === "http2") return serveGrpc(pod, stream);
    // As a server of HTTP/1 listens: a client may end its half, and still waits for the answer.
    stream.allowHalfOpen = true;
    podBySocket.set(stream, pod);
    http1.emit("connection", stream);
  }

  function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
    const pod = podBySocket.get(request.socket);
    if (pod === undefined) return;
    const started = performance.now();
    // "close" comes for every answer, also one that the client gave up on.
    response.once("close", () => pod.metrics.countRequest(response.statusCode, (performance.now() - started) / 1000));
    answer(pod, request, response);
  }

  function upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const pod = podBySocket.get(request.socket);
    if (pod === undefined) return;
    // Node.js takes its own listener away with the upgrade, and an error that nobody hears ends the process.
    socket.on("error", () => socket.destroy());
    const pathname = urlOf(request)?.pathname ?? "";
    const refuses = pod.draining && pod.identity.refusesWhileLeaving;
    const refusal = refuses ? "503 Service Unavailable" : isWebSocketPath(pathname) ? undefined : "404 Not Found";
    pod.metrics.countRequest(refusal === undefined ? 101 : Number(refusal.slice(0, 3)), 0);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nx-holdfast-pod: ${pod.identity.name}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      pod.sockets.add(webSocket);
      webSocket.on("close", (code) => {
        pod.sockets.delete(webSocket);
        pod.metrics.countClose(code);
      });
      // A peer that breaks the protocol or the connection ends its own socket and nothing else.
      webSocket.on("error", () => webSocket.terminate());
      webSocket.on("message", (data, isBinary) => webSocket.send(data, { binary: isBinary }));
      webSocket.send(JSON.stringify({ pod: pod.identity.name, namespace: pod.identity.namespace, path: pathname }));
    });
  }

  function end(pod: PodState, killed: boolean): void {
    pods.delete(keyOf(pod.identity));
    for (const socket of pod.connections) {
      if (killed) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  return {
    listen(port, host = "0.0.0.0") {
      const server = net.createServer({ noDelay: true }, accept);
      return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          servers.push(server);
          resolve((server.address() as net.AddressInfo).port);
        });
      });
    },
    async drainPod(identity, seconds) {
      const pod = pods.get(keyOf(identity));
      if (pod !== undefined) await drainPod(pod, seconds);
    },
    endPod(identity, killed) {
      const pod = pods.get(keyOf(identity));
      if (pod !== undefined) end(pod, killed);
    },
    async drain(seconds) {
      await Promise.all([...pods.values()].map((pod) => drainPod(pod, seconds)));
      const stopped = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const pod of pods.values()) end(pod, false);
      await Promise.all(stopped);
    },
    connections: (identity) => pods.get(keyOf(identity))?.sockets.size ?? 0,
  };
}

/** Only the sockets of a server of its own say that their handshake is over, without which HTTP/2 does not begin. */
function decrypt(socket: net.Socket, certificate: PodCertificate, serve: (secured: tls.TLSSocket) => void): void {
  let server: tls.Server;
  try {
    server = tls.createServer({ ...certificate, ALPNProtocols: ["h2", "http/1.1"] });
  } catch {
    // Whoever wrote it wrote no certificate; nobody else is to notice.
    return void socket.destroy();
  }
  server
    .once("tlsClientError", () => socket.destroy())
    .once("secureConnection", (secured) => {
      serve(secured.on("error", () => socket.destroy()));
    });
  server.emit("connection", socket);
}

function keyOf({ namespace, name, uid }: PodIdentity): string {
  return `${namespace ?? ""}/${name}/${uid ?? ""}`;
}

/** A socket that listens on IPv6 and IPv4 alike shows IPv4 peers as ::ffff:10.244.0.7. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, "");
}
