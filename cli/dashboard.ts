import type { Command } from "commander";
import { nearest } from "../compile/check/problem";
import { dashboardOf } from "../compile/dashboardConfigMap";
import { examineStackFile } from "./stackFile";
import { UsageError } from "./usageError";

interface DashboardOptions {
  stack: string;
  cwd: string;
  service?: string;
}

export function register(program: Command): void {
  program
    .command("dashboard")
    .description("print the Grafana dashboard of a service as JSON, for Grafana's import; without a cluster")
    .option("-s, --stack <name>", "the stack whose Pulumi.<name>.yaml is read", "dev")
    .option("--service <name>", "which service; needed where the stack has several")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText(
      "after",
      "\nExit codes: 0 printed, 2 the stack file has problems or is not there, or it is not clear which service is meant.",
    )
    .action(dashboard);
}

function dashboard({ stack: name, cwd, service: wanted }: DashboardOptions): void {
  const { stack, services, warnings } = examineStackFile(cwd, name);
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  const names = services.map(({ service }) => service.name);
  const index = wanted === undefined && names.length === 1 ? 0 : names.indexOf(wanted ?? "");
  if (index === -1) throw new UsageError(which(wanted, names, name));
  process.stdout.write(dashboardOf(services[index]!, stack));
}

function which(wanted: string | undefined, names: string[], stack: string): string {
  const known = `services of Pulumi.${stack}.yaml: ${names.join(", ") || "none"}.`;
  if (wanted === undefined) return `--service: missing; a dashboard is of one service; ${known}`;
  const meant = nearest(wanted, names);
  return `--service: found ${wanted}; ${known}${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
}
