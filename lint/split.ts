import type { Part, Source } from "./model";

/** A line of three hyphens or dots ends a document wherever it stands, even inside a text; so one broken document ends there too. */
const MARK = /^(?:---|\.\.\.)(?=\s|$)/gm;

/** The documents of a source, empty ones too. Each but the first begins with its mark, so that what stands behind it counts. */
export function* split(source: Source): Iterable<Part> {
  const { text } = source;
  let start = 0;
  let line = 1;
  let nextLine = 1;
  let counted = 0;
  const lineAt = (offset: number): number => {
    for (let at = text.indexOf("\n", counted); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
      nextLine++;
      counted = at + 1;
    }
    return nextLine;
  };
  for (const { 0: mark, index } of text.matchAll(MARK)) {
    if (mark === "---" && holdsOnlyDirectives(text.slice(start, index))) continue;
    if (index > start) yield { source, start, end: index, line };
    start = mark === "---" ? index : index + mark.length;
    line = lineAt(index);
  }
  if (text.length > start) yield { source, start, end: text.length, line };
}

/** The line of a document on which anything stands: behind its mark, blank lines and comments. */
export function firstLine({ source, start, end, line }: Part): number {
  let at = start;
  for (let current = line; at < end; current++) {
    const next = source.text.indexOf("\n", at);
    const stop = next === -1 || next > end ? end : next;
    if (!/^(?:---)?\s*(?:#.*)?$/.test(source.text.slice(at, stop))) return current;
    at = stop + 1;
  }
  return line;
}

/** They belong to the document that the next mark begins. */
function holdsOnlyDirectives(text: string): boolean {
  return /^%/m.test(text) && text.split(/\r?\n/).every((line) => /^(?:%.*|\s*(?:#.*)?)$/.test(line));
}
