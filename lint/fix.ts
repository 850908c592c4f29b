import * as fs from "node:fs";
import * as path from "node:path";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { mendText, type Edit } from "./mend";
import type { LintedCluster, Part, Problem, Source } from "./model";
import { lintGroups, type Linted, type Settings } from "./run";
import { firstLine } from "./split";
import { isOpen } from "./summary";

/** A source as it was read, and its text as it is to be. */
export interface Mended {
  source: Source;
  text: string;
}

export interface Fixed {
  /** What is found in what then stands there. */
  linted: Linted;
  /** What was written. */
  saved: Mended[];
  /** The standard input as it is to be handed on, changed or not. */
  piped?: Source;
}

/** Writes what is certain into the files, and judges again. A file that cannot be written stays as it was, which is told. */
export function fixAll(read: Linted, settings: Settings): Fixed {
  const { mended, notes } = mend(read.clusters);
  const failed: Problem[] = [];
  const saved = mended.filter((each) => {
    try {
      if (each.source.file !== "-") save(each);
      return true;
    } catch (error) {
      failed.push({ file: each.source.file, message: `${(error as Error).message}: not mended, it is as it was.` });
      return false;
    }
  });
  const now = new Map(saved.map(({ source, text }) => [source, { ...source, text }]));
  const groups = read.clusters.map(({ name, sources }) => ({
    name,
    sources: sources.map((source) => now.get(source) ?? source),
  }));
  const again = lintGroups(groups, settings);
  const piped = groups.flatMap(({ sources }) => sources).find(({ file }) => file === "-");
  // What could not be read at all is no source, and so it is not told again by what was.
  const unread = read.problems.filter(
    (problem) => !read.clusters.some(({ sources }) => sources.some(({ file }) => file === problem.file)),
  );
  const linted = {
    ...again,
    problems: [...unread, ...again.problems, ...failed],
    notes: [...new Set([...read.notes, ...again.notes, ...notes])],
  };
  return { linted, saved, ...(piped && { piped }) };
}

/** What the certain mends of all findings make of the sources. Documents without any stay as they are, to the byte. */
export function mend(clusters: readonly LintedCluster[]): { mended: Mended[]; notes: string[] } {
  const notes: string[] = [];
  const bySource = new Map<Source, Map<Part, Map<string, Edit>>>();
  for (const { context, findings, originOf } of clusters) {
    for (const { object: ref, at, write } of findings.filter(isOpen).flatMap(({ mends = [] }) => mends)) {
      const object = context.catalog.resolve(ref);
      const origin = object && originOf(object);
      if (origin === undefined) continue;
      const parts = bySource.get(origin.part.source) ?? new Map<Part, Map<string, Edit>>();
      bySource.set(origin.part.source, parts);
      const edits = parts.get(origin.part) ?? new Map<string, Edit>();
      parts.set(origin.part, edits);
      const path = [...origin.at, ...at];
      // Of two rules that would write one value the first has its way; the other speaks again next time.
      if (!edits.has(JSON.stringify(path))) edits.set(JSON.stringify(path), { path, write });
    }
  }
  const mended = [...bySource].flatMap(([source, parts]) => {
    const text = mendSource(source, parts, notes);
    return text === source.text ? [] : [{ source, text }];
  });
  return { mended, notes };
}

function mendSource(source: Source, parts: ReadonlyMap<Part, ReadonlyMap<string, Edit>>, notes: string[]): string {
  const { file, text, foreign } = source;
  if (foreign === true) {
    notes.push(`${file}: nothing mended, since it is not written in UTF-8. Save it as UTF-8 first.`);
    return text;
  }
  const pieces: string[] = [];
  let done = 0;
  for (const [part, edits] of [...parts].sort(([left], [right]) => left.start - right.start)) {
    const mended = mendText(text.slice(part.start, part.end), [...edits.values()]);
    if (mended === undefined) {
      notes.push(
        `${file}:${firstLine(part)}: not mended: the document uses what cannot be edited safely (anchors, or a key twice). Write the lines by hand.`,
      );
      continue;
    }
    pieces.push(text.slice(done, part.start), mended);
    done = part.end;
  }
  return pieces.join("") + text.slice(done);
}

/** The change as `diff -u` shows it. */
export function diffOf({ source, text }: Mended): string {
  return createTwoFilesPatch(source.file, source.file, source.text, text, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

/** Takes the place of the file at once or not at all, whatever happens in between. */
function save({ source, text }: Mended): void {
  const file = fs.realpathSync(source.file);
  const { mode } = fs.statSync(file);
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.holdfast`);
  try {
    const handle = fs.openSync(beside, "wx", mode);
    try {
      fs.writeFileSync(handle, (source.mark ?? "") + text);
      fs.fchmodSync(handle, mode);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(beside, file);
  } catch (error) {
    fs.rmSync(beside, { force: true });
    throw error;
  }
}
