import { isDeepStrictEqual } from "node:util";
import { load } from "js-yaml";
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import type { PropertyPath } from "../policy/rule";
import { KUBERNETES_SCHEMA } from "./schema";

/** One value of a document that is to be written; `undefined` takes its key away. */
export interface Edit {
  path: PropertyPath;
  write: unknown;
}

interface Splice {
  start: number;
  end: number;
  text: string;
  /** How far the block lies to the right that it adds to. */
  column?: number;
}

/** Words that YAML 1.1 reads as something else are quoted; the API server reads 1.1. */
const STYLE = { version: "1.1", lineWidth: 0, minContentWidth: 0 } as const;

/**
 * The text of a document with the edits in it. Where it can, only the bytes of the values that change are touched; where a block cannot
 * be edited in place the document is written anew, with its comments, in its order. Undefined where neither gives what was asked.
 */
export function mendText(text: string, edits: readonly Edit[]): string | undefined {
  const before = reread(text);
  if (before === undefined) return undefined;
  const wanted = applied(before, edits);
  for (const attempt of [inPlace, anew]) {
    const mended = attempt(text, edits);
    if (mended !== undefined && isDeepStrictEqual(reread(mended), wanted)) return mended;
  }
  return undefined;
}

function reread(text: string): unknown {
  try {
    return load(text, { schema: KUBERNETES_SCHEMA });
  } catch {
    return undefined;
  }
}

/** The value that the edits are to make of a document. */
function applied(value: unknown, edits: readonly Edit[]): unknown {
  const root = structuredClone(value);
  for (const { path, write } of edits) {
    let node = root as Record<string | number, unknown>;
    for (const [index, key] of path.slice(0, -1).entries()) {
      if (typeof node[key] !== "object" || node[key] === null) node[key] = typeof path[index + 1] === "number" ? [] : {};
      node = node[key] as Record<string | number, unknown>;
    }
    const last = path.at(-1)!;
    if (write !== undefined) node[last] = structuredClone(write);
    else if (Array.isArray(node)) node.splice(Number(last), 1);
    else delete node[last];
  }
  return root;
}

function anew(text: string, edits: readonly Edit[]): string | undefined {
  const document = parseDocument(text, { uniqueKeys: false, version: "1.1" });
  try {
    for (const { path, write } of edits) {
      if (write === undefined) document.deleteIn(path);
      else document.setIn(path, document.createNode(write));
    }
    return document.toString({ lineWidth: 0 });
  } catch {
    return undefined;
  }
}

/** As many rounds as there are edits that build on each other. */
function inPlace(text: string, edits: readonly Edit[]): string | undefined {
  let current = text;
  for (let left = [...edits]; left.length > 0;) {
    const document = parseDocument(current, { uniqueKeys: false });
    if (document.errors.length > 0) return undefined;
    const splices: Splice[] = [];
    const later: Edit[] = [];
    const added = new Set<string>();
    for (const edit of left) {
      const placed = spliceOf(document, current, edit);
      if (placed === undefined) return undefined;
      if (placed === "nothing") continue;
      const isTaken = added.has(placed.adds) || splices.some((other) => placed.start < other.end && other.start < placed.end);
      if (isTaken) later.push(edit);
      else {
        splices.push(placed);
        added.add(placed.adds);
      }
    }
    if (splices.length === 0 && later.length > 0) return undefined;
    current = spliced(current, splices);
    left = later;
  }
  return current;
}

function spliced(text: string, splices: Splice[]): string {
  const parts: string[] = [];
  let done = 0;
  // Where blocks end together the innermost is added to first.
  const sorted = [...splices].sort((left, right) => left.start - right.start || (right.column ?? 0) - (left.column ?? 0));
  for (const { start, end, text: replacement } of sorted) {
    parts.push(text.slice(done, start), replacement);
    done = end;
  }
  return parts.join("") + text.slice(done);
}

/** How one edit changes the text; `adds` names the key that it adds, so that nobody else adds it too. */
function spliceOf(document: Document, text: string, { path, write }: Edit): (Splice & { adds: string }) | "nothing" | undefined {
  let node: unknown = document.contents;
  for (const [depth, key] of path.entries()) {
    const next = isMap(node) ? pairOf(node, key)?.value : isSeq(node) && typeof key === "number" ? node.items[key] : undefined;
    const rest = path.slice(depth + 1);
    if (isMap(node) && pairOf(node, key) === undefined) {
      if (write === undefined) return "nothing";
      return named(addition(node, String(key), nested(rest, write), text), path.slice(0, depth + 1));
    }
    if (rest.length === 0) return named(write === undefined ? removal(node, key, text) : replacement(next, write, text), path);
    const isEmpty = next === null || (isScalar(next) && next.value === null);
    if (isEmpty && isMap(node)) {
      return write === undefined ? "nothing" : named(belowKey(node, key, nested(rest, write), text), path);
    }
    if (next === undefined || isAlias(next)) return undefined;
    node = next;
  }
  return undefined;
}

const named = (splice: Splice | undefined, path: PropertyPath): (Splice & { adds: string }) | undefined =>
  splice && { ...splice, adds: JSON.stringify(path) };

function pairOf(map: YAMLMap, key: string | number): Pair<Node, Node | null> | undefined {
  return map.items.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key)) as
    Pair<Node, Node | null> | undefined;
}

function nested(path: PropertyPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => (typeof key === "number" ? [inner] : { [key]: inner }), value);
}

/** Of a plain value by another; everything else is written anew. */
function replacement(node: unknown, write: unknown, text: string): Splice | undefined {
  if (!isScalar(node) || !node.range || (typeof write === "object" && write !== null)) return undefined;
  const [start, end] = node.range;
  if (start === end || node.type?.startsWith("BLOCK") === true || node.anchor !== undefined || node.tag !== undefined) {
    return undefined;
  }
  const quote = typeof write === "string" ? text[start] : undefined;
  const written =
    quote === "'" && typeof write === "string"
      ? `'${write.replaceAll("'", "''")}'`
      : quote === '"' || isJson(text)
        ? JSON.stringify(write)
        : stringify(write, STYLE).trimEnd();
  return written.includes("\n") ? undefined : { start, end, text: written };
}

function addition(map: YAMLMap, key: string, value: unknown, text: string): Splice | undefined {
  if (!map.range) return undefined;
  return map.flow === true ? flowAddition(map, key, value, text) : blockAddition(map, key, value, text);
}

function blockAddition(map: YAMLMap, key: string, value: unknown, text: string): Splice | undefined {
  const first = (map.items[0]?.key as Node | undefined)?.range?.[0];
  const last = map.items.at(-1) as Pair<Node, Node | null> | undefined;
  const end = last?.value?.range?.[1] ?? last?.key.range?.[1];
  if (first === undefined || end === undefined) return undefined;
  return blockAfter(end, columnOf(first, text), { [key]: value }, text);
}

/** Below a key that stands there without a value. */
function belowKey(map: YAMLMap, key: string | number, value: unknown, text: string): Splice | undefined {
  const range = pairOf(map, key)?.key.range;
  if (map.flow === true || !range || !/^\s*:[ \t]*(?:#.*)?\r?$/m.test(text.slice(range[1]).split("\n", 1)[0]!)) return undefined;
  return blockAfter(range[1], columnOf(range[0], text) + 2, value, text);
}

const columnOf = (offset: number, text: string): number => offset - (text.lastIndexOf("\n", offset - 1) + 1);

/** Lines after the one on which something ends. */
function blockAfter(end: number, column: number, block: unknown, text: string): Splice {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = stringify(block, { ...STYLE, indentSeq: indentsLists(text) })
    .trimEnd()
    .split("\n");
  const written = lines.map((line) => " ".repeat(column) + line + lineBreak).join("");
  if (text[end - 1] === "\n") return { start: end, end, text: written, column };
  const next = text.indexOf("\n", end);
  if (next === -1) return { start: text.length, end: text.length, text: lineBreak + written.slice(0, -lineBreak.length), column };
  return { start: next + 1, end: next + 1, text: written, column };
}

/** As the rest of the document does it: list items below their key, or indented from it. */
function indentsLists(text: string): boolean {
  const list = /^( *)(?:- )?[^\s#-][^\n]*:[ \t]*\r?\n( *)- /m.exec(text);
  return list === null || list[2]!.length > list[1]!.length;
}

function flowAddition(map: YAMLMap, key: string, value: unknown, text: string): Splice | undefined {
  const [start, end] = map.range!;
  const written = isJson(text)
    ? `${JSON.stringify(key)}: ${JSON.stringify(value)}`
    : stringify({ [key]: value }, { ...STYLE, collectionStyle: "flow" })
        .trim()
        .slice(1, -1)
        .trim();
  if (written.includes("\n")) return undefined;
  const last = map.items.at(-1) as Pair<Node, Node | null> | undefined;
  if (last === undefined) return { start, end, text: `{ ${written} }` };
  const after = last.value?.range?.[1] ?? last.key.range?.[1];
  const keyAt = last.key.range?.[0];
  if (after === undefined || keyAt === undefined) return undefined;
  const indent = /\r?\n[ \t]*$/.exec(text.slice(0, keyAt))?.[0] ?? " ";
  return { start: after, end: after, text: `,${indent}${written}` };
}

const isJson = (text: string): boolean => /^\s*\{\s*"/.test(text);

/** Whole lines only, and never the last key of a block. */
function removal(node: unknown, key: string | number, text: string): Splice | undefined {
  if (!isMap(node) || node.flow === true || node.items.length < 2) return undefined;
  const pair = pairOf(node, key)!;
  const [keyAt, keyEnd] = pair.key.range ?? [];
  const end = pair.value?.range?.[1] ?? keyEnd;
  if (keyAt === undefined || end === undefined) return undefined;
  const start = text.lastIndexOf("\n", keyAt - 1) + 1;
  if (text.slice(start, keyAt).trim() !== "") return undefined;
  const next = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1 || text.length;
  return { start, end: next, text: "" };
}
