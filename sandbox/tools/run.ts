import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** What a run of `go` or `pip` is for; told when it fails. */
export interface ToolRun {
  /** `etcd v3.6.6`. */
  subject: string;
  directory: string;
  logFile: string;
}

export interface Ended {
  /** The exit status, or the signal that ended it. */
  status: number | string;
  output: string;
  /** The last lines it said. */
  tail: string[];
}

const TAIL_LINES = 20;

/** Runs a program to its end, its words going to the log. */
export async function runLogged(program: string, args: string[], env: NodeJS.ProcessEnv, run: ToolRun): Promise<Ended> {
  fs.mkdirSync(path.dirname(run.logFile), { recursive: true });
  const log = fs.openSync(run.logFile, "a");
  let output = "";
  const tail: string[] = [];
  let end = () => {};
  try {
    fs.writeSync(log, `$ ${program} ${args.join(" ")}\n`);
    const child = spawn(program, args, { cwd: run.directory, env, stdio: ["ignore", "pipe", "pipe"] });
    // Whoever gives up waiting ends this process; the compiler must not go on alone.
    end = () => child.kill();
    process.once("exit", end);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      fs.writeSync(log, text);
      tail.push(...text.split("\n").filter((line) => line.trim()));
      tail.splice(0, tail.length - TAIL_LINES);
    });
    const status = await new Promise<number | string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    return { status, output, tail: tail.length > 0 ? tail : output.trim().split("\n").slice(-TAIL_LINES) };
  } finally {
    process.off("exit", end);
    fs.closeSync(log);
  }
}

/** A run that failed: the command, how it ended, its last lines, the log, and what is known about the cause. */
export function failureText(did: string, command: string, run: ToolRun, { status, tail }: Ended, hints: string[]): string {
  const ended = typeof status === "number" ? `ended with ${status}` : `was stopped by ${status}`;
  return [
    `${run.subject} could not be ${did}: \`${command}\` ${ended}. Its last lines:`,
    ...tail.map((line) => `  | ${line}`),
    `The whole log: ${run.logFile}`,
    ...hints,
  ].join("\n");
}

/** The hints whose sign stands in what a program said. */
export function hintsFor(said: string, all: readonly (readonly [RegExp, string])[]): string[] {
  return all.filter(([sign]) => sign.test(said)).map(([, hint]) => hint);
}
