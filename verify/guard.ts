import * as dns from "node:dns/promises";
import * as net from "node:net";
import { sleep } from "./books";
import { hostOf } from "./connect/dial";
import type { Target } from "./model";
import { shownUrl } from "./shownUrl";

/** Addresses that no router on the internet knows: whoever reaches them is among their own. */
const NOT_PUBLIC: ["ipv4" | "ipv6", string, number][] = [
  ["ipv4", "127.0.0.0", 8],
  ["ipv4", "10.0.0.0", 8],
  ["ipv4", "172.16.0.0", 12],
  ["ipv4", "192.168.0.0", 16],
  ["ipv4", "169.254.0.0", 16],
  // Behind the NAT of a provider, and what EKS gives to pods.
  ["ipv4", "100.64.0.0", 10],
  ["ipv6", "::1", 128],
  ["ipv6", "fc00::", 7],
  ["ipv6", "fe80::", 10],
];
const blocks = new net.BlockList();
for (const [family, address, bits] of NOT_PUBLIC) blocks.addSubnet(address, bits, family);

export const isPublic = (address: string): boolean => !blocks.check(address, net.isIPv6(address) ? "ipv6" : "ipv4");

/** Clouds give the name of a load balancer other addresses every minute, and may show a few of many at a time. */
const LOOK_AGAIN_MILLISECONDS = 1_000;
/** Looks after which an address that none of them showed is a stranger's. */
const LOOKS = 3;

type Lookup = (host: string) => Promise<string[]>;
const lookUp: Lookup = async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address);

/** What a target is before anything is opened. */
export interface Checked {
  /** Why it may not be spoken to; empty where it may, or where a name is not known yet. */
  refusals: string[];
  /** Host of a way in -> the addresses that were looked at; none where the name is not known. */
  addresses: Map<string, string[]>;
}

/** Says who may be spoken to: what is private, what is the stack's own, and what the user calls theirs. */
export class Guard {
  private readonly known = new Set<string>();
  private readonly strangers = new Set<string>();
  private looking?: Promise<void>;
  private lookedAt = -Infinity;

  constructor(
    private readonly target: Target,
    private readonly isMine: boolean,
    private readonly resolve: Lookup = lookUp,
  ) {}

  /** Asked at each connection, so that a name that changes in the middle leads nowhere else. */
  permits = async (address: string): Promise<string | undefined> => {
    if (this.isMine || !isPublic(address) || (await this.isOwn(address))) return undefined;
    return `${address} is a public address, and not the stack's own: add --yes-i-own-it if it is yours, or yours to load`;
  };

  /** Looks at every way in before anything is opened. */
  async check(): Promise<Checked> {
    const refusals: string[] = [];
    const addresses = new Map<string, string[]>();
    for (const { url } of this.target.entries) {
      const host = hostOf(new URL(url));
      const found = addresses.get(host) ?? (net.isIP(host) === 0 ? await this.resolve(host).catch(() => []) : [host]);
      addresses.set(host, found);
      for (const address of found) {
        const refusal = await this.permits(address);
        if (refusal !== undefined) refusals.push(`${shownUrl(url)}: ${refusal}.`);
      }
    }
    return { refusals, addresses };
  }

  /** What was the stack's own once remains it for the run: a load balancer takes an address back before its name forgets it. */
  private async isOwn(address: string): Promise<boolean> {
    const { own } = this.target;
    if (own.every((each) => net.isIP(each) !== 0)) return own.includes(address);
    // Whoever was looked for in vain is looked for again, but not waited for.
    const looks = this.strangers.has(address) ? Number(this.waitMilliseconds() === 0) : LOOKS;
    for (let look = 0; look < looks && !this.known.has(address); look++) await this.look();
    if (this.known.has(address)) return true;
    this.strangers.add(address);
    return false;
  }

  private waitMilliseconds(): number {
    return Math.max(0, this.lookedAt + LOOK_AGAIN_MILLISECONDS - performance.now());
  }

  /** One look serves all who ask meanwhile. */
  private look(): Promise<void> {
    return (this.looking ??= this.resolveOwn().finally(() => (this.looking = undefined)));
  }

  private async resolveOwn(): Promise<void> {
    await sleep(this.waitMilliseconds());
    const found = await Promise.all(
      this.target.own.map((own) => (net.isIP(own) === 0 ? this.resolve(own).catch(() => []) : [own])),
    );
    found.flat().forEach((address) => this.known.add(address));
    this.lookedAt = performance.now();
  }
}
