import type { Command } from "commander";
import { PROJECT_DIRECTORY } from "../start";
import { pulumiInSandbox } from "../start/console";

export function register(program: Command): void {
  program
    .command("pulumi")
    .description("run the Pulumi CLI on the dev stack in the embedded cluster")
    .argument("[arguments...]", "what the CLI is to do: preview, up, refresh, stack output ...")
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText("after", "\nExit codes: the CLI's own; 2 when the embedded cluster is not running.")
    .action(async (_args: string[], _options: unknown, command: Command) => {
      process.exitCode = await pulumiInSandbox(PROJECT_DIRECTORY, command.args);
    });
}
