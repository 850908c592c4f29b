import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import type { PropertyPath } from "../policy/rule";
import type { Part, PlacedFinding } from "./model";

interface Place {
  line: number;
  column: number;
}

type Sought = Pick<PlacedFinding, "origin" | "at" | "line" | "column">;

/**
 * Writes into findings where their values stand, or where the nearest that is written does. A document is read again only when something
 * was found in it, since positions are dear; each is read once and let go before the next.
 */
export function place(findings: readonly Sought[]): void {
  const byPart = new Map<Part, Sought[]>();
  for (const finding of findings) {
    if (finding.origin === undefined) continue;
    const known = byPart.get(finding.origin.part);
    if (known === undefined) byPart.set(finding.origin.part, [finding]);
    else known.push(finding);
  }
  for (const [part, wanted] of byPart) {
    const placeOf = reader(part);
    for (const finding of wanted) Object.assign(finding, placeOf(finding.origin!.at, finding.at ?? []));
  }
}

function reader(part: Part): (object: PropertyPath, below: PropertyPath) => Place {
  const lines = new LineCounter();
  const text = part.source.text.slice(part.start, part.end);
  let root: Node | null;
  try {
    root = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false }).contents;
  } catch {
    // Too deep for this reader, which is more careful than the one that read the values: the document stands for it.
    return () => ({ line: part.line, column: 1 });
  }
  return (object, below) => {
    const offset = offsetOf(root, [...object, ...below], object.length);
    if (offset === undefined) return { line: part.line, column: 1 };
    const { line, col } = lines.linePos(offset);
    return { line: part.line + line - 1, column: col };
  };
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
