import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cacheDirectory, type Report } from "./cache";
import type { Tool } from "./table";

/** Seconds the official launcher may take; a machine that reaches only package registries answers "no" in about one. */
const FETCH_SECONDS = 300;

/** The launcher's home for what we let it fetch: ours, not the user's. */
const ownHome = () => path.join(cacheDirectory(), "launcher");

/** Where the launcher puts the CLI of a version, below a Pulumi home. */
function cliIn(home: string, tool: Tool): string {
  return path.join(home, "versions", tool.version.slice(1), "bin", "pulumi");
}

/** The CLI that the official launcher has fetched earlier, for us or for the user. Its language hosts lie beside it. */
export function fetchedEarlier(tool: Tool): string | undefined {
  if (tool.name !== "pulumi") return undefined;
  const homes = [ownHome(), path.join(os.homedir(), ".pulumi")];
  return homes.map((home) => cliIn(home, tool)).find((file) => fs.existsSync(file));
}

export interface LauncherOptions {
  /** Default: the launcher of the npm package `pulumi`. */
  script?: string;
  /** Default: 300. */
  seconds?: number;
}

/**
 * Lets the official launcher fetch the Pulumi CLI with its language hosts.
 *
 * @returns the CLI, or undefined where the launcher could not: no way to its downloads, a broken download, no answer in time.
 */
export async function fetchByLauncher(
  tool: Tool,
  report: Report,
  { script = require.resolve("pulumi/run.js"), seconds = FETCH_SECONDS }: LauncherOptions = {},
): Promise<string | undefined> {
  if (tool.name !== "pulumi") return undefined;
  report(`asking the official launcher for ${tool.title}`);
  const env = { ...process.env, PULUMI_HOME: ownHome(), PULUMI_VERSION: tool.version.slice(1), PULUMI_SKIP_UPDATE_CHECK: "true" };
  if ((await versionByLauncher(script, env, seconds)) === tool.version) return fetchedEarlier(tool);
  // What it left half done must not be taken for the CLI next time.
  fs.rmSync(ownHome(), { recursive: true, force: true });
  return undefined;
}

/** The launcher passes `version` on to the CLI, so the answer also proves that what it fetched runs. */
function versionByLauncher(script: string, env: NodeJS.ProcessEnv, seconds: number): Promise<string> {
  // A group of its own: the launcher's shell script and its download end with it.
  const child = spawn(process.execPath, [script, "version"], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), seconds * 1000);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    const end = (answer: string) => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.once("error", () => end(""));
    child.once("close", () => end(output.trim().split("\n").at(-1) ?? ""));
  });
}
