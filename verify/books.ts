import { open } from "./connect/open";
import type { Connection, OpenOptions } from "./connect/model";
import type { Limits } from "./checks/model";

/** A check wants more than the user allows. */
export class LimitError extends Error {}

/** Every connection of a run: not more than allowed, not faster than allowed, and none that outlives it. */
export class Books {
  private readonly connections = new Set<Connection>();
  private opening = 0;
  private nextAt = 0;

  constructor(private readonly limits: Limits) {}

  get open(): number {
    return this.connections.size;
  }

  /**
   * Opens one, in its turn.
   *
   * @throws {LimitError} where as many are open as may be.
   * @throws {OpenError} where it cannot be opened.
   */
  async openOne(options: OpenOptions): Promise<Connection> {
    if (this.connections.size + this.opening >= this.limits.connections) {
      throw new LimitError(`${this.limits.connections} connections are open, as many as --connections allows`);
    }
    this.opening += 1;
    try {
      await this.turn(options.signal);
      const connection = await open(options);
      this.connections.add(connection);
      void connection.ended.then(() => this.connections.delete(connection));
      return connection;
    } finally {
      this.opening -= 1;
    }
  }

  /** Ends whatever is left. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.connections].map((connection) => connection.close()));
  }

  /** Turns are handed out ahead, so that many who ask at once still come evenly. */
  private async turn(signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + 1000 / this.limits.ratePerSecond;
    if (at > now) await sleep(at - now, signal);
  }
}

/** Sleeps, and wakes when nobody waits for it any more. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    if (signal?.aborted) return wake();
    signal?.addEventListener("abort", wake);
  });
}
