import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { createMetrics, type Metrics } from "./metrics";

/** Which pod a connection reached. */
export interface PodIdentity {
  name: string;
  namespace?: string;
  /** Tells two pods of one name apart (a StatefulSet's pod before and after a restart). */
  uid?: string;
  /** Whether it accepts nobody any more from SIGTERM on, as many an application does. Default: it does until its end. */
  refusesWhileLeaving?: boolean;
}

/** What one pod's process would hold in memory. One sample server may play many pods, each with a state of its own. */
export interface PodState {
  identity: PodIdentity;
  /** True from SIGTERM on: readiness answers 503. */
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
 * What a well-behaved application does on SIGTERM: it is not ready any more, and says goodbye to its connections one after the
 * other, so that their clients do not all come back in the same second. Who comes meanwhile is accepted, and told like the others: a
 * proxy that sticks by a cookie sends clients here until the readiness probe has failed. It ends as soon as nobody is connected.
 *
 * @param seconds over how long the goodbyes are spread; 0 closes all at once.
 */
export async function drainPod(pod: PodState, seconds: number): Promise<void> {
  if (pod.draining) return;
  pod.draining = true;
  const [start, end] = [Date.now(), Date.now() + seconds * 1000];
  const told = new Set<WebSocket | (() => void)>();
  // How many goodbyes are due; with half a one in hand the first of many comes soon, and a single one in the middle.
  let due = 0.5;
  for (let last = start; ; last = Date.now()) {
    const waiting = [...pod.sockets, ...pod.streams].filter((each) => !told.has(each));
    if (pod.sockets.size + pod.streams.size === 0 || last > end + GOODBYE_SECONDS * 1000) break;
    for (const each of waiting.slice(0, last < end ? Math.floor(due) : waiting.length)) {
      told.add(each);
      due -= 1;
      if (typeof each === "function") each();
      else each.close(GOING_AWAY, "draining");
    }
    await pause(LOOK_MILLISECONDS);
    due += (waiting.length * (Date.now() - last)) / Math.max(end - last, 1);
  }
  for (const socket of pod.sockets) socket.terminate();
}
