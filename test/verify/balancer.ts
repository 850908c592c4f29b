import type * as http from "node:http";
import type { Hop, Path } from "../../path/model";
import { webSocketServer, type Small } from "./support";

/** What a balancer sees of a client. */
export interface Seen {
  source: string;
  cookies: Record<string, string>;
  headers: http.IncomingHttpHeaders;
  /** How many clients came before. */
  turn: number;
}

export interface Chosen {
  /** Undefined: the server names no pod. */
  pod: string | undefined;
  cookie?: string;
  /** Of the cookie. Default: `; path=/`. */
  attributes?: string;
}

export const PODS = ["pod-a", "pod-b", "pod-c"];
export const inTurn = ({ turn }: Seen): string => PODS[turn % PODS.length]!;
export const bySource = ({ source }: Seen): string => PODS[Number(source.split(".")[3]) % PODS.length]!;
/** Loopback addresses to speak from. */
export const SOURCES = Array.from({ length: 8 }, (_, index) => `127.0.0.${index + 2}`);

/** WebSockets and pages of pods behind something that chooses among them. */
export async function balancer(choose: (seen: Seen) => Chosen): Promise<Small> {
  let turn = 0;
  const chosen = new WeakMap<http.IncomingMessage, Chosen>();
  const chosenFor = (request: http.IncomingMessage): Chosen => {
    const known = chosen.get(request) ?? choose(seenIn(request, turn++));
    chosen.set(request, known);
    return known;
  };
  return webSocketServer({
    headers: (request) => {
      const { pod, cookie, attributes = "; path=/" } = chosenFor(request);
      return [
        ...(pod === undefined ? [] : [`x-holdfast-pod: ${pod}`]),
        ...(cookie === undefined ? [] : [`set-cookie: ${cookie}${attributes}`]),
      ];
    },
    serve: (socket, request) => socket.send(JSON.stringify({ pod: chosenFor(request).pod })),
    answer: (request, response) => {
      const { pod, cookie, attributes = "; path=/" } = chosenFor(request);
      if (pod !== undefined) response.setHeader("x-holdfast-pod", pod);
      if (cookie !== undefined) response.setHeader("set-cookie", `${cookie}${attributes}`);
      response.end("here");
    },
  });
}

function seenIn(request: http.IncomingMessage, turn: number): Seen {
  const pairs = (request.headers.cookie ?? "").split("; ").filter(Boolean);
  return {
    source: request.socket.remoteAddress ?? "",
    cookies: Object.fromEntries(pairs.map((pair) => pair.split("=") as [string, string])),
    headers: request.headers,
    turn,
  };
}

/** A way in whose last balancing hop is this. */
export function pathOf(own: Partial<Hop>): Path {
  const service = { apiVersion: "v1", kind: "Service", namespace: "chat", name: "chat" };
  const hop: Hop = {
    hop: "traefik",
    title: "Traefik",
    limit: "none",
    idleSeconds: null,
    layer: 7,
    balances: true,
    affinity: null,
    drainSeconds: null,
    from: "IngressRoute chat/chat",
    source: "its page",
    inert: [],
    ...own,
  };
  return { entry: { ...service, kind: "IngressRoute" }, service, port: 80, workloads: [], maximumPods: 3, hops: [hop] };
}
