import { isIP } from "node:net";

/** An address or a DNS name in a line of text, with the port that stands behind it or follows from the scheme before it. */
export interface Place {
  /** Counted from 1, in characters. */
  column: number;
  /** As it stands there. */
  text: string;
  /** Without brackets. */
  host: string;
  port: number | undefined;
  /** Whether the port stands there; else it is what the scheme means. */
  portWritten: boolean;
  isAddress: boolean;
}

// What may stand before: nothing that makes it part of a longer word; but the letter of an escape (\n) and a shell's :- do.
const BEFORE = String.raw`(?:(?<![\w.-])|(?<=\\[nrt])|(?<=:-))`;
const PORT = String.raw`(?::(\d{1,5})(?!\w|\.\d))?`;

// No part repeats without a bound, so a line takes time in proportion to its length, whatever stands in it.
const IPV4 = new RegExp(String.raw`${BEFORE}(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\w-]|\.\d)${PORT}`, "g");
const BRACKETED_IPV6 = new RegExp(String.raw`\[([0-9A-Fa-f:.]{2,45})\]${PORT}`, "g");
const BARE_IPV6 = /(?<![\w:.[-])([0-9A-Fa-f]{1,4}:[0-9A-Fa-f:.]{1,40}[0-9A-Fa-f])(?![\w:\]])/g;
const NAME = new RegExp(String.raw`${BEFORE}([A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,9})(?![\w-])${PORT}`, "g");

const SCHEME_PORTS: Record<string, number> = { http: 80, ws: 80, https: 443, wss: 443 };

/** Every address of a line that can be somebody's, and every name that `isKnown`. */
export function placesIn(line: string, isKnown: (name: string) => boolean): Place[] {
  const places: Place[] = [];
  for (const match of line.matchAll(IPV4)) if (isSomebodys(line, match)) places.push(placeOf(line, match, true));
  if (line.includes(":")) {
    for (const match of line.matchAll(BRACKETED_IPV6)) if (isOutwardIpv6(match[1]!)) places.push(placeOf(line, match, true));
    for (const match of line.matchAll(BARE_IPV6)) {
      const isBlock = line[match.index + match[0].length] === "/";
      if (isOutwardIpv6(match[1]!) && !isBlock) places.push(placeOf(line, match, true));
    }
  }
  for (const match of line.matchAll(NAME)) if (isKnown(match[1]!)) places.push(placeOf(line, match, false));
  return places.filter(({ port }) => port === undefined || port <= 65_535).sort((left, right) => left.column - right.column);
}

function placeOf(line: string, { 0: text, 1: host, 2: digits, index }: RegExpExecArray, isAddress: boolean): Place {
  const scheme = /([a-z]{2,5}):\/\/$/i.exec(line.slice(Math.max(0, index - 8), index))?.[1]?.toLowerCase();
  const port = digits === undefined ? SCHEME_PORTS[scheme ?? ""] : Number(digits);
  return { column: index + 1, text, host: host!, port, portWritten: digits !== undefined, isAddress };
}

const VERSION_WORD = /(?:version|ver|release|revision|rev|tag|chrome|firefox|safari|edge?)["']?\s{0,4}[:=/@]?\s{0,4}["']?$/i;

/** Leaves out what only looks like an address, and addresses that are nobody's or one's own. */
function isSomebodys(line: string, { 0: text, 1: host, 2: port, index }: RegExpExecArray): boolean {
  if (isIP(host!) !== 4) return false;
  const first = Number(host!.split(".")[0]);
  // This host, loopback, netmasks and their inverse, multicast.
  if (first === 0 || first === 127 || first >= 224) return false;
  const before = line.slice(Math.max(0, index - 24), index);
  const isBlock = port === undefined && /^\/\d{1,2}(?!\w)/.test(line.slice(index + text.length, index + text.length + 4));
  if (isBlock && !before.endsWith("//")) return false;
  return port !== undefined || !VERSION_WORD.test(before);
}

/** Neither loopback nor any-address nor multicast. */
const isOutwardIpv6 = (host: string): boolean => isIP(host) === 6 && !/^([0:]+1?|ff.*)$/i.test(host);
