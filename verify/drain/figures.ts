import type { Cut, Leaving } from "./model";

/** The most of the times that fall into any stretch of so many seconds. */
export function peakWithin(times: number[], seconds: number): number {
  const sorted = [...times].sort((left, right) => left - right);
  let first = 0;
  let most = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - sorted[first]! >= seconds) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** `0.4 s`, `12 s`. */
export const tenths = (seconds: number): string => `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;

/** The value below which that share of all lies; undefined where there is none. */
export function quantile(values: number[], share: number): number | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Goodbyes that have no time to be spread over, or so few that chance alone bunches them, are no wave. */
const SHORTEST_SPREAD_SECONDS = 2;
const SMALLEST_WAVE = 20;

/** Four standard deviations of a fair draw. */
const DEVIATIONS = 4;

export interface Wave {
  peakPerSecond: number;
  /** What the same endings make where they are spread over the time they have. */
  spreadPerSecond: number;
  /** Above it is a wave: twice the even rate, and what chance adds to that. */
  allowedPerSecond: number;
  isWave: boolean;
}

/**
 * Whether the connections ended all at once, so that all clients come back at once.
 *
 * @param times when connections ended.
 * @param spreadSeconds the time the application has for them.
 */
export function waveOf(times: number[], spreadSeconds: number): Wave {
  const peakPerSecond = peakWithin(times, 1);
  const spreadPerSecond = spreadSeconds === 0 ? peakPerSecond : peakWithin(times, spreadSeconds) / spreadSeconds;
  const allowedPerSecond = Math.ceil(2 * spreadPerSecond + DEVIATIONS * Math.sqrt(2 * spreadPerSecond));
  const counts = spreadSeconds >= SHORTEST_SPREAD_SECONDS && peakPerSecond >= SMALLEST_WAVE;
  return { peakPerSecond, spreadPerSecond, allowedPerSecond, isWave: counts && peakPerSecond > allowedPerSecond };
}

/** The pod that a connection was at, where it is known to have been told to leave before: by name, or because only one was. */
export function leavingOf({ pod, atSeconds }: Cut, leaving: Leaving[]): Leaving | undefined {
  const named = leaving.filter((each) => each.pod === pod);
  // A pod of a StatefulSet comes back under its name, and may leave twice.
  const told = (pod !== undefined && named.length > 0 ? named : pod === undefined ? leaving : []).filter(
    ({ toldAtSeconds, goneAtSeconds = Infinity }) =>
      toldAtSeconds - LOOK_SECONDS <= atSeconds && atSeconds <= goneAtSeconds + LOOK_SECONDS,
  );
  return told.length === 1 || pod !== undefined ? told.at(-1) : undefined;
}

/** How far what is seen through the API may lag behind what a socket sees, and the other way round. */
export const LOOK_SECONDS = 2;

/** Seconds from SIGTERM to the end of a connection; undefined where nobody knows when its pod got one. */
export function afterSigterm(cut: Cut, leaving: Leaving | undefined): number | undefined {
  if (leaving?.preStopSeconds === undefined) return undefined;
  return Math.max(0, cut.atSeconds - leaving.toldAtSeconds - leaving.preStopSeconds);
}

/** Whether a connection lasted as long as its pod was allowed to live. */
export function lastedToTheKill(cut: Cut, { toldAtSeconds, graceSeconds }: Leaving): boolean {
  return cut.atSeconds - toldAtSeconds >= graceSeconds - LOOK_SECONDS / 2;
}
