import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { down, layoutOf, type SandboxInfo, up } from "../../sandbox";
import { afterAllTests } from "./hooks";

let shared: Promise<SandboxInfo> | undefined;

/** Milliseconds a hook that calls `sharedSandbox` may need: the start itself, and tools that are built on the way. */
export const SANDBOX_HOOK_MILLISECONDS = 30 * 60_000;

const PREFIX = "holdfast-test-";

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes away what a killed test run left; its folder carries its process id. */
async function sweepAbandoned(): Promise<void> {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const pid = Number(name.match(new RegExp(`^${PREFIX}(\\d+)-`))?.[1]);
    if (!pid || runs(pid)) continue;
    const directory = path.join(os.tmpdir(), name);
    await down(undefined, layoutOf(directory));
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** A state folder of this test run; removed with whatever sandbox lives in it after the last test. */
export function testStateDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), `${PREFIX}${process.pid}-`));
  afterAllTests(async () => {
    await down(undefined, layoutOf(directory));
    fs.rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/**
 * The CLI writes down every value of every step of every run, up to tens of megabytes and a quarter of a run's work under the pack. Nobody
 * reads that of a test. There is no option against it; where the folder cannot be made, the CLI goes on without.
 */
function keepNoLogs(stateDirectory: string): void {
  const home = path.join(stateDirectory, "pulumi");
  fs.mkdirSync(home, { mode: 0o700 });
  fs.writeFileSync(path.join(home, "logs"), "No folder, so that the CLI keeps no logs of the tests.\n");
}

async function start(): Promise<SandboxInfo> {
  await sweepAbandoned();
  // Every test of this run, and every command it starts, finds this sandbox and no other.
  process.env.HOLDFAST_STATE_DIR = testStateDirectory();
  keepNoLogs(process.env.HOLDFAST_STATE_DIR);
  // Few tests are about the time that pods take; those say so of their namespace.
  process.env.HOLDFAST_SANDBOX_PODS = "hurried";
  return up();
}

/**
 * The one sandbox of this test run, started by whoever asks first and taken away after the last test. It has a state folder of its
 * own; a sandbox that the developer runs is left alone.
 *
 * ```ts
 * before(async function () {
 *   this.timeout(SANDBOX_HOOK_MILLISECONDS);
 *   sandbox = await sharedSandbox();
 * });
 * ```
 */
export function sharedSandbox(): Promise<SandboxInfo> {
  return (shared ??= start());
}
