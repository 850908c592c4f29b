import { TimeIsUp } from "./errors";
import { describeFailure } from "./failures";
import { OpenError, type OpenOptions, type OpenStep, type OpenStepTime } from "./model";

const OPEN_SECONDS = 10;

/** What is known while one connection is being opened: its steps with their times, and what to undo where one fails. */
export class Attempt {
  readonly url: URL;
  readonly times: OpenStepTime[] = [];
  private readonly undo: (() => void)[] = [];
  private readonly stop = new AbortController();
  private readonly until: number;

  constructor(readonly options: OpenOptions) {
    this.url = new URL(options.url);
    this.until = performance.now() + (options.openSeconds ?? OPEN_SECONDS) * 1000;
  }

  /** Seconds that are left. */
  get secondsLeft(): number {
    return Math.max(0, this.until - performance.now()) / 1000;
  }

  /** Called where the attempt fails after this, whatever fails. */
  orElse(undo: () => void): void {
    this.undo.push(undo);
  }

  /** Does one step and keeps its time; what goes wrong becomes an error that names the step. */
  async step<T>(step: OpenStep, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const time = () => this.times.push({ step, milliseconds: Math.round((performance.now() - started) * 10) / 10 });
    try {
      const result = await Promise.race([work(), this.cut()]);
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
  private cut(): Promise<never> {
    return new Promise((_, reject) => {
      const { signal } = this.stop;
      const timer = setTimeout(() => reject(new TimeIsUp()), this.secondsLeft * 1000);
      const stopped = () => reject(new Error("stopped before it was open"));
      const given = this.options.signal;
      if (given?.aborted) stopped();
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
      for (const undo of attempt.undo) undo();
      throw error;
    } finally {
      attempt.stop.abort();
    }
  }
}
