/** Blocks of IPv4 addresses, as numbers. */
interface Block {
  first: number;
  last: number;
}

function blockOf(range: string): Block | undefined {
  const [, address = "", bits = "32"] = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(range.trim()) ?? [];
  const parts = address.split(".").map(Number);
  const length = Number(bits);
  if (parts.length !== 4 || parts.some((part) => part > 255) || length > 32) return undefined;
  const size = 2 ** (32 - length);
  const number = parts.reduce((sum, part) => sum * 256 + part, 0);
  const first = number - (number % size);
  return { first, last: first + size - 1 };
}

/** Whether a block of addresses lies within another; undefined where either is no block of IPv4 addresses. */
export function liesWithin(inner: string, outer: string): boolean | undefined {
  const [left, right] = [blockOf(inner), blockOf(outer)];
  return left === undefined || right === undefined ? undefined : left.first >= right.first && left.last <= right.last;
}

/** Whether two blocks share an address; undefined where either is no block of IPv4 addresses. */
export function overlap(one: string, other: string): boolean | undefined {
  const [left, right] = [blockOf(one), blockOf(other)];
  return left === undefined || right === undefined ? undefined : left.first <= right.last && right.first <= left.last;
}

/** A block of addresses as the API takes it: `192.0.2.0/24`, `2001:db8::/32`. */
export function isRange(text: string): boolean {
  if (/^[\da-fA-F:.]*:[\da-fA-F:.]*\/\d{1,3}$/.test(text)) return Number(text.split("/")[1]) <= 128;
  return /\/\d+$/.test(text) && blockOf(text) !== undefined;
}

/** A block that holds every address of its family. */
export const isEverybody = (range: string): boolean => /\/0$/.test(range.trim());

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Addresses that no router on the internet knows. */
export const isPrivate = (range: string): boolean => PRIVATE.some((block) => liesWithin(range, block) === true);
