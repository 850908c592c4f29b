import type { IncomingHttpHeaders } from "node:http";

/** One text for each header. */
export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return Object.fromEntries(entries);
}

/** The cookies as a client sends them back: without what only it has to know. */
export function cookiesOf(headers: IncomingHttpHeaders): string[] {
  return (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]!);
}
