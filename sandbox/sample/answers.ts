import type { ServerResponse } from "node:http";
import type { PodState } from "./podState";

/** Turns the answer into a server-sent event stream that the pod's drain can end; gives the function that sends an event. */
export function openStream(pod: PodState, response: ServerResponse): (data: object) => void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
  const end = () => response.end();
  pod.streams.add(end);
  response.once("close", () => pod.streams.delete(end));
  return (data) => response.write(`data: ${JSON.stringify(data)}\n\n`);
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}

export function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(body);
}
