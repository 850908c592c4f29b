import { declaredCluster } from "../path/declaredCluster";
import type { Path, Verdict } from "../path/model";
import type { KubernetesObject } from "../path/objects";
import { nameOf } from "../path/value";
import { judge } from "../path/verdict";
import type { RuleOptions } from "../policy/options";
import { STANDARD_OPTIONS } from "../policy/options";
import { reportOn } from "../policy/report";
import type { Finding, RuleContext } from "../policy/rule";
import { ruleContext } from "../policy/rule";
import { addressLosses, type AddressLoss } from "./addresses";
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
  /** Errors and warnings of the rules: those that come with this change, those that were there, those that go with it. */
  findings: { added: Finding[]; kept: Finding[]; mended: Finding[] };
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
    findings: { added: [], kept: [], mended: [] },
    notes: preview.showsUnchanged ? [] : [WITHOUT_UNCHANGED],
    errors: preview.errors,
  };
  for (const { operation } of preview.changes) summary.counts[operation] = (summary.counts[operation] ?? 0) + 1;
  for (const changes of byProvider(preview.changes)) addCluster(summary, changes);
  summary.notes.push(...helmReleases(preview.changes));
  return summary;
}

const WITHOUT_UNCHANGED =
  "The preview was made without --show-sames: what stays as it is could not be read, so ways in and findings are told only where all of their objects change.";

function helmReleases(changes: readonly ResourceChange[]): string[] {
  return changes
    .filter(({ type, operation }) => /^kubernetes:helm\.sh\/.*:Release$/.test(type) && operation !== "same")
    .map(({ name }) => `Helm Release ${name}: what it creates is no resource of the stack and was not looked into.`);
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
  summary.rollouts.push(...rolloutsOf(changes, before.catalog, after.catalog));
  summary.paths.push(...pathChanges(before, after));
  addFindings(summary.findings, findingsOf(before), findingsOf(after));
}

function contextOf(objects: KubernetesObject[], options: RuleOptions = STANDARD_OPTIONS): RuleContext {
  return ruleContext(objects, declaredCluster(objects).facts, options);
}

function findingsOf(context: RuleContext): Finding[] {
  return reportOn(context).findings.filter(({ severity, waived }) => severity !== "info" && waived === undefined);
}

/** The same finding of the same object: its sentence may tell another value. */
const keyOf = ({ rule, object, container }: Finding): string => `${rule} ${nameOf(object)} ${container ?? ""}`;

function addFindings(to: Summary["findings"], before: Finding[], after: Finding[]): void {
  const [were, are] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  to.added.push(...after.filter((finding) => !were.has(keyOf(finding))));
  to.kept.push(...after.filter((finding) => were.has(keyOf(finding))));
  to.mended.push(...before.filter((finding) => !are.has(keyOf(finding))));
}

function pathChanges(before: RuleContext, after: RuleContext): PathChange[] {
  const [were, are] = [sidesOf(before), sidesOf(after)];
  return [...new Set([...were.keys(), ...are.keys()])].sort().map((wayIn) => {
    const [old, now] = [were.get(wayIn), are.get(wayIn)];
    return { wayIn, ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) };
  });
}

function sidesOf({ asked }: RuleContext): Map<string, PathSide> {
  const sides = new Map<string, PathSide>();
  for (const one of asked) {
    if (!("requirement" in one)) continue;
    const { promise, protocol } = one.requirement;
    const { verdict, effectiveIdleSeconds, reasons } = judge(one.path, promise, protocol);
    const affinity = one.path.hops.flatMap((hop) => (hop.balances && hop.affinity !== null ? [hop.affinity] : []));
    const sticks = affinity.map(({ mechanism, ttlSeconds }) => ({ mechanism, ttlSeconds }));
    sides.set(wayInOf(one.path), { verdict, effectiveIdleSeconds, affinity: sticks, reasons });
  }
  return sides;
}

function wayInOf({ entry, host, pathPrefix, port, service }: Path): string {
  const place = `${host ?? ""}${pathPrefix ?? ""}`;
  return `${nameOf(entry)}${place === "" ? ` port ${port}` : ` ${place}`}${service.name === entry.name ? "" : ` to ${service.name}`}`;
}
