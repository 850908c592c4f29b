import { type Command, Option } from "commander";
import { nearest } from "../compile/check/problem";
import { PROFILE_NAMES, type ProfileName } from "../compile/profiles";
import {
  countCost,
  DEFAULTS_FORMATS,
  type DefaultsFormat,
  explainService,
  type ExplainedService,
  FORMATS,
  FORMATS_WITH_COST,
  type Format,
  writeDefaults,
  writeExplanation,
} from "../explain";
import type { ExaminedStack } from "../compile/parse";
import { examineStackFile } from "./stackFile";
import { UsageError } from "./usageError";

interface ExplainOptions {
  stack: string;
  cwd: string;
  format: Format;
  service?: string;
  strict?: boolean;
  cost?: boolean;
  /** True where no profile is named. */
  defaults?: string | true;
}

const EXIT_CODES = `
Exit codes: 0 no promise fails (one that nothing decides is a warning), 1 a promise fails, with --strict also one that nothing decides,
2 the stack file has problems or is not there.`;

export function register(program: Command): void {
  program
    .command("explain")
    .description("show every way in hop by hop, and whether it keeps the promise; without a cluster")
    .option("-s, --stack <name>", "the stack whose Pulumi.<name>.yaml is read", "dev")
    .addOption(new Option("-f, --format <format>", "how to show it").choices(FORMATS).default("text"))
    .option("--service <name>", "only this service")
    .option("--strict", "end with 1 also where nothing decides whether a promise is kept")
    .option("--cost", "count load balancers, addresses and rules, and say what sharing would save")
    .option(
      "--defaults [profile]",
      `print what holds where nothing is written, of one profile (${PROFILE_NAMES.join(", ")}) or all`,
    )
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", EXIT_CODES)
    .action(explain);
}

/** The defaults are those of the code, whatever the stack: what picks a stack or judges one has no place beside them. */
function explainDefaults({ defaults, format, ...others }: ExplainOptions, given: (name: string) => boolean): void {
  const inert = ["stack", "service", "strict", "cost", "cwd"].filter((name) => name in others && given(name));
  if (inert.length > 0) {
    throw new UsageError(`--${inert.join(" and --")} has no place beside --defaults, which reads no stack. Remove it.`);
  }
  const known = (DEFAULTS_FORMATS as readonly string[]).includes(format);
  if (!known) throw new UsageError(`--defaults has no --format ${format}. Use one of ${DEFAULTS_FORMATS.join(", ")}.`);
  if (defaults !== true && !(PROFILE_NAMES as readonly string[]).includes(defaults!)) {
    const meant = nearest(defaults!, PROFILE_NAMES);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw new UsageError(`--defaults: found ${defaults}; profiles: ${PROFILE_NAMES.join(", ")}.${hint}`);
  }
  process.stdout.write(writeDefaults(format as DefaultsFormat, defaults === true ? undefined : (defaults as ProfileName)));
}

function explain(options: ExplainOptions, command: Command): void {
  if (options.defaults !== undefined) {
    explainDefaults(options, (name) => command.getOptionValueSource(name) === "cli");
    return;
  }
  const { stack: name, format, cwd } = options;
  if (options.cost && !FORMATS_WITH_COST.includes(format)) {
    throw new UsageError(`--cost has no place in --format ${format}. Use one of ${FORMATS_WITH_COST.join(", ")}.`);
  }
  const { examined, warnings } = only(options.service, examineStackFile(cwd, name), name);
  process.stderr.write(warnings.map((warning) => `warning: ${warning}\n`).join(""));
  const services = examined.services.map((service) => explainService(service, examined.stack.cluster));
  const compiled = examined.services.map((service) => service.compiled);
  const cost = options.cost ? { cost: countCost(compiled, examined.stack.platform) } : {};
  // On a pipe the whole page must be out before the process ends, so nothing here calls process.exit.
  process.stdout.write(writeExplanation(format, services, { ...cost, title: name, colored: isColored() }));
  process.exitCode = exitCode(services, options.strict ?? false);
}

/** What is left of a stack when only one service is asked for, warnings included. */
function only(
  service: string | undefined,
  examined: ExaminedStack,
  stack: string,
): { examined: ExaminedStack; warnings: string[] } {
  if (service === undefined) return { examined, warnings: examined.warnings };
  const names = examined.services.map((candidate) => candidate.service.name);
  const index = names.indexOf(service);
  if (index === -1) {
    const meant = nearest(service, names);
    throw new UsageError(
      `--service: found ${service}; services of Pulumi.${stack}.yaml: ${names.join(", ") || "none"}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    );
  }
  return {
    examined: { ...examined, services: [examined.services[index]!] },
    warnings: examined.warnings.filter((warning) => warning.startsWith(`services[${index}] `)),
  };
}

function exitCode(services: ExplainedService[], strict: boolean): number {
  const verdicts = services.flatMap(({ entries }) => entries.map(({ verdict }) => verdict));
  return verdicts.includes("fails") || (strict && verdicts.includes("unknown")) ? 1 : 0;
}

function isColored(): boolean {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb";
}
