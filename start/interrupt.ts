import { EXIT, StartError } from "./errors";

export interface Interruption {
  /** Aborted at the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Gives up waiting for `work` at an interruption; the work itself has to see the signal, or is left to the next run to clean up. */
  orStop<T>(work: Promise<T>): Promise<T>;
  dispose(): void;
}

/** The first Ctrl-C asks everything to stop in an orderly way, the second one ends this process at once. */
export function watchInterrupts(): Interruption {
  const controller = new AbortController();
  const interrupted = new StartError(
    "Interrupted. The next `npm start` carries on from here; `npm stop` ends what runs.",
    EXIT.interrupted,
  );
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(interrupted);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const stopped = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener("abort", () => reject(interrupted), { once: true });
  });
  stopped.catch(() => {});
  return {
    signal: controller.signal,
    orStop: (work) => Promise.race([work, stopped]),
    dispose() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
