import { Command, CommanderError } from "commander";
import { version } from "../package.json";
import { UsageError } from "./usageError";

interface CommandFile {
  register(program: Command): void;
}

/** Each command, what `--help` says of it, and its file. */
const COMMANDS: Record<string, { summary: string; file: string }> = {
  explain: { summary: "show every way in hop by hop, and whether it keeps the promise", file: "explain" },
  render: { summary: "print the objects of a stack as YAML, kustomization or chart, without a cluster", file: "render" },
  doctor: { summary: "look, before an up, at everything a stack needs; or for what is behind a symptom", file: "doctor" },
  "pr-summary": { summary: "say what a preview changes, in resources and in connections", file: "prSummary" },
  lint: { summary: "find what breaks long connections in manifests or a live cluster, and say what to write", file: "lint" },
  verify: {
    summary: "open real connections against a deployed stack or a URL, and say whether the promise holds",
    file: "verify",
  },
  import: { summary: "make a stack file of manifests that are there, and say what it would change", file: "import" },
  dashboard: { summary: "print the Grafana dashboard of a service as JSON", file: "dashboard" },
  endpoints: { summary: "list the named endpoints of a stack and who consumes them", file: "endpoints" },
  "lint-endpoints": { summary: "find addresses in files that will not last or are not right any more", file: "lintEndpoints" },
  start: { summary: "start the embedded cluster and deploy the dev stack, or an example, into it", file: "start" },
  stop: { summary: "stop the embedded cluster, or take one stack out of it", file: "start" },
  urls: { summary: "print the addresses of a stack that runs in the embedded cluster", file: "load" },
  "load-test": { summary: "send load through an address and compare who answered with what its affinity says", file: "load" },
  load: { summary: "have k6 hold connections on every way in, and say whether what is promised holds", file: "loadProfile" },
  pulumi: { summary: "run the Pulumi CLI on the dev stack in the embedded cluster", file: "pulumi" },
  sandbox: { summary: "start, stop, look into the embedded cluster", file: "sandbox" },
};

/** Only the file of the command that was called is loaded, so that `--help` is quick. */
function load(file: string): CommandFile {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be hoisted and load every command
  return require(`./${file}`) as CommandFile;
}

const HELP = `
Exit codes: 0 done, 1 the command says no (its own --help tells when), 2 bad input, 3 an error of Holdfast itself.
Run \`holdfast <command> --help\` for a command's options.`;

const INTERNAL_ERROR = 3;

/** Runs the command line. Sets the exit code; a user's mistake is told without a stack trace. */
export async function main(argv: string[]): Promise<void> {
  endWithTheReader();
  const program = createProgram(argv);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** A reader that has seen enough (`| head`) closes the pipe. That is no error, of the command or of Holdfast. */
function endWithTheReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

function createProgram(argv: string[]): Command {
  const program = new Command("holdfast")
    .description("Long-lived connections, open and stuck to one pod.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", HELP)
    .showSuggestionAfterError(true)
    .exitOverride();
  const called = argv.slice(2).filter((word) => !word.startsWith("-"));
  const wanted = called[0] === "help" ? called[1] : called[0];
  for (const [name, { summary, file }] of Object.entries(COMMANDS)) {
    if (name === wanted) addCommand(program, name, load(file));
    else program.command(name).description(summary);
  }
  // Subcommands that were registered before inherit nothing by themselves.
  for (const command of allBelow(program)) command.exitOverride().showSuggestionAfterError(true);
  return program;
}

/** Takes one command out of a file that may bring several (start and stop). */
function addCommand(program: Command, name: string, file: CommandFile): void {
  const apart = new Command();
  file.register(apart);
  const command = apart.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) throw new Error(`The file of the command ${name} does not register it.`);
  program.addCommand(command);
}

function allBelow(command: Command): Command[] {
  return command.commands.flatMap((child) => [child as Command, ...allBelow(child as Command)]);
}

/** Tells what happened, unless commander has told it already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const { name, message, exitCode } = error as { name?: string; message?: string; exitCode?: number };
  // The rooms below have error types of their own for what a person can mend.
  if (name === "SandboxError" || name === "StartError") {
    process.stderr.write(`${message}\n`);
    return exitCode ?? 1;
  }
  process.stderr.write(
    `This is an error in Holdfast itself, not in what you wrote:\n${(error as Error)?.stack ?? String(error)}\n`,
  );
  return INTERNAL_ERROR;
}
