import * as fs from "node:fs/promises";
import * as net from "node:net";

const LOOK_MILLISECONDS = 100;
/** Columns of the kernel's table: local address, remote address, and what was sent and is not acknowledged. */
const [LOCAL, REMOTE, QUEUES] = [1, 2, 4];

/**
 * Whether the peer's kernel confirmed everything that was written to a socket. Undefined where this system does not show it: only Linux
 * has the table.
 */
export async function acknowledged(socket: net.Socket, seconds: number): Promise<boolean | undefined> {
  for (const until = performance.now() + seconds * 1000; ;) {
    if (socket.destroyed) return false;
    const waiting = await waitingBytes(socket);
    if (waiting === undefined) return undefined;
    if (waiting === 0) return true;
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}

async function waitingBytes({ localAddress, localPort, remoteAddress, remotePort, remoteFamily }: net.Socket) {
  if (localAddress === undefined || remoteAddress === undefined) return undefined;
  const table = await readTable(remoteFamily === "IPv6" ? "/proc/net/tcp6" : "/proc/net/tcp");
  const key = `${inHex(localAddress, localPort!)} ${inHex(remoteAddress, remotePort!)}`;
  return table?.get(key);
}

let last: { file: string; at: number; table: Promise<Map<string, number> | undefined> } | undefined;

/** One reading serves all who ask at the same time. */
function readTable(file: string): Promise<Map<string, number> | undefined> {
  const now = performance.now();
  if (last?.file !== file || now - last.at > LOOK_MILLISECONDS / 2) {
    const text = fs.readFile(file, "utf8");
    last = { file, at: now, table: text.then(parse, () => undefined) };
  }
  return last.table;
}

function parse(text: string): Map<string, number> {
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  const told = rows.filter((row) => row.length > QUEUES);
  return new Map(told.map((row) => [`${row[LOCAL]} ${row[REMOTE]}`, parseInt(row[QUEUES]!.split(":")[0]!, 16)]));
}

/** As the kernel writes it: each word of four bytes backwards, and the port. */
export function inHex(address: string, port: number): string {
  const bytes = net.isIPv4(address) ? address.split(".").map(Number) : bytesOfIPv6(address);
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    words.push(
      ...bytes
        .slice(at, at + 4)
        .reverse()
        .map(twoDigits),
    );
  }
  return `${words.join("")}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

const twoDigits = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");

function bytesOfIPv6(address: string): number[] {
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const groups = (text: string) =>
    text
      .split(":")
      .filter((group) => group !== "")
      .flatMap(groupBytes);
  const [before, after] = [groups(head), groups(tail ?? "")];
  return [...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after];
}

function groupBytes(group: string): number[] {
  if (group.includes(".")) return group.split(".").map(Number);
  const value = parseInt(group, 16);
  return [value >> 8, value & 255];
}
