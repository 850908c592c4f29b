import { setMaxListeners } from "node:events";
import { CookieJar } from "../connect/cookies";
import type { Connection, OpenOptions } from "../connect/model";
import type { Moment } from "../model";
import { isOfTheWayIn, isRefusal, type Refusal } from "../refusals";
import { UNNAMED, type Cut, type NotTried, type TurnedAway } from "./model";

/** What a well-behaved client does: it waits by chance up to a second, and up to twice as long after every refusal. */
const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;

/** Connections that are being opened at a time. */
const AT_ONCE = 50;

/** Moments that are kept; a longer watch looks less often. */
const MOST_MOMENTS = 600;

export interface FleetOptions {
  url: string;
  size: number;
  open(options: Partial<OpenOptions>): Promise<Connection>;
  sources: (string | undefined)[];
  signal: AbortSignal;
  /** From 0 to below 1. */
  random?: () => number;
}

/** Clients that hold a connection each, and come back when it ends. */
export class Fleet {
  readonly cuts: Cut[] = [];
  readonly turnedAway: TurnedAway[] = [];
  readonly notTried: NotTried[] = [];
  /** Why a client never got in, where it was so from the beginning. */
  readonly neverIn: Refusal[] = [];
  readonly timeline: Moment[] = [];
  private readonly held = new Map<number, Connection>();
  private readonly jars: CookieJar[];
  private readonly stopped = new AbortController();
  /** One clock from the first connection on: some end while others are still being opened. */
  private readonly startedAt = performance.now();
  private wholeSince = 0;
  private bug?: { error: unknown };
  private sampler?: NodeJS.Timeout;
  private everySeconds = 1;

  constructor(private readonly options: FleetOptions) {
    const url = new URL(options.url);
    this.jars = Array.from({ length: options.size }, () => new CookieJar(url));
    // One for each client that waits.
    setMaxListeners(0, this.stopped.signal);
    options.signal.addEventListener("abort", () => this.stopped.abort(), { once: true });
  }

  /** Seconds since the first connection was opened. */
  seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  /** Seconds since all of them were. */
  wholeSeconds(): number {
    return this.seconds() - this.wholeSince;
  }

  /** Throws what went wrong in a client that nobody waits for, and that is no answer of anybody's. */
  check(): void {
    if (this.bug !== undefined) throw this.bug.error;
  }

  get open(): number {
    return this.held.size;
  }

  /** Opens all of them, and begins the watch. Gives how many got in. */
  async gather(progress: (open: number) => void): Promise<number> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < this.options.size && !this.stopped.signal.aborted) {
        const client = next++;
        await this.connect(client).then(
          () => progress(this.held.size),
          (error: unknown) => {
            if (!isRefusal(error)) throw error;
            // What was cut short was not refused.
            if (!this.stopped.signal.aborted) this.neverIn.push(error);
          },
        );
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, this.options.size) }, worker));
    this.wholeSince = this.seconds();
    this.sample();
    return this.held.size;
  }

  /** Pod -> open connections. */
  perPod(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { pod = UNNAMED } of this.held.values()) counts[pod] = (counts[pod] ?? 0) + 1;
    return counts;
  }

  /** Everybody says a word and waits for the answer; who gets none within `seconds` has been dropped in silence. */
  async roll(seconds: number): Promise<void> {
    const clients = [...this.held.values()];
    const worker = async (): Promise<void> => {
      for (let connection = clients.pop(); connection !== undefined; connection = clients.pop()) await connection.speak(seconds);
    };
    await Promise.all(Array.from({ length: AT_ONCE * 4 }, worker));
  }

  /** Nobody comes back from now on. */
  rest(): void {
    if (!this.stopped.signal.aborted) this.stopped.abort();
    clearTimeout(this.sampler);
    this.moment();
  }

  async close(): Promise<void> {
    this.rest();
    await Promise.all([...this.held.values()].map((connection) => connection.close()));
  }

  private async connect(client: number): Promise<void> {
    const { open, sources } = this.options;
    const jar = this.jars[client]!;
    const cookie = jar.header();
    const connection = await open({
      localAddress: sources[client % sources.length],
      signal: this.stopped.signal,
      ...(cookie !== undefined && { headers: { cookie } }),
    });
    jar.keep(connection.cookies);
    this.held.set(client, connection);
    void connection.ended.then((ending) => {
      this.held.delete(client);
      // What this side ended is no news. A roll call after the last return still finds who was dropped.
      if (ending.by === "us") return;
      const cut: Cut = {
        client,
        atSeconds: this.seconds(),
        ending,
        ...(connection.pod !== undefined && { pod: connection.pod }),
      };
      this.cuts.push(cut);
      void this.comeBack(cut).catch((error: unknown) => (this.bug ??= { error }));
    });
  }

  private async comeBack(cut: Cut): Promise<void> {
    const { random = Math.random } = this.options;
    for (let attempt = 0; !this.stopped.signal.aborted; attempt++) {
      await this.pause(random() * Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** attempt));
      if (this.stopped.signal.aborted) return;
      try {
        await this.connect(cut.client);
        cut.backAfterSeconds = this.seconds() - cut.atSeconds;
        return;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        if (this.stopped.signal.aborted) return;
        const { client } = cut;
        if (!isOfTheWayIn(error)) {
          this.notTried.push({ client, said: error.message });
          continue;
        }
        const { step, status, message: said } = error;
        const at = { client, atSeconds: this.seconds(), step, said };
        this.turnedAway.push({ ...at, ...(status !== undefined && { status }) });
      }
    }
  }

  private pause(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.stopped.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      this.stopped.signal.addEventListener("abort", done, { once: true });
    });
  }

  private sample(): void {
    this.moment();
    if (this.timeline.length > MOST_MOMENTS) {
      this.everySeconds *= 2;
      this.timeline.splice(0, Infinity, ...this.timeline.filter((_, index) => index % 2 === 0));
    }
    this.sampler = setTimeout(() => this.sample(), this.everySeconds * 1000);
  }

  private moment(): void {
    this.timeline.push({ seconds: Math.round(this.wholeSeconds() * 10) / 10, open: this.perPod() });
  }
}
