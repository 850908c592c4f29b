import type { IncomingMessage, ServerResponse } from "node:http";
import { html, json, openStream } from "./answers";
import { answerMcp } from "./mcp";
import { apiDocument, docsPage, overlayPage, welcomePage } from "./pages";
import type { PodState } from "./podState";

type Answer = (pod: PodState, request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** Exact paths first, then the ones that take an id. Everything else is 404, so that a wrong path in a manifest shows. */
const EXACT: Record<string, Answer> = {
  "/": (pod, _request, response) => html(response, 200, welcomePage(pod.identity.name)),
  "/docs": (pod, _request, response) => html(response, 200, docsPage(pod.identity.name)),
  "/health": (pod, _request, response) => health(pod, response, pod.draining ? "draining" : "ok", 200),
  "/health/startup": (pod, _request, response) => health(pod, response, "started", 200),
  "/health/live": (pod, _request, response) => health(pod, response, "alive", 200),
  "/health/ready": (pod, _request, response) =>
    pod.draining ? health(pod, response, "draining", 503) : health(pod, response, "ready", 200),
  "/metrics": (pod, _request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.end(pod.metrics.text(pod.sockets.size));
  },
  "/events": events,
  "/mcp": answerMcp,
};

const UNDER: [prefix: string, answer: Answer][] = [
  ["/api", (pod, request, response, url) => json(response, 200, apiDocument(pod, request.method ?? "GET", url.pathname))],
  ["/overlay", (pod, _request, response, url) => html(response, 200, overlayPage(pod.identity.name, url.pathname))],
];

/** Answers one plain HTTP request in the name of `pod`. */
export function answer(pod: PodState, request: IncomingMessage, response: ServerResponse): void {
  const url = urlOf(request);
  if (url === undefined) return json(response, 400, { error: `${request.url} is no path; /docs lists what answers` });
  const under = UNDER.find(([prefix]) => url.pathname === prefix || url.pathname.startsWith(`${prefix}/`));
  const found = EXACT[url.pathname] ?? under?.[1];
  response.setHeader("x-holdfast-pod", pod.identity.name);
  if (pod.draining) response.setHeader("connection", "close");
  if (found !== undefined) return found(pod, request, response, url);
  if (isWebSocketPath(url.pathname)) {
    response.setHeader("upgrade", "websocket");
    return json(response, 426, { error: `${url.pathname} speaks WebSocket only; open it as ws://`, pod: pod.identity.name });
  }
  json(response, 404, { error: `nothing answers at ${url.pathname}; /docs lists what does`, pod: pod.identity.name });
}

/** What a request asks for; undefined where its target is neither a path nor a URL (`*`). */
export function urlOf({ url: target = "/" }: IncomingMessage): URL | undefined {
  const text = target.startsWith("/") ? `http://pod${target}` : target;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Where a WebSocket may be opened: the service's own sockets, `/mcp` for clients that speak MCP over one, and the bare URL of an entry. */
export function isWebSocketPath(pathname: string): boolean {
  return ["/", "/ws", "/mcp"].includes(pathname) || /^\/ws\/overlay\/[^/]+$/.test(pathname);
}

/** An event stream that names its pod and then stays silent, or sends an event every `everySeconds`. */
function events(pod: PodState, _request: IncomingMessage, response: ServerResponse, url: URL): void {
  const everySeconds = Number(url.searchParams.get("everySeconds") ?? 0);
  if (!(everySeconds >= 0 && everySeconds <= 86400)) {
    return json(response, 400, { error: `everySeconds is ${url.searchParams.get("everySeconds")}; it takes 0 to 86400 seconds` });
  }
  const send = openStream(pod, response);
  send({ pod: pod.identity.name });
  if (everySeconds === 0) return;
  let count = 0;
  const timer = setInterval(() => send({ pod: pod.identity.name, count: (count += 1) }), everySeconds * 1000);
  response.once("close", () => clearInterval(timer));
}

function health(pod: PodState, response: ServerResponse, state: string, status: number): void {
  json(response, status, { status: state, pod: pod.identity.name, connections: pod.sockets.size });
}
