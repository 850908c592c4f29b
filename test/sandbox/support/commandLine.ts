import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";

const ROOT = path.resolve(__dirname, "..", "..", "..");

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** `holdfast sandbox ...` as a person runs it, against the sandbox of one state folder. */
export function startSandboxCommand(stateDirectory: string, args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { ...process.env, HOLDFAST_STATE_DIR: stateDirectory };
  const child = spawn(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "sandbox", ...args], { env, cwd: ROOT });
  const ended: Ended = { status: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
  return {
    child,
    ended: new Promise((resolve) => child.once("close", (status) => resolve({ ...ended, status }))),
  };
}

export function sandboxCommand(stateDirectory: string, ...args: string[]): Promise<Ended> {
  return startSandboxCommand(stateDirectory, args).ended;
}
