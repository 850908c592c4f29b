import * as fs from "node:fs";
import * as path from "node:path";
import { load } from "js-yaml";
import { decode } from "./bytes";
import type { Problem, Source } from "./model";
import { KUBERNETES_SCHEMA } from "./schema";

/** What is generated, fetched, or somebody else's. */
const SKIPPED_FOLDERS = new Set([".git", ".hg", ".svn", "node_modules", ".terraform", ".holdfast"]);
const MANIFEST = /\.(?:ya?ml|json)$/i;
const KUSTOMIZATION = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Longer than a text of Node.js can be. */
const LARGEST_BYTES = 500_000_000;

export interface Told {
  problems: Problem[];
  notes: string[];
}

/**
 * The manifests at a place, each once, in the order of their names. In a folder only `*.yaml`, `*.yml` and `*.json` count, symbolic
 * links are not followed, and what only makes sense through Helm or Kustomize is told about and left out.
 */
export function manifestsAt(place: string, excluded: (file: string) => boolean, told: Told): string[] {
  if (!fs.statSync(place).isDirectory()) return [place];
  const files: string[] = [];
  const open = [place];
  while (open.length > 0) {
    const folder = open.pop()!;
    const entries = entriesOf(folder, told);
    const patches = patchesIn(folder, entries, told);
    const below: string[] = [];
    for (const { name, isFolder, isFile } of entries) {
      const file = path.join(folder, name);
      if (excluded(file)) continue;
      if (isFolder && !SKIPPED_FOLDERS.has(name) && !isTemplates(name, entries, file, told)) below.push(file);
      if (isFile && MANIFEST.test(name) && !patches.has(path.normalize(file))) files.push(file);
    }
    open.push(...below.reverse());
  }
  return files.sort((left, right) => (left < right ? -1 : 1));
}

interface Entry {
  name: string;
  isFolder: boolean;
  isFile: boolean;
}

function entriesOf(folder: string, { problems }: Told): Entry[] {
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    const told = entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), isFile: entry.isFile() }));
    return told.sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    problems.push({ file: folder, message: `cannot be read: ${reasonOf(error)}.` });
    return [];
  }
}

function isTemplates(name: string, siblings: Entry[], folder: string, { notes }: Told): boolean {
  if (name !== "templates" || !siblings.some((entry) => entry.name === "Chart.yaml")) return false;
  notes.push(
    `${folder}: not looked into: templates of a Helm chart. Give what they become: helm template ${path.dirname(folder)} | holdfast lint -`,
  );
  return true;
}

/** Patches look like objects and are only parts of them. */
function patchesIn(folder: string, entries: Entry[], { notes }: Told): Set<string> {
  const name = KUSTOMIZATION.find((each) => entries.some((entry) => entry.name === each));
  if (name === undefined) return new Set();
  const patches = patchesOf(path.join(folder, name)).map((file) => path.normalize(path.join(folder, file)));
  if (patches.length > 0) {
    const count = patches.length === 1 ? "1 patch" : `${patches.length} patches`;
    notes.push(
      `${path.join(folder, name)}: ${count} not looked into. Give what Kustomize makes of them: kubectl kustomize ${folder} | holdfast lint -`,
    );
  }
  return new Set([...patches, path.normalize(path.join(folder, name))]);
}

function patchesOf(file: string): string[] {
  let content: unknown;
  try {
    content = load(fs.readFileSync(file, "utf8"), { schema: KUBERNETES_SCHEMA });
  } catch {
    // What is wrong in it is Kustomize's matter.
  }
  const { patches, patchesStrategicMerge, patchesJson6902 } = (content ?? {}) as Record<string, unknown>;
  return [patches, patchesStrategicMerge, patchesJson6902].flatMap((list) =>
    (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
      const named = typeof item === "string" ? item : (item as { path?: unknown } | null)?.path;
      return typeof named === "string" && !named.includes("\n") ? [named] : [];
    }),
  );
}

/** A file, or the standard input (`-`). Undefined where it cannot be read, which is told. */
export function readPlace(file: string, named: boolean, { problems }: Told): Source | undefined {
  let bytes: Buffer;
  try {
    if (file !== "-" && fs.statSync(file).size > LARGEST_BYTES) {
      problems.push({ file, message: `larger than ${LARGEST_BYTES / 1e6} MB, which is more than this reads at once. Split it.` });
      return undefined;
    }
    bytes = fs.readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    problems.push({ file, message: `cannot be read: ${reasonOf(error)}.` });
    return undefined;
  }
  const { text, mark, foreign, bad } = decode(bytes);
  if (bad !== undefined) problems.push({ file, ...bad });
  if (text === undefined) {
    problems.push({ file, message: "not YAML: it holds bytes of zero, as only binary files do. Give YAML or JSON as text." });
    return undefined;
  }
  return { file, text, named, ...(mark !== undefined && { mark }), ...(foreign && { foreign }) };
}

/** Without the words that Node.js puts around it. */
const reasonOf = (error: unknown): string => (error as Error).message.replace(/^[A-Z]+: /, "").replace(/, \w+ .*$/, "");
