import { type Command, InvalidArgumentError, Option } from "commander";
import { entryKind, entryName } from "../compile/entry";
import { PROJECT_DIRECTORY } from "../start";
import { deployedAddresses, runLoadTest } from "../start/loadTest";
import type { Answer } from "../start/report";
import { findTarget, type Target } from "../start/target";
import { readStack } from "./stackFile";
import { UsageError } from "./usageError";

const EXIT_CODES = `
Exit codes: 0 the pods answered as the affinity says, 1 they did not, 2 nobody can tell (it says why: one source that sticks shows nothing),
nothing is deployed, or the address is no address of it.
Each connection is one of its own. It is holdfast verify --check distribution at one address. BASE_URL in the environment says the
address too.`;

interface LoadTestOptions {
  url?: string;
  requests: number;
  sources?: "one" | "many";
}

export function register(program: Command): void {
  program
    .command("urls")
    .description("print the addresses of a stack that runs in the embedded cluster, one a line")
    .argument("[name]", "dev, or an example", "dev")
    .option("--first", "only the first one, for scripts", false)
    .addHelpText("after", "\nExit codes: 0 printed, 2 it is not deployed.")
    .action(async (name: string, { first }: { first: boolean }) => {
      const urls = (await deployedAddresses(findTarget(PROJECT_DIRECTORY, name))).map(({ url }) => url);
      console.log((first ? urls.slice(0, 1) : urls).join("\n"));
    });
  program
    .command("load-test")
    .description(
      "send load through an address of a stack in the embedded cluster, and compare who answered with what its affinity says",
    )
    .argument("[name]", "dev, or an example", "stt")
    .option("--url <url>", "the address; default: BASE_URL, else the first one")
    .option("--requests <number>", "how many", wholeNumber, 300)
    .addOption(
      new Option("--sources <which>", "one source address, or many (default: many where it sticks by them, else one)").choices([
        "one",
        "many",
      ]),
    )
    .addHelpText("after", EXIT_CODES)
    .action(loadTest);
}

async function loadTest(name: string, { url = process.env.BASE_URL, requests, sources }: LoadTestOptions): Promise<void> {
  const target = findTarget(PROJECT_DIRECTORY, name);
  if (url !== undefined && !URL.canParse(url)) {
    throw new UsageError(`${url} is no URL; allowed: one such as http://192.168.1.217:8000/docs.`);
  }
  const sourcesFor = (answer: Answer) => sources ?? (sticksBySource(target, answer) ? "many" : "one");
  process.exitCode = await runLoadTest(target, { requests, sourcesFor, ...(url !== undefined && { url }) });
}

/** One source that sticks reaches one pod, and shows nothing of the others. */
function sticksBySource({ directory }: Target, { service: name, entry }: Answer): boolean {
  const service = readStack(directory, "dev").stack.services.find((each) => each.name === name)!;
  const found = service.entries.find((each) => entryName(each) === entry.name)!;
  return service.promise.affinity.mode === "client" && entryKind(found.kind)!.sticksBy(found) === "source-ip";
}

const MOST_REQUESTS = 100_000;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MOST_REQUESTS) return value;
  throw new InvalidArgumentError(`It takes a whole number from 1 to ${MOST_REQUESTS}.`);
}
