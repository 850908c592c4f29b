import { setTimeout as sleep } from "node:timers/promises";

/** Waits, and resolves early at the signal. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined);
}

/** A moment that can be moved while somebody waits for it. */
export class Deadline {
  private at = Infinity;
  private timer?: NodeJS.Timeout;
  private waiting: (() => void)[] = [];

  get secondsLeft(): number {
    return Math.max(0, this.at - Date.now()) / 1000;
  }

  /** A grace period is only ever made shorter. */
  notLaterThan(seconds: number): void {
    this.move(Math.min(this.at, Date.now() + seconds * 1000));
  }

  notEarlierThan(seconds: number): void {
    this.move(Math.max(this.at, Date.now() + seconds * 1000));
  }

  passed(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.move(this.at);
    });
  }

  cancel(): void {
    clearTimeout(this.timer);
  }

  private move(at: number): void {
    this.at = at;
    clearTimeout(this.timer);
    if (at === Infinity || this.waiting.length === 0) return;
    this.timer = setTimeout(() => {
      for (const resolve of this.waiting.splice(0)) resolve();
    }, this.secondsLeft * 1000);
  }
}
