import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { toolDirectory } from "./build";
import { readFinished } from "./cache";
import { fetchedEarlier } from "./launcher";
import type { Tool } from "./table";

/** A tool's programs, and where they come from. */
export interface FoundTool {
  source: "PATH" | "cache" | "launcher" | "built" | "fetched";
  /** Program -> absolute path. */
  binaries: Record<string, string>;
}

/** Folders of PATH, without those of npm: a launcher there would start to download. */
function searchPath(): string[] {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  return folders.filter((folder) => !folder.includes(`${path.sep}node_modules${path.sep}`));
}

function onPath(binary: string): string | undefined {
  return searchPath()
    .map((folder) => path.join(folder, binary))
    .find((file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

const VERSION_SECONDS = 5;

/** The version a program prints, without its `v`; undefined where it prints none in five seconds. */
function versionOf(file: string, args: string[]): Promise<string | undefined> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  return new Promise((resolve) => {
    execFile(file, args, { timeout: VERSION_SECONDS * 1000, encoding: "utf8", env }, (error, stdout) =>
      resolve(error ? undefined : stdout.match(/\bv?(\d+\.\d+\.\d+)\b/)?.[1]),
    );
  });
}

async function fromPath(tool: Tool): Promise<FoundTool | undefined> {
  if (!tool.versionArguments) return undefined;
  const pinned = tool.version.slice(1);
  const accepts = tool.accepts ?? ((version: string) => version === pinned);
  const binaries: Record<string, string> = {};
  for (const binary of Object.values(tool.packages)) {
    const file = onPath(binary);
    const version = file && (await versionOf(file, tool.versionArguments));
    if (!file || !version || !accepts(version)) return undefined;
    binaries[binary] = file;
  }
  return { source: "PATH", binaries };
}

function fromCache(tool: Tool): FoundTool | undefined {
  const names = Object.values(tool.packages);
  const files = readFinished(toolDirectory(tool), names);
  return files && { source: "cache", binaries: Object.fromEntries(names.map((name, index) => [name, files[index]!])) };
}

function fromLauncher(tool: Tool): FoundTool | undefined {
  const file = fetchedEarlier(tool);
  return file === undefined ? undefined : { source: "launcher", binaries: { pulumi: file } };
}

/** Looks for a tool where it may already be: PATH in the right version, the cache, the official launcher's folder. */
export async function findTool(tool: Tool): Promise<FoundTool | undefined> {
  return (await fromPath(tool)) ?? fromCache(tool) ?? fromLauncher(tool);
}
