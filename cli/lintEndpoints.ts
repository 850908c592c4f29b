import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { knownAddresses, lintText, type Finding } from "../endpoints";
import { examineStackFile } from "./stackFile";
import { textFiles, type SkippedFile } from "./textFiles";
import { UsageError } from "./usageError";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
const SCHEMA_VERSION = 1;

interface LintOptions {
  stack: string;
  cwd: string;
  json?: boolean;
}

interface Report {
  findings: (Finding & { file: string })[];
  files: number;
  skipped: SkippedFile[];
}

const HELP = `
A line stays as it is with a comment on it, or on the line above: holdfast/waive.endpoints: <why>

Exit codes: 0 nothing found that is not waived, 1 something found, 2 the stack file has problems or is not there, or a file or folder is not.`;

export function register(program: Command): void {
  program
    .command("lint-endpoints")
    .description("find addresses in files that will not last or are not right any more, and name what to write instead")
    .argument("<place...>", "files and folders to look through")
    .option("-s, --stack <name>", "the stack whose Pulumi.<name>.yaml says what is right", "dev")
    .option("--json", "print the findings for programs")
    .option("--cwd <folder>", "the folder where Pulumi.yaml lies", process.cwd())
    .addHelpText("after", HELP)
    .action(lintEndpoints);
}

function lintEndpoints(places: string[], { stack: name, cwd, json }: LintOptions): void {
  const missing = places.filter((place) => !fs.existsSync(place));
  if (missing.length > 0) throw new UsageError(missing.map((place) => `${place}: no such file or folder.`).join("\n"));
  const known = knownAddresses(examineStackFile(cwd, name).stack);
  const report: Report = { findings: [], files: 0, skipped: [] };
  for (const { file, text } of textFiles(places, (skipped) => report.skipped.push(skipped))) {
    if (isStackFile(file, text)) continue;
    report.files++;
    report.findings.push(...lintText(text, known).map((finding) => ({ ...finding, file })));
  }
  process.stdout.write(json ? asJson(report) : asText(report));
  process.exitCode = report.findings.some(({ waived }) => waived === undefined) ? 1 : 0;
}

/** The place where addresses are written down is the one that may name them. */
function isStackFile(file: string, text: string): boolean {
  return /^Pulumi\.[^/\\]+\.yaml$/.test(path.basename(file)) && /^\s*holdfast:/m.test(text);
}

function asText({ findings, files, skipped }: Report): string {
  const lines = findings.map(({ file, line, column, message, wayOut, waived }) => {
    const rest = waived === undefined ? `\n    ${wayOut}` : ` (waived: ${waived})`;
    return `${file}:${line}:${column}: ${message}.${rest}\n`;
  });
  const open = findings.filter(({ waived }) => waived === undefined).length;
  const waived = findings.length - open;
  const left = skipped.length === 0 ? "" : `; not looked into: ${skippedText(skipped)}`;
  const summary = `${open === 1 ? "1 finding" : `${open} findings`}${waived > 0 ? `, ${waived} waived` : ""}, in ${files === 1 ? "1 file" : `${files} files`}${left}.\n`;
  return lines.join("") + summary;
}

const MOST_NAMED = 3;

function skippedText(skipped: SkippedFile[]): string {
  const kinds = [...new Set(skipped.map(({ why }) => why))];
  return kinds
    .map((why) => {
      const files = skipped.filter((each) => each.why === why).map(({ file }) => file);
      const more = files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : "";
      return `${files.length} ${why} (${files.slice(0, MOST_NAMED).join(", ")}${more})`;
    })
    .join(", ");
}

function asJson({ findings, files, skipped }: Report): string {
  const table = findings.map(({ file, line, column, kind, found, message, wayOut, endpoint, waived }) => ({
    file,
    line,
    column,
    kind,
    found,
    message,
    wayOut,
    endpoint: endpoint ?? null,
    waived: waived ?? null,
  }));
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, findings: table, files, skipped }, null, 2)}\n`;
}
