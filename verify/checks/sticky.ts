import { randomUUID } from "node:crypto";
import * as dns from "node:dns/promises";
import { isIP } from "node:net";
import { whoAnswers, whoAnswersEach, type Answer } from "../answers";
import { sleep } from "../books";
import { hostOf } from "../connect/dial";
import { CookieJar } from "../connect/cookies";
import type { OpenOptions } from "../connect/model";
import { changeOf, readyOf, wentAway, readyAt, stillAlone } from "../pods";
import { isThisMachine } from "../portForward";
import { judgeSticky, neededReconnects } from "../sticky/judge";
import type { Tried } from "../sticky/model";
import type { Check, CheckContext } from "./model";

/** Addresses of a name. */
type Resolve = (host: string) => Promise<string[]>;

/** Longest stickiness that is waited for, and only with --full: whoever promises an hour is believed about the rest of it. */
const WAITED_SECONDS = 120;
/** The share of it after which the client comes back: late enough to see, early enough that clocks do not matter. */
const LATE = 0.9;

export const sticky: Check = stickyWith(async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address));

/** Whether a client that comes back reaches its pod, and what brings it there. */
export function stickyWith(resolve: Resolve): Check {
  return {
    name: "sticky",
    title: "whether a client that comes back reaches its pod, and which layer decides",
    byDefault: true,
    async run(context) {
      const { entry, options } = context;
      const nothing = { details: [], write: [], measured: {} };
      if (entry.promise.affinity.mode === "none") {
        return { outcome: "does-not-apply", summary: "No stickiness is promised: any pod serves any client.", ...nothing };
      }
      const before = await readyAt(context);
      const pods = before === undefined ? entry.pods : readyOf(before).length;
      const waiting = stillAlone(pods, entry);
      if (waiting !== undefined) return { outcome: "unknown", summary: waiting, ...nothing };
      if (pods === 1) return { outcome: "does-not-apply", summary: "There is one pod, which every client reaches.", ...nothing };
      const tried = await tryAll(context, Math.max(2, pods ?? 2), resolve);
      const after = before && (await readyAt(context));
      const podsChanged = before && after && changeOf(before, after);
      const firstPodWent = before !== undefined && after !== undefined && wentAway(before, after).includes(tried.first.pod ?? "");
      const judged = judgeSticky(
        { ...tried, ...(podsChanged !== undefined && { podsChanged }), firstPodWent },
        {
          promise: entry.promise,
          ...(entry.path && { path: entry.path }),
          pods: Math.max(2, pods ?? 2),
          thisMachine: isThisMachine(entry.url),
          ...(options.stickyHeader !== undefined && { header: options.stickyHeader }),
        },
      );
      return { ...judged, ...(context.signal.aborted && { partial: true as const }) };
    },
  };
}

async function tryAll(context: CheckContext, pods: number, resolve: Resolve): Promise<Tried> {
  const client = new Client(context);
  const first = await client.comes();
  const tried: Tried = {
    first,
    again: [],
    withoutCookie: [],
    cookieElsewhere: [],
    others: [],
    otherAddresses: [],
    unsent: client.unsent,
    firstPodWent: false,
  };
  const reconnects = neededReconnects(pods);
  while (tried.again.length < reconnects && !context.signal.aborted && first.pod !== undefined) {
    const answer = await client.comes();
    // What was given up in the middle says nothing of the way in.
    if (answer.failed === undefined || !context.signal.aborted) tried.again.push(answer);
    context.progress(`${tried.again.length} of ${reconnects} reconnects`);
  }
  if (first.pod === undefined || tried.again.some(({ pod }) => pod !== first.pod)) return tried;
  const [, ...elsewhere] = context.sources;
  const plain = client.withoutCookies();
  const times = (count: number, options: Partial<OpenOptions>) => Array.from({ length: count }, () => options);
  if (client.hasCookies) tried.withoutCookie = await whoAnswersEach(context, times(reconnects, plain));
  if (client.hasCookies) {
    tried.cookieElsewhere = await whoAnswersEach(
      context,
      elsewhere.map((source) => client.from(source)),
    );
  }
  tried.others = await whoAnswersEach(context, strangers(context));
  const addresses = (await addressesOf(context, resolve)).filter((address) => address !== first.address);
  tried.otherAddresses = await whoAnswersEach(
    context,
    addresses.map((address) => ({ ...client.options(), address })),
  );
  return { ...tried, ...(await comesLate(context, client)) };
}

/** Clients that have nothing in common with the first one. */
function strangers({ sources, options: { stickyHeader } }: CheckContext): Partial<OpenOptions>[] {
  const [, ...elsewhere] = sources;
  const others = elsewhere.map((source) => ({ localAddress: source }));
  if (stickyHeader === undefined) return others;
  return Array.from({ length: 8 }, (_, index) => ({
    ...others[index % others.length],
    headers: { [stickyHeader]: randomUUID() },
  }));
}

/** The addresses of the name in the URL; none where it is an address itself, or nobody answers now. */
async function addressesOf({ entry }: CheckContext, resolve: Resolve): Promise<string[]> {
  const host = hostOf(new URL(entry.url));
  return isIP(host) !== 0 ? [] : resolve(host).catch(() => []);
}

async function comesLate(context: CheckContext, client: Client): Promise<Pick<Tried, "late">> {
  const { ttlSeconds } = context.entry.promise.affinity;
  const afterSeconds = Math.floor(ttlSeconds * LATE);
  if (!context.options.full || ttlSeconds > WAITED_SECONDS || afterSeconds >= context.limits.seconds) return {};
  context.progress(`waiting ${afterSeconds} s of the ${ttlSeconds} s that stickiness is to last`);
  await sleep(afterSeconds * 1000, context.signal);
  return context.signal.aborted ? {} : { late: { afterSeconds, answer: await client.comes() } };
}

/** One client: a source address, a value of the header, and the cookies that it was given. */
class Client {
  private readonly jar: CookieJar;
  private readonly header: Record<string, string>;

  constructor(private readonly context: CheckContext) {
    const { stickyHeader } = context.options;
    this.jar = new CookieJar(new URL(context.entry.url));
    this.header = stickyHeader === undefined ? {} : { [stickyHeader]: randomUUID() };
  }

  get hasCookies(): boolean {
    return this.jar.header() !== undefined;
  }

  /** Cookies that came and that no client sends back here -> why. */
  get unsent(): Record<string, string> {
    return this.jar.unsent;
  }

  async comes(): Promise<Answer> {
    const answer = await whoAnswers(this.context, this.options());
    this.jar.keep(answer.cookies);
    return answer;
  }

  options(): Partial<OpenOptions> {
    const cookie = this.jar.header();
    return { ...this.withoutCookies(), headers: { ...this.header, ...(cookie !== undefined && { cookie }) } };
  }

  withoutCookies(): Partial<OpenOptions> {
    const [source] = this.context.sources;
    return { ...(source !== undefined && { localAddress: source }), headers: { ...this.header } };
  }

  /** The same client, as if it had moved. */
  from(source: string | undefined): Partial<OpenOptions> {
    return { ...this.options(), ...(source !== undefined && { localAddress: source }) };
  }
}
