import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execInClient } from "../../sandbox";
import type { Seen, WatchRequest } from "./migrationWatch";

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Clients in the client namespace that stay connected all the while, and others that try to get in. */
export class Watch {
  private constructor(
    private readonly directory: string,
    private readonly ended: Promise<unknown>,
    private readonly request: WatchRequest,
  ) {}

  static async start(wanted: Omit<WatchRequest, "directory">): Promise<Watch> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-watch-"));
    const request: WatchRequest = { ...wanted, directory };
    const command = [
      process.execPath,
      "-r",
      "ts-node/register",
      path.join(__dirname, "migrationWatch.ts"),
      JSON.stringify(request),
    ];
    return new Watch(directory, execInClient(command, { stdio: "pipe" }), request);
  }

  async stop(): Promise<void> {
    fs.writeFileSync(path.join(this.directory, "stop"), "");
    await this.ended;
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private seen(): Seen[] {
    const file = path.join(this.directory, "seen.jsonl");
    const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as Seen);
  }

  async until(wanted: (seen: Seen) => boolean, count: number): Promise<void> {
    const until = Date.now() + 60_000;
    while (this.seen().filter(wanted).length < count) {
      assert.ok(Date.now() < until, `within 60 seconds: ${count} of ${String(wanted)}`);
      await pause(250);
    }
  }

  async count(way: string): Promise<Record<Seen["what"], number>> {
    const counts = { held: 0, alive: 0, lost: 0, connected: 0, refused: 0 };
    for (const seen of this.seen()) if (seen.way === way) counts[seen.what]++;
    return counts;
  }

  /** Who was refused after the first had got in. */
  async refusedAfterFirst(way: string): Promise<Seen[]> {
    const seen = this.seen().filter((each) => each.way === way);
    const first = seen.findIndex(({ what }) => what === "connected");
    return seen.slice(first).filter(({ what }) => what === "refused");
  }

  /** Every held connection answers, from now on. */
  async everybodyAlive(): Promise<void> {
    const from = Date.now();
    for (const way of Object.keys(this.request.urls)) {
      for (const source of this.request.held) {
        await this.until(
          (seen) => seen.way === way && seen.source === source && seen.what === "alive" && seen.atMilliseconds > from,
          1,
        );
      }
    }
  }

  /** From some moment on everybody who tries is refused. */
  async nobodyGetsIn(way: string): Promise<void> {
    const until = Date.now() + 60_000;
    for (;;) {
      const last = this.seen()
        .filter((seen) => seen.way === way && ["connected", "refused"].includes(seen.what))
        .slice(-4);
      if (last.length === 4 && last.every(({ what }) => what === "refused")) return;
      assert.ok(Date.now() < until, `somebody still gets in by ${way}`);
      await pause(250);
    }
  }
}
