import type { Path } from "../../path/model";
import type { Answer } from "../answers";
import type { TargetEntry } from "../model";

/** What one client, and others beside it, were answered. */
export interface Tried {
  first: Answer;
  /** The same client again: its source, its header, and every cookie that it was given. */
  again: Answer[];
  /** The same source without the cookies. Empty where there were none, or nobody tried. */
  withoutCookie: Answer[];
  /** The same cookies from other sources. */
  cookieElsewhere: Answer[];
  /** Other clients: other sources, other values of the header, no cookie. */
  others: Answer[];
  /** The same client at each of the other addresses of the name. */
  otherAddresses: Answer[];
  /** After nearly the whole time that stickiness is to last, without a connection in between. */
  late?: { afterSeconds: number; answer: Answer };
  /** Cookies that came and that no client sends back to this address -> why: their Path or Domain is another one. */
  unsent: Record<string, string>;
  /** What happened to the pods meanwhile. */
  podsChanged?: string;
  /** Whether the pod of the first answer is among those that went. */
  firstPodWent: boolean;
}

/** What is asked of it. */
export interface Asked {
  promise: TargetEntry["promise"];
  path?: Path;
  /** How many pods could have answered; at least two where nobody knows. */
  pods: number;
  thisMachine: boolean;
  /** Name of the header by which the way in knows a client. */
  header?: string;
}

/** What brought the client back. `one-pod`: nothing but one pod was ever seen, so nothing can be told. */
export type DecidedBy = "cookie" | "source-ip" | "header" | "one-pod";
