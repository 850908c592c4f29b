import https from "node:https";
import { ApiError, Unreachable } from "./failures";
import type { Json } from "./properties";

/** Seconds an API server may be away in the middle of an operation: long enough for it to be restarted. A test that wants none of that says less. */
const outageSeconds = Number(process.env.HOLDFAST_SANDBOX_OUTAGE_SECONDS ?? 60);
/** Seconds one request may take before it counts as lost. */
const requestSeconds = 30;

export interface Request {
  method: "GET" | "PATCH" | "POST" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: Json;
  contentType?: string;
  signal: AbortSignal;
  /** Told when the API server is away, and with an empty text when it is back. */
  onStatus?: (message: string) => void;
}

/**
 * Sends a request and waits through a short outage of the API server. Every request the provider makes may be sent twice: an apply says
 * what should be there, a deletion names what should not.
 */
export async function send(server: URL, options: https.RequestOptions, request: Request): Promise<Json> {
  const giveUpAt = Date.now() + outageSeconds * 1000;
  for (let attempt = 0; ; attempt++) {
    try {
      // A server that is coming back answers "not found" for kinds it has not loaded yet, which must not be taken for an answer.
      if (attempt > 0) await sendOnce(server, options, { method: "GET", path: "/readyz", signal: request.signal });
      const answer = await sendOnce(server, options, request);
      if (attempt > 0) request.onStatus?.("");
      return answer;
    } catch (error) {
      request.signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      if (Date.now() >= giveUpAt) {
        throw new Unreachable(
          `The API server at ${server.origin} did not answer for ${outageSeconds} s (${why}). Start it and try again.`,
        );
      }
      request.onStatus?.(`Waiting for the API server at ${server.origin} (${why}) ...`);
      await sleep(Math.min(2000, 100 * 2 ** attempt), request.signal);
    }
  }
}

/** Whether the same request may well succeed in a moment. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return [429, 502, 503, 504].includes(error.status) || /etcdserver|readyz/.test(error.message);
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
}

function sendOnce(server: URL, options: https.RequestOptions, request: Request): Promise<Json> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const query = new URLSearchParams(request.query).toString();
  return new Promise((resolve, reject) => {
    const outgoing = https.request(
      {
        ...options,
        hostname: server.hostname.replace(/^\[|\]$/g, ""),
        port: server.port || 443,
        path: `${server.pathname.replace(/\/$/, "")}${request.path}${query ? `?${query}` : ""}`,
        method: request.method,
        headers: {
          ...options.headers,
          accept: "application/json",
          ...(body === undefined
            ? {}
            : { "content-type": request.contentType ?? "application/json", "content-length": Buffer.byteLength(body) }),
        },
        signal: request.signal,
        timeout: requestSeconds * 1000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const answer = parse(Buffer.concat(chunks).toString("utf8"));
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(answer);
          else reject(new ApiError(status, answer));
        });
      },
    );
    outgoing.on("timeout", () =>
      outgoing.destroy(Object.assign(new Error(`no answer for ${requestSeconds} s`), { code: "ETIMEDOUT" })),
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { message: text.trim().slice(0, 500) };
  }
}

export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
