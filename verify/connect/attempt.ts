import { TimeIsUp } from "./errors";
import { describeFailure } from "./failures";
import { OpenError, type OpenOptions, type OpenStep, type OpenStepTime } from "./model";

const OPEN_SECONDS = 10;
const STOPPED = "stopped before it was open";

/** What is known while one connection is being opened: its steps with their times, and what to undo where one fails. */
export class Attempt {
  readonly url: URL;
  readonly times: OpenStepTime[] = [];
  private readonly undo: (() => void)[] = [];
  private readonly stop = new AbortController();
  private failed = false;
  private readonly until: number;

  constructor(readonly options: OpenOptions) {
    this.url = new URL(options.url);
    this.until = performance.now() + this.openSeconds * 1000;
  }

  /** Seconds in all. */
  get openSeconds(): number {
    return this.options.openSeconds ?? OPEN_SECONDS;
  }

  /** Seconds that are left. */
  get secondsLeft(): number {
    return Math.max(0, this.until - performance.now()) / 1000;
  }

  /** Called where the attempt fails after this, whatever fails, and at once where it has: a step's work may outlive it. */
  orElse(undo: () => void): void {
    if (this.failed) return undo();
    this.undo.push(undo);
  }

  /** Whether nobody waits for it any more. */
  get isOver(): boolean {
    return this.secondsLeft === 0 || this.options.signal?.aborted === true;
  }

  /** Does one step and keeps its time; what goes wrong becomes an error that names the step, `late` where its time is up. */
  async step<T>(step: OpenStep, work: () => Promise<T>, late: Error = new TimeIsUp()): Promise<T> {
    const started = performance.now();
    const time = () => this.times.push({ step, milliseconds: Math.round((performance.now() - started) * 10) / 10 });
    try {
      if (this.options.signal?.aborted) throw new Error(STOPPED);
      const result = await Promise.race([work(), this.cut(late)]);
      time();
      return result;
    } catch (error) {
      time();
      if (error instanceof OpenError) throw error;
      const { message, status, ofThisMachine, isAmbiguous } = await describeFailure(step, error as Error, this);
      throw new OpenError(step, message, this.times, status, ofThisMachine, isAmbiguous);
    }
  }

  /** Rejects when the time is up, or whoever asked does not want it any more. */
  private cut(late: Error): Promise<never> {
    return new Promise((_, reject) => {
      const { signal } = this.stop;
      const timer = setTimeout(() => reject(late), this.secondsLeft * 1000);
      const stopped = () => reject(new Error(STOPPED));
      const given = this.options.signal;
      given?.addEventListener("abort", stopped, { once: true });
      // Ends with the attempt, so that neither a timer nor a listener is left behind.
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        given?.removeEventListener("abort", stopped);
      });
    });
  }

  /** Runs the whole attempt. */
  static async of<T>(options: OpenOptions, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    const attempt = new Attempt(options);
    try {
      return await work(attempt);
    } catch (error) {
      attempt.failed = true;
      for (const undo of attempt.undo) undo();
      throw error;
    } finally {
      attempt.stop.abort();
    }
  }
}
