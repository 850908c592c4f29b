import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { PropertyPath } from "../policy/rule";
import type { Origin, Part } from "./model";

interface Place {
  line: number;
  column: number;
}

/** Finds where values stand. A document is read again only when something was found in it, since positions are dear. */
export class Positions {
  private readonly read = new Map<Part, { document: Document.Parsed; lines: LineCounter } | undefined>();

  /** Of the value at a path below an object; of the nearest that is written where it is not. */
  of({ part, at }: Origin, below: PropertyPath = []): Place {
    const parsed = this.parsed(part);
    const offset = parsed === undefined ? undefined : offsetOf(parsed.document.contents, [...at, ...below], at.length);
    if (parsed === undefined || offset === undefined) return { line: part.line, column: 1 };
    const { line, col } = parsed.lines.linePos(offset);
    return { line: part.line + line - 1, column: col };
  }

  private parsed(part: Part): { document: Document.Parsed; lines: LineCounter } | undefined {
    if (this.read.has(part)) return this.read.get(part);
    const lines = new LineCounter();
    const text = part.source.text.slice(part.start, part.end);
    let parsed: { document: Document.Parsed; lines: LineCounter } | undefined;
    try {
      parsed = { document: parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false }), lines };
    } catch {
      // Too deep for this reader, which is more careful than the one that read the values: the document stands for it.
    }
    this.read.set(part, parsed);
    return parsed;
  }
}

/** Where the key of the last step that is written stands; of the object itself, where its first key does. */
function offsetOf(root: Node | null, path: PropertyPath, fixed: number): number | undefined {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const [depth, step] of path.entries()) {
    const next = stepInto(node, step);
    if (next === undefined) return offset;
    node = next.value;
    offset = (depth < fixed ? undefined : next.at) ?? (node as Node | null)?.range?.[0] ?? offset;
  }
  return offset;
}

function stepInto(node: unknown, step: string | number): { at?: number; value: unknown } | undefined {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step] as Node | undefined;
    return item === undefined ? undefined : { ...(item?.range && { at: item.range[0] }), value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((each) => isPair(each) && isScalar(each.key) && String(each.key.value) === String(step));
  const at = (pair?.key as Node | undefined)?.range?.[0];
  return pair === undefined ? undefined : { ...(at !== undefined && { at }), value: pair.value };
}
