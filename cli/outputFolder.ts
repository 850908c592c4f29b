import * as fs from "node:fs";
import * as path from "node:path";
import type { Files } from "../render";
import { UsageError } from "./usageError";

/** Lists what was written here, one relative path a line, so that the next time removes what is no longer written. */
const LIST = ".holdfast-files";

/**
 * Writes files into a folder that is ours alone. What an earlier call wrote there and this one does not is removed; anything
 * else is never touched.
 *
 * @throws {UsageError} when the folder holds something that was not written by this, or cannot be written.
 */
export function writeFolder(folder: string, files: Files): void {
  const before = filesWrittenBefore(folder);
  try {
    // Two names that differ by letter case only are one file on some systems; nothing here makes such names.
    for (const stale of before.filter((file) => !(file in files))) remove(folder, stale);
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    fs.writeFileSync(path.join(folder, LIST), `${Object.keys(files).sort().join("\n")}\n`);
  } catch (error) {
    throw new UsageError(`--output: ${folder} cannot be written: ${(error as Error).message}. Choose another folder.`);
  }
}

function filesWrittenBefore(folder: string): string[] {
  const found = contentsOf(folder);
  if (found.length === 0) return [];
  if (!found.includes(LIST)) {
    throw new UsageError(
      `--output: ${folder} holds ${found.length === 1 ? "1 other file" : `${found.length} other files`} (${found.slice(0, 3).join(", ")}${found.length > 3 ? " ..." : ""}). Choose a new or empty folder, or one that an earlier render wrote.`,
    );
  }
  const lines = fs.readFileSync(path.join(folder, LIST), "utf8").split("\n");
  return lines.filter((line) => line !== "" && isBelow(folder, line));
}

function contentsOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new UsageError(`--output: ${folder} is a file; a folder is needed.`);
    throw new UsageError(`--output: ${folder} cannot be read: ${message}`);
  }
}

/** A list that somebody changed must not lead out of the folder. */
function isBelow(folder: string, file: string): boolean {
  const relative = path.relative(path.resolve(folder), path.resolve(folder, file));
  return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}

function remove(folder: string, file: string): void {
  fs.rmSync(path.join(folder, file), { force: true });
  for (let parent = path.dirname(file); parent !== "."; parent = path.dirname(parent)) {
    try {
      fs.rmdirSync(path.join(folder, parent));
    } catch {
      // Not empty, or gone with an earlier file.
      return;
    }
  }
}
