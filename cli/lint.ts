import * as fs from "node:fs";
import { type Command, Option } from "commander";
import { formatFinding } from "../policy/message";
import { ASSUMPTIONS, STANDARD_OPTIONS, type Assumption } from "../policy/options";
import { asJson } from "../lint/json";
import { manifestsAt, readFile } from "../lint/places";
import { lintGroups, type Group, type Linted } from "../lint/run";
import { UsageError } from "./usageError";

interface LintOptions {
  each?: boolean;
  assume: Assumption;
  format: "text" | "json";
}

const HELP = `
Exit codes: 0 nothing found at or above --fail-on that is not waived, 1 something found, 2 something could not be read.`;

export function register(program: Command): void {
  program
    .command("lint")
    .description("find what breaks long connections in Kubernetes manifests, and say what to write instead")
    .argument("[paths...]", "YAML and JSON files and folders of them; - reads the standard input")
    .option("--each", "judge every path given, or every file of a folder, as a cluster of its own")
    .addOption(
      new Option("--assume <which>", "which ways in are judged without a promise of their own")
        .choices(ASSUMPTIONS)
        .default("evidence"),
    )
    .addOption(new Option("-f, --format <format>", "how to show it").choices(["text", "json"]).default("text"))
    .addHelpText("after", HELP)
    .action(lint);
}

function lint(places: string[], { each, assume, format }: LintOptions): void {
  const missing = places.filter((place) => place !== "-" && !fs.existsSync(place));
  if (missing.length > 0) throw new UsageError(missing.map((place) => `${place}: no such file or folder.`).join("\n"));
  const linted = lintGroups(groupsOf(places, each ?? false), {
    cluster: {},
    options: { ...STANDARD_OPTIONS, assume },
    levels: {},
  });
  for (const { file, line, column, message } of linted.problems) {
    process.stderr.write(`${[file, line, column].filter((part) => part !== undefined).join(":")}: ${message}\n`);
  }
  for (const note of linted.notes) process.stderr.write(`${note}\n`);
  for (const { rule, message } of linted.broken) process.stderr.write(`The rule ${rule} failed itself: ${message}\n`);
  process.stdout.write(format === "json" ? asJson(linted) : asText(linted));
  const failed = linted.clusters.some(({ findings }) =>
    findings.some(({ waived, severity }) => waived === undefined && severity === "error"),
  );
  process.exitCode = linted.problems.length > 0 ? 2 : failed ? 1 : 0;
}

function groupsOf(places: string[], each: boolean): Group[] {
  const files = places.map((place) => (place === "-" ? ["-"] : [...manifestsAt(place)]));
  const read = (file: string) =>
    file === "-" ? { file, text: fs.readFileSync(0, "utf8"), named: true } : readFile(file, places.includes(file));
  if (!each) return [{ name: "", sources: files.flat().map(read) }];
  return files.flat().map((file) => ({ name: file, sources: [read(file)] }));
}

function asText({ clusters }: Linted): string {
  return clusters
    .flatMap(({ findings }) => findings.map((finding) => `${finding.severity} ${finding.rule}: ${formatFinding(finding)}\n`))
    .join("\n");
}
