/** ` +  kubernetes:core/v1:Namespace chatpulse created (0.1s) a message`: how the CLI prints it to something that is no terminal. */
const OPERATION = /^\s*([-+~<>=]{1,2})\s+([\w-]+:\S*:\S+)\s+(\S+)\s+(.*)$/;
const PHASE = /^(Previewing|Updating|Destroying|Refreshing) .*:$/;
const FINISHED = /^\w+ed\b|failed|error:/;

export interface ProgressLine {
  text: string;
  /** True for what a log keeps: a phase, a finished operation, a problem. */
  lasting: boolean;
}

/** What one line of `pulumi up` tells a person; undefined for the ones that tell nothing. */
export function describeUpdateLine(line: string): ProgressLine | undefined {
  if (PHASE.test(line)) return { text: line.replace(/:$/, ""), lasting: true };
  const operation = OPERATION.exec(line);
  if (operation !== null) {
    const [, mark, type, name, rest] = operation;
    const state = rest!.replaceAll("**", "").trimEnd();
    return { text: `${mark} ${type!.split(":").at(-1)} ${name} ${state}`, lasting: FINISHED.test(state) };
  }
  if (/^\s*(warning|error):/i.test(line)) return { text: line.trim(), lasting: true };
  return undefined;
}

/** What stands in the CLI's output from the last diagnostics on: the part that says why it failed. */
export function explanationOf(output: string): string {
  const lines = output.split("\n").filter((line) => !line.startsWith("@ "));
  const phase = lines.reduce((last, line, index) => (PHASE.test(line) ? index : last), -1);
  const start = lines.findIndex((line, index) => index > phase && /^(Diagnostics|Policies):/.test(line));
  const chosen = start >= 0 ? lines.slice(start) : lines.slice(Math.max(phase, lines.length - 20, 0));
  return chosen.join("\n").trim();
}
