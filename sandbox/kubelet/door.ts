import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { KUBELET_PORT, NODES } from "../addresses";
import { PROTOCOL, tunnel } from "./tunnel";

/** The address of a pod that runs, for the API server, which knows pods by their names. */
export type FindPod = (namespace: string, name: string) => string | undefined;

const PATH = /^\/portForward\/([^/]+)\/([^/]+)/;

/**
 * Where the API server reaches the kubelets: of all that it may ask of one, this has `portForward` by WebSocket, which needs no
 * container. Whoever does not show the API server's certificate is turned away.
 */
export function openDoor(certificates: string, find: FindPod): void {
  const read = (file: string) => fs.readFileSync(path.join(certificates, file));
  const identity = { cert: read("kubelet.crt"), key: read("kubelet.key"), ca: read("ca.crt") };
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL });
  for (const { address } of NODES) {
    const server = https.createServer({ ...identity, requestCert: true, rejectUnauthorized: true }, (_request, response) => {
      response
        .writeHead(501, { "content-type": "text/plain" })
        .end("the sandbox starts no container: there is nothing to read or to run\n");
    });
    server.on("upgrade", (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      const wanted = new URL(request.url!, "https://kubelet");
      const [, namespace, name] = PATH.exec(wanted.pathname) ?? [];
      const port = Number(wanted.searchParams.get("port"));
      const found = namespace === undefined ? undefined : find(namespace, name!);
      if (namespace === undefined || !offers(request, PROTOCOL)) return refuse(socket, 501, "only port-forward, by WebSocket");
      if (found === undefined || !(port > 0)) return refuse(socket, 404, `no pod ${namespace}/${name} runs on this node`);
      sockets.handleUpgrade(request, socket, head, (webSocket) => tunnel(webSocket, { host: found, port }));
    });
    server.on("error", (error) => console.error(`kubelet at ${address}: ${error.message}`));
    server.listen(KUBELET_PORT, address);
  }
}

const offers = ({ headers }: http.IncomingMessage, protocol: string): boolean =>
  (headers["sec-websocket-protocol"] ?? "").split(/,\s*/).includes(protocol);

function refuse(socket: Duplex, status: number, reason: string): void {
  const text = `the sandbox's stand-in for the kubelets: ${reason}\n`;
  const head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nContent-Type: text/plain\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
