import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

export interface Sample {
  /** Wall-clock seconds from spawn to exit. */
  seconds: number;
  /** Peak resident memory of the largest single process of the tree, in MB (10^6 bytes). */
  peakMegabytes: number;
}

const SAMPLE_MILLISECONDS = 25;

/** Runs a command to its end and measures it from outside. Rejects when it fails: a failed run has no speed. */
export function measure(command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    let peakKilobytes = 0;
    const sampler = setInterval(() => (peakKilobytes = Math.max(peakKilobytes, largestProcess(child.pid!))), SAMPLE_MILLISECONDS);
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(sampler);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (code === 0) resolve({ seconds, peakMegabytes: (peakKilobytes * 1024) / 1e6 });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.slice(-3000)}`));
    });
  });
}

/** The kernel's own high-water mark (VmHWM) of the largest process below `pid`, `pid` included. */
function largestProcess(pid: number): number {
  const children = new Map<number, number[]>();
  const peaks = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
      peaks.set(Number(entry), Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const below = (id: number): number[] => [id, ...(children.get(id) ?? []).flatMap(below)];
  return Math.max(0, ...below(pid).map((id) => peaks.get(id) ?? 0));
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
