import type { Value } from "./objects";
import { UNKNOWN } from "./objects";
import type { Read } from "./value";

/** A number of pods, or a share of them. */
export type Amount = { count: number } | { percent: number };

/** Undefined where nothing is written, or nothing that the API server would take. */
export function amountOf(value: Value): Read<Amount> {
  if (value === UNKNOWN) return UNKNOWN;
  if (typeof value === "number") return { count: value };
  if (typeof value !== "string") return undefined;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent !== undefined) return { percent: Number(percent) };
  return /^\d+$/.test(value) ? { count: Number(value) } : undefined;
}

/** How many of `pods` it means. Budgets and surges round a share up, what a rollout takes away is rounded down. */
export function podsOf(amount: Amount, pods: number, round: "up" | "down"): number {
  if ("count" in amount) return amount.count;
  return Math[round === "up" ? "ceil" : "floor"]((amount.percent * pods) / 100);
}

export const amountText = (amount: Amount): string => ("count" in amount ? String(amount.count) : `${amount.percent}%`);

export const isNone = (amount: Amount): boolean => ("count" in amount ? amount.count : amount.percent) === 0;
