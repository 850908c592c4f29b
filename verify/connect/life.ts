import type { Ending } from "../model";

/** When a connection was open, when it last said or heard something, and how it ended. */
export class Life {
  openedAt = Date.now();
  readonly ended: Promise<Ending>;
  private opened = performance.now();
  private lastByte = this.opened;
  private longestSilence = 0;
  private settle!: (ending: Ending) => void;
  private over = false;

  constructor() {
    this.ended = new Promise((resolve) => (this.settle = resolve));
  }

  /** What was until now belongs to the opening. One that is over already remains as it was. */
  begin(): void {
    if (this.over) return;
    this.openedAt = Date.now();
    this.opened = performance.now();
    this.lastByte = this.opened;
    this.longestSilence = 0;
  }

  isOpen = (): boolean => !this.over;

  /** A byte came or went. */
  touch(): void {
    this.longestSilence = this.silentMilliseconds();
    this.lastByte = performance.now();
  }

  silentSeconds = (): number => seconds(this.silentMilliseconds());

  private silentMilliseconds(): number {
    return Math.max(this.longestSilence, performance.now() - this.lastByte);
  }

  /** The first end counts: what comes after it is only its echo. */
  end(how: Pick<Ending, "by" | "code" | "reason">): void {
    if (this.over) return;
    this.over = true;
    const now = performance.now();
    this.settle({ ...how, afterSeconds: seconds(now - this.opened), silentSeconds: seconds(now - this.lastByte) });
  }
}

const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;
