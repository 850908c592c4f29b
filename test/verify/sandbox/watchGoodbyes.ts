/** Runs inside the client namespace: the check `drain` at some ways in at once, as the command line would run it; prints the report as JSON. */
import * as fs from "node:fs";
import { openCluster } from "../../../cluster";
import { drain } from "../../../verify/checks/drain";
import type { CheckResult, Target } from "../../../verify/model";
import { runChecks } from "../../../verify/run";
import { OPTIONS } from "../support";

export interface WatchRequest {
  target: Target;
  /** How many connections, at each way in. */
  sockets: number;
  rollout: boolean;
  seconds: number;
  ratePerSecond: number;
  /** File for the line that says what is done at the moment. */
  progressFile: string;
}

export interface WatchAnswer {
  results: CheckResult[];
  /** The most that this process ever took, in MB (10^6 bytes). */
  peakMegabytes: number;
}

async function main({ target, sockets, rollout, seconds, ratePerSecond, progressFile }: WatchRequest): Promise<void> {
  const sources = process.env.HOLDFAST_SOURCE_ADDRESSES!.split(",");
  const cluster = openCluster(target.cluster!.context);
  const reports = await Promise.all(
    target.entries.map((entry, index) =>
      runChecks({
        target: { ...target, entries: [entry] },
        checks: [drain],
        options: { ...OPTIONS, sockets, rollout: rollout && index === 0 },
        limits: { connections: sockets, ratePerSecond, seconds },
        sources,
        progress: { say: (line) => fs.appendFileSync(progressFile, `${line}\n`), clear: () => {} },
        interrupt: new AbortController().signal,
        opening: {},
        cluster,
        confirm: () => Promise.resolve(true),
      }),
    ),
  );
  cluster.close();
  const results = reports.flatMap((report) => report.results);
  const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
  console.log(JSON.stringify({ results, peakMegabytes } satisfies WatchAnswer));
}

void main(JSON.parse(process.argv[2]!) as WatchRequest);
