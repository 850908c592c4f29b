import { isIP, isIPv4 } from "node:net";
import { Argument, type Command, InvalidArgumentError } from "commander";
import { isLoadable, planLoad, type Plan, type Wishes } from "../load/plan";
import { PROFILE_NAMES, PROFILES, type ProfileName } from "../load/profiles";
import { type Place, runLoad } from "../load/run";
import { scriptOf } from "../load/script";
import { plainReport, tools } from "../sandbox";
import { PROJECT_DIRECTORY } from "../start";
import { StartError } from "../start/errors";
import { deployedAddresses, requireRealAddress } from "../start/loadTest";
import type { Answer } from "../start/report";
import { findTarget } from "../start/target";
import {
  fromFile,
  fromOutputs,
  Guard,
  type Located,
  readOutputs,
  type Target,
  type TargetEntry,
  targetOfStack,
  targetOfUrl,
} from "../verify";
import { examineStackFile } from "./stackFile";
import { UsageError } from "./usageError";

const profileLines = PROFILE_NAMES.map((name) => {
  const { summary, connections, silentSeconds } = PROFILES[name];
  const silence = silentSeconds === "promised" ? "for as long as is promised" : `for ${silentSeconds} s`;
  return `  ${name.padEnd(7)}${summary}: ${connections} connections on each way in, each silent ${silence}`;
});
const HELP = `
Profiles:
${profileLines.join("\n")}

Without --stack and --url it loads a stack in the embedded cluster, from among its clients; else from this machine.
BASE_URL and TEST_MODE in the environment say --url and the profile too.
Exit codes: 0 it holds, 1 it does not, 2 nothing is there to load, it was refused, or k6 could not run.`;

interface Flags {
  connections?: number;
  silent?: number;
  echoMilliseconds?: number;
  url?: string;
  stack?: string;
  cwd: string;
  echo: boolean;
  print?: true;
  yesIOwnIt?: true;
}

export function register(program: Command): void {
  program
    .command("load")
    .description("have k6 open connections, hold them in silence and ask again, and say whether what is promised holds")
    .addArgument(new Argument("[profile]", "default: TEST_MODE, else smoke").choices(PROFILE_NAMES))
    .argument("[name]", "dev, or an example, deployed in the embedded cluster (default: dev)")
    .option("--url <url>", "only this way in: an address of the stack, or any other")
    .option("--stack <stack>", "a stack deployed elsewhere, as in Pulumi.<stack>.yaml: at the addresses of its outputs")
    .option("--cwd <folder>", "where that file is", process.cwd())
    .option("--connections <number>", "at once on each way in, in place of the profile's", within(1, 50_000))
    .option(
      "--silent <seconds>",
      "silence of each connection in place of the profile's, never more than is promised",
      within(1, 86_400),
    )
    .option("--echo-milliseconds <number>", "95 of 100 answers have to come within (default: 1000)", within(1, 60_000))
    .option("--no-echo", "the application sends nothing back; only closes are seen")
    .option("--print", "print the script for a k6 of your own, and load nothing")
    .option("--yes-i-own-it", "load an address that is public and not the stack's, or this machine's own")
    .addHelpText("after", HELP)
    .action(load);
}

async function load(profile: ProfileName = profileOfEnvironment(), name: string | undefined, flags: Flags): Promise<void> {
  const { target, place } = await chosen(name, flags);
  const planned = (hosts?: Wishes["hosts"]) => planLoad(target.entries, PROFILES[profile], { ...wishesOf(flags), hosts });
  const plan = planned();
  if (Object.keys(plan.ways).length === 0) {
    throw new UsageError(`Nothing of ${target.title} can be loaded. ${plan.leftOut.join(" ") || "It has no address yet."}`);
  }
  if (flags.print) return void process.stdout.write(scriptOf(plan));
  const pinned = place === "here" ? await pin(target, flags) : { hosts: {}, told: [] };
  const { k6 } = await tools.ensureTools(["k6"], plainReport(console.log));
  console.log([announcement(profile, target, plan), ...pinned.told].join("\n"));
  const { holds, lines } = await runLoad(planned(pinned.hosts), k6!, place);
  console.log(lines.join("\n"));
  if (!holds) process.exitCode = 1;
}

interface Pinned {
  hosts: Record<string, string>;
  told: string[];
}

/** k6 asks for names itself, so it is told the addresses that were looked at; of each name it takes one. */
async function pin(target: Target, { yesIOwnIt }: Flags): Promise<Pinned> {
  const loaded = { ...target, entries: target.entries.filter(isLoadable) };
  const { refusals, addresses } = await new Guard(loaded, yesIOwnIt ?? false).check();
  const unknown = [...addresses].flatMap(([host, found]) => (found.length === 0 ? [`the name ${host} is not known here.`] : []));
  if (refusals.length + unknown.length > 0) throw new UsageError([...refusals, ...unknown].join("\n"));
  const names = [...addresses].filter(([host]) => isIP(host) === 0);
  // As k6 does where it asks itself.
  const chosen = names.map(([host, found]) => [host, found.find(isIPv4) ?? found[0]!] as const);
  const told = names.flatMap(([host, found], index) =>
    found.length > 1 ? [`${host} is loaded at ${chosen[index]![1]}, one of its ${found.length} addresses`] : [],
  );
  return { hosts: Object.fromEntries(chosen), told };
}

function announcement(profile: ProfileName, { title }: Target, { ways, seconds }: Plan): string {
  const [{ connections }, ...more] = Object.values(ways) as [Plan["ways"][string], ...Plan["ways"][string][]];
  const waysIn = more.length === 0 ? "1 way in" : `${more.length + 1} ways in`;
  return `${profile}, ${title}: ${waysIn}, ${connections} connections each; about ${seconds} s`;
}

function profileOfEnvironment(): ProfileName {
  const asked = process.env.TEST_MODE ?? "smoke";
  const found = PROFILE_NAMES.find((name) => name === asked);
  if (found) return found;
  throw new UsageError(`TEST_MODE: found ${asked}; allowed: ${PROFILE_NAMES.join(", ")}.`);
}

interface Chosen {
  target: Target;
  place: Place;
}

async function chosen(name: string | undefined, flags: Flags): Promise<Chosen> {
  const url = flags.url ?? process.env.BASE_URL;
  if (url !== undefined) requireUrl(url, flags);
  if (flags.stack !== undefined) {
    if (name !== undefined) {
      throw new UsageError(`found ${name} beside --stack ${flags.stack}; each names a stack. Remove one of the two.`);
    }
    return { target: narrowed(await stackElsewhere(flags.stack, flags.cwd), url), place: "here" };
  }
  const embedded = await stackInside(name, url !== undefined || flags.print === true);
  if (url === undefined || embedded.entries.some((entry) => isAt(entry, url))) {
    return { target: narrowed(embedded, url), place: "clients" };
  }
  if (name !== undefined) narrowed(embedded, url);
  return { target: targetOfUrl(url, {}), place: "here" };
}

function requireUrl(url: string, { yesIOwnIt }: Flags): void {
  if (!/^(ws|http)s?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`found ${url}; allowed: a URL that begins with ws://, wss://, http:// or https://.`);
  }
  if (!yesIOwnIt) requireRealAddress(url);
}

/** @param leniently whether it need not be deployed: what its file says of it is then enough. */
async function stackInside(name: string | undefined, leniently: boolean): Promise<Target> {
  const found = findTarget(PROJECT_DIRECTORY, name);
  const examined = examineStackFile(found.directory, "dev");
  const answers = await deployedAddresses(found).catch((error: unknown): undefined => {
    if (!leniently || !(error instanceof StartError)) throw error;
  });
  return { ...targetOfStack("dev", examined, answers === undefined ? fromFile(examined) : located(answers)), title: found.title };
}

function located(answers: Answer[]): Located {
  const services: Record<string, { entries: Answer["entry"][] }> = {};
  for (const { service, entry } of answers) (services[service] ??= { entries: [] }).entries.push(entry);
  return fromOutputs({ services });
}

async function stackElsewhere(stack: string, directory: string): Promise<Target> {
  const examined = examineStackFile(directory, stack);
  const read = await readOutputs(directory, stack);
  if ("refused" in read) {
    throw new UsageError(
      `The outputs of stack ${stack} cannot be had: ${read.refused}. Name the way in with --url, or log in to its backend.`,
    );
  }
  return targetOfStack(stack, examined, fromOutputs(read.outputs));
}

const isAt = (entry: TargetEntry, url: string): boolean => new URL(entry.url).host === new URL(url).host;

/** The one way in that is asked for, at the path that is asked for. */
function narrowed(target: Target, url: string | undefined): Target {
  if (url === undefined) return target;
  const entry = target.entries.find((each) => isAt(each, url));
  if (entry !== undefined) return { ...target, entries: [{ ...entry, url }] };
  const urls = target.entries.map((each) => each.url).join(", ") || "none";
  throw new UsageError(`found ${url}; allowed is an address of ${target.title}: ${urls}.`);
}

function wishesOf({ connections, silent, echoMilliseconds, echo }: Flags): Wishes {
  return { connections, silentSeconds: silent, answeredMilliseconds: echoMilliseconds, echoes: echo };
}

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}
