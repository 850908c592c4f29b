import { drainOf } from "../compile/drain";
import { entryName, type Entry } from "../compile/entry";
import type { MigrationPlan } from "../compile/migration/plan";
import type { Endpoint, Need } from "../compile/model";
import type { ExaminedService } from "../compile/parse";
import { throughPort } from "../compile/port";
import type { Service } from "../compile/service";
import { isGoodbyeKnown } from "../compile/workload";
import type { EntryVerdict } from "../compile/verdict";
import type { DrainPlan } from "../path/drain";
import type { ClusterFacts, ConnectionPromise, Hop, HopAffinity, LimitKind, Path, Protocol, Verdict } from "../path/model";
import { judgeAffinity, judgeIdle, limitOf } from "../path/verdict";
import { whyThisEntry } from "./choice";
import { duration } from "./words";

/** One hop as a person reads it: its clock is the one that runs on this service's protocol. */
export interface ExplainedHop {
  /** The kind of hop, a key of the facts table. */
  hop: string;
  /** What people call it. */
  title: string;
  limit: LimitKind;
  /** Seconds after which it closes the connection; null where `limit` is `none` or `unknown`. */
  idleSeconds: number | null;
  affinity: HopAffinity | null;
  drainSeconds: number | null;
  /** Where the values were read, and where their meaning is written down. */
  from: string;
  source: string;
  /** True for the one hop that decides; where all are good, for the one with the shortest clock. */
  weakest: boolean;
  /** What was written for it without effect, and what else is worth knowing, each a sentence. */
  notes: string[];
  /** True where a patch of the stack file made it what it is. */
  patched: boolean;
}

/** One way in, from the client to the pods. */
export interface ExplainedEntry {
  name: string;
  /** What it is; where a neutral kind was written, what that is on this platform. */
  kind: string;
  /** The neutral kind that was written: `https` or `load-balancer`. */
  neutralKind?: string;
  url: string;
  hops: ExplainedHop[];
  verdict: Verdict["verdict"];
  /** The smallest clock of the path, in seconds; null where no hop has one. */
  effectiveIdleSeconds: number | null;
  /** What the verdict means for a client, each a sentence. */
  meaning: string[];
  /** The values found and the values needed, each a sentence. */
  reasons: string[];
  /** The lines to write, each in the words of the object it goes into. */
  write: string[];
  /** What would settle an `unknown`. */
  settle: string[];
  /** Why this kind of entry rather than another, each a sentence. */
  choice: string[];
}

/** One service with its ways in. */
export interface ExplainedService {
  name: string;
  namespace: string;
  protocol: Protocol;
  promise: ConnectionPromise;
  /** The goodbye of a pod, in seconds; absent where somebody else makes the pods and it is not declared. */
  drain?: DrainPlan;
  /** What must be in the cluster and is not of this stack. */
  needs: Need[];
  /** How clients are moved from one entry to another, where they are. */
  migration?: MigrationPlan;
  entries: ExplainedEntry[];
}

/** A service, its objects and its verdicts as something to read. Nothing is judged here: the verdicts are taken as they are. */
export function explainService({ service, compiled, verdicts }: ExaminedService, cluster: ClusterFacts): ExplainedService {
  const byEntry = new Map(verdicts.map((judged) => [judged.entry, judged]));
  return {
    name: service.name,
    namespace: service.namespace,
    protocol: service.protocol,
    promise: service.promise,
    ...(isGoodbyeKnown(service) ? { drain: drainOf(service, cluster) } : {}),
    needs: compiled.needs,
    ...(compiled.migration === undefined ? {} : { migration: compiled.migration }),
    entries: compiled.endpoints.map((endpoint) => {
      const targetPort = service.entries.find((args) => entryName(args) === endpoint.entry)?.targetPort;
      return explainEntry(endpoint, byEntry.get(endpoint.entry)!, throughPort(service, targetPort));
    }),
  };
}

function explainEntry(
  { entry, kind, url }: Endpoint,
  { path, verdict, patchedHops }: EntryVerdict,
  service: Service,
): ExplainedEntry {
  const { reasons, write, settle, effectiveIdleSeconds } = verdict;
  const args = service.entries.find((candidate) => entryName(candidate) === entry);
  const neutralKind = args?.neutralKind;
  return {
    name: entry,
    kind,
    ...(neutralKind === undefined ? {} : { neutralKind }),
    url,
    hops: explainHops(path, verdict, service.protocol, patchedHops),
    verdict: verdict.verdict,
    effectiveIdleSeconds,
    meaning: [...idleMeaning(path, service, effectiveIdleSeconds), ...affinityMeaning(path, service)],
    reasons,
    write,
    settle,
    choice: [...sharedWords(args), ...whyThisEntry({ kind, path, service })],
  };
}

/** With whom it shares a Gateway, which each of them shows in its own path. */
function sharedWords(args: Entry | undefined): string[] {
  if (args?.kind !== "gateway") return [];
  const { on, guests = [], implementation } = args;
  const what = implementation === "contour" ? "HTTPProxy" : "Gateway";
  if (on !== undefined) {
    const maker = on.madeBy === undefined ? "somebody else makes" : `service ${on.madeBy.service} makes`;
    return [`It hangs on ${what} ${on.namespace}/${on.name}, which ${maker}: they share one load balancer.`];
  }
  if (guests.length === 0) return [];
  const names = guests.slice(0, LONGEST_LIST).map(({ service, path }) => `${service} (${path})`);
  const more = guests.length > LONGEST_LIST ? ` and ${guests.length - LONGEST_LIST} more` : "";
  return [`It makes the ${what} on which ${names.join(", ")}${more} hang too: they share one load balancer.`];
}

const LONGEST_LIST = 6;

export function explainHops(path: Path, verdict: Verdict, protocol: Protocol, patched: Hop[] = []): ExplainedHop[] {
  const weakest = weakestHop(path, verdict, protocol);
  return path.hops.map((hop) => ({
    hop: hop.hop,
    title: hop.title,
    ...limitOf(hop, protocol),
    affinity: hop.affinity,
    drainSeconds: hop.drainSeconds,
    from: hop.from,
    source: hop.source,
    weakest: hop === weakest,
    notes: [...hop.inert, ...(hop.notes ?? []), ...(patched.includes(hop) ? [patchedNote(hop)] : [])].map(asSentence),
    patched: patched.includes(hop),
  }));
}

const patchedNote = ({ title, from }: Hop): string => `${title}: patched in the stack file (${from})`;

/** The hop that decides; where everything holds, the one whose clock runs out first. */
function weakestHop(path: Path, { verdict, decidingHop }: Verdict, protocol: Protocol): Hop | undefined {
  if (verdict !== "holds") return decidingHop;
  const seconds = (hop: Hop) => limitOf(hop, protocol).idleSeconds ?? Infinity;
  return path.hops
    .filter((hop) => Number.isFinite(seconds(hop)))
    .reduce<Hop | undefined>((best, hop) => (best === undefined || seconds(hop) < seconds(best) ? hop : best), undefined);
}

function idleMeaning(path: Path, { promise, protocol }: Service, effective: number | null): string[] {
  const promised = duration(promise.idleSeconds);
  const { verdict, decidingHop } = judgeIdle(path, promise, protocol);
  const decides = decidingHop === undefined ? undefined : limitOf(decidingHop, protocol);
  const cutAfter = decides?.idleSeconds ?? effective;
  if (verdict === "unknown") return [`Nobody can say yet whether a connection that is silent for ${promised} stays open.`];
  if (cutAfter === null) return [`No hop ends a silent connection; ${promised} is promised.`];
  if (verdict === "holds") {
    return [`A silent connection stays open for ${duration(effective ?? cutAfter)}; ${promised} is promised.`];
  }
  if (verdict === "holds-as-lifetime") {
    const silent = effective === null || effective >= cutAfter ? "" : ` A silent one ends after ${duration(effective)} already.`;
    return [`Every connection ends after ${duration(cutAfter)}, busy or not; clients must reconnect by themselves.${silent}`];
  }
  if (verdict === "holds-with-heartbeat") {
    const every = promise.heartbeat === undefined ? "" : ` every ${duration(promise.heartbeat.seconds)}`;
    return [
      `Without the heartbeat${every} a silent connection would end after ${duration(cutAfter)}; the application has to send it.`,
    ];
  }
  const silent = decides?.limit === "lifetime" ? "Every connection is cut" : "Whoever says nothing is cut off";
  return [`${silent} after ${duration(cutAfter)}, ${duration(promise.idleSeconds - cutAfter)} short of the promise.`];
}

function affinityMeaning(path: Path, { promise }: Service): string[] {
  const { mode, ttlSeconds } = promise.affinity;
  if (mode === "none") return [];
  if (path.maximumPods === 1) return ["There is one pod, so every client reaches the same one."];
  const { verdict } = judgeAffinity(path, promise.affinity);
  const comesBack = `A client that comes back within ${duration(ttlSeconds)}`;
  if (verdict === "unknown") return [`Nobody can say yet whether a client that comes back reaches the same pod.`];
  return [
    verdict === "fails"
      ? `${comesBack} may land on another pod and lose what it had there.`
      : `${comesBack} reaches the same pod.`,
  ];
}

function asSentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/** What a reader calls an entry: `aws-alb`, `lan (metallb)`, `https, on this platform aws-alb`. */
export function entryTitle({ name, kind, neutralKind }: Pick<ExplainedEntry, "name" | "kind" | "neutralKind">): string {
  const what = neutralKind === undefined ? kind : `${neutralKind}, on this platform ${kind}`;
  return name === kind || name === neutralKind ? what : `${name} (${what})`;
}
