import { isIP } from "node:net";

export const isAddress = (text: string): boolean => isIP(text) !== 0;

/** A run of addresses of one family, both ends included. */
interface Range {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Reads `192.168.1.200-192.168.1.220` or `192.168.1.0/24`; a sentence where it is neither. */
export function parseRange(text: string): Range | string {
  const parts = text.split(text.includes("/") ? "/" : "-").map((part) => part.trim());
  const [start = "", end = start] = parts;
  if (parts.length > 2 || !isAddress(start)) return "it is not an address, a range or a CIDR block";
  const family = isIP(start) as 4 | 6;
  if (text.includes("/")) return parseBlock(start, end, family);
  if (isIP(end) !== family) return "the second address is none, or of another family than the first";
  const range = { family, first: numberOf(start), last: numberOf(end) };
  return range.first <= range.last ? range : "the first address comes after the last";
}

function parseBlock(start: string, length: string, family: 4 | 6): Range | string {
  const bits = Number(length);
  if (!/^\d+$/.test(length) || bits > BITS[family]) return `the prefix length is not a number from 0 to ${BITS[family]}`;
  const size = 1n << BigInt(BITS[family] - bits);
  const first = (numberOf(start) / size) * size;
  return { family, first, last: first + size - 1n };
}

/** An address as a number. */
function numberOf(address: string): bigint {
  if (isIP(address) === 4) return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const withoutDotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    return `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`;
  });
  const [head = "", tail] = withoutDotted.replace(/%.*$/, "").split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill("0"), ...right].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** Whether an address lies in one of the ranges. */
export function contains(ranges: string[], address: string): boolean {
  const family = isIP(address);
  const value = numberOf(address);
  return ranges.some((text) => {
    const range = parseRange(text);
    return typeof range !== "string" && range.family === family && range.first <= value && value <= range.last;
  });
}

/** Whether two ranges have an address in common. */
export function overlap(left: string, right: string): boolean {
  const [a, b] = [parseRange(left), parseRange(right)];
  if (typeof a === "string" || typeof b === "string" || a.family !== b.family) return false;
  return a.first <= b.last && b.first <= a.last;
}

/** One text for every spelling of an address. */
export function canonicalAddress(address: string): string {
  return `${isIP(address)}/${numberOf(address)}`;
}
