import type { Health } from "../connect/grpcCall";
import type { Certificate, Connection, OpenError, OpenStepTime } from "../connect/model";

/** One attempt: at one address of the name, from one address of this machine. */
export interface Look {
  /** Absent: whatever the name resolves to. */
  address?: string;
  /** Absent: the system picked. */
  source?: string;
  /** Why it was not opened. */
  refused?: OpenError;
}

/** What was opened at last. */
export interface Opened {
  kind: Connection["kind"];
  times: OpenStepTime[];
  pod?: string;
  certificate?: Certificate;
  contentType?: string;
  /** gRPC only: what its health service said. */
  grpcHealth?: Health;
  /** True where the answer came to its end at once. */
  ended: boolean;
}

/** Everything that was seen of a way in. */
export interface Sight {
  opened?: Opened;
  /** The last attempt's error, where none was opened. */
  refused?: OpenError;
  attempts: number;
  waitedSeconds: number;
  /** The same at every address of the name, and from every address that may be spoken from. */
  looks: Look[];
  health?: { url: string; status?: number; refused?: string };
}
