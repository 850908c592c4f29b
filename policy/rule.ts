import { Catalog } from "../path/catalog";
import type { ClusterFacts, Path } from "../path/model";
import type { KubernetesObject, ObjectRef, Value } from "../path/objects";
import { readCatalog } from "../path/reader";
import { hostPortPaths } from "../path/read/hostPorts";
import { tunnelPaths } from "../path/read/ownProxy/tunnel";
import { nameOf } from "../path/value";
import type { RuleOptions } from "./options";
import type { Asked } from "./scope/asked";
import { whatIsAsked } from "./scope/asked";
import { waysInBeside } from "./scope/beside";
import { waysInElsewhere, waysInMeant } from "./scope/elsewhere";
import { waysThroughOwnProxies } from "./scope/ownProxies";
import type { JudgedWorkload } from "./scope/workloads";
import { judgedWorkloads } from "./scope/workloads";

/** `error`: a promise is broken. `warning`: nothing that was read decides it, or it breaks something less. `info`: worth knowing. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Keys and indexes from the root of an object down to one of its values. */
export type PropertyPath = readonly (string | number)[];

/** One edit of an object that no reviewer would do otherwise. Missing blocks on the way are added; `undefined` takes the key away. */
export interface Mend {
  object: ObjectRef;
  at: PropertyPath;
  write: Value;
}

/** Everything a rule may look at: the objects of one cluster, the ways in that they open, and what is asked of each. */
export interface RuleContext {
  catalog: Catalog;
  /** Every way in. */
  paths: Path[];
  /** The ways in that are judged, each with what is asked of it and why. */
  asked: Asked[];
  /** The ways in that are not judged: nothing asks anything of them. */
  passedOver: Path[];
  /** The workloads behind the ways in that are judged. */
  workloads: JudgedWorkload[];
  cluster: ClusterFacts;
  options: RuleOptions;
}

/** What a rule says of one object; who says it is added when it runs. */
export interface Statement {
  severity: Severity;
  object: ObjectRef;
  /** Name of the container, where only one of several is meant. */
  container?: string;
  /** Where the value stands, or would stand. Absent: the object as a whole. */
  at?: PropertyPath;
  /** The value found, a sentence. Never a secret value. */
  found: string;
  /** The value needed, with its unit. */
  needed: string;
  /** The lines to write, or what to declare. */
  fix: string;
  /** What happens to a connection if it stays so. */
  reason: string;
  /** The way in that it concerns, for the picture of its hops. */
  path?: Path;
  /** True where a preview does not know a value yet and the update will. */
  pending?: boolean;
  /** True where the verdict rests on a number without a public source: such a finding is never an error. */
  unsourced?: boolean;
  /** What is behind it, where several rules see the same; only the first rule that names a cause reports it. */
  cause?: string;
  /** Edits that mend it for certain. */
  mends?: Mend[];
}

export interface Finding extends Statement {
  rule: string;
  /** Where the rule is explained. */
  url: string;
  /** The reason its owner gave for living with it. */
  waived?: string;
}

export const RULE_GROUPS = ["connection", "availability", "exposure", "hygiene"] as const;

export interface Rule {
  id: string;
  title: string;
  /** One short sentence; the CLI prints it before every message. */
  description: string;
  group: (typeof RULE_GROUPS)[number];
  check(context: RuleContext): Statement[];
}

/** Whoever hands them over, and in what order: a finding that names the first of several names the same. */
function inOneOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const keyed = objects.map((object) => ({ object, key: `${String(object.kind)} ${nameOf(object)}` }));
  return keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)).map(({ object }) => object);
}

/** The ways in that nothing opens; a tunnel opens some where its own configuration is read. */
function unreadWaysIn(catalog: Catalog, paths: Path[], tunnels: Path[]): Path[] {
  if (paths.length > 0) return [...waysInMeant(paths, catalog), ...waysInBeside([...paths, ...tunnels], catalog)];
  if (tunnels.some((path) => waysThroughOwnProxies(path, catalog).length > 0)) return [];
  const entries = new Set(tunnels.map(({ entry }) => nameOf(entry)));
  const perhapsOpenedBy = tunnels.map(({ entry }) => entry);
  return waysInElsewhere(catalog)
    .filter(({ workloads }) => !workloads.some((workload) => entries.has(nameOf(workload))))
    .map((path) => ({ ...path, ...(perhapsOpenedBy.length > 0 && { perhapsOpenedBy }) }));
}

/** Reads the objects of one cluster once, for all rules. */
export function ruleContext(objects: readonly KubernetesObject[], cluster: ClusterFacts, options: RuleOptions): RuleContext {
  const catalog = new Catalog(inOneOrder(objects));
  const paths = readCatalog(catalog, cluster);
  const tunnels = [...tunnelPaths(catalog), ...hostPortPaths(catalog, paths)];
  const elsewhere = options.assume === "all" ? unreadWaysIn(catalog, paths, tunnels) : [];
  const { asked, passedOver } = whatIsAsked(catalog, [...paths, ...tunnels, ...elsewhere], options);
  return { catalog, paths, asked, passedOver, workloads: judgedWorkloads(catalog, asked), cluster, options };
}
