/** Runs inside the client namespace: the check `idle` at several ways in at the same time; prints, as JSON, what each came to. */
import * as fs from "node:fs";
import { readPaths } from "../../../path/reader";
import type { ClusterFacts, Path, Protocol } from "../../../path/model";
import type { KubernetesObject } from "../../../path/objects";
import { judgeIdle, effectiveIdleSeconds } from "../../../path/verdict";
import { idle } from "../../../verify/checks/idle";
import { open } from "../../../verify/connect/open";
import type { Judged } from "../../../verify/idle/judge";
import type { TargetEntry } from "../../../verify/model";
import { contextFor, entryOf, PROMISE } from "../support";

/** One way in, and the object that opens it. */
export interface Way {
  url: string;
  protocol: Protocol;
  kind: string;
  name: string;
  promisedSeconds: number;
  heartbeatSeconds?: number;
}

export interface SilenceRequest {
  ways: Record<string, Way>;
  /** What the model is given to read. */
  objects: KubernetesObject[];
  cluster: ClusterFacts;
  /** Gets a line for each progress line of a way in, with its name in front. */
  progressFile: string;
}

export interface Silence {
  /** What the model says: the shortest limit, and the hop that has it. */
  predicted: { seconds: number | null; hop?: string; verdict: string };
  found: Judged;
  /** The hop that was seen to decide. */
  seenAt?: string;
}

const TAKEN_UP_SECONDS = 20;

async function look(name: string, way: Way, paths: Path[], progressFile: string): Promise<Silence> {
  const path = paths.find(({ entry }) => entry.kind === way.kind && entry.name === way.name);
  if (path === undefined) throw new Error(`no path through ${way.kind} ${way.name} was read`);
  const promise = { ...PROMISE, idleSeconds: way.promisedSeconds };
  const entry: TargetEntry = { ...entryOf(way.url), protocol: way.protocol, promise, path };
  await untilTakenUp(way.url);
  const options = way.heartbeatSeconds === undefined ? {} : { heartbeatSeconds: way.heartbeatSeconds };
  const { context, books } = contextFor(entry, { options, limits: { connections: 200, ratePerSecond: 1000, seconds: 60 } });
  const progress = (line: string) => fs.appendFileSync(progressFile, `${name}: ${line}\n`);
  const found = (await idle.run({ ...context, progress })) as Judged;
  await books.closeAll();
  const { decidingHop, verdict } = judgeIdle(path, promise, way.protocol);
  const seconds = effectiveIdleSeconds(path, way.protocol);
  return {
    predicted: { seconds, verdict, ...(decidingHop && { hop: decidingHop.hop }) },
    found,
    ...(found.seenAt && { seenAt: path.hops[found.seenAt.hop]!.hop }),
  };
}

/** A controller takes a new route up within a second or two. */
async function untilTakenUp(url: string): Promise<void> {
  for (const until = Date.now() + TAKEN_UP_SECONDS * 1000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    try {
      return void (await (await open({ url, openSeconds: 2 })).close());
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

async function main({ ways, objects, cluster, progressFile }: SilenceRequest): Promise<void> {
  const paths = readPaths(objects, cluster);
  const looked = Object.entries(ways).map(async ([name, way]) => [name, await look(name, way, paths, progressFile)] as const);
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(looked))));
}

if (require.main === module) {
  main(JSON.parse(fs.readFileSync(process.argv[2]!, "utf8")) as SilenceRequest).catch((error: Error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
