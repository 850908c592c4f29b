/** Where the lines go that tell what a run does at the moment. */
export interface Progress {
  say(line: string): void;
  /** Takes the last line away, before anything else is printed. */
  clear(): void;
}

/** What is written to: a terminal, or anything else. */
export interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Milliseconds between two lines of a log, which nobody takes away again. */
const LOG_MILLISECONDS = 10_000;
const ERASE_LINE = "\r\u001b[2K";

/** One line that is rewritten on a terminal; elsewhere a line now and then. */
export function progressTo(terminal: Terminal): Progress {
  return terminal.isTTY === true && process.env.TERM !== "dumb" ? rewritten(terminal) : logged(terminal);
}

function rewritten(terminal: Terminal): Progress {
  return {
    say: (line) => terminal.write(`${ERASE_LINE}${line.slice(0, (terminal.columns ?? 80) - 1)}`),
    clear: () => terminal.write(ERASE_LINE),
  };
}

function logged(terminal: Terminal): Progress {
  let subject = "";
  let at = -Infinity;
  return {
    say(line) {
      // What stands before the colon is what is being done; a new one is told at once.
      const [now] = line.split(":");
      if (now === subject && performance.now() - at < LOG_MILLISECONDS) return;
      subject = now!;
      at = performance.now();
      terminal.write(`${line}\n`);
    },
    clear: () => {},
  };
}

export const NO_PROGRESS: Progress = { say: () => {}, clear: () => {} };
