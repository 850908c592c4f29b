import { type Command, Option } from "commander";
import { nearest } from "../compile/check/problem";
import {
  clashingVariables,
  consumersOf,
  endpointRows,
  endpointsAsEnvironment,
  endpointsAsJson,
  endpointsAsText,
  variableRows,
} from "../endpoints";
import type { Stack } from "../compile/stack";
import { knownHosts } from "./knownHosts";
import { examineStackFile } from "./stackFile";
import { UsageError } from "./usageError";

interface EndpointsOptions {
  stack: string;
  cwd: string;
  env?: boolean;
  json?: boolean;
  consumer?: string;
  outputs?: string;
}

const HELP = `
Exit codes: 0 told, 1 with --env: a value is known only after pulumi up, 2 the stack file has problems or is not there, or two consumers
fill a variable differently.`;

export function register(program: Command): void {
  program
    .command("endpoints")
    .description("list the named endpoints of a stack and who consumes them; without a cluster")
    .option("-s, --stack <name>", "the stack whose Pulumi.<name>.yaml is read", "dev")
    .addOption(new Option("--env", "print the consumers' variables as lines of an env file").conflicts("json"))
    .option("--json", "print everything for programs")
    .option("--consumer <name>", "only the variables of this service or consumer; with --env or --json")
    .option("--outputs <file>", "where `pulumi stack output --json` was written, for addresses that only the cloud knows")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", HELP)
    .action(endpoints);
}

function endpoints(options: EndpointsOptions): void {
  const { stack: name, cwd, env, json, consumer, outputs } = options;
  const { stack } = examineStackFile(cwd, name);
  checkConsumer(stack, consumer, name, env === true || json === true);
  const hosts = knownHosts(cwd, name, outputs);
  if (env) return printEnvironment(variableRows(stack, hosts, consumer));
  const rows = endpointRows(stack, hosts);
  process.stdout.write(json ? endpointsAsJson(rows, variableRows(stack, hosts, consumer)) : endpointsAsText(rows));
}

function checkConsumer(stack: Stack, consumer: string | undefined, name: string, isRead: boolean): void {
  if (consumer === undefined) return;
  if (!isRead) throw new UsageError("--consumer: the table shows all of them. Use it with --env or --json, or leave it out.");
  const names = consumersOf(stack).map((row) => row.name);
  if (names.includes(consumer)) return;
  const meant = nearest(consumer, names);
  throw new UsageError(
    `--consumer: found ${consumer}; consumers in Pulumi.${name}.yaml: ${names.join(", ") || "none"}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
  );
}

function printEnvironment(variables: ReturnType<typeof variableRows>): void {
  const clashing = clashingVariables(variables);
  if (clashing.length > 0) {
    const who = [...new Set(variables.filter(({ variable }) => clashing.includes(variable)).map((row) => row.consumer))];
    throw new UsageError(
      `--env: ${clashing.join(", ")} ${clashing.length === 1 ? "has" : "have"} different values for ${who.join(", ")}. Choose one with --consumer.`,
    );
  }
  if (variables.length === 0) {
    process.stderr.write("warning: nothing in this stack consumes an endpoint, so there is no variable.\n");
  }
  process.stdout.write(endpointsAsEnvironment(variables));
  const open = variables.filter(({ value }) => value === undefined).map(({ variable }) => variable);
  if (open.length === 0) return;
  process.stderr.write(
    `${open.join(", ")}: known only after pulumi up. Then: pulumi stack output --json > outputs.json, and --outputs outputs.json.\n`,
  );
  process.exitCode = 1;
}
