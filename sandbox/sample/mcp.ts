import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json, openStream } from "./answers";
import type { PodState } from "./podState";

// The part of MCP's streamable HTTP transport (specification 2025-06-18, "Transports") that shows what a load balancer does to it:
// a session lives in one pod, and a client that is sent to another one gets 404.
const VERSIONS = ["2025-06-18", "2025-03-26", "2025-11-25"];
const MAX_BODY_BYTES = 1 << 20;
const MAX_SESSIONS = 10_000;

interface RpcMessage {
  id?: string | number;
  method?: string;
  params?: { protocolVersion?: string; name?: string };
}

/** POST speaks JSON-RPC, GET opens the server's event stream, DELETE ends the session. */
export function answerMcp(pod: PodState, request: IncomingMessage, response: ServerResponse): void {
  if (request.method === "POST") {
    void readMessage(request).then(
      (message) => answerMessage(pod, request, response, message),
      (error: Error) => json(response, 400, rpcError(undefined, -32700, error.message)),
    );
    return;
  }
  if (request.method !== "GET" && request.method !== "DELETE") {
    response.setHeader("allow", "GET, POST, DELETE");
    return json(response, 405, { error: `${request.method} is not part of MCP over HTTP; it takes GET, POST and DELETE` });
  }
  if (!knowsSession(pod, request, response)) return;
  if (request.method === "DELETE") {
    pod.sessions.delete(sessionOf(request)!);
    response.writeHead(204).end();
    return;
  }
  const send = openStream(pod, response);
  send({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: { pod: pod.identity.name } } });
}

function answerMessage(pod: PodState, request: IncomingMessage, response: ServerResponse, message: RpcMessage): void {
  const { id, method, params } = message;
  if (method === "initialize") {
    const session = randomUUID();
    if (pod.sessions.size >= MAX_SESSIONS) pod.sessions.delete([...pod.sessions][0]!);
    pod.sessions.add(session);
    response.setHeader("mcp-session-id", session);
    const asked = params?.protocolVersion ?? "";
    return json(response, 200, {
      jsonrpc: "2.0",
      id,
      result: {
        protocolVersion: VERSIONS.includes(asked) ? asked : VERSIONS[0],
        capabilities: { tools: {}, logging: {} },
        serverInfo: { name: "holdfast-sample", version: "1", pod: pod.identity.name },
      },
    });
  }
  if (!knowsSession(pod, request, response)) return;
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const result = callMethod(pod, method, params);
  json(response, 200, result ? { jsonrpc: "2.0", id, result } : rpcError(id, -32601, `no method ${method}`));
}

function callMethod(pod: PodState, method: string | undefined, params: RpcMessage["params"]): object | undefined {
  if (method === "ping") return {};
  const inputSchema = { type: "object", properties: {} };
  if (method === "tools/list") return { tools: [{ name: "which-pod", description: "The pod that answers.", inputSchema }] };
  if (method === "tools/call" && params?.name === "which-pod") return { content: [{ type: "text", text: pod.identity.name }] };
  return undefined;
}

function knowsSession(pod: PodState, request: IncomingMessage, response: ServerResponse): boolean {
  const session = sessionOf(request);
  if (session !== undefined && pod.sessions.has(session)) return true;
  const message =
    session === undefined
      ? "the header Mcp-Session-Id is missing; `initialize` answers with one"
      : `pod ${pod.identity.name} does not know this session: it belongs to another pod, or has ended`;
  json(response, session === undefined ? 400 : 404, rpcError(undefined, -32001, message));
  return false;
}

function sessionOf(request: IncomingMessage): string | undefined {
  return request.headers["mcp-session-id"]?.toString();
}

function rpcError(id: string | number | undefined, code: number, message: string): object {
  return { jsonrpc: "2.0", id: id ?? null, error: { code, message } };
}

async function readMessage(request: IncomingMessage): Promise<RpcMessage> {
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) throw new Error(`the message is longer than ${MAX_BODY_BYTES} bytes`);
  }
  const message: unknown = JSON.parse(body);
  if (message === null || typeof message !== "object" || Array.isArray(message)) {
    throw new Error("one JSON-RPC object is expected");
  }
  return message;
}
