import { isUtf8 } from "node:buffer";

/** What the bytes of a file say. */
export interface Decoded {
  /** Without a byte order mark; undefined where it is no text at all. */
  text?: string;
  /** The mark that stood before it, to be written again. */
  mark?: string;
  /** True where the bytes are no UTF-8. */
  foreign?: boolean;
  /** Of the first byte that is no UTF-8. */
  bad?: { line: number; column: number; message: string };
}

const SNIFFED_BYTES = 8192;

/** UTF-8 as Kubernetes reads it, UTF-16 where a mark says so. What is neither is read as Windows-1252, which is what it mostly is. */
export function decode(bytes: Buffer): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: bytes.subarray(2).toString("utf16le"), foreign: true };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return { text: new TextDecoder("utf-16be").decode(bytes.subarray(2)), foreign: true };
  }
  if (bytes.subarray(0, SNIFFED_BYTES).includes(0)) return {};
  if (isUtf8(bytes)) return marked(bytes.toString("utf8"));
  return { ...marked(byLines(bytes)), foreign: true, bad: firstBad(bytes) };
}

function marked(text: string): Decoded {
  return text.startsWith("\uFEFF") ? { text: text.slice(1), mark: "\uFEFF" } : { text };
}

/** Only the lines that need it: one note in an old encoding must not spoil the rest of a file. */
function byLines(bytes: Buffer): string {
  const old = new TextDecoder("windows-1252");
  return [...linesOf(bytes)].map((line) => (isUtf8(line) ? line.toString("utf8") : old.decode(line))).join("");
}

function* linesOf(bytes: Buffer): Iterable<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start);
    const next = end === -1 ? bytes.length : end + 1;
    yield bytes.subarray(start, next);
    start = next;
  }
}

function firstBad(bytes: Buffer): NonNullable<Decoded["bad"]> {
  let line = 0;
  let first: { line: number; bytes: Buffer } | undefined;
  let count = 0;
  for (const each of linesOf(bytes)) {
    line++;
    if (isUtf8(each)) continue;
    first ??= { line, bytes: each };
    count++;
  }
  const [offset, byte] = badByte(first!.bytes);
  const others = count === 1 ? "" : ` So it is on ${count - 1 === 1 ? "1 more line" : `${count - 1} more lines`}.`;
  const name = `0x${byte.toString(16).toUpperCase()}`;
  const meant = new TextDecoder("windows-1252").decode(Uint8Array.of(byte));
  const message = `the byte ${name} is no UTF-8 (in Windows-1252 it is ${meant}), and the API server refuses the document.${others} Save the file as UTF-8.`;
  return { line: first!.line, column: offset + 1, message };
}

/** The longest beginning of the line that is UTF-8 ends before it. */
function badByte(line: Buffer): [offset: number, byte: number] {
  let offset = 0;
  while (offset < line.length) {
    const length = [1, 2, 3, 4].find((bytes) => offset + bytes <= line.length && isUtf8(line.subarray(offset, offset + bytes)));
    if (length === undefined) break;
    offset += length;
  }
  return [offset, line[offset] ?? 0];
}
