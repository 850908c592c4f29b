import type { ListrTaskWrapper } from "listr2";

// Of whichever renderer: a terminal gets moving lines, everything else plain ones.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Task = Pick<ListrTaskWrapper<any, any, any>, "title" | "output">;

/** Shows a line below the task's title. */
export function progressOf(task: Task): (line: string) => void {
  return (line) => (task.output = line);
}

export function taskOptions() {
  return {
    fallbackRenderer: "simple",
    // Ctrl-C is ours: the library would end the process before Pulumi has saved its state.
    registerSignalListeners: false,
    // The error is told once, by whoever called.
    rendererOptions: { showErrorMessage: false, collapseErrors: false },
  } as const;
}
