import { Listr, type ListrTaskWrapper } from "listr2";

// Of whichever renderer: a terminal gets moving lines, everything else plain ones.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Task = Pick<ListrTaskWrapper<any, any, any>, "title" | "output">;

export interface Step<Context> {
  /** What is being done; the step may set it to what was done. */
  title: string;
  /** Whether the step is taken at all, by what the earlier ones found. Default: it is. */
  enabled?: (context: Context) => boolean;
  run: (context: Context, task: Task) => Promise<void>;
}

/** Takes the steps in turn and shows each. The first error ends it, and is told once, by whoever called. */
export async function runSteps<Context extends object>(steps: Step<Context>[], context: Context): Promise<Context> {
  let failure: { error: unknown } | undefined;
  const tasks = steps.map(({ title, enabled, run }) => ({
    title,
    enabled,
    task: async (_ignored: Context, task: Task) => {
      try {
        await run(context, task);
      } catch (error) {
        failure = { error };
        throw new Error("see below");
      }
    },
  }));
  const list = new Listr<Context>(tasks, {
    ctx: context,
    fallbackRenderer: "simple",
    // Ctrl-C is ours: the library would end the process before Pulumi has saved its state.
    registerSignalListeners: false,
    rendererOptions: { showErrorMessage: false, collapseErrors: false },
  });
  try {
    await list.run();
  } catch (error) {
    throw failure === undefined ? error : failure.error;
  }
  return context;
}

/** Shows a line below the task's title. */
export function progressOf(task: Task): (line: string) => void {
  return (line) => (task.output = line);
}
