import * as dns from "node:dns/promises";
import * as fs from "node:fs";
import * as net from "node:net";
import * as tls from "node:tls";
import type { Attempt } from "./attempt";
import { BadCertificate, NotPermitted } from "./errors";
import { portOf } from "./failures";
import { type Certificate, OpenError } from "./model";

/** A connection to what answers at the URL's address, with TLS where its scheme has it. */
export interface Dialed {
  socket: net.Socket;
  certificate?: Certificate;
}

const ENCRYPTED = new Set(["wss:", "https:", "grpcs:", "tls:"]);

/** What is spoken inside TLS; a plain connection says nothing of it. */
const ALPN: Record<string, { ALPNProtocols: string[] }> = {
  "wss:": { ALPNProtocols: ["http/1.1"] },
  "https:": { ALPNProtocols: ["http/1.1"] },
  "grpcs:": { ALPNProtocols: ["h2"] },
};

/** Resolves, connects and encrypts. */
export async function dial(attempt: Attempt): Promise<Dialed> {
  const addresses = await addressesOf(attempt);
  const plain = await connectAny(attempt, addresses);
  if (!ENCRYPTED.has(attempt.url.protocol)) return { socket: plain };
  return attempt.step("tls", () => encrypt(attempt, plain));
}

/** The host without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "");

async function addressesOf(attempt: Attempt): Promise<string[]> {
  const { url, options } = attempt;
  const host = hostOf(url);
  const literal = options.address ?? (net.isIP(host) === 0 ? undefined : host);
  const found =
    literal === undefined
      ? await attempt.step("dns", async () => (await dns.lookup(host, { all: true })).map(({ address }) => address))
      : [literal];
  const family = net.isIP(options.localAddress ?? "");
  const usable = family === 0 ? found : found.filter((address) => net.isIP(address) === family);
  return usable.length === 0 ? found : usable;
}

/** As a browser does: the next address of the name where one does not answer. */
async function connectAny(attempt: Attempt, addresses: string[]): Promise<net.Socket> {
  let last: OpenError | undefined;
  for (const address of addresses) {
    if (last !== undefined) attempt.times.pop();
    await mayBeSpokenTo(attempt, address);
    try {
      return await attempt.step("tcp", () => connect(attempt, address));
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      // What one address answers tells more than what this machine lacks for another: often it speaks no IPv6.
      if (last === undefined || !error.ofThisMachine) last = error;
      if (attempt.isOver) break;
    }
  }
  throw last ?? new Error("the name has no address");
}

/** Before the connection and its time: whom the guard asks is no part of the way in. */
async function mayBeSpokenTo(attempt: Attempt, address: string): Promise<void> {
  const { permits } = attempt.options;
  if (permits === undefined) return;
  const ask = async (): Promise<void> => {
    const refusal = await permits(address);
    if (refusal !== undefined) throw new NotPermitted(refusal);
  };
  const late = new NotPermitted(
    `whether ${address} may be spoken to was not known within ${attempt.openSeconds} s: this machine had not found it behind the stack's own names by then; look at its resolver, or add --yes-i-own-it if the address is yours`,
  );
  await attempt.step("tcp", ask, late);
  attempt.times.pop();
}

function connect(attempt: Attempt, host: string): Promise<net.Socket> {
  const { localAddress } = attempt.options;
  // No keepalive of ours: it would keep alive what is to be measured.
  const socket = net.connect({ host, port: portOf(attempt.url), noDelay: true, ...(localAddress && { localAddress }) });
  attempt.orElse(() => socket.destroy());
  return new Promise((resolve, reject) => {
    // Stays: an error that comes when nobody listens any more would end this process.
    socket.on("error", reject).once("connect", () => resolve(socket));
  });
}

function encrypt(attempt: Attempt, socket: net.Socket): Promise<Dialed> {
  const host = hostOf(attempt.url);
  const secured = tls.connect({
    socket,
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    host,
    ...ALPN[attempt.url.protocol],
    secureContext: contextFor(attempt.options.authority),
    // Judged below, where what is wrong with it can be said.
    rejectUnauthorized: false,
  });
  attempt.orElse(() => secured.destroy());
  return new Promise((resolve, reject) => {
    secured.on("error", reject);
    secured.once("close", () => reject(Object.assign(new Error("closed"), { code: "closed without a word" })));
    secured.once("secureConnect", () => {
      const certificate = describe(secured.getPeerCertificate());
      const { authorized, authorizationError } = secured;
      // The type says Error, and what stands there is the code.
      // Not at once: a socket that is ended in the middle of its own handshake takes others' memory along.
      if (!authorized) return setImmediate(() => reject(new BadCertificate(String(authorizationError), certificate)));
      resolve({ socket: secured, certificate });
    });
  });
}

function describe({ subject, issuer, subjectaltname, valid_from, valid_to }: tls.PeerCertificate): Certificate {
  const names = (subjectaltname ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""));
  const day = (text: string) => new Date(text).toISOString().slice(0, 10);
  return {
    names: names.filter((name) => name !== ""),
    issuer: String(issuer?.O ?? issuer?.CN ?? subject?.CN ?? "nobody"),
    validFrom: day(valid_from),
    validTo: day(valid_to),
    validToMilliseconds: Date.parse(valid_to),
  };
}

const contexts = new Map<string, tls.SecureContext>();

/** The system's authorities and one more. Made once: there are a hundred and fifty of them to read. */
function contextFor(authority = ""): tls.SecureContext {
  const made = contexts.get(authority);
  if (made !== undefined) return made;
  const context = tls.createSecureContext(authority === "" ? {} : { ca: [...tls.rootCertificates, ...extra(), authority] });
  contexts.set(authority, context);
  return context;
}

/** Node.js forgets these as soon as others are named. */
function extra(): string[] {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  return file && fs.existsSync(file) ? [fs.readFileSync(file, "utf8")] : [];
}
