import type { Hop } from "../../path/model";
import type { SticksBy } from "../decider";
import type { CheckResult } from "../model";

/** What is known of a way in before anything is opened. */
export interface Expected {
  sticksBy: SticksBy;
  /** Who chooses the pod, as people call it. */
  decider?: Pick<Hop, "title" | "withinNode">;
  /** How many pods share the connections; absent where nobody knows. */
  pods?: number;
  /** Pod -> node of those that are ready, where the cluster was asked. */
  nodes?: ReadonlyMap<string, string | undefined>;
  /** Source addresses the connections came from. */
  sources: number;
  /** Whether each connection said another value in the header by which clients are known. */
  headerVaried: boolean;
  /** What is promised of a client that comes back. */
  affinity: "none" | "client";
  /** Whether the URL leads to this machine itself. */
  thisMachine: boolean;
  /** What happened to the pods meanwhile. */
  podsChanged?: string;
}

export type Judged = Pick<CheckResult, "outcome" | "summary" | "details" | "write" | "measured">;
export type Verdict = Pick<Judged, "outcome" | "summary"> & Partial<Pick<Judged, "details" | "write">>;
