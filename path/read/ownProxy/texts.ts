import { facts, secondsToWrite } from "../../facts";
import { KONG_OWN_PORTS } from "../../facts/ownProxies";
import type { HopKind } from "../../facts";
import type { Hop } from "../../model";
import type { KubernetesObject } from "../../objects";
import { nameOf, refOf } from "../../value";
import type { EnvoyPassing } from "./envoyText";
import { envoyText } from "./envoyText";
import type { HaproxyClock } from "./haproxyText";
import { haproxyClock, haproxyStreamClock, haproxyTargets } from "./haproxyText";
import { hopOf } from "../hop";
import type { KongService } from "./kongText";
import { kongServices } from "./kongText";
import type { NginxPassing } from "./nginxText";
import { nginxPassings } from "./nginxText";
import type { Target } from "./choice";
import { notRead } from "./choice";

/** One file that a proxy of the user's own reads. */
export interface Text {
  object: KubernetesObject;
  key: string;
  text: string;
}

/** What the files of a proxy say of one of its clocks. */
export interface Reading {
  hop: Hop;
  config: { object: KubernetesObject; key: string };
  /** What it passes connections to, as its configuration names it. */
  targets: Target[];
  /** False where it passes no upgrade of a WebSocket on. */
  upgrades: boolean;
}

function reading(
  kind: HopKind,
  { object, key }: Text,
  { upgrades, targets }: Pick<Reading, "upgrades" | "targets">,
  read: Partial<Hop> & { from: string },
): Reading {
  const place = { writtenIn: refOf(object), writtenAt: ["data", key] };
  return { config: { object, key }, upgrades, targets, hop: hopOf(kind, { ...place, ...read }) };
}

/** Of which only the hosts were read. */
export function unread(hosts: string[]): Target[] {
  const choice = notRead("read in its configuration how it chooses one of several addresses");
  return hosts.map((host) => ({ host, choice }));
}

/** Those that listen on the port that leads here, where any says so. */
function onPort<T extends { ports: number[] }>(found: T[], port: number | undefined): T[] {
  const own = found.filter(({ ports }) => port !== undefined && ports.includes(port));
  return own.length > 0 ? own : found;
}

/** Where some places pass upgrades on, those are the ones that carry WebSockets. */
export function readNginx(texts: Text[], port: number | undefined): Reading[] {
  const all = nginxPassings(texts.map(({ key, text }) => ({ name: key, text })));
  const led = onPort(all, port);
  // What stands in no server, and is included by none that was read, may be included into any.
  const found = led.length === all.length ? all : all.filter((one) => led.includes(one) || one.ports.length === 0);
  const upgrading = found.filter(({ upgrades }) => upgrades);
  const { defaultSeconds, marginSeconds } = facts("own-nginx").idle;
  const standard = ({ isTcp }: NginxPassing): number =>
    (isTcp ? facts("own-nginx-stream").idle.defaultSeconds : defaultSeconds) ?? 0;
  const secondsOf = (passing: NginxPassing): number => passing.readTimeoutSeconds ?? standard(passing);
  const [shortest] = (upgrading.length > 0 ? upgrading : found).sort((left, right) => secondsOf(left) - secondsOf(right));
  if (shortest === undefined) return [];
  const { where, directive, isTcp, unread } = shortest;
  const text = texts[shortest.file]!;
  const place = `${nameOf(text.object)} ${text.key}, ${where}`;
  const unset = shortest.readTimeoutSeconds === undefined ? " is not set" : "";
  const clock =
    unread === undefined
      ? { from: `${place}: ${directive}${unset}`, idleSeconds: secondsOf(shortest) }
      : notADuration(place, `${directive} ${unread}`);
  const passes = { upgrades: upgrading.length > 0, targets: found.flatMap(({ targets }) => targets) };
  return [
    reading(isTcp ? "own-nginx-stream" : "own-nginx", text, passes, {
      ...clock,
      writeIdle: (seconds) => `${directive} ${seconds + marginSeconds}s; in ${where} of ${text.key}`,
    }),
  ];
}

export function readHaproxy(texts: Text[], port: number | undefined): Reading[] {
  for (const text of texts) {
    const clock = haproxyClock(text.text, port);
    if (clock === undefined) continue;
    const where = `${nameOf(text.object)} ${text.key}`;
    const passes = { upgrades: true, targets: haproxyTargets(text.text, port) };
    const streamed = haproxyStreamClock(text.text, port);
    const streams = streamed === undefined || streamed === null || streamed.line === clock?.line ? undefined : streamed;
    const line = clock === null ? " sets no timeout" : `: ${clock.line}`;
    const found = {
      ...(clock?.seconds === undefined && clock !== null ? notADuration(where, clock.line) : limitOf(clock)),
      from: `${where}${line}${streams === undefined ? "" : `; for answers that are streamed: ${streams.line}`}`,
      ...(streamed !== undefined && streamedBy(limitOf(streamed))),
    };
    const writeIdle = (seconds: number): string => {
      const time = `${seconds + facts("own-haproxy").idle.marginSeconds}s`;
      const more =
        streams === undefined ? "" : `, and for answers that are streamed timeout client ${time} and timeout server ${time},`;
      return `timeout tunnel ${time}${more} in defaults of ${text.key}`;
    };
    return [reading("own-haproxy", text, passes, { ...found, writeIdle })];
  }
  return [];
}

function limitOf(clock: HaproxyClock | null): Pick<Hop, "limit" | "idleSeconds"> {
  if (clock === null) return { limit: "none", idleSeconds: null };
  return { limit: clock.seconds === undefined ? "unknown" : "idle", idleSeconds: clock.seconds ?? null };
}

const streamedBy = (limit: Pick<Hop, "limit" | "idleSeconds">): Pick<Hop, "perProtocol"> => ({
  perProtocol: { "http-stream": limit, grpc: limit },
});

/**
 * As for nginx: where some ways pass upgrades on, those carry the WebSockets. What speaks HTTP/2 behind it gets streams, and of these an
 * answer that goes on after its request has another end: the route's timeout.
 */
export function readEnvoy(texts: Text[], port: number | undefined): Reading[] {
  for (const text of texts) {
    const read = envoyText(text.text);
    if (read === undefined) continue;
    const led = port !== undefined && read.listeners.includes(port);
    const all = led ? read.passings.filter((passing) => passing.port === port) : read.passings;
    if (all.length === 0) continue;
    const upgrading = all.filter(({ upgrades }) => upgrades);
    const carrying = upgrading.length > 0 ? upgrading : all;
    const [shortest] = [...carrying].sort((left, right) => envoySeconds(left) - envoySeconds(right));
    const streams = upgrading.length === 0 && all.some((passing) => passing.streams);
    const passes = { upgrades: upgrading.length > 0 || streams, targets: read.targetsOf(all) };
    const idle = reading(envoyKind(shortest!), text, passes, envoyClock(shortest!, text));
    const ends = carrying.flatMap((passing) => envoyEnd(passing, text, streams));
    const [first] = ends.sort((left, right) => endOf(left) - endOf(right));
    return first === undefined ? [idle] : [idle, reading("own-envoy", text, { ...passes, targets: [] }, first)];
  }
  return [];
}

const envoyKind = ({ isTcp }: EnvoyPassing): "own-envoy" | "own-envoy-tcp" => (isTcp ? "own-envoy-tcp" : "own-envoy");
const endOf = ({ idleSeconds, perhapsSeconds }: Partial<Hop>): number => idleSeconds ?? perhapsSeconds ?? Infinity;

function envoySeconds(passing: EnvoyPassing): number {
  return (passing.idleSeconds ?? facts(envoyKind(passing)).idle.defaultSeconds ?? 0) || Infinity;
}

function envoyClock(passing: EnvoyPassing, { object, key }: Text): Partial<Hop> & { from: string } {
  const { marginSeconds } = facts(envoyKind(passing)).idle;
  const { clock, idleSeconds, unread } = passing;
  const where = `${nameOf(object)} ${key}`;
  const writeIdle = (promised: number): string => `${clock.replace(/ of .*/, "")}: ${promised + marginSeconds}s in ${key}`;
  if (unread !== undefined) return { ...notADuration(where, `${clock} ${unread}`), writeIdle };
  return {
    from: `${where}: ${clock}${idleSeconds === undefined ? " is not set" : ` ${idleSeconds}s`}`,
    ...(idleSeconds === 0 ? { limit: "none", idleSeconds: null } : { idleSeconds: envoySeconds(passing) }),
    writeIdle,
  };
}

/** Something else fills it in before the proxy reads it, or the proxy does not start with it. */
function notADuration(where: string, line: string): Partial<Hop> & { from: string } {
  const settle = `the duration that ${line} of ${where} becomes: what stands there is none`;
  return { from: `${where}: ${line}`, limit: "unknown", idleSeconds: null, settle };
}

/** What ends it at an age, whatever is said: a longest duration, or of a streamed answer the timeout of its route. */
function envoyEnd(
  { longestSeconds, routeTimeoutSeconds, isTcp, streams }: EnvoyPassing,
  { object, key }: Text,
  carriesStreams: boolean,
): (Partial<Hop> & { from: string })[] {
  const where = `${nameOf(object)} ${key}`;
  const longest =
    longestSeconds === undefined
      ? []
      : [
          {
            from: `${where}: a longest duration of ${longestSeconds}s`,
            limit: "lifetime" as const,
            idleSeconds: longestSeconds,
            writeIdle: () => `no ${isTcp ? "max_downstream_connection_duration" : "max_stream_duration"} in ${key}`,
          },
        ];
  const standard = facts("own-envoy").idle.perProtocol?.["http-stream"]?.defaultSeconds ?? undefined;
  const timeout = routeTimeoutSeconds ?? standard;
  if (isTcp || !carriesStreams || !streams || timeout === undefined || timeout === 0) return longest;
  const life = { limit: "lifetime" as const, idleSeconds: timeout };
  const streamed = {
    from: `${where}: timeout of a route${routeTimeoutSeconds === undefined ? " is not set" : ""}`,
    limit: "unknown" as const,
    idleSeconds: null,
    perhapsSeconds: timeout,
    perProtocol: { "http-stream": life, grpc: life },
    settle: `timeout: 0s in the routes of ${key}: it counts from the end of the request and ends an answer that is streamed, not a call whose client still sends`,
  };
  return [...longest, streamed];
}

/** What ends no upgraded connection by time and passes every upgrade on: only whom it passes to is of interest. */
function leadingOn(kind: HopKind, texts: Text[], hostsIn: (text: string) => string[], clock: Partial<Hop> = {}): Reading[] {
  return texts.flatMap((text) => {
    const hosts = hostsIn(text.text);
    const from = `${nameOf(text.object)} ${text.key}`;
    return hosts.length === 0 ? [] : [reading(kind, text, { upgrades: true, targets: unread(hosts) }, { from, ...clock })];
  });
}

const hostsAfter = (pattern: RegExp) => (text: string) => [...text.matchAll(pattern)].map(([, host = ""]) => host);

export function readCaddy(texts: Text[]): Reading[] {
  const hostsIn = (text: string): string[] =>
    [...text.matchAll(/^[^#\n]*?\b(?:reverse_proxy|to)[ \t]+([^\n{#]+)/gm)].flatMap(([, words = ""]) =>
      words
        .split(/\s+/)
        .filter((word) => /^(https?:\/\/|h2c:\/\/)?[a-z][\w.-]*(:\d+)?$/i.test(word) && /[.:]|^[a-z][\w-]*$/i.test(word))
        .map((word) => word.replace(/^\w+:\/\//, "").replace(/:\d+$/, "")),
    );
  return leadingOn("own-caddy", texts, (text) => (/\breverse_proxy\b/.test(text) ? hostsIn(text) : []));
}

/** Its file provider, as YAML or TOML: the addresses of the servers of each service. */
export function readTraefik(texts: Text[]): Reading[] {
  return leadingOn("own-traefik", texts, hostsAfter(/\burl["']?\s*[:=]\s*["']?\w+:\/\/([a-z][\w.-]*)/gi));
}

/** The services of its ingress rules; the clock is that of the edge before it. */
export function readCloudflared(texts: Text[]): Reading[] {
  const hostsIn = hostsAfter(/\bservice["']?\s*:\s*["']?\w+:\/\/([a-z][\w.-]*)/gi);
  return leadingOn("cloudflare-tunnel", texts, hostsIn, { limit: "none", idleSeconds: null });
}

/** Where some of its services tell of connections that stay open, or were given time for them, those are meant for them. */
export function readKong(texts: Text[], port: number | undefined): Reading[] {
  if (port !== undefined && KONG_OWN_PORTS.has(port)) return [];
  const standard = facts("own-kong").idle.defaultSeconds ?? 0;
  const secondsOf = ({ seconds }: KongService): number => seconds ?? standard;
  return texts.flatMap((text) => {
    const services = kongServices(text.text) ?? [];
    const telling = services.filter(({ tells }) => tells);
    const raised = services.filter((service) => secondsOf(service) > standard);
    const meant = [telling, raised, services].find((some) => some.length > 0) ?? [];
    const shortest = meant.reduce<KongService | undefined>(
      (best, one) => (best === undefined || secondsOf(one) < secondsOf(best) ? one : best),
      undefined,
    );
    if (shortest === undefined) return [];
    const { name, clock, seconds, unread } = shortest;
    const place = `${nameOf(text.object)} ${text.key}, service ${name}`;
    const targets = services.flatMap((service) => service.targets);
    return [
      reading(
        "own-kong",
        text,
        { upgrades: true, targets },
        {
          from: `${place}: ${clock}${seconds === undefined ? " is not set" : ""}`,
          idleSeconds: secondsOf(shortest),
          ...(unread !== undefined && notADuration(place, `${clock} ${unread}`)),
          writeIdle: (promised) => {
            const milliseconds = (secondsToWrite("own-kong", promised) ?? promised) * 1000;
            return `read_timeout: ${milliseconds} and write_timeout: ${milliseconds} in service ${name} of ${text.key}`;
          },
        },
      ),
    ];
  });
}
