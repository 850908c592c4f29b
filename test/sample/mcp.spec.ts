import assert from "node:assert/strict";
import { createSampleServer, type SampleServer } from "../../sandbox/sample/server";
import { ask, openEvents } from "./support";

describe("sample server as an MCP server", () => {
  let server: SampleServer;
  let ports: number[];

  beforeEach(async () => {
    // Two pods, told apart by the port, so that a session can be taken to the wrong one.
    server = createSampleServer({ podOf: (_address, port) => ({ name: port === ports?.[1] ? "mcp-1" : "mcp-0" }) });
    ports = [await server.listen(0, "127.0.0.1"), await server.listen(0, "127.0.0.1")];
  });

  afterEach(() => server.drain(0));

  const post = (port: number, message: object | string, headers = {}) =>
    ask(port, "/mcp", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof message === "string" ? message : JSON.stringify(message),
    });

  async function initialize(
    port: number,
    protocolVersion = "2025-06-18",
  ): Promise<{ session: string; result: Record<string, unknown> }> {
    const answer = await post(port, { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion } });
    assert.equal(answer.status, 200);
    const session = answer.headers["mcp-session-id"]?.toString() ?? "";
    return { session, result: (JSON.parse(answer.body) as { result: Record<string, unknown> }).result };
  }

  it("initializes with a session id and the protocol version that was asked for, where it knows it", async () => {
    const { session, result } = await initialize(ports[0]!, "2025-03-26");
    assert.match(session, /^[0-9a-f-]{36}$/);
    assert.equal(result.protocolVersion, "2025-03-26");
    assert.equal((await initialize(ports[0]!, "1999-01-01")).result.protocolVersion, "2025-06-18");
  });

  it("answers within the session", async () => {
    const { session } = await initialize(ports[0]!);
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "which-pod" } };
    const answer = await post(ports[0]!, call, { "mcp-session-id": session });
    assert.deepEqual(JSON.parse(answer.body), { jsonrpc: "2.0", id: 2, result: { content: [{ type: "text", text: "mcp-0" }] } });
    const notified = await post(
      ports[0]!,
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { "mcp-session-id": session },
    );
    assert.equal(notified.status, 202);
    const unknown = await post(ports[0]!, { jsonrpc: "2.0", id: 3, method: "dance" }, { "mcp-session-id": session });
    assert.match(unknown.body, /-32601/);
  });

  it("does not know the session of another pod", async () => {
    const { session } = await initialize(ports[0]!);
    const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
    assert.equal((await post(ports[0]!, ping, { "mcp-session-id": session })).status, 200);
    const elsewhere = await post(ports[1]!, ping, { "mcp-session-id": session });
    assert.equal(elsewhere.status, 404);
    assert.match(elsewhere.body, /pod mcp-1 does not know this session/);
  });

  it("streams to GET in the session, and ends it on DELETE", async () => {
    const { session } = await initialize(ports[0]!);
    const stream = await openEvents(ports[0]!, "/mcp", { "mcp-session-id": session });
    assert.deepEqual((stream.event as { params: unknown }).params, { level: "info", data: { pod: "mcp-0" } });
    stream.end();
    assert.equal((await ask(ports[0]!, "/mcp", { method: "DELETE", headers: { "mcp-session-id": session } })).status, 204);
    assert.equal((await ask(ports[0]!, "/mcp", { headers: { "mcp-session-id": session } })).status, 404);
  });

  it("says what is wrong with a request it cannot take", async () => {
    assert.equal((await ask(ports[0]!, "/mcp")).status, 400);
    assert.equal((await ask(ports[0]!, "/mcp", { method: "PUT" })).status, 405);
    assert.match((await post(ports[0]!, "{")).body, /-32700/);
    assert.match((await post(ports[0]!, "[]")).body, /one JSON-RPC object/);
  });
});
