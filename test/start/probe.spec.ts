import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { createSampleServer } from "../../sandbox/sample/server";
import { probe } from "../../start/probe";

describe("the first message through a printed URL", () => {
  it("counts when it comes back, and names the pod", async () => {
    const server = createSampleServer({ podOf: () => ({ name: "chatpulse-0" }) });
    const port = await server.listen(0, "127.0.0.1");
    const [result] = await probe([`ws://127.0.0.1:${port}/ws`], 5);
    assert.deepEqual([result?.echoed, result?.pod], [true, "chatpulse-0"]);
    assert.ok(result!.milliseconds! < 3000);
    await server.drain(0);
  });

  it("does not count when something else comes back", async () => {
    const wrong = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(wrong, "listening");
    wrong.on("connection", (socket) => socket.on("message", () => socket.close(1011)));
    const { port } = wrong.address() as AddressInfo;
    const [result] = await probe([`ws://127.0.0.1:${port}/ws`], 0);
    assert.deepEqual([result?.echoed, result?.reason], [false, "closed with 1011 before the echo"]);
    wrong.close();
  });

  it("is a request where the URL is one of HTTP, and counts when a pod says that it answered", async () => {
    const server = createSampleServer({ podOf: () => ({ name: "stt-0" }) });
    const port = await server.listen(0, "127.0.0.1");
    const [good, missing] = await probe([`http://127.0.0.1:${port}/docs`, `http://127.0.0.1:${port}/nothing`], 0);
    assert.deepEqual([good?.echoed, good?.pod], [true, "stt-0"]);
    assert.deepEqual([missing?.echoed, missing?.reason], [false, "answered with status 404"]);
    await server.drain(0);
    const stranger = createHttpServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(stranger, "listening");
    const [other] = await probe([`http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`], 0);
    assert.deepEqual([other?.echoed, other?.reason], [false, "whoever answered did not name its pod"]);
    stranger.close();
  });

  it("is tried again until the address answers", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    holder.close();
    await once(holder, "close");
    const server = createSampleServer({ podOf: () => ({ name: "late" }) });
    setTimeout(() => void server.listen(port, "127.0.0.1"), 600);
    const [result] = await probe([`ws://127.0.0.1:${port}/ws`], 10);
    assert.equal(result?.pod, "late");
    await server.drain(0);
  });

  it("says why when time is up", async () => {
    const results = await probe(["ws://127.0.0.1:1/ws", "ws://127.0.0.1:1/mcp"], 0);
    assert.deepEqual(
      results.map(({ echoed, reason }) => [echoed, reason]),
      [
        [false, "connect ECONNREFUSED 127.0.0.1:1"],
        [false, "connect ECONNREFUSED 127.0.0.1:1"],
      ],
    );
  });
});
