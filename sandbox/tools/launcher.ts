import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { cacheDirectory, explainCache, fillOnce, readFinished, type Report } from "./cache";
import type { Tool } from "./table";

/** Seconds the official launcher may take; a machine that reaches only package registries answers "no" in about one. */
const FETCH_SECONDS = 300;

/** What we let the launcher fetch lies in our cache, not in the user's home. */
const directoryOf = (tool: Tool) => path.join(cacheDirectory(), `launcher-${tool.version}`);

/** Where the launcher puts the CLI of a version, below a Pulumi home. */
const cliOf = (tool: Tool) => path.join("versions", tool.version.slice(1), "bin", "pulumi");

/** The CLI that the official launcher has fetched earlier, for us or for the user. Its language hosts lie beside it. */
export function fetchedEarlier(tool: Tool): string | undefined {
  if (tool.name !== "pulumi") return undefined;
  const own = readFinished(directoryOf(tool), [cliOf(tool)])?.[0];
  const users = path.join(os.homedir(), ".pulumi", cliOf(tool));
  return own ?? (fs.existsSync(users) ? users : undefined);
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
  const file = cliOf(tool);
  const fetch = async (home: string) => {
    report(`asking the official launcher for ${tool.title}`);
    const env = { ...process.env, PULUMI_HOME: home, PULUMI_VERSION: tool.version.slice(1), PULUMI_SKIP_UPDATE_CHECK: "true" };
    const version = await versionByLauncher(script, env, seconds);
    if (version !== tool.version || !fs.existsSync(path.join(home, file))) throw new NotFetched();
  };
  try {
    return (await fillOnce(directoryOf(tool), [file], report, fetch))[0];
  } catch (error) {
    if (error instanceof NotFetched) return undefined;
    throw explainCache(error);
  }
}

class NotFetched extends Error {}

/** The launcher passes `version` on to the CLI, so the answer also proves that what it fetched runs. */
function versionByLauncher(script: string, env: NodeJS.ProcessEnv, seconds: number): Promise<string> {
  // A group of its own: the launcher's shell script and its download end with it.
  const child = spawn(process.execPath, [script, "version"], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const kill = () => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(kill, seconds * 1000);
  // Whoever gives up waiting ends this process; the download must not go on alone.
  process.once("exit", kill);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    const end = (answer: string) => {
      clearTimeout(timer);
      process.off("exit", kill);
      resolve(answer);
    };
    child.once("error", () => end(""));
    child.once("close", () => end(output.trim().split("\n").at(-1) ?? ""));
  });
}
