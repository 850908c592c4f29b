import * as dns from "node:dns/promises";
import * as net from "node:net";
import { sleep } from "../books";
import { hostOf } from "../connect/dial";
import { type Connection, OpenError } from "../connect/model";
import { judgeReach } from "../reach/judge";
import type { Look, Opened, Sight } from "../reach/model";
import type { Check, CheckContext } from "./model";

const PAUSE_MILLISECONDS = 2_000;

/** What a way in that is still being made answers, step by step: no name, no listener, no route, no pod that is ready. */
const NOT_YET = new Set([404, 502, 503, 504]);

export const reach: Check = {
  name: "reach",
  title: "DNS, TCP, TLS, health, and the upgrade or the stream, each timed",
  byDefault: true,
  async run(context) {
    return judgeReach(await look(context), context.entry);
  },
};

async function look(context: CheckContext): Promise<Sight> {
  const { sources } = context;
  const sight = await openAtLast(context);
  if (sight.opened === undefined || context.signal.aborted) return sight;
  const addresses = (await otherAddresses(context.entry.url)).map((address) => ({ address }));
  const named = sources.length > 1 ? sources.filter((source) => source !== undefined).map((source) => ({ source })) : [];
  for (const where of [...addresses, ...named]) {
    const seen = await lookAt(context, where);
    // What was cut short was not refused.
    if (context.signal.aborted) return sight;
    sight.looks.push(seen);
  }
  const health = await healthOf(context);
  return { ...sight, ...(health && { health }) };
}

/** Tries until it is open, until what is wrong will not pass by waiting, or until the time is up. */
async function openAtLast(context: CheckContext): Promise<Sight> {
  const { options, signal, sources } = context;
  const started = performance.now();
  const sight: Sight = { attempts: 0, waitedSeconds: 0, looks: [] };
  for (;;) {
    sight.attempts += 1;
    const found = await tryOnce(context, sources[0] === undefined ? {} : { source: sources[0] });
    sight.waitedSeconds = Math.round((performance.now() - started) / 1000);
    if (!(found instanceof OpenError)) return { ...sight, opened: found };
    if (signal.aborted) return sight;
    sight.refused = found;
    if (!mayPass(found) || sight.waitedSeconds >= options.waitSeconds) return sight;
    context.progress(`waits, ${sight.waitedSeconds} of ${options.waitSeconds} s: ${found.message}`);
    await sleep(PAUSE_MILLISECONDS, signal);
  }
}

/** What this machine lacks, or may not speak to, no waiting mends; a name server may only have been busy. */
const mayPass = ({ step, status = 0, ofThisMachine }: OpenError): boolean =>
  step === "dns" || (!ofThisMachine && (step === "tcp" || NOT_YET.has(status)));

async function tryOnce(
  context: CheckContext,
  { address, source }: Pick<Look, "address" | "source">,
): Promise<Opened | OpenError> {
  try {
    const connection = await context.open({ ...(address && { address }), ...(source && { localAddress: source }) });
    const opened = await describe(connection);
    await connection.close();
    return opened;
  } catch (error) {
    if (error instanceof OpenError) return error;
    throw error;
  }
}

/** An answer that is no stream has come to its end by now. */
async function describe(connection: Connection): Promise<Opened> {
  const { kind, times, pod, certificate, headers, health } = connection;
  await new Promise((resolve) => setImmediate(resolve));
  return {
    kind,
    times,
    ...(pod !== undefined && { pod }),
    ...(certificate && { certificate }),
    ...(headers["content-type"] !== undefined && { contentType: headers["content-type"] }),
    ...(health && { grpcHealth: health }),
    ended: !connection.isOpen(),
  };
}

async function lookAt(context: CheckContext, where: Pick<Look, "address" | "source">): Promise<Look> {
  context.progress(`looks ${where.address === undefined ? `from ${where.source}` : `at ${where.address}`}`);
  const found = await tryOnce(context, where);
  return found instanceof OpenError ? { ...where, refused: found } : where;
}

/** Every address of a name that has more than one. */
async function otherAddresses(url: string): Promise<string[]> {
  const host = hostOf(new URL(url));
  if (net.isIP(host) !== 0) return [];
  const found = await dns.lookup(host, { all: true }).catch(() => []);
  return found.length > 1 ? found.map(({ address }) => address) : [];
}

const PAGE_SCHEMES: Record<string, string> = { "ws:": "http:", "wss:": "https:", "http:": "http:", "https:": "https:" };

/** The service's own page about its health, where it is served through the same way in. */
async function healthOf({ entry, open, sources }: CheckContext): Promise<Sight["health"]> {
  const { protocol, host } = new URL(entry.url);
  const scheme = PAGE_SCHEMES[protocol];
  if (entry.healthPath === undefined || scheme === undefined) return undefined;
  const url = `${scheme}//${host}${entry.healthPath}`;
  try {
    const connection = await open({ url, ...(sources[0] !== undefined && { localAddress: sources[0] }) });
    await connection.close();
    return { url, ...(connection.status !== undefined && { status: connection.status }) };
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    return error.status === undefined ? { url, refused: error.message } : { url, status: error.status };
  }
}
