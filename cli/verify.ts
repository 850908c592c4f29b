import * as fs from "node:fs";
import type { Command } from "commander";
import { askOnTerminal } from "../start/question";
import { asHtml, asJson, asJunit, asText, CHECKS, Guard, progressTo, runChecks, type Report } from "../verify";
import { UsageError } from "./usageError";
import { addFlags, authorityOf, chosenChecks, headersOf, limitsOf, optionsOf, sourcesOf, type Flags } from "./verifyFlags";
import { findTarget } from "./verifyTarget";

const HELP = `
Checks, in the order in which they run:
${CHECKS.map(({ name, title, byDefault }) => `  ${name.padEnd(14)}${title}${byDefault ? "" : " (only when it is named)"}`).join("\n")}

It speaks to private addresses and to those of the stack; it follows no redirect. Ctrl-C ends it with what was seen until then, a second
one at once.

Exit codes: 0 what was promised was seen, 1 something else was, 2 nobody could tell (the report says why), or bad input.`;

export function register(program: Command): void {
  const command = program
    .command("verify")
    .description("open real connections against a deployed stack or a URL, and say whether the promise holds")
    .argument("[target]", "a stack, as in Pulumi.<name>.yaml, or an example; or a URL such as wss://chat.example.com/ws", "dev");
  addFlags(command).addHelpText("after", HELP).action(verify);
}

const EXIT = { holds: 0, fails: 1, unknown: 2 } as const;

async function verify(name: string, flags: Flags): Promise<void> {
  const checks = chosenChecks(flags);
  const headers = headersOf(flags);
  const authority = authorityOf(flags);
  const sources = sourcesOf(flags);
  requireSomebodyToAsk(flags);
  const found = await findTarget(name, flags, process.argv.slice(process.argv.indexOf("verify") + 1));
  if (found === undefined) return;
  const { target, reader } = found;
  const isUrl = name.includes("://");
  try {
    const guard = new Guard(target, flags.yesIOwnIt ?? false);
    const { refusals } = isUrl ? await guard.check() : { refusals: [] };
    if (refusals.length > 0) throw new UsageError(refusals.join("\n"));
    const report = await interruptible((interrupt) => {
      const progress = progressTo(process.stderr);
      const ask = askOnTerminal({ yes: flags.yes ?? false });
      return runChecks({
        target,
        checks,
        options: optionsOf(flags, isUrl),
        limits: limitsOf(flags, Math.max(...target.entries.map(({ promise }) => promise.idleSeconds), 1)),
        sources,
        progress,
        interrupt,
        opening: { headers, ...(authority !== undefined && { authority }), permits: guard.permits },
        ...(reader && { cluster: reader }),
        confirm: (question) => {
          progress.clear();
          return ask(question);
        },
      });
    });
    write(report, flags);
    process.exitCode = EXIT[report.outcome];
  } finally {
    reader?.close();
  }
}

/** A question in the middle that nobody can answer would cost the whole run. */
function requireSomebodyToAsk({ rollout, yes }: Flags): void {
  if (!rollout || yes || (process.stdin.isTTY && process.stdout.isTTY)) return;
  throw new UsageError(
    "--rollout restarts the workload and asks before it does. This is no terminal: add --yes to agree in advance.",
  );
}

/** The first Ctrl-C asks for what was seen so far, the second one ends at once. */
async function interruptible<T>(work: (interrupt: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function write(report: Report, { json, junit, html }: Flags): void {
  const asked = [
    { file: json, text: asJson },
    { file: junit, text: asJunit },
    { file: html, text: asHtml },
  ].filter(({ file }) => file !== undefined);
  for (const { file, text } of asked) {
    if (file === "-") process.stdout.write(text(report));
    else writeFile(file!, text(report));
  }
  // Standard output is for one reader.
  (asked.some(({ file }) => file === "-") ? process.stderr : process.stdout).write(asText(report));
}

function writeFile(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
