import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const entries = {
  "pulumi-language-nodejs": "languageHost/main.ts",
  "pulumi-resource-kubernetes": "kubernetes/main.ts",
  "pulumi-resource-aws": "cloud/aws.ts",
  "pulumi-resource-azure-native": "cloud/azureNative.ts",
  "pulumi-resource-gcp": "cloud/gcp.ts",
} as const;

/** A plugin Holdfast can stand in for, by the name of its executable. */
export type StandIn = keyof typeof entries;

/** The file in a plugin's folder that says it is a stand-in, and of which state of the sources. */
export const standInMark = "holdfast-stand-in";

/**
 * Builds a plugin into one file, once per state of its sources: a preview starts three Node.js processes, and compiling TypeScript or
 * opening hundreds of modules at each start would cost more than the preview itself.
 */
export async function buildStandIn(name: StandIn, directory: string): Promise<void> {
  const mark = path.join(directory, standInMark);
  const hash = sourceHash();
  if (fs.existsSync(mark) && fs.readFileSync(mark, "utf8") === hash) return;
  fs.mkdirSync(directory, { recursive: true });
  const bundle = path.join(directory, `${name}-${hash}.js`);
  const unfinished = besideOf(bundle);
  await build({
    entryPoints: [path.join(__dirname, entries[name])],
    outfile: unfinished,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
    // A library reads it only for its debug log.
    define: { "import.meta.url": '""' },
  });
  // Everything is moved to its place whole, and the mark last: two runs at once must never start a half-written plugin.
  fs.renameSync(unfinished, bundle);
  // `exec` keeps the CLI the parent of the plugin, which ends when its parent does.
  const launcher = `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(bundle)} "$@"\n`;
  writeWhole(path.join(directory, name), launcher, 0o755);
  writeWhole(mark, hash, 0o644);
  for (const file of fs.readdirSync(directory)) {
    if (file.startsWith(`${name}-`) && file.endsWith(".js") && !file.includes(hash)) fs.rmSync(path.join(directory, file));
  }
}

let written = 0;
/** A name that no other writer has, in this process or another. */
const besideOf = (file: string): string => `${file}.${process.pid}.${++written}`;

function writeWhole(file: string, text: string, mode: number): void {
  const unfinished = besideOf(file);
  fs.writeFileSync(unfinished, text, { mode });
  fs.renameSync(unfinished, file);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The bundle holds our sources and the libraries of the lockfile; either one changing makes another bundle. */
function sourceHash(): string {
  const hash = createHash("sha256");
  const sources = fs.readdirSync(__dirname, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of sources.sort()) hash.update(file).update(fs.readFileSync(path.join(__dirname, file)));
  const lockfile = path.join(__dirname, "../../package-lock.json");
  if (fs.existsSync(lockfile)) hash.update(fs.readFileSync(lockfile));
  return hash.update(process.execPath).digest("hex").slice(0, 16);
}
