import * as fs from "node:fs";
import * as path from "node:path";
import type { Source } from "./model";

const SKIPPED_FOLDERS = new Set([".git", ".hg", ".svn", "node_modules", ".terraform", ".holdfast"]);
const MANIFEST = /\.(?:ya?ml|json)$/i;

/** The manifests at a place, each once, in the order of their names. Symbolic links inside a folder are not followed. */
export function* manifestsAt(place: string): Iterable<string> {
  const open = [place];
  while (open.length > 0) {
    const current = open.pop()!;
    const stats = current === place ? fs.statSync(current) : fs.lstatSync(current);
    if (stats.isFile() && (current === place || MANIFEST.test(current))) yield current;
    if (!stats.isDirectory()) continue;
    const names = fs.readdirSync(current).filter((name) => !SKIPPED_FOLDERS.has(name));
    open.push(
      ...names
        .sort()
        .reverse()
        .map((name) => path.join(current, name)),
    );
  }
}

export function readFile(file: string, named: boolean): Source {
  return { file, text: fs.readFileSync(file, "utf8").replace(/^\uFEFF/, ""), named };
}
