import { type Command, InvalidArgumentError, Option } from "commander";
import { entryKind, entryName } from "../compile/entry";
import { PROJECT_DIRECTORY } from "../start";
import { deployedAddresses, runLoadTest, type Expectation } from "../start/loadTest";
import type { Answer } from "../start/report";
import { findTarget, type Target } from "../start/target";
import { readStack } from "./stackFile";
import { UsageError } from "./usageError";

const EXIT_CODES = `
Exit codes: 0 the pods answered as the affinity says, 1 they did not, 2 nothing is deployed or the address is no address of it.
Each request has a connection of its own. BASE_URL in the environment says the address too.`;

interface LoadTestOptions {
  url?: string;
  requests: number;
  sources: "one" | "many";
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
    .option("--url <url>", "the address; default: BASE_URL, else the first one that speaks HTTP")
    .option("--requests <number>", "how many", wholeNumber, 300)
    .addOption(new Option("--sources <which>", "one source address, or many").choices(["one", "many"]).default("one"))
    .addHelpText("after", EXIT_CODES)
    .action(loadTest);
}

async function loadTest(name: string, { url = process.env.BASE_URL, requests, sources }: LoadTestOptions): Promise<void> {
  const target = findTarget(PROJECT_DIRECTORY, name);
  if (url !== undefined && !URL.canParse(url)) {
    throw new UsageError(`${url} is no URL; allowed: one such as http://192.168.1.217:8000/docs.`);
  }
  const asked = { requests, sources, expectationOf: (answer: Answer) => expectationOf(target, answer) };
  const { holds, lines } = await runLoadTest(target, url === undefined ? asked : { ...asked, url });
  console.log(lines.join("\n"));
  if (!holds) process.exitCode = 1;
}

/** What the stack file asks of the service behind an address. */
function expectationOf({ directory }: Target, { service: name, entry }: Answer): Omit<Expectation, "sources"> {
  const service = readStack(directory, "dev").stack.services.find((each) => each.name === name)!;
  const found = service.entries.find((each) => entryName(each) === entry.name)!;
  const sticks = service.promise.affinity.mode === "client" && entryKind(found.kind)!.sticksBy(found) === "source-ip";
  return { spread: sticks ? "by-source-address" : "any-pod", pods: service.workload.declared?.replicas ?? service.scaling.min };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError("It takes a whole number from 1 to 1000000.");
}
