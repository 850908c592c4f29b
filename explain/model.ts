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
import type { ClusterFacts, ConnectionPromise, Path, Protocol, Verdict } from "../path/model";
import { judgeAffinity, judgeIdle, limitOf } from "../path/verdict";
import { whyThisEntry } from "./choice";
import { explainHops, type ExplainedHop } from "./hops";
import { duration } from "./words";

export type { ExplainedHop } from "./hops";

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
  /** What the stack adds to it beside its objects (a certificate, an address, a record), each a sentence. */
  edges: string[];
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
  { entry, kind, url, edges = [] }: Endpoint,
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
    edges,
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

/** What a reader calls an entry: `aws-alb`, `lan (metallb)`, `https, on this platform aws-alb`. */
export function entryTitle({ name, kind, neutralKind }: Pick<ExplainedEntry, "name" | "kind" | "neutralKind">): string {
  const what = neutralKind === undefined ? kind : `${neutralKind}, on this platform ${kind}`;
  return name === kind || name === neutralKind ? what : `${name} (${what})`;
}
