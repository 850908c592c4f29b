import { createInterface } from "node:readline/promises";
import { EXIT, StartError } from "./errors";

/** Asks for a yes. Anything else is a no. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * Asks on the terminal. Without one nobody can answer, so it refuses, naming the option that answers in advance.
 *
 * @param yes answer every question with yes, and show that.
 */
export function askOnTerminal({ yes }: { yes: boolean }): Ask {
  return async (question) => {
    if (yes) {
      console.log(`${question} yes (--yes)`);
      return true;
    }
    if (!process.stdin.isTTY || !process.stdout.isTTY) {
      throw new StartError(
        `${question} Nobody can answer here: this is no terminal. Add --yes to agree in advance.`,
        EXIT.refused,
      );
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      const answer = await Promise.race([
        terminal.question(`${question} [y/N] `),
        // Ctrl-C and Ctrl-D are a no.
        new Promise<string>((resolve) => terminal.once("close", () => resolve(""))),
      ]);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      terminal.close();
    }
  };
}
