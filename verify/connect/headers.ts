import type { IncomingHttpHeaders } from "node:http";
import { joinCookies } from "./cookies";

/** One text for each header. */
export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
  );
  return Object.fromEntries(entries);
}

/** What an answer sets, each as its Set-Cookie says it. */
export const cookiesOf = (headers: IncomingHttpHeaders): string[] => headers["set-cookie"] ?? [];

/** Both, the second before the first. A header's name has no case, and cookies of both are sent. */
export function mergeHeaders(first: Record<string, string> = {}, second: Record<string, string> = {}): Record<string, string> {
  const merged = new Map<string, [name: string, value: string]>();
  for (const [name, value] of [...Object.entries(first), ...Object.entries(second)]) {
    const key = name.toLowerCase();
    const [, before] = merged.get(key) ?? [];
    merged.set(key, [name, key === "cookie" && before !== undefined ? joinCookies(before, value) : value]);
  }
  return Object.fromEntries(merged.values());
}
