import { declaredCluster } from "../path/declaredCluster";
import type { Path, Verdict } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { nameOf } from "../path/value";
import { judge } from "../path/verdict";
import type { RuleOptions } from "../policy/options";
import { STANDARD_OPTIONS } from "../policy/options";
import { reportOn } from "../policy/report";
import type { RuleContext } from "../policy/rule";
import { ruleContext } from "../policy/rule";
import { addressLosses, type AddressLoss } from "./addresses";
import { addFindings, type FindingChanges, type NamedFinding } from "./findings";
import type { Preview, ResourceChange } from "./preview";
import { rolloutsOf, type Rollout } from "./rollout";

/** One way in, as it is and as it will be; absent where there is none. */
export interface PathChange {
  /** `Ingress chat/web chat.example.com/ws`. */
  wayIn: string;
  before?: PathSide;
  after?: PathSide;
}

export interface PathSide {
  verdict: Verdict["verdict"];
  effectiveIdleSeconds: number | null;
  /** What keeps a client on its pod, hop by hop. */
  affinity: { mechanism: string; ttlSeconds: number | null }[];
  reasons: string[];
}

/** Everything that a reviewer should know of a preview. */
export interface Summary {
  counts: Partial<Record<ResourceChange["operation"], number>>;
  /** What is created, changed, replaced and deleted; what stays is left out. */
  changes: ResourceChange[];
  losses: AddressLoss[];
  rollouts: Rollout[];
  paths: PathChange[];
  /** Errors and warnings of the rules. */
  findings: FindingChanges;
  /** What could not be seen or read, each a sentence. */
  notes: string[];
  /** Errors of the engine; with one of them the preview is not whole. */
  errors: string[];
}

/** Puts together what a preview says, cluster by cluster: a provider is one cluster. */
export function summarize(preview: Preview): Summary {
  const summary: Summary = {
    counts: {},
    changes: preview.changes.filter(({ operation }) => operation !== "same" && operation !== "other"),
    losses: addressLosses(preview.changes),
    rollouts: [],
    paths: [],
    findings: { added: [], kept: [], mended: [], waived: [] },
    notes: preview.showsUnchanged ? [] : [WITHOUT_UNCHANGED],
    errors: preview.errors,
  };
  for (const { operation } of preview.changes) summary.counts[operation] = (summary.counts[operation] ?? 0) + 1;
  for (const changes of byProvider(preview.changes)) addCluster(summary, changes);
  summary.notes.push(...unseen(preview.changes));
  return summary;
}

const WITHOUT_UNCHANGED =
  "The preview was made without --show-sames: what stays as it is could not be read, so ways in and findings are told only where all of their objects change.";

/** What changes out of sight, each a sentence. */
function unseen(changes: readonly ResourceChange[]): string[] {
  return changes
    .filter(({ operation }) => operation !== "same")
    .flatMap(({ type, name, isPatch, operation, isKept }) => [
      ...(/^kubernetes:helm\.sh\/.*:Release$/.test(type)
        ? [`Helm Release ${name}: what it creates is no resource of the stack and was not looked into.`]
        : []),
      ...(isPatch
        ? [`${type} ${name} writes into an object of somebody else: what that does to its pods was not looked into.`]
        : []),
      ...(isKept && operation === "delete" ? [`${type} ${name} leaves the stack and stays where it is (retainOnDelete).`] : []),
    ]);
}

function byProvider(changes: readonly ResourceChange[]): ResourceChange[][] {
  const groups = new Map<string, ResourceChange[]>();
  for (const change of changes) {
    if (change.before === undefined && change.after === undefined) continue;
    // A provider that is to be replaced has another id on either side of its name.
    const key = change.provider.split("::").slice(0, -1).join("::");
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

function addCluster(summary: Summary, changes: ResourceChange[]): void {
  const before = contextOf(changes.flatMap(({ before: object }) => object ?? []));
  const next = changes.filter(({ operation }) => operation !== "delete");
  const after = contextOf(next.flatMap(({ after: object }) => object ?? []));
  summary.rollouts.push(...rolloutsOf(changes, before, after));
  const moved = namesOf(changes);
  summary.paths.push(...pathChanges(before, after, moved));
  addFindings(summary.findings, findingsOf(before, moved), findingsOf(after));
}

/** What objects are called after the change, by what they were called before; only those that stay one resource of the stack. */
type Moved = ReadonlyMap<string, string>;

function namesOf(changes: readonly ResourceChange[]): Moved {
  const pairs = changes.flatMap(({ before, after }) =>
    before === undefined || after === undefined ? [] : [[nameOf(before), nameOf(after)] as const],
  );
  return new Map(pairs.filter(([old, now]) => old !== now));
}

function contextOf(objects: KubernetesObject[], options: RuleOptions = STANDARD_OPTIONS): RuleContext {
  return ruleContext(objects, declaredCluster(objects).facts, options);
}

function findingsOf(context: RuleContext, moved: Moved = new Map()): NamedFinding[] {
  const findings = reportOn(context).findings.filter(({ severity }) => severity !== "info");
  return findings.map((finding) => ({ finding, name: moved.get(nameOf(finding.object)) ?? nameOf(finding.object) }));
}

function pathChanges(before: RuleContext, after: RuleContext, moved: Moved): PathChange[] {
  const [were, are] = [sidesOf(before, moved), sidesOf(after)];
  return [...new Set([...were.keys(), ...are.keys()])].sort().map((key) => {
    const [old, now] = [were.get(key), are.get(key)];
    const wayIn =
      old !== undefined && now !== undefined && old.wayIn !== now.wayIn ? `${old.wayIn}, then ${now.wayIn}` : undefined;
    return {
      wayIn: wayIn ?? (now ?? old)!.wayIn,
      ...(old !== undefined && { before: old.side }),
      ...(now !== undefined && { after: now.side }),
    };
  });
}

/** Each way in by the name that it has after the change. */
function sidesOf({ asked }: RuleContext, moved: Moved = new Map()): Map<string, { wayIn: string; side: PathSide }> {
  const sides = new Map<string, { wayIn: string; side: PathSide }>();
  for (const one of asked) {
    if (!("requirement" in one)) continue;
    const { promise, protocol } = one.requirement;
    const { verdict, effectiveIdleSeconds, reasons } = judge(one.path, promise, protocol);
    const affinity = one.path.hops.flatMap((hop) => (hop.balances && hop.affinity !== null ? [hop.affinity] : []));
    const sticks = affinity.map(({ mechanism, ttlSeconds }) => ({ mechanism, ttlSeconds }));
    const side = { verdict, effectiveIdleSeconds, affinity: sticks, reasons };
    const entry = nameOf(one.path.entry);
    sides.set(wayInOf(one.path, moved.get(entry) ?? entry), { wayIn: wayInOf(one.path, entry), side });
  }
  return sides;
}

function wayInOf({ host, pathPrefix, port, service, entry }: Path, name: string): string {
  const place = `${host ?? ""}${pathPrefix ?? ""}`;
  return `${name}${place === "" ? ` port ${port}` : ` ${place}`}${service.name === entry.name ? "" : ` to ${service.name}`}`;
}
