import type { Command } from "commander";
import { start, stop } from "../start";
import { EXIT } from "../start/errors";
import { UsageError } from "./usageError";

const EXIT_CODES = `
Exit codes: 0 every address answered, 1 something did not come up or did not answer, 2 a wrong setting or a "no" (nothing was changed),
130 interrupted (the next start carries on).
HOLDFAST_CLUSTER=current uses the cluster of the current kubectl context instead of the embedded one.`;

export function register(program: Command): void {
  program
    .command("start")
    .description("start the embedded cluster and deploy the dev stack, or an example, into it")
    .argument("[name]", "dev, or an example: mcp-server, chatpulse, multi, stt, ml-platform", "dev")
    .option("-y, --yes", "answer every question with yes", false)
    .addHelpText("after", EXIT_CODES)
    .action(async (name: string, { yes }: { yes: boolean }) => {
      console.log(`\n${await told(start({ name, yes }))}\n`);
    });
  program
    .command("stop")
    .description("stop the embedded cluster, or take one stack out of it")
    .argument("[name]", "what to take down, while the cluster goes on (default: the cluster with everything in it)")
    .option("--all", "remove the local state too: configuration, secrets, logs", false)
    .option("-y, --yes", "answer every question with yes", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing runs any more, 1 something could not be stopped, 2 refused (nothing was changed).",
    )
    .action(async (name: string | undefined, options: { all: boolean; yes: boolean }) => {
      console.log(await told(stop({ ...options, ...(name === undefined ? {} : { name }) })));
    });
}

/** A room's own errors are for the user to mend; an error without a name of ours is a mistake in Holdfast and keeps its stack. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { name, message, exitCode } = error as Error & { exitCode?: number };
    if (name !== "SandboxError" && name !== "StartError") throw error;
    if (exitCode === EXIT.interrupted) {
      // What was under way may still be running in this process; nobody waits for it any more.
      console.error(`\n${message}`);
      process.exit(exitCode);
    }
    throw new UsageError(message, exitCode ?? EXIT.failed);
  }
}
