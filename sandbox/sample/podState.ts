import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { createMetrics, type Metrics } from "./metrics";

/** Which pod a connection reached. */
export interface PodIdentity {
  name: string;
  namespace?: string;
  /** Tells two pods of one name apart (a StatefulSet's pod before and after a restart). */
  uid?: string;
}

/** What one pod's process would hold in memory. One sample server may play many pods, each with a state of its own. */
export interface PodState {
  identity: PodIdentity;
  /** True from SIGTERM on: readiness answers 503 and no new stream is accepted. */
  draining: boolean;
  /** Every connection, whatever is spoken over it. */
  connections: Set<Socket>;
  sockets: Set<WebSocket>;
  /** Ends of the open event streams. */
  streams: Set<() => void>;
  /** MCP session ids that this pod gave out; another pod does not know them. */
  sessions: Set<string>;
  metrics: Metrics;
}

export function createPodState(identity: PodIdentity): PodState {
  return {
    identity,
    draining: false,
    connections: new Set(),
    sockets: new Set(),
    streams: new Set(),
    sessions: new Set(),
    metrics: createMetrics(identity),
  };
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const GOING_AWAY = 1001;
const LOOK_MILLISECONDS = 50;
const GOODBYE_SECONDS = 2;

/**
 * What a well-behaved application does on SIGTERM: it says goodbye to its connections one after the other, so that their
 * clients do not all come back in the same second. It ends as soon as nobody is connected any more.
 *
 * @param seconds over how long the goodbyes are spread; 0 closes all at once.
 */
export async function drainPod(pod: PodState, seconds: number): Promise<void> {
  if (pod.draining) return;
  pod.draining = true;
  const goodbyes = [...[...pod.sockets].map((socket) => () => socket.close(GOING_AWAY, "draining")), ...pod.streams];
  const timers = goodbyes.map((goodbye, index) => setTimeout(goodbye, (index * seconds * 1000) / goodbyes.length));
  const until = Date.now() + (seconds + GOODBYE_SECONDS) * 1000;
  while (pod.sockets.size + pod.streams.size > 0 && Date.now() < until) await pause(LOOK_MILLISECONDS);
  timers.forEach(clearTimeout);
  for (const socket of pod.sockets) socket.terminate();
}
