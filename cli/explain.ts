import { type Command, Option } from "commander";
import { nearest } from "../compile/check/problem";
import {
  countCost,
  explainService,
  type ExplainedService,
  FORMATS,
  FORMATS_WITH_COST,
  type Format,
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
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", EXIT_CODES)
    .action(explain);
}

function explain(options: ExplainOptions): void {
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
