import type { Json } from "./properties";

/** Below these keys, and at these, Kubernetes keeps quantities: it stores `1000m` as `1` and `1024Mi` as `1Gi`. */
const maps = new Set(["limits", "requests", "capacity", "hard"]);
const scalars = new Set(["sizeLimit", "averageValue", "divisor"]);

const factors: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** Whether two different spellings at `path` are one amount to Kubernetes. */
export function sameQuantity(one: Json | undefined, other: Json | undefined, path: string[]): boolean {
  if (!scalars.has(path.at(-1) ?? "") && !maps.has(path.at(-2) ?? "")) return false;
  const [first, second] = [amount(one), amount(other)];
  return first !== undefined && second !== undefined && Math.abs(first - second) <= 1e-9 * Math.max(first, second);
}

function amount(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const [, digits, suffix] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]?|[KMGTPE]i)$/.exec(value) ?? [];
  return digits === undefined ? undefined : Number(digits) * factors[suffix ?? ""]!;
}
