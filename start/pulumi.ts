import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { EXIT, StartError } from "./errors";
import { hasState, type Workspace } from "./workspace";

export interface PulumiOptions {
  workspace: Workspace;
  /** The CLI to run: a path, or a name on the environment's PATH. Default: `pulumi`. */
  binary?: string;
  /** Variables for the CLI and its plugins on top of this process's own: `KUBECONFIG`, the PATH with the plugins. */
  environment?: NodeJS.ProcessEnv;
  /** Written to the CLI's standard input: the way for secrets, which must not be seen in a list of processes. */
  input?: string;
  /** Called with every line as it comes, from both outputs. */
  onLine?: (line: string) => void;
  /** Aborting asks the CLI to stop in an orderly way, as Ctrl-C does; it then still saves its state. */
  signal?: AbortSignal;
}

export interface PulumiResult {
  code: number;
  stdout: string;
  /** Both outputs, in the order they came. */
  output: string;
}

/**
 * The environment in which the CLI knows our own home, backend and passphrase and nothing of the user's: every `PULUMI_*` variable
 * that this process was given is left out, so that no login, stack or option of the user's is used or changed.
 *
 * @param environment set on top of this process's own: `KUBECONFIG`, the PATH with the plugins.
 */
export function pulumiEnvironment(
  workspace: Workspace,
  environment: NodeJS.ProcessEnv = {},
  outside: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const both = Object.entries({ ...outside, ...environment });
  // TS_NODE_PROJECT says how this process reads TypeScript; the program and the policy pack each have a tsconfig.json of their own.
  const ours = both.filter(([name, value]) => !/^(PULUMI|TS_NODE)_/.test(name) || value !== outside[name]);
  return {
    ...Object.fromEntries(ours),
    PULUMI_HOME: workspace.pulumiHome,
    PULUMI_BACKEND_URL: pathToFileURL(workspace.backendDirectory).href,
    PULUMI_CONFIG_PASSPHRASE_FILE: workspace.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

export type StackCommand = "preview" | "up" | "refresh" | "destroy";

/**
 * Runs a command of the project's program with the private configuration: creates the stack first where it is not there, and
 * frees it where a CLI that was killed left it locked.
 */
export async function runStackCommand(command: StackCommand, extra: string[], options: PulumiOptions): Promise<PulumiResult> {
  const { workspace } = options;
  await ensureStack(options);
  const confirm = command === "preview" ? [] : ["--yes"];
  const args = [
    command,
    ...confirm,
    "--stack",
    workspace.stack,
    "--config-file",
    workspace.configFile,
    "--color",
    "never",
    ...extra,
  ];
  return runPulumi(["--cwd", workspace.projectDirectory, "--non-interactive", ...args], options);
}

/** Creates the stack in the cluster's own backend, unless it is there, and releases a dead process's lock. */
export async function ensureStack(options: PulumiOptions): Promise<void> {
  const { workspace } = options;
  if (hasState(workspace)) {
    await releaseStaleLock(options);
    return;
  }
  await succeed(["stack", "init", workspace.stack, "--no-select"], options);
}

/** The stack's outputs as an object; secret ones are shown as `[secret]`. */
export async function stackOutputs(options: PulumiOptions): Promise<Record<string, unknown>> {
  const { stdout } = await succeed(["stack", "output", "--json", "--stack", options.workspace.stack], {
    ...options,
    onLine: undefined,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Runs the CLI in the state folder and throws what it said when it fails. */
export async function succeed(args: string[], options: PulumiOptions): Promise<PulumiResult> {
  const result = await runPulumi(["--cwd", options.workspace.stateDirectory, "--non-interactive", ...args], options);
  if (result.code === 0) return result;
  throw new StartError(`pulumi ${args.slice(0, 2).join(" ")} ended with ${result.code}:\n${result.output.trim()}`);
}

/** Runs the CLI as it is told and waits for its end; a failure is a code, not an exception. */
export async function runPulumi(args: string[], options: PulumiOptions): Promise<PulumiResult> {
  const { workspace, binary = "pulumi", environment, input, onLine, signal } = options;
  signal?.throwIfAborted();
  const child = spawn(binary, args, {
    env: pulumiEnvironment(workspace, environment),
    // A group of its own: a terminal's Ctrl-C would reach it a second time, and the CLI takes the second one as "at once".
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => reject(explainSpawn(binary, error)));
    child.once("close", (code, killedBy) => resolve(code ?? 128 + (os.constants.signals[killedBy ?? "SIGKILL"] ?? 0)));
  });
  const stop = () => interrupt(child);
  signal?.addEventListener("abort", stop, { once: true });
  // A CLI that ends before it has read everything breaks the pipe; its exit code says what happened.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  let stdout = "";
  let output = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    stdout += `${line}\n`;
    output += `${line}\n`;
    onLine?.(line);
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    output += `${line}\n`;
    onLine?.(line);
  });
  try {
    return { code: await ended, stdout, output };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function interrupt(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
}

function explainSpawn(binary: string, error: NodeJS.ErrnoException): Error {
  if (error.code === "EACCES") return new StartError(`The Pulumi CLI cannot be run: ${binary} is not executable.`);
  if (error.code !== "ENOENT") return error;
  return new StartError(`The Pulumi CLI is not there: ${binary}. Install it, or let \`npx holdfast sandbox tools\` build it.`);
}

interface Lock {
  file: string;
  pid?: number;
  hostname?: string;
  timestamp?: string;
}

/**
 * Takes away the locks that a killed CLI left. A lock whose process still lives is somebody's work and is named instead.
 *
 * @returns the process ids whose locks were released.
 */
export async function releaseStaleLock(options: PulumiOptions): Promise<number[]> {
  const { workspace } = options;
  const locks = readLocks(workspace);
  if (locks.length === 0) return [];
  const held = locks.find(({ pid, hostname }) => hostname !== undefined && (hostname !== os.hostname() || isPulumi(pid)));
  if (held !== undefined) {
    throw new StartError(
      `Stack ${workspace.stack} is in use: process ${held.pid} on ${held.hostname} works on it since ${held.timestamp}. ` +
        `Wait for its end, or end it (kill -INT ${held.pid}), and try again. If that process is gone, delete ${held.file}.`,
      EXIT.refused,
    );
  }
  removeCutOffFiles(workspace);
  await succeed(["cancel", "--yes", "--stack", workspace.stack], { ...options, onLine: undefined });
  return locks.map(({ pid }) => pid ?? 0);
}

/**
 * A checkpoint takes its place in one step, but the description that the backend keeps beside it (`.attrs`) does not. The CLI that
 * finds half of one refuses the stack; without any it reads the checkpoint.
 */
function removeCutOffFiles({ backendDirectory, project }: Workspace): void {
  const directory = path.join(backendDirectory, ".pulumi", "stacks", project);
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  for (const file of names.filter((name) => name.endsWith(".attrs")).map((name) => path.join(directory, name))) {
    if (!isJson(fs.readFileSync(file, "utf8"))) fs.rmSync(file);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readLocks({ backendDirectory, project, stack }: Workspace): Lock[] {
  const directory = path.join(backendDirectory, ".pulumi", "locks", "organization", project, stack);
  if (!fs.existsSync(directory)) return [];
  const files = fs.readdirSync(directory).filter((name) => name.endsWith(".json"));
  return files.map((name) => {
    const file = path.join(directory, name);
    try {
      return { ...(JSON.parse(fs.readFileSync(file, "utf8")) as object), file };
    } catch {
      // Killed while it wrote the lock: nobody holds it.
      return { file };
    }
  });
}

/** Process ids are used again; the one of the lock counts only while a Pulumi CLI has it. */
function isPulumi(pid: number | undefined): boolean {
  if (pid === undefined || !isAlive(pid)) return false;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    // No /proc, as on macOS: alive has to be enough.
    return true;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
