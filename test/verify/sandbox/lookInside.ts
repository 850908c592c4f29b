/** Runs inside the client namespace: checks at ways in, one after the other, as the command line would run them; prints the results as JSON. */
import { openCluster } from "../../../cluster";
import { examineStack } from "../../../compile/parse";
import type { ClusterFacts, ConnectionPromise } from "../../../path/model";
import type { KubernetesObject } from "../../../path/objects";
import { readPaths } from "../../../path/reader";
import { CHECKS } from "../../../verify";
import type { CheckName, CheckResult, Target, TargetEntry } from "../../../verify/model";
import { runChecks } from "../../../verify/run";
import { targetOfStack } from "../../../verify/target";
import type { Place } from "../../../verify/locate";
import type { Block } from "../../compile/stacks";
import { portForward } from "../../support/portForward";
import { OPTIONS } from "../support";

const SAMPLE_PORT = 8080;

/** One way in to look at, and how. */
export interface Look {
  checks: CheckName[];
  service: string;
  entry: string;
  /** In place of the entry's own: a way in that was put beside the service by hand. */
  beside?: { kind: string; name: string; url: string };
  promise?: Partial<ConnectionPromise>;
  /** Opened in place of the entry's own. */
  url?: string;
  requests?: number;
  /** How many of the source addresses to speak from. Default: all. */
  sources?: number;
  full?: boolean;
  /** Through a tunnel from this machine to one pod of the service; as a bare URL, or as the way in. */
  tunnel?: "url" | "entry";
}

export interface LookRequest {
  raw: Block;
  /** Addresses of the stack's ways in: `<service> <entry>`. */
  located: [string, Place][];
  /** What was put beside the stack, and what belongs to the cluster's proxies. */
  objects: KubernetesObject[];
  facts: ClusterFacts;
  looks: Look[];
}

async function main({ raw, located, objects, facts, looks }: LookRequest): Promise<void> {
  const examined = examineStack(raw);
  if (examined.problems !== undefined) throw new Error(JSON.stringify(examined.problems));
  const target = targetOfStack("spread", examined, new Map(located));
  const cluster = openCluster("holdfast-sandbox");
  const all = process.env.HOLDFAST_SOURCE_ADDRESSES!.split(",");
  const results: CheckResult[][] = [];
  for (const { checks, sources = all.length, requests = 90, full = false, tunnel, ...look } of looks) {
    const own = entryFor(look, target, objects, facts);
    const opened = tunnel && (await portForward(process.env.KUBECONFIG!, look.service, SAMPLE_PORT));
    const entry = opened ? through(`ws://127.0.0.1:${opened.port}/ws`, tunnel, own) : own;
    const report = await runChecks({
      // The first way in answers for the names that none stands for.
      target: { ...target, entries: [entry] },
      checks: CHECKS.filter(({ name }) => checks.includes(name)),
      options: { ...OPTIONS, requests, full },
      limits: { connections: 200, ratePerSecond: 500, seconds: 30 },
      sources: opened ? [undefined] : all.slice(0, sources),
      progress: { say: () => {}, clear: () => {} },
      interrupt: new AbortController().signal,
      opening: {},
      cluster,
      confirm: () => Promise.resolve(false),
    });
    opened?.close();
    results.push(report.results);
  }
  cluster.close();
  console.log(JSON.stringify(results));
}

function entryFor(
  { service, entry, beside, promise, url }: Omit<Look, "checks">,
  { entries }: Target,
  objects: KubernetesObject[],
  facts: ClusterFacts,
): TargetEntry {
  const found = entries.find((each) => each.service === service && each.entry === entry)!;
  const promised = { ...found, ...(url !== undefined && { url }), promise: { ...found.promise, ...promise } };
  if (beside === undefined) return promised;
  const path = readPaths(objects, facts).find(({ entry: ref }) => ref.kind === beside.kind && ref.name === beside.name);
  if (path === undefined) throw new Error(`no path through ${beside.kind} ${beside.name}`);
  return { ...promised, url: beside.url, path, address: undefined };
}

function through(url: string, as: "url" | "entry", entry: TargetEntry): TargetEntry {
  if (as === "entry") return { ...entry, url };
  return { service: "127.0.0.1", entry: "url", url, protocol: entry.protocol, promise: entry.promise };
}

void main(JSON.parse(process.argv[2]!) as LookRequest);
