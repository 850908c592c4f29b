/**
 * What a count shows and what it does not. Nothing here is a tolerance: every bound follows from how often the user accepts a false
 * alarm, and from how many connections were opened.
 */

/** One judged run in ten thousand calls what is fair unfair. */
export const FALSE_ALARM = 1e-4;

export interface Interval {
  low: number;
  high: number;
}

/**
 * The shares that a count is compatible with, by Clopper and Pearson: whatever the true share is, it lies outside in at most `error` of
 * all draws, and that holds for small counts too, where rules of thumb do not.
 */
export function shareInterval(count: number, of: number, error: number): Interval {
  // The low end is the share under which so many, or more, come in half of `error`; the high end is its mirror image.
  return { low: lowestShare(count, of, error / 2), high: 1 - lowestShare(of - count, of, error / 2) };
}

function lowestShare(count: number, of: number, tail: number): number {
  if (count === 0) return 0;
  return bisected((share) => atLeast(count, of, share) < tail);
}

/** Chance that of `of` draws with chance `share` each at least `count` hit. */
export function atLeast(count: number, of: number, share: number): number {
  if (count <= 0) return 1;
  if (count > of) return 0;
  return incompleteBeta(share, count, of - count + 1);
}

/**
 * Whether counts come from equal shares. Each count is held against its own interval, and the error is divided among them, so that
 * all together give a false alarm in at most `error` of all runs. A balancer that takes turns is more even than chance, and passes.
 */
export function areEven(counts: number[], error = FALSE_ALARM): boolean {
  const of = counts.reduce((sum, count) => sum + count, 0);
  const fair = 1 / counts.length;
  const tail = error / counts.length / 2;
  return counts.every((count) => atLeast(count, of, fair) >= tail && atLeast(of - count, of, 1 - fair) >= tail);
}

/** How many connections it takes until one of `places` that never gets any stands out from chance. */
export function neededToMissNone(places: number, error = FALSE_ALARM): number {
  if (places < 2) return 1;
  return Math.ceil(Math.log(error / (2 * places)) / Math.log(1 - 1 / places));
}

/** Chance that `draws` fair choices among `places` all fall on one. */
export function chanceOfOnePlace(draws: number, places: number): number {
  return places < 2 || draws < 2 ? 1 : places ** (1 - draws);
}

/** How many fair choices it takes until all falling on one place is no chance any more. */
export function neededToLeaveOnePlace(places: number, error = FALSE_ALARM): number {
  return places < 2 ? 1 : Math.floor(1 - Math.log(error) / Math.log(places)) + 1;
}

/** The share at which a statement that is true of small shares stops being true. */
function bisected(isBelow: (share: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The regularised incomplete beta function, which is the tail of a binomial count. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges quickly only on this side of the mean; the other one is the mirror image.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const PRECISION = 1e-14;

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), evaluated forwards. */
function betaFraction(x: number, a: number, b: number): number {
  let upper = 1;
  let lower = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = lower;
  for (let m = 1; ; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      lower = 1 / (1 + term * lower);
      upper = 1 + term / upper;
      fraction *= lower * upper;
    }
    if (Math.abs(lower * upper - 1) < PRECISION) return fraction;
  }
}

/** Terms of Stirling's series (DLMF 5.11.1): Bernoulli numbers over 2k (2k - 1). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188];

/** From here on the series is exact to the last digits. */
const LARGE = 12;

function logGamma(x: number): number {
  if (x < LARGE) return logGamma(x + 1) - Math.log(x);
  const series = STIRLING.reduce((sum, term, k) => sum + term / x ** (2 * k + 1), 0);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
