import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { until } from "../../../sandbox/process";

interface Told {
  what: "message" | "closed";
  seconds: number;
  text?: string;
  code?: number;
  error?: string;
}

/** WebSockets that a process in the clients' namespace holds open. */
export class Held {
  readonly told: Told[] = [];
  private readonly child: ChildProcess;

  constructor(
    namespace: string,
    url: string,
    private readonly count: number,
  ) {
    const script = path.join(__dirname, "hold.js");
    this.child = spawn("ip", ["netns", "exec", namespace, process.execPath, script, url, String(count)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.told.push(JSON.parse(line) as Told));
  }

  /** Waits until each has had its pod's greeting. */
  async open(): Promise<this> {
    const greeted = () => this.told.filter(({ what }) => what === "message").length >= this.count;
    await until(() => greeted() || this.closed.length > 0, 15);
    if (!greeted()) throw new Error(`not open: ${JSON.stringify(this.told)}`);
    return this;
  }

  get closed(): Told[] {
    return this.told.filter(({ what }) => what === "closed");
  }

  async allClosed(seconds: number): Promise<Told[]> {
    if (await until(() => this.closed.length === this.count, seconds)) return this.closed;
    throw new Error(`still open: ${JSON.stringify(this.told)}`);
  }

  end(): void {
    this.child.kill("SIGTERM");
  }
}
