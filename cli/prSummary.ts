import * as fs from "node:fs";
import type { Command } from "commander";
import { asJson, asMarkdown, readPreview, summarize, type Summary } from "../changes";
import { UsageError } from "./usageError";

interface Options {
  title: string;
  json?: boolean;
  strict?: boolean;
}

const HELP = `
Make the preview with: pulumi preview --json --show-sames > preview.json
Secrets stand in it as [secret], and this command prints no value of a Secret or of a container's environment.

Exit codes: 0 done; 1 with --strict, where an address goes, a way in stops keeping its promise, a rule finds a new error, or the preview failed; 2 the file is no preview.`;

export function register(program: Command): void {
  program
    .command("pr-summary")
    .description("say what a preview changes, in resources and in connections, as a comment of a pull request")
    .argument("<preview.json>", "what `pulumi preview --json --show-sames` printed; - for standard input")
    .option("--title <text>", "the heading", "What this changes")
    .option("--json", "print the same for programs")
    .option("--strict", "exit 1 where an address goes, a way in breaks, a rule finds a new error or the preview failed")
    .addHelpText("after", HELP)
    .action(prSummary);
}

function prSummary(file: string, { title, json, strict }: Options): void {
  const read = readPreview(textOf(file));
  if ("problems" in read) throw new UsageError(read.problems.map((problem) => `${file}: ${problem}`).join("\n"));
  const summary = summarize(read.preview);
  process.stdout.write(json ? asJson(summary) : asMarkdown(summary, title));
  process.exitCode = strict && isLosing(summary) ? 1 : 0;
}

const STANDARD_INPUT = 0;

function textOf(file: string): string {
  try {
    return fs.readFileSync(file === "-" ? STANDARD_INPUT : file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${code === "ENOENT" ? "no such file" : `cannot be read (${code ?? String(error)})`}.`);
  }
}

function isLosing({ losses, paths, findings, errors }: Summary): boolean {
  const broken = paths.some(({ before, after }) => after?.verdict === "fails" && before?.verdict !== "fails");
  return losses.length > 0 || broken || errors.length > 0 || findings.added.some(({ severity }) => severity === "error");
}
