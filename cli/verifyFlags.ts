import * as fs from "node:fs";
import * as net from "node:net";
import { InvalidArgumentError, Option, type Command } from "commander";
import { nearest } from "../path/nearest";
import { CHECKS, mergeHeaders, POD_FROM, type Check, type CheckOptions, type Limits } from "../verify";
import { UsageError } from "./usageError";

/** What was written on the command line. */
export interface Flags {
  check?: string[];
  full?: boolean;
  json?: string;
  junit?: string;
  html?: string;
  service?: string;
  entry?: string;
  seconds: number;
  heartbeat?: number;
  requests: number;
  sockets: number;
  rollout?: boolean;
  yes?: boolean;
  yesIOwnIt?: boolean;
  podFrom?: string;
  stickyHeader?: string;
  ca?: string;
  header?: string[];
  from?: string[];
  wait?: number;
  connections?: number;
  rate: number;
  timeLimit?: number;
  context?: string;
  cwd: string;
  idleSeconds?: number;
  drainSeconds?: number;
  affinity?: "client" | "none";
  cookieName?: string;
}

/** Flags that say what a stack file says, and so have no place beside one. */
export const OF_A_URL = ["idleSeconds", "drainSeconds", "affinity", "cookieName"] as const;

const DEFAULT_CONNECTIONS = 1000;
/** A load balancer of a cloud takes a minute or two; one on a LAN a second. */
const DEFAULT_WAIT_SECONDS = 60;
const DEFAULT_TIME_LIMIT_SECONDS = 300;
/** Seconds that a check needs beside the silence it waits for. */
const BESIDE_SECONDS = 120;

export function addFlags(command: Command): Command {
  const several = (text: string, before: string[] = []) => [...before, ...text.split(",").map((word) => word.trim())];
  const lines = (text: string, before: string[] = []) => [...before, text];
  return command
    .option("--check <names>", `only these, separated by commas: ${CHECKS.map(({ name }) => name).join(", ")}`, several)
    .option("--service <name>", "only this service of the stack")
    .option("--entry <name>", "only this way in of the stack")
    .option("--full", "idle: wait as long as the promise; sticky: as a short ttlSeconds; scale: watch until the limit of time")
    .option("--seconds <seconds>", "idle: how long to be silent without --full", within(1, 86_400, "seconds"), 75)
    .option("--heartbeat <seconds>", "idle: also a connection that sends a heartbeat that often", within(0.1, 86_400, "seconds"))
    .option("--requests <number>", "distribution: connections to open in all", whole(1, 100_000), 300)
    .option("--sockets <number>", "drain, scale: connections to hold", whole(1, 50_000), 100)
    .option("--rollout", "drain: restart the workload, after asking")
    .option("--yes", "answer every question with yes")
    .option(
      "--pod-from <where>",
      "where the server names its pod: header:<name>, or message:<field> of its first message",
      podFrom,
    )
    .option("--sticky-header <name>", "sticky, distribution: the header by which the way in knows a client")
    .option(
      "--header <line>",
      "sent with every connection, such as 'x-tenant: a'; @<file> reads lines of a file, for secrets; may be repeated",
      lines,
    )
    .option("--ca <file>", "authorities to trust beside the system's, PEM")
    .option("--from <addresses>", "addresses of this machine to speak from, separated by commas", several)
    .option(
      "--wait <seconds>",
      `reach: how long to wait for a way in that is still being made (default: ${DEFAULT_WAIT_SECONDS}; 0 for a URL)`,
      within(0, 86_400, "seconds"),
    )
    .option(
      "--connections <number>",
      `most connections open at a time (default: ${DEFAULT_CONNECTIONS}, or --sockets)`,
      whole(1, 60_000),
    )
    .option("--rate <number>", "most connections opened per second", within(0.1, 10_000, "connections"), 50)
    .option(
      "--time-limit <seconds>",
      `most seconds for each check (default: ${DEFAULT_TIME_LIMIT_SECONDS}; more with --full)`,
      within(1, 172_800, "seconds"),
    )
    .option("--json <file>", "write the report as JSON; - for standard output")
    .option("--junit <file>", "write it as JUnit XML; - for standard output")
    .option("--html <file>", "write it as one page with pictures; - for standard output")
    .option("--context <name>", "the context of the cluster, in place of the stack's")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .option("--yes-i-own-it", "also public addresses that are not the stack's: only what is yours, or yours to load")
    .option("--idle-seconds <seconds>", "of a URL: the silence that is promised (default: 3600)", within(1, 86_400, "seconds"))
    .option("--drain-seconds <seconds>", "of a URL: the notice that is promised (default: 40)", within(0, 3600, "seconds"))
    .addOption(
      new Option("--affinity <mode>", "of a URL: whether clients stick to a pod (default: none)").choices(["client", "none"]),
    )
    .option("--cookie-name <name>", "of a URL: the cookie by which they stick");
}

function within(minimum: number, maximum: number, unit: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It takes ${minimum} to ${maximum} ${unit}.`);
  };
}

function whole(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`);
  };
}

function podFrom(text: string): string {
  if (POD_FROM.test(text)) return text;
  throw new InvalidArgumentError("It takes header:<name>, such as header:x-pod, or message:<field>, such as message:pod.");
}

/** The checks that were asked for, in the order in which they run. */
export function chosenChecks({ check: names, rollout, heartbeat }: Flags): Check[] {
  const known = CHECKS.map(({ name }) => name as string);
  const unknown = (names ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const told = unknown.map((name) => {
      const meant = nearest(name, known);
      return `--check: found ${name}; checks: ${known.join(", ")}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
    });
    throw new UsageError(told.join("\n"));
  }
  const isAsked = ({ name, byDefault }: Check) =>
    names === undefined ? byDefault || (rollout && name === "drain") : names.includes(name);
  const chosen = CHECKS.filter(isAsked);
  const needs = (flag: string, value: unknown, check: string) => {
    if (value === undefined || chosen.some(({ name }) => name === check)) return;
    throw new UsageError(`${flag} has no place without --check ${check}. Remove it, or add the check.`);
  };
  needs("--rollout", rollout, "drain");
  needs("--heartbeat", heartbeat, "idle");
  return chosen;
}

/** Who names a URL mostly knows that it is there. */
const waitSecondsOf = ({ wait }: Flags, isUrl: boolean): number => wait ?? (isUrl ? 0 : DEFAULT_WAIT_SECONDS);

export function optionsOf(flags: Flags, isUrl: boolean): CheckOptions {
  const { full = false, seconds, heartbeat, rollout = false, sockets, requests } = flags;
  return {
    full,
    idleSeconds: seconds,
    ...(heartbeat !== undefined && { heartbeatSeconds: heartbeat }),
    rollout,
    sockets,
    requests,
    waitSeconds: waitSecondsOf(flags, isUrl),
    ...(flags.podFrom !== undefined && { podFrom: flags.podFrom }),
    ...(flags.stickyHeader !== undefined && { stickyHeader: flags.stickyHeader }),
  };
}

/** @param longestPromise seconds of silence that any way in promises. */
export function limitsOf(
  { connections, sockets, rate, timeLimit, full, seconds, wait = DEFAULT_WAIT_SECONDS }: Flags,
  longestPromise: number,
): Limits {
  if (connections !== undefined && connections < sockets) {
    throw new UsageError(
      `--connections: found ${connections} with --sockets ${sockets}, which needs as many. Raise it, or lower --sockets.`,
    );
  }
  const silence = full ? longestPromise : seconds;
  return {
    connections: connections ?? Math.max(DEFAULT_CONNECTIONS, sockets),
    ratePerSecond: rate,
    seconds: timeLimit ?? Math.max(DEFAULT_TIME_LIMIT_SECONDS, silence + BESIDE_SECONDS, wait + BESIDE_SECONDS),
  };
}

/** `Name: value`, each. A value is never shown: it may be a secret. */
/** Whoever lists the machine's processes reads a command line, so a secret comes in a file. */
export function headersOf({ header = [] }: Pick<Flags, "header">): Record<string, string> {
  const lines = header.flatMap((line) => (line.startsWith("@") ? linesOfFile(line.slice(1)) : [line]));
  const headers = lines.map((line, index): Record<string, string> => {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(\S.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) return { [name]: value };
    throw new UsageError(
      `--header number ${index + 1} is no header; allowed: a name, a colon and a value, such as 'x-tenant: a'; or @ and a file of such lines.`,
    );
  });
  return headers.reduce(mergeHeaders, {});
}

function linesOfFile(file: string): string[] {
  if (!fs.existsSync(file)) throw new UsageError(`--header: the file ${file} does not exist.`);
  const lines = fs.readFileSync(file, "utf8").split(/\r?\n/);
  return lines.filter((line) => line.trim() !== "");
}

export function authorityOf({ ca }: Flags): string | undefined {
  if (ca === undefined) return undefined;
  const text = fs.existsSync(ca) ? fs.readFileSync(ca, "utf8") : undefined;
  if (text?.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UsageError(`--ca: ${ca} ${text === undefined ? "does not exist" : "holds no certificate in PEM"}.`);
}

/** Addresses to speak from; `sandbox exec` names those of its clients. */
export function sourcesOf(
  { from }: Flags,
  { HOLDFAST_SOURCE_ADDRESSES }: NodeJS.ProcessEnv = process.env,
): (string | undefined)[] {
  const wrong = (from ?? []).filter((address) => net.isIP(address) === 0);
  if (wrong.length > 0) throw new UsageError(`--from: found ${wrong.join(", ")}; allowed: IP addresses of this machine.`);
  const sources = from ?? (HOLDFAST_SOURCE_ADDRESSES ?? "").split(",").filter((address) => net.isIP(address) !== 0);
  return sources.length === 0 ? [undefined] : sources;
}
