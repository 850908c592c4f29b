import { spawn } from "node:child_process";

/** Seconds for a backend far away to answer. */
const ANSWER_SECONDS = 60;

/** The outputs of a stack, or why they cannot be had. */
export type Outputs = { outputs: unknown } | { refused: string };

/** Asks the user's own Pulumi CLI, with the user's own login. Nothing is changed. */
export function readOutputs(directory: string, stack: string, binary = "pulumi"): Promise<Outputs> {
  const command = ["stack", "output", "--json", "--stack", stack, "--non-interactive"];
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((settle) => {
    const child = spawn(binary, command, {
      cwd: directory,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Not the time limit of `spawn`: that goes on where nothing could be started.
    const late = setTimeout(() => child.kill(), ANSWER_SECONDS * 1000);
    const resolve = (read: Outputs) => {
      clearTimeout(late);
      settle(read);
    };
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) child[name].on("data", (part: Buffer) => (texts[name] += String(part)));
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ refused: error.code === "ENOENT" ? "there is no pulumi on PATH" : error.message });
    });
    child.once("close", (code) => resolve(code === 0 ? parse(texts.stdout) : { refused: whyNot(code, texts.stderr) }));
  });
}

function parse(text: string): Outputs {
  try {
    return { outputs: JSON.parse(text) as unknown };
  } catch {
    return { refused: `pulumi stack output said ${firstLine(text)}` };
  }
}

const whyNot = (code: number | null, said: string): string =>
  code === null ? `pulumi stack output gave no answer within ${ANSWER_SECONDS} s` : firstLine(said);

const firstLine = (text: string): string =>
  text
    .trim()
    .split("\n")[0]!
    .replace(/^error: /, "") || "it gave no reason";
