import type { Problem } from "../check/problem";

/** What an entry derives, by the words in which people look for it there. */
const DERIVED: [words: RegExp, source: string][] = [
  [/backendconfig/i, "Kind gce-ingress writes one of its own; a load balancer that passes bytes on reads none."],
  [/idle|timeout|stream/i, "An entry takes it from promise.idleSeconds: write that."],
  [/affinity|stick|cookie|session/i, "An entry takes it from promise.affinity: write that."],
  [/drain|deregist|grace/i, "An entry takes it from promise.drainSeconds: write that."],
];

/** Says of a key that no entry has where it is really written. */
export function withSource({ path, message }: Problem): Problem {
  const source = DERIVED.find(([words]) => words.test(path))?.[1];
  const removed = / Remove it\.$/;
  const isUnknown = !path.includes(".") && message.startsWith("unknown key") && removed.test(message);
  if (source === undefined || !isUnknown) return { path, message };
  return { path, message: message.replace(removed, ` ${source}`) };
}
