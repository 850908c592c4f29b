import type { Value } from "./objects";
import { UNKNOWN } from "./objects";
import { listAt } from "./value";

const SHELLS = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);

/** The script of a command that is a shell with `-c`; undefined for every other command. */
export function scriptOf(words: readonly string[]): string | undefined {
  const [program = "", ...rest] = words;
  if (!SHELLS.has(program.slice(program.lastIndexOf("/") + 1))) return undefined;
  const option = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  return option < 0 || rest.slice(0, option).some((word) => !word.startsWith("-")) ? undefined : rest[option + 1];
}

/**
 * The script in which a container's first process stays a shell that waits for its last command, so that SIGTERM ends at the shell
 * and never reaches that command. A shell passes no signal on unless it is told to. Where one single command is all there is,
 * shells of today replace themselves by it.
 */
export function shellThatKeepsSignals(container: Value): string | typeof UNKNOWN | undefined {
  const command = listAt(container, "command");
  const args = listAt(container, "args");
  if (command === UNKNOWN || args === UNKNOWN) return UNKNOWN;
  // Arguments alone are given to a program of the image that nothing shows.
  if (command.length === 0) return undefined;
  const words = [...command, ...args];
  if (words.includes(UNKNOWN)) return UNKNOWN;
  const script = scriptOf(words.map((word) => (typeof word === "object" ? "" : String(word))));
  if (script === undefined || handsOver(script)) return undefined;
  return commandsOf(script).length > 1 ? script : undefined;
}

/** `exec` puts the command in the shell's place, `trap` lets the script answer the signal itself. */
function handsOver(script: string): boolean {
  return /\btrap\b/.test(script) || commandsOf(script).some((command) => /\bexec\s+[^<>\s]/.test(command));
}

/** The commands of a script, roughly: what stands between its separators. */
function commandsOf(script: string): string[] {
  return script
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .split(/;|&&|\|\|?|\n|&(?![\d>])/)
    .map((command) => command.trim())
    .filter((command) => command !== "");
}

/** The last line of a script that is a command, put together where it goes over several. */
export function lastLineOf(script: string): string {
  const lines = script.replace(/\\\n\s*/g, " ").split("\n");
  return lines.map((line) => line.replace(/(^|\s)#.*$/, "").trim()).findLast((line) => line !== "") ?? "";
}

/** Whether a line ends a loop or a block, so that the shell itself has to stay for it. */
export const endsABlock = (line: string): boolean => /(^|[;\s])(done|fi|esac|[})])[\s)"']*$/.test(line);

/** Whether a script goes on, or waits, while what it started runs: an ampersand at the end of a line or before `wait`. */
export function startsInTheBackground(script: string): boolean {
  return /(?<!&)&[ \t]*(?:\n|$|wait\b)/.test(script);
}
