/** What a look at one thing came to. */
export type State = "ok" | "missing" | "wrong" | "could-not-look";

export const AREAS = ["this machine", "the stack file", "the cluster", "what the stack needs", "the cloud"] as const;

/** One thing that has to be so before an `up`. */
export interface Check {
  area: (typeof AREAS)[number];
  title: string;
  state: State;
  /** What was found, a sentence part. */
  found: string;
  /** The command or the line that mends it; for `could-not-look` the one that shows it. */
  mend?: string;
}

/** Checks of one area, with less to write. */
export function checksOf(area: Check["area"]) {
  return (title: string, state: State, found: string, mend?: string): Check => ({
    area,
    title,
    state,
    found,
    ...(mend !== undefined && state !== "ok" && { mend }),
  });
}
