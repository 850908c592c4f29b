import { execFile, spawn, spawnSync, type StdioOptions } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { SandboxError } from "./errors";

/** One process that the sandbox started. A process id alone is not enough: ids are given again. */
export interface ProcessRecord {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks from boot to the start of the process. */
  startTicks: number;
  /** Ticks count from boot; after another boot the same pair can be another process. */
  bootId: string;
}

export interface SpawnRequest {
  file: string;
  args: string[];
  env: Record<string, string>;
  logFile: string;
  directory: string;
  /** Network namespace to run in; default: the machine's own. */
  namespace?: string;
  /** A file descriptor that the process gets as number 3. */
  descriptor?: number;
}

/** Carried in the environment of every process of a sandbox, so that none is lost whose record was not written. */
export const TAG = "HOLDFAST_SANDBOX";

let knownBootId: string | undefined;
/** Read when it is first needed: this file is also loaded where there is no /proc, for a cluster of one's own. */
function bootId(): string {
  return (knownBootId ??= fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
}

interface ProcessStat {
  state: string;
  startTicks: number;
}

function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets, which may itself hold blanks and brackets.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs; a zombie does not. */
export function isAlive(record: ProcessRecord): boolean {
  const stat = statOf(record.pid);
  return record.bootId === bootId() && stat?.startTicks === record.startTicks && !["Z", "X"].includes(stat.state);
}

const ticksPerSecond = 100;

/** Seconds since the process started. */
export function upSeconds(record: ProcessRecord): number {
  const uptime = Number(fs.readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return Math.max(0, Math.round(uptime - record.startTicks / ticksPerSecond));
}

/** MiB of memory, pages shared with others counted by their share; undefined where it may not be read. */
export function memoryMib(pid: number): number | undefined {
  try {
    const kib = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").match(/^Pss:\s+(\d+)/m)?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** Starts a process that outlives this one, in a session of its own, writing to its log. */
export function startDetached(request: SpawnRequest): ProcessRecord {
  fs.mkdirSync(path.dirname(request.logFile), { recursive: true });
  const log = fs.openSync(request.logFile, "a");
  const stdio: StdioOptions = ["ignore", log, log];
  if (request.descriptor !== undefined) stdio.push(request.descriptor);
  const [file, args] = request.namespace
    ? ["ip", ["netns", "exec", request.namespace, request.file, ...request.args]]
    : [request.file, request.args];
  try {
    const child = spawn(file, args, { cwd: request.directory, env: request.env, stdio, detached: true });
    child.on("error", () => {});
    child.unref();
    const stat = child.pid === undefined ? undefined : statOf(child.pid);
    if (child.pid === undefined || !stat) throw new SandboxError(`${request.file} could not be started; see ${request.logFile}.`);
    return { pid: child.pid, startTicks: stat.startTicks, bootId: bootId() };
  } finally {
    fs.closeSync(log);
  }
}

function signal(record: ProcessRecord, name: NodeJS.Signals): void {
  if (!isAlive(record)) return;
  try {
    process.kill(record.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  seconds: number,
  everyMilliseconds = 25,
): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
  return true;
}

/** Asks processes to end, and after `seconds` makes them; returns when none of them is left. */
export async function stopAll(records: ProcessRecord[], seconds = 5): Promise<void> {
  for (const record of records) signal(record, "SIGTERM");
  if (await until(() => !records.some(isAlive), seconds)) return;
  for (const record of records) signal(record, "SIGKILL");
  await until(() => !records.some(isAlive), 5);
}

/** Every process that carries the tag of the sandbox in `directory`, except this one. */
export function taggedProcesses(directory: string): ProcessRecord[] {
  const wanted = `${TAG}=${directory}`;
  const found: ProcessRecord[] = [];
  for (const name of fs.readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(wanted)) continue;
    } catch {
      continue;
    }
    const stat = statOf(pid);
    if (stat && stat.state !== "Z") found.push({ pid, startTicks: stat.startTicks, bootId: bootId() });
  }
  return found;
}

/**
 * Whether something listens on `port` in the network namespace of `pid`. Read from /proc, so that the machine itself needs no
 * way into the namespace.
 */
export function listens(pid: number, port: number): boolean {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`:${hexadecimal} [0-9A-F]+:0000 0A `);
  return ["tcp", "tcp6"].some((table) => {
    try {
      return listening.test(fs.readFileSync(`/proc/${pid}/net/${table}`, "utf8"));
    } catch {
      return false;
    }
  });
}

/** Runs a short command; returns its exit status and what it printed. Never waits longer than `seconds`. */
export function run(
  file: string,
  args: string[],
  seconds = 10,
  input?: string,
): { ok: boolean; output: string; missing: boolean } {
  const done = spawnSync(file, args, { encoding: "utf8", timeout: seconds * 1000, input, stdio: ["pipe", "pipe", "pipe"] });
  const missing = (done.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  const output = `${done.stdout ?? ""}${done.stderr ?? ""}`.trim() || (done.error?.message ?? "");
  return { ok: done.status === 0, output, missing };
}

/** Runs a command that may take minutes, without standing in the way of anything else; whether it succeeded. */
export function runPatiently(file: string, args: string[], seconds: number): Promise<boolean> {
  return new Promise((resolve) =>
    execFile(file, args, { timeout: seconds * 1000, maxBuffer: 1 << 26 }, (error) => resolve(!error)),
  );
}
