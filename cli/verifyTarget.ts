import * as fs from "node:fs";
import { ContextError, openCluster, type ClusterReader } from "../cluster";
import type { ExaminedStack } from "../compile/parse";
import { nearest } from "../path/nearest";
import {
  fromCluster,
  fromOutputs,
  readOutputs,
  SCHEMES,
  shownUrl,
  targetOfStack,
  targetOfUrl,
  type Located,
  type Target,
} from "../verify";
import { examineStackFile } from "./stackFile";
import { UsageError } from "./usageError";
import { exampleNames, placeOfExample, startCommandOf, verifyEmbedded, type StackPlace } from "./verifyEmbedded";
import { OF_A_URL, type Flags } from "./verifyFlags";

/** What is verified, and the cluster it is in where that is at hand. */
export interface Found {
  target: Target;
  reader?: ClusterReader;
}

/** @returns undefined where it was all done inside the embedded cluster; the exit code is then set. */
export async function findTarget(name: string, flags: Flags, argv: string[]): Promise<Found | undefined> {
  const found = name.includes("://") ? ofUrl(name, flags) : await ofStack(name, flags, argv);
  return found && { ...found, target: only(found.target, flags) };
}

function ofUrl(url: string, flags: Flags): Found {
  const scheme = url.split("://")[0]!;
  if (!SCHEMES.includes(scheme) || !URL.canParse(url)) {
    const meant = nearest(scheme, SCHEMES);
    const hint = meant === undefined || meant === scheme ? "" : ` Did you mean ${meant}://?`;
    throw new UsageError(
      `${URL.canParse(url) ? shownUrl(url) : `${scheme}://...`} is no URL to verify; allowed: one that begins with ${SCHEMES.map((each) => `${each}://`).join(", ")}.${hint}`,
    );
  }
  if (/^(tcp|tls|grpcs?)$/.test(scheme) && new URL(url).port === "") {
    throw new UsageError(
      `${shownUrl(url)} names no port; ${scheme}:// has no usual one. Write ${scheme}://${new URL(url).host}:<port>.`,
    );
  }
  for (const flag of ["service", "entry", "context"] as const) {
    if (flags[flag] !== undefined) {
      throw new UsageError(`--${flag} has no place beside a URL, which is one way in. Remove it, or name the stack.`);
    }
  }
  return { target: targetOfUrl(url, flags) };
}

async function ofStack(name: string, flags: Flags, argv: string[]): Promise<Found | undefined> {
  const inert = OF_A_URL.filter((flag) => flags[flag] !== undefined);
  if (inert.length > 0) {
    const names = inert.map((flag) => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new UsageError(`${names.join(" and ")} has no place beside a stack, whose file says it. Remove it, or give a URL.`);
  }
  const inside = deployedInside();
  if (inside !== undefined) {
    const examined = examineStackFile(inside.directory, inside.stack);
    const target = targetOfStack(name, examined, fromOutputs(inside.outputs));
    return { target: { ...target, cluster: inside.cluster }, reader: openCluster(inside.cluster.context) };
  }
  const place = placeOf(name, flags.cwd);
  if (flags.context === undefined) {
    const code = await verifyEmbedded(place, argv);
    if (code !== undefined) {
      process.exitCode = code;
      return undefined;
    }
  }
  return elsewhere(name, place, flags);
}

interface Inside extends StackPlace {
  outputs: unknown;
  cluster: { context: string; uid: string };
}

/** What is deployed, where this process was started among the clients of the embedded cluster for it. */
function deployedInside(): Inside | undefined {
  const file = process.env.HOLDFAST_VERIFY_DEPLOYED;
  return file === undefined ? undefined : (JSON.parse(fs.readFileSync(file, "utf8")) as Inside);
}

/** The folder and the stack that a name means: a file of this folder, else an example. */
function placeOf(name: string, cwd: string): StackPlace {
  const stacks = fs.existsSync(cwd) ? fs.readdirSync(cwd).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []) : [];
  if (stacks.includes(name)) return { directory: cwd, stack: name };
  const examples = exampleNames();
  if (examples.includes(name)) return placeOfExample(name);
  const known = [...new Set([...stacks, ...examples])];
  const meant = nearest(name, known);
  throw new UsageError(
    `No stack is called ${name}; there is: ${known.join(", ") || `none in ${cwd}`}. A URL has ://, as wss://chat.example.com.` +
      (meant === undefined ? "" : ` Did you mean ${meant}?`),
  );
}

/** A stack in a cluster of the user's own: by its outputs, or by what the cluster says. */
async function elsewhere(name: string, { directory, stack }: StackPlace, flags: Flags): Promise<Found> {
  const examined = examineStackFile(directory, stack);
  const opened = open(flags.context ?? examined.stack.access.context);
  const reader = opened instanceof ContextError ? undefined : opened;
  const located = await locate(examined, directory, stack, opened);
  const target = targetOfStack(name, examined, located);
  return { target: withContext(target, flags.context), ...(reader && { reader }) };
}

/** A stack without a uid is told by its context alone: another one may be looked into, and nothing be changed there. */
function withContext(target: Target, context: string | undefined): Target {
  const { cluster } = target;
  const isFree = cluster === undefined || cluster.uid !== undefined;
  return context === undefined || !isFree ? target : { ...target, cluster: { ...cluster, context } };
}

function open(context: string | undefined): ClusterReader | ContextError {
  try {
    return context === undefined ? new ContextError("the stack names no context") : openCluster(context);
  } catch (error) {
    if (error instanceof ContextError) return error;
    throw error;
  }
}

async function locate(
  examined: ExaminedStack,
  directory: string,
  stack: string,
  cluster: ClusterReader | ContextError,
): Promise<Located> {
  const read = await readOutputs(directory, stack);
  if ("outputs" in read) return fromOutputs(read.outputs);
  const noOutputs = `The outputs of stack ${stack} cannot be had: ${read.refused}.`;
  if (cluster instanceof ContextError) {
    // The addresses in its file may be anybody's until something says that it is deployed.
    const here = startCommandOf({ directory, stack });
    throw new UsageError(
      `Nothing says that stack ${stack} in ${directory} is deployed.\n${noOutputs}\nIts cluster cannot be asked: ${cluster.message}\n` +
        `Bring it up first (${here === undefined ? "" : `${here}, or `}pulumi up), log in to its backend, name its cluster with --context, or give a URL.`,
    );
  }
  process.stderr.write(`${noOutputs}\nAddresses are those that the cluster ${cluster.context} shows.\n`);
  return fromCluster(examined, cluster);
}

/** What is left where one service or one way in is asked for. */
function only(target: Target, { service, entry }: Flags): Target {
  const all = [...target.entries, ...(target.unlocated ?? [])];
  const pick = (flag: string, wanted: string | undefined, names: string[]) => {
    if (wanted === undefined || names.includes(wanted)) return;
    const meant = nearest(wanted, names);
    throw new UsageError(
      `--${flag}: found ${wanted}; of ${target.title}: ${[...new Set(names)].join(", ") || "none"}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    );
  };
  pick(
    "service",
    service,
    all.map((each) => each.service),
  );
  const ofService = all.filter((each) => service === undefined || each.service === service);
  pick(
    "entry",
    entry,
    ofService.map((each) => each.entry),
  );
  const isMeant = (each: { service: string; entry: string }) =>
    (service === undefined || each.service === service) && (entry === undefined || each.entry === entry);
  const unlocated = (target.unlocated ?? []).filter(isMeant);
  return { ...target, entries: target.entries.filter(isMeant), unlocated };
}
