import { randomUUID } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import { WebSocket } from "ws";

const ATTEMPT_MILLISECONDS = 3_000;
const PAUSE_MILLISECONDS = 250;

export interface ProbeResult {
  url: string;
  echoed: boolean;
  /** The first message of the server, which names the pod. */
  pod?: string;
  /** From the first byte to the echo of the successful attempt. */
  milliseconds?: number;
  /** Why the last attempt failed. */
  reason?: string;
}

/** Tries each URL until a message comes back from it, for at most `seconds`. */
export async function probe(urls: string[], seconds: number): Promise<ProbeResult[]> {
  const deadline = performance.now() + seconds * 1000;
  return Promise.all(urls.map((url) => probeUntil(url, deadline)));
}

async function probeUntil(url: string, deadline: number): Promise<ProbeResult> {
  for (;;) {
    const result = await attempt(url);
    if (result.echoed || performance.now() > deadline) return result;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}

const attempt = (url: string): Promise<ProbeResult> => (/^ws/.test(url) ? attemptMessage(url) : attemptRequest(url));

/** Asks for the page of a URL. It counts when the page is there and says which pod wrote it. */
function attemptRequest(url: string): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const started = performance.now();
    const get = url.startsWith("https:") ? https.get : http.get;
    const request = get(url, { agent: false, timeout: ATTEMPT_MILLISECONDS }, (response) => {
      response.resume();
      const { statusCode = 0, headers } = response;
      const pod = headers["x-holdfast-pod"];
      if (statusCode >= 400) return resolve({ url, echoed: false, reason: `answered with status ${statusCode}` });
      if (typeof pod !== "string") return resolve({ url, echoed: false, reason: "whoever answered did not name its pod" });
      resolve({ url, echoed: true, pod, milliseconds: Math.round(performance.now() - started) });
    });
    request.on("timeout", () => request.destroy(new Error("no answer came in time")));
    request.on("error", (error) => resolve({ url, echoed: false, reason: error.message }));
  });
}

/** Sends a message that nobody else could have sent, and waits for exactly that one to come back. */
function attemptMessage(url: string): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const started = performance.now();
    const message = `holdfast ${randomUUID()}`;
    let pod: string | undefined;
    const socket = new WebSocket(url, { handshakeTimeout: ATTEMPT_MILLISECONDS });
    const finish = (result: Partial<ProbeResult>) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // The connection may still be on its way up; ending it then is an error event that nobody needs.
      socket.on("error", () => {});
      socket.terminate();
      resolve({ url, echoed: false, pod, ...result });
    };
    const timer = setTimeout(() => finish({ reason: "no echo came back in time" }), ATTEMPT_MILLISECONDS);
    socket.on("open", () => socket.send(message));
    socket.on("message", (data) => {
      if (data.toString() === message) finish({ echoed: true, milliseconds: Math.round(performance.now() - started) });
      else pod ??= podOf(data.toString());
    });
    socket.on("error", (error) => finish({ reason: error.message }));
    socket.on("close", (code) => finish({ reason: `closed with ${code} before the echo` }));
  });
}

function podOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { pod?: string }).pod;
  } catch {
    return undefined;
  }
}

/** `node probe.ts <seconds> <url>...` prints the results as one line of JSON: so it can run in another network namespace. */
if (require.main === module) {
  const [seconds, ...urls] = process.argv.slice(2);
  void probe(urls, Number(seconds)).then((results) => console.log(JSON.stringify(results)));
}
