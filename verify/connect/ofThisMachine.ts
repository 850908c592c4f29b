import * as dgram from "node:dgram";
import * as dns from "node:dns/promises";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import { NotPermitted, TimeIsUp } from "./errors";
import type { OpenStep } from "./model";

/** Where a connection was to lead, and where from. */
export interface Way {
  place: string;
  hostname: string;
  localAddress: string | undefined;
}

const noFile = (code: string) =>
  code === "ENFILE"
    ? "this machine lets no more files and connections be opened (ENFILE): raise `fs.file-max`"
    : "this machine lets no more connections be opened (EMFILE): raise `ulimit -n`";

const noPort = (code: string, { place, localAddress }: Way) =>
  `${place}: this machine has no port left to speak from${localAddress === undefined ? "" : ` at ${localAddress}`} (${code}): open fewer connections, name more of its addresses with --from, or widen \`net.ipv4.ip_local_port_range\``;

const noMemory = (code: string) =>
  `this machine has no memory left for connections (${code}): open fewer, or raise \`net.ipv4.tcp_mem\``;

const noRoute = (code: string, { place }: Way) =>
  `no way leads from this machine to ${place} (${code}): look at its routes and its VPN`;

const forbidden = (code: string, { place }: Way) =>
  `this machine forbids itself to speak to ${place} (${code}): look at its own firewall, and at what confines this program`;

/** What the system says where it is this machine that could not, and what to do about it. None of it says anything of the way in. */
const SENTENCES: Record<string, (code: string, way: Way) => string> = {
  EMFILE: noFile,
  ENFILE: noFile,
  EADDRNOTAVAIL: (code, way) =>
    way.localAddress === undefined
      ? noPort(code, way)
      : `this machine has no address ${way.localAddress} to speak from: --from takes addresses of its own`,
  EADDRINUSE: noPort,
  ENOBUFS: noMemory,
  ENOMEM: noMemory,
  ENETUNREACH: noRoute,
  ENETDOWN: noRoute,
  EPERM: forbidden,
  EACCES: forbidden,
  EAI_AGAIN: (_code, { hostname }) =>
    `no name server gave an answer for ${hostname}, nor for the root: that is this machine's resolver or its network`,
};

/** Why this machine could not, or may not, do a step; undefined where it is the way in that failed. */
export async function lackOf(step: OpenStep, error: Error, way: Way, resolver = resolverAnswers): Promise<string | undefined> {
  if (error instanceof NotPermitted) return error.message;
  const code = step === "dns" ? await codeOfDns(error, resolver) : ((error as NodeJS.ErrnoException).code ?? "");
  const { address } = error as { address?: string };
  // A router on the way says the same of an address that nobody announces.
  if (code === "ENETUNREACH" && address !== undefined && (await hasRoute(address))) return undefined;
  return Object.hasOwn(SENTENCES, code) ? SENTENCES[code]!(code, way) : undefined;
}

/** Whether this machine knows a way to an address. Nothing is sent. */
function hasRoute(address: string): Promise<boolean> {
  const socket = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
  return new Promise((resolve) => {
    const done = (error?: Error) => {
      resolve(!error);
      socket.close();
    };
    socket.once("error", done).connect(9, address, done as () => void);
  });
}

/** The system's resolver says the same of a name without servers and of a server without files, so it is asked what else it can. */
async function codeOfDns(error: Error, resolver: () => Promise<boolean>): Promise<string> {
  const { code = "" } = error as NodeJS.ErrnoException;
  const noAnswer = error instanceof TimeIsUp || code === "EAI_AGAIN";
  if (!noAnswer && code !== "ENOTFOUND") return code;
  return fileLack() ?? (noAnswer && !(await resolver()) ? "EAI_AGAIN" : "");
}

/** Without a file left it can neither read the hosts nor ask a server, and calls every name unknown. */
function fileLack(): string | undefined {
  try {
    fs.closeSync(fs.openSync(os.devNull, "r"));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const RESOLVER_MILLISECONDS = 1_000;

/** A name server that knows nothing of a name has answered all the same. */
const ANSWERS = new Set(["ENOTFOUND", "ENODATA"]);

/** Whether the name servers of this machine answer for the root, which no other server has to be asked for. */
export async function resolverAnswers(servers = dns.getServers()): Promise<boolean> {
  const resolver = new dns.Resolver({ timeout: RESOLVER_MILLISECONDS, tries: 1 });
  resolver.setServers(servers);
  return resolver.resolveNs(".").then(
    () => true,
    ({ code = "" }: NodeJS.ErrnoException) => ANSWERS.has(code),
  );
}
