import assert from "node:assert/strict";
import { once } from "node:events";
import * as http2 from "node:http2";
import * as net from "node:net";
import * as tls from "node:tls";
import { createSampleServer, type SampleServer } from "../../sandbox/sample/server";
import { TestAuthority } from "../verify/certificates";
import { ask, open } from "./support";

const POD = { name: "speech-0", namespace: "speech" };
const CHECK = "/grpc.health.v1.Health/Check";
const WATCH = "/grpc.health.v1.Health/Watch";
/** An empty request: the health of the whole server. */
const EMPTY = Buffer.alloc(5);
const [SERVING, NOT_SERVING] = [Buffer.from([0, 0, 0, 0, 2, 8, 1]), Buffer.from([0, 0, 0, 0, 2, 8, 2])];

/** One call, as any client of gRPC makes it. */
function call(session: http2.ClientHttp2Session, path: string, contentType = "application/grpc") {
  const stream = session.request({ ":method": "POST", ":path": path, te: "trailers", "content-type": contentType });
  stream.end(EMPTY);
  let text = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => (text = Buffer.concat([text, chunk])));
  const opened = once(stream, "response") as Promise<[http2.IncomingHttpHeaders]>;
  const ended = new Promise<http2.IncomingHttpHeaders | undefined>((resolve) => {
    stream.once("trailers", resolve).once("close", () => resolve(undefined));
  });
  return { stream, heard: () => text, opened: opened.then(([headers]) => headers), ended };
}

/** RST_STREAM of stream 1 with CANCEL. */
const RESET_OF_THE_FIRST_STREAM = Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8]);

/** The bytes with which a client opens its connection and a call on it. */
async function opening(path: string): Promise<Buffer> {
  const server = net.createServer();
  const arrived = once(server, "connection") as Promise<[net.Socket]>;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = http2.connect(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  session.on("error", () => {});
  const stream = session.request({ ":method": "POST", ":path": path, te: "trailers", "content-type": "application/grpc" });
  stream.on("error", () => {}).end(EMPTY);
  const [socket] = await arrived;
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  await new Promise((resolve) => setTimeout(resolve, 200));
  session.destroy();
  socket.destroy();
  server.close();
  return Buffer.concat(parts);
}

describe("sample server over gRPC", () => {
  let server: SampleServer;
  let port: number;
  let session: http2.ClientHttp2Session;

  beforeEach(async () => {
    server = createSampleServer({ podOf: () => POD });
    port = await server.listen(0, "127.0.0.1");
    session = http2.connect(`http://127.0.0.1:${port}`);
  });
  afterEach(async () => {
    session.destroy();
    await server.drain(0);
  });

  it("says on the port of everything else that it serves, and which pod it is", async () => {
    const { opened, heard, ended } = call(session, CHECK);
    const headers = await opened;
    assert.deepEqual([headers[":status"], headers["x-holdfast-pod"]], [200, "speech-0"]);
    assert.equal((await ended)?.["grpc-status"], "0");
    assert.deepEqual(heard(), SERVING);
    assert.equal((await ask(port, "/health")).status, 200);
  });

  it("refuses what it does not have as gRPC does, and what is no gRPC", async () => {
    const headers = await call(session, "/speech.Recognizer/Stream").opened;
    assert.deepEqual([headers["grpc-status"], headers["grpc-message"]], ["12", "nothing answers at /speech.Recognizer/Stream"]);
    assert.equal((await call(session, CHECK, "text/plain").opened)[":status"], 415);
  });

  it("goes on where a call is taken back with the packet that began it", async () => {
    const raw = net.connect(port, "127.0.0.1");
    raw.on("error", () => {});
    raw.write(Buffer.concat([await opening(WATCH), RESET_OF_THE_FIRST_STREAM]));
    await new Promise((resolve) => setTimeout(resolve, 100));
    raw.destroy();
    assert.deepEqual((await call(session, CHECK).opened)[":status"], 200);
  });

  it("keeps a watch open, and says goodbye to it: GOAWAY, then its last word and UNAVAILABLE", async () => {
    const watch = call(session, WATCH);
    await once(watch.stream, "data");
    assert.deepEqual(watch.heard(), SERVING);
    const goaway = once(session, "goaway") as Promise<[number]>;
    const drained = server.drain(0.2);
    assert.equal((await goaway)[0], http2.constants.NGHTTP2_NO_ERROR);
    assert.equal((await watch.ended)?.["grpc-status"], "14");
    assert.deepEqual(watch.heard(), Buffer.concat([SERVING, NOT_SERVING]));
    await drained;
  });

  it("spreads the goodbyes, and says one to who comes meanwhile too", async () => {
    const sessions = [0, 1, 2, 3].map(() => http2.connect(`http://127.0.0.1:${port}`));
    await Promise.all(sessions.map((each) => once(call(each, WATCH).stream, "data")));
    const started = performance.now();
    const times = Promise.all(sessions.map((each) => once(each, "goaway").then(() => performance.now() - started)));
    const drained = server.drain(0.8);
    const late = http2.connect(`http://127.0.0.1:${port}`);
    const [check, watch] = [call(late, CHECK), call(late, WATCH)];
    await once(watch.stream, "data");
    assert.deepEqual([check.heard(), watch.heard()], [NOT_SERVING, NOT_SERVING]);
    assert.equal((await watch.ended)?.["grpc-status"], "14");
    const sorted = (await times).sort((left, right) => left - right);
    assert.ok(sorted[3]! - sorted[0]! > 300, `GOAWAY after ${sorted.map(Math.round).join(", ")} ms`);
    await drained;
  });

  it("turns away who comes while it leaves, where it is to", async () => {
    const refusing = createSampleServer({ podOf: () => ({ ...POD, refusesWhileLeaving: true }) });
    const client = http2.connect(`http://127.0.0.1:${await refusing.listen(0, "127.0.0.1")}`);
    await once(call(client, WATCH).stream, "data");
    const drained = refusing.drain(0.2);
    const late = call(client, WATCH);
    assert.equal((await late.opened)["grpc-status"], "14");
    await drained;
  });
});

describe("sample server with a certificate", () => {
  it("speaks everything over TLS, and nothing without", async () => {
    const authority = await TestAuthority.make();
    const certificate = await authority.server(["127.0.0.1"]);
    const server = createSampleServer({ podOf: () => POD, certificateOf: () => certificate });
    const port = await server.listen(0, "127.0.0.1");
    const session = http2.connect(`https://127.0.0.1:${port}`, { ca: authority.pem });
    try {
      assert.equal((await call(session, CHECK).ended)?.["grpc-status"], "0");
      const page = await fetchOver(port, authority.pem);
      assert.match(page, /^HTTP\/1\.1 200 .*x-holdfast-pod: speech-0/s);
      await assert.rejects(ask(port, "/health"), /ECONNRESET|socket hang up/);
      await assert.rejects(open(`ws://127.0.0.1:${port}/ws`), /ECONNRESET|socket hang up/);
    } finally {
      session.destroy();
      await server.drain(0);
    }
  });

  it("has none by default: a client of TLS is answered in plain HTTP, by which it knows", async () => {
    const server = createSampleServer({ podOf: () => POD });
    const port = await server.listen(0, "127.0.0.1");
    await assert.rejects(fetchOver(port, ""), /EPROTO|WRONG_VERSION_NUMBER|wrong version number/i);
    await server.drain(0);
  });
});

async function fetchOver(port: number, ca: string): Promise<string> {
  const socket = tls.connect({ host: "127.0.0.1", port, ca, ALPNProtocols: ["http/1.1"] });
  socket.end("GET /health HTTP/1.1\r\nhost: pod\r\nconnection: close\r\n\r\n");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, "close");
  return text;
}
