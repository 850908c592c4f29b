import type { Answer } from "../answers";
import { FALSE_ALARM, shareInterval } from "../statistics";

/** How many connections each pod got, those that are known to be ready and got none too. */
export function countsOf(answers: Answer[], nodes: ReadonlyMap<string, unknown> = new Map()): Map<string, number> {
  const named = answers.flatMap(({ pod }) => pod ?? []);
  // A server that calls its pods something else than the cluster does cannot be laid beside its list.
  const known = named.some((pod) => nodes.has(pod)) ? [...nodes.keys()] : [];
  const counts = new Map<string, number>([...known].map((pod) => [pod, 0]));
  for (const pod of named) counts.set(pod, (counts.get(pod) ?? 0) + 1);
  return new Map([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Pods that nobody named are there all the same. */
export function padded(counts: Map<string, number>, pods: number): number[] {
  return [...counts.values(), ...Array.from({ length: Math.max(0, pods - counts.size) }, () => 0)];
}

/** What one pod got, and the shares that a count like it is compatible with. */
export interface Share {
  pod: string;
  connections: number;
  share: number;
  low: number;
  high: number;
}

export function sharesOf(counts: Map<string, number>): Share[] {
  const total = totalOf(counts);
  return [...counts].map(([pod, connections]) => {
    const { low, high } = shareInterval(connections, total, FALSE_ALARM / counts.size);
    return { pod, connections, share: connections / total, low, high };
  });
}

export function table(counts: Map<string, number>): string[] {
  return sharesOf(counts).map(({ pod, connections, share: of, low, high }) => {
    return `${pod}  ${connections}  ${share(of)} (true share ${share(low)} to ${share(high)})`;
  });
}

export const totalOf = (counts: Map<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
export const share = (of: number): string => `${Math.round(of * 100)} %`;
export const capital = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`;
