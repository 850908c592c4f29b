import type { ClusterReader } from "../../cluster";
import type { Connection, OpenOptions } from "../connect/model";
import type { CheckName, CheckResult, Target, TargetEntry } from "../model";

/** What the user allows a run to do. */
export interface Limits {
  /** Most connections open at a time. */
  connections: number;
  /** Most connections opened per second. */
  ratePerSecond: number;
  /** Seconds after which a check has to come to an end. */
  seconds: number;
}

/** What every check is given. */
export interface CheckContext {
  target: Target;
  entry: TargetEntry;
  limits: Limits;
  /** Source addresses to speak from; at least one, `undefined` where the system picks. */
  sources: (string | undefined)[];
  options: CheckOptions;
  /** Opens a connection within the limits and keeps it in the books, so that nothing outlives the run. */
  open(options?: Partial<OpenOptions>): Promise<Connection>;
  /** One line that replaces the last one while the check runs. */
  progress(line: string): void;
  /** Aborted by Ctrl-C and by the time limit: a check then tells what it saw so far, with `partial`. */
  signal: AbortSignal;
  /** The cluster, where the target is a stack whose context is at hand. */
  cluster?: ClusterReader;
  /** Asks the user before something is changed; `--yes` answers yes. */
  confirm(question: string): Promise<boolean>;
}

/** What the command line says, one field per flag. */
export interface CheckOptions {
  /** `idle`: wait for the whole promise rather than for `idleSeconds`. */
  full: boolean;
  /** `idle`: seconds of silence in quick mode. Default 75: past the most common wall, 60 s. */
  idleSeconds: number;
  /** `idle`: also a connection that sends heartbeats. Seconds between two. */
  heartbeatSeconds?: number;
  /** `drain`: start the rollout, after asking. Without it: watch whatever happens. */
  rollout: boolean;
  /** `drain`: open connections to watch. */
  sockets: number;
  /** `distribution`: connections to open in all. */
  requests: number;
  /** `reach`: how long to wait for a way in that is still being made. */
  waitSeconds: number;
  /** Where the server names its pod: `header:x-pod`, `message:pod` (a field of its first message); absent: what Holdfast's own sample says. */
  podFrom?: string;
  /** Whom the way in knows a client by, where it sticks by a header: its name. */
  stickyHeader?: string;
}

/** One check: a file of this folder. */
export interface Check {
  name: CheckName;
  /** What it does, for --help. */
  title: string;
  /** Whether it runs where no check is named. `drain` with a rollout changes something, and runs only when it is. */
  byDefault: boolean;
  /** True where it also tells something of a way in that `reach` could not open. */
  withoutReach?: true;
  /**
   * For a check that waits most of its time: how many connections it holds at a way in. Ways in are looked at side by side then, as
   * many as the limits allow.
   */
  holds?(entry: TargetEntry, options: CheckOptions, limits: Limits): number;
  run(context: CheckContext): Promise<Omit<CheckResult, "check" | "service" | "entry" | "url" | "seconds">>;
}
