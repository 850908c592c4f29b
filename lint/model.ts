import type { KubernetesObject } from "../path/objects";
import type { PlatformShown } from "../path/read/loadBalancer/platform";
import type { Finding, PropertyPath, RuleContext } from "../policy/rule";

/** What was read of one place: a file, or the standard input. */
export interface Source {
  /** As the user would write it; `-` for the standard input. */
  file: string;
  /** Without a byte order mark. */
  text: string;
  /** The byte order mark that stood before it, to be written again. */
  mark?: string;
  /** True where its bytes are no UTF-8, so that it cannot be written again as it was. */
  foreign?: boolean;
  /** Whether the user named it, rather than a folder that it lies in. */
  named: boolean;
}

/** One document of a source. */
export interface Part {
  source: Source;
  /** Where it begins and ends in the text of its source. */
  start: number;
  end: number;
  /** The line on which it begins, from 1. */
  line: number;
}

/** Where an object stands. */
export interface Origin {
  part: Part;
  /** The keys that lead from the root of the document to the object: none, or `items` and an index in a List. */
  at: PropertyPath;
}

/** What is wrong with what was given to read; it makes the command end with 2. */
export interface Problem {
  file: string;
  line?: number;
  column?: number;
  message: string;
}

export interface Documents {
  objects: KubernetesObject[];
  /** Of each object, where it stands. */
  origins: Map<KubernetesObject, Origin>;
  problems: Problem[];
  /** What was left out without being wrong, each a sentence. */
  notes: string[];
  /** Documents that hold anything. */
  count: number;
}

/** What is read together: the objects of one cluster. */
export interface LintedCluster {
  /** What tells it from the others, where there are several: the path that was given. */
  name: string;
  sources: Source[];
  context: RuleContext;
  platform: PlatformShown;
  findings: PlacedFinding[];
  /** Where an object stands; nowhere where it was read from a cluster. */
  originOf(object: KubernetesObject): Origin | undefined;
}

/** A finding, and where it stands in what was read; nowhere where it was read from a cluster. */
export interface PlacedFinding extends Finding {
  origin?: Origin;
  line?: number;
  column?: number;
}
