import type { PodCertificate } from "./server";

/** One container, as the sample server is told to play it. */
export interface Played {
  /** Another one for each start. */
  id: string;
  pod: { name: string; namespace: string };
  address: string;
  /** Ports it listens on; empty: every port of its address that no other container has. */
  ports: number[];
  /** Seconds from its start until it accepts connections. */
  listensAfterSeconds: number;
  /** Whether it accepts nobody any more from SIGTERM on. Default: it does until its end. */
  refusesWhileLeaving?: boolean;
  /** What it speaks TLS with, on the first of its ports and nothing else there; the others are plain. */
  certificate?: PodCertificate;
}

/** What the kubelets tell the sample server, one JSON object in each line. */
export type Order =
  | { start: Played }
  /** SIGTERM: it says goodbye to its connections, spread over `seconds`, and ends. */
  | { terminate: { id: string; seconds: number } }
  /** SIGKILL: what is open is reset. */
  | { kill: { id: string } };

/** What the sample server tells them. */
export type News =
  /** The first line: who is played now. */
  | { running: string[] }
  /** It is played, and its ports are listened on. */
  | { started: string }
  | { ended: string };

/** The socket they speak over, in the folder of the sandbox, where both run. */
export const CONTROL_SOCKET = "pods.sock";

/** Calls `take` with each line of a stream of JSON objects. */
export function readLines<T>(stream: NodeJS.ReadableStream, take: (message: T) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) take(JSON.parse(line) as T);
  });
}

export const asLine = (message: Order | News): string => `${JSON.stringify(message)}\n`;
