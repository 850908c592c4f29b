import * as fs from "node:fs";
import * as path from "node:path";

/** What is generated, fetched, or somebody else's. */
const SKIPPED_FOLDERS = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  ".venv",
  "venv",
  "__pycache__",
  ".terraform",
  ".holdfast",
]);

/** Larger ones are data or generated, and would only be slow. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/** Bytes at the beginning in which a binary file gives itself away. */
const SNIFFED_BYTES = 8192;

export interface TextFile {
  /** As the user would write it: below the argument it was found by. */
  file: string;
  text: string;
}

export interface SkippedFile {
  file: string;
  why: "binary" | "larger than 4 MiB" | "not readable";
}

/**
 * Every text file below the given files and folders, each once, in the order of their names. Symbolic links are not followed: what
 * they lead to is found where it is, or is not below.
 *
 * @param skip called with what cannot be read, or is not worth it.
 */
export function* textFiles(roots: string[], skip: (skipped: SkippedFile) => void): Iterable<TextFile> {
  const seen = new Set<string>();
  for (const root of roots) {
    for (const file of filesBelow(root, skip)) {
      const absolute = path.resolve(file);
      if (seen.has(absolute)) continue;
      seen.add(absolute);
      const read = readText(file);
      if (typeof read === "object") yield { file, text: read.text };
      else skip({ file, why: read });
    }
  }
}

function* filesBelow(place: string, skip: (skipped: SkippedFile) => void): Iterable<string> {
  // A stack of our own: folders may be nested deeper than functions can call each other.
  const open = [place];
  while (open.length > 0) {
    const current = open.pop()!;
    try {
      const stats = current === place ? fs.statSync(current) : fs.lstatSync(current);
      if (stats.isFile()) yield current;
      if (!stats.isDirectory()) continue;
      const names = fs.readdirSync(current).filter((name) => !SKIPPED_FOLDERS.has(name));
      open.push(
        ...names
          .sort()
          .reverse()
          .map((name) => path.join(current, name)),
      );
    } catch {
      skip({ file: current, why: "not readable" });
    }
  }
}

function readText(file: string): { text: string } | SkippedFile["why"] {
  try {
    if (fs.statSync(file).size > LARGEST_BYTES) return "larger than 4 MiB";
    const bytes = fs.readFileSync(file);
    return bytes.subarray(0, SNIFFED_BYTES).includes(0) ? "binary" : { text: bytes.toString("utf8") };
  } catch {
    return "not readable";
  }
}
