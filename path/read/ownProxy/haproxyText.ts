import { haproxyTime } from "../durations";
import type { Choice, Target } from "./choice";
import { BY_NOTHING, byCookie, bySourceAddress, byTheRequest, notRead } from "./choice";
import { headerOfFetch } from "../requestHash";

/** The clock that an HAProxy configuration gives a connection, and the line that sets it. */
export interface HaproxyClock {
  line: string;
  /** Undefined where what is written is no time. */
  seconds: number | undefined;
}

/** A section, each of its lines as words; what `defaults` sets comes before its own. */
interface Section {
  kind: string;
  name: string;
  timeouts: Map<string, string>;
  lines: string[][];
}

const SECTIONS = new Set(["global", "defaults", "frontend", "backend", "listen", "resolvers", "peers", "userlist", "cache"]);
const serversOf = ({ lines }: Section): string[][] => lines.filter(([word = ""]) => /^server(-template)?$/.test(word));
const serves = (section: Section): boolean => /^(backend|listen)$/.test(section.kind) && serversOf(section).length > 0;

/**
 * The smallest limit among its ways: a tunnel timeout replaces those of client and server. Null where it sets none, which HAProxy takes
 * for no limit; undefined where the text passes nothing on.
 */
export function haproxyClock(text: string, port?: number): HaproxyClock | null | undefined {
  const { backends, fronts } = waysOf(text, port);
  if (backends.length === 0) return undefined;
  // Where only some have a tunnel timeout, it was written for those that carry what is upgraded.
  const meant = backends.filter((backend) => clockOf(backend, "tunnel") !== undefined);
  return shortestOf(
    (meant.length > 0 ? meant : backends).flatMap((backend) => clockOf(backend, "tunnel") ?? clocksOf(backend, fronts)),
  );
}

/** The limit of an answer that is streamed; undefined where it has none of its own: in mode tcp everything is a tunnel. */
export function haproxyStreamClock(text: string, port?: number): HaproxyClock | null | undefined {
  const { backends, fronts } = waysOf(text, port);
  const http = backends.filter(({ lines }) => lines.findLast(([word]) => word === "mode")?.[1] === "http");
  return http.length === 0 ? undefined : shortestOf(http.flatMap((backend) => clocksOf(backend, fronts)));
}

/** What is no time may be any. */
function shortestOf(clocks: HaproxyClock[]): HaproxyClock | null {
  const [shortest = null] = clocks.sort((left, right) => (left.seconds ?? 0) - (right.seconds ?? 0));
  return shortest;
}

function clocksOf(backend: Section, fronts: Section[]): HaproxyClock[] {
  const before = backend.kind === "listen" ? [backend] : fronts;
  return [clockOf(backend, "server"), ...before.map((front) => clockOf(front, "client"))].flatMap((clock) => clock ?? []);
}

/** HAProxy takes no time at all for no limit, as if the line were not there. */
function clockOf({ timeouts }: Section, name: string): HaproxyClock | undefined {
  const text = timeouts.get(name);
  if (text === undefined) return undefined;
  const seconds = haproxyTime(text.replace(/^(["'])(.*)\1$/, "$2"));
  return seconds === 0 ? undefined : { line: `timeout ${name} ${text}`, seconds };
}

/** Whether it says what HAProxy does with connections. */
export const isHaproxyText = (text: string): boolean =>
  sectionsOf(text).some(({ kind }) => /^(frontend|backend|listen)$/.test(kind));

/** What passes connections on, of those that listen on the port that leads here where any says so. */
function waysOf(text: string, port: number | undefined): { backends: Section[]; fronts: Section[] } {
  const sections = sectionsOf(text);
  const all = sections.filter(serves);
  const listening = sections.filter((section) => port !== undefined && portsOf(section).includes(port));
  const fronts = (listening.length > 0 ? listening : sections).filter(({ kind }) => kind === "frontend");
  if (listening.length === 0) return { backends: all, fronts };
  const used = new Set(listening.flatMap(({ lines }) => lines.filter(([word]) => USES.has(word ?? "")).map(([, name]) => name)));
  // A name that is made of the request may be any.
  if ([...used].some((name) => name?.includes("%["))) return { backends: all, fronts };
  return { backends: all.filter((section) => listening.includes(section) || used.has(section.name)), fronts };
}

const USES = new Set(["use_backend", "default_backend"]);

/** `*:8888`, `:80,:443`, `ipv6@[::]:80`. */
function portsOf({ lines }: Section): number[] {
  const addresses = lines.filter(([word]) => word === "bind").flatMap(([, address = ""]) => address.split(","));
  return addresses.flatMap((address) => /:(\d+)$/.exec(address)?.[1] ?? []).map(Number);
}

/** What `defaults` sets counts for every section below it that names no others. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  const none: Section = { kind: "defaults", name: "", timeouts: new Map(), lines: [] };
  let defaults = none;
  for (const raw of text.split("\n")) {
    const words = raw.replace(/#.*$/, "").trim().split(/\s+/);
    const [word = "", second = "", third = ""] = words;
    const section = sections.at(-1);
    if (SECTIONS.has(word)) {
      const from = words.indexOf("from");
      const named = sections.findLast(({ kind, name }) => from > 0 && kind === "defaults" && name === words[from + 1]);
      const above = named ?? (word === "defaults" ? none : defaults);
      const begun = { kind: word, name: second, timeouts: new Map(above.timeouts), lines: [...above.lines] };
      if (word === "defaults") defaults = begun;
      sections.push(begun);
    } else if (word === "timeout" && section !== undefined) section.timeouts.set(second, third);
    else section?.lines.push(words);
  }
  return sections;
}

/** Where its servers are; a template takes every address of a name, a server the first. */
export function haproxyTargets(text: string, port?: number): Target[] {
  return waysOf(text, port).backends.flatMap((backend) => {
    const choice = choiceOf(backend);
    return serversOf(backend).flatMap(([word = "", name = "", second = "", third = ""]) => {
      const address = (word === "server" ? second : third).replace(/:\d+$/, "");
      if (address === "") return [];
      return [{ host: address, choice: word === "server" && !isOfAPod(address) ? oneAddress(name, choice) : choice }];
    });
  });
}

/** `web-0.web` is one pod of a StatefulSet; the others have servers of their own. */
const isOfAPod = (address: string): boolean => /^[\w-]+-\d+\./.test(address);

function oneAddress(name: string, choice: Choice): Choice {
  if (choice.affinityUnknown === true) return choice;
  return notRead(`server ${name} takes one address of its name: write server-template, so that HAProxy knows every pod`);
}

/** docs.haproxy.org/3.2/configuration.html: cookie, dynamic-cookie-key, stick on, stick-table, balance. */
function choiceOf(section: Section): Choice {
  const { lines } = section;
  const last = (name: string): string[] | undefined => lines.findLast(([word]) => word === name);
  const cookie = last("cookie");
  const named =
    cookie !== undefined && (cookie.includes("dynamic") || serversOf(section).every((words) => words.includes("cookie")));
  if (named) return byCookie(cookie[1], leastOf(after(cookie, "maxidle"), after(cookie, "maxlife")));
  const stick = lines.find(([word, when]) => word === "stick" && when !== "store-response");
  const choice = stick === undefined ? byBalance(last("balance")) : byTable(stick, last("stick-table"));
  if (cookie === undefined) return choice;
  const inert = `cookie ${cookie[1]} does nothing: its servers have no cookie of their own, and it is not dynamic`;
  return { ...choice, inert: [inert] };
}

function byTable([, , pattern = ""]: string[], table: string[] | undefined): Choice {
  if (/^src(,|$)/.test(pattern)) return bySourceAddress("HAProxy");
  return byTheRequest(after(table ?? [], "expire") ?? null, headerOfFetch(pattern));
}

const BY_REQUEST = /^(uri|url_param|hdr\(.*\)?|rdp-cookie.*|hash)$/;
const BY_LOAD = /^(roundrobin|static-rr|leastconn|random.*)$/;

function byBalance([, algorithm, ...rest]: string[] = []): Choice {
  if (algorithm === undefined || BY_LOAD.test(algorithm)) return BY_NOTHING;
  if (algorithm === "source" || (algorithm === "hash" && /^src(,|$)/.test(rest[0] ?? ""))) return bySourceAddress("HAProxy");
  if (BY_REQUEST.test(algorithm)) return byTheRequest(null, headerOfFetch(algorithm === "hash" ? (rest[0] ?? "") : algorithm));
  return notRead(`what balance ${algorithm} does with a client that comes back`);
}

function after(words: string[], name: string): number | undefined {
  const at = words.indexOf(name);
  return at === -1 ? undefined : haproxyTime(words[at + 1] ?? "");
}

function leastOf(...found: (number | undefined)[]): number | null {
  const set = found.filter((one) => one !== undefined);
  return set.length === 0 ? null : Math.min(...set);
}
