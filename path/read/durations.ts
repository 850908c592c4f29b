/** Seconds of one unit, as Go's ParseDuration, NGINX and HAProxy name them. */
const GO_UNITS: Record<string, number> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
const DAY_UNITS: Record<string, number> = { ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };

function sum(text: string, units: Record<string, number>): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([a-z]+)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) return undefined;
  let seconds = 0;
  for (const [, number, unit] of parts) {
    const factor = units[unit ?? ""];
    if (factor === undefined) return undefined;
    seconds += Number(number) * factor;
  }
  return seconds;
}

/** A Go or Gateway API duration: `3660s`, `1h1m`, `0s`. A number without a unit is none, except 0. */
export function goDuration(text: string): number | undefined {
  return text === "0" ? 0 : sum(text, GO_UNITS);
}

/** An NGINX time: `3660s`, `61m`, `1h 30m`; a bare number counts seconds. */
export function nginxTime(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : sum(trimmed.replaceAll(" ", ""), { ...DAY_UNITS, w: 604_800 });
}

/** An HAProxy time: `3660s`, `2h`; a bare number counts milliseconds. */
export function haproxyTime(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) / 1000 : sum(trimmed, { ...DAY_UNITS, us: 1e-6 });
}
