/** Runs inside the client namespace: the check `drain` at some ways in at once, as the command line would run it; prints the report as JSON. */
import * as fs from "node:fs";
import { openCluster } from "../../../cluster";
import { drain } from "../../../verify/checks/drain";
import type { Report, Target } from "../../../verify/model";
import { runChecks } from "../../../verify/run";
import { OPTIONS } from "../support";

export interface WatchRequest {
  target: Target;
  /** How many connections, at each way in. */
  sockets: number;
  rollout: boolean;
  seconds: number;
  /** File for the line that says what is done at the moment. */
  progressFile: string;
}

async function main({ target, sockets, rollout, seconds, progressFile }: WatchRequest): Promise<void> {
  const sources = process.env.HOLDFAST_SOURCE_ADDRESSES!.split(",");
  const cluster = openCluster(target.cluster!.context);
  const reports = await Promise.all(
    target.entries.map((entry, index) =>
      runChecks({
        target: { ...target, entries: [entry] },
        checks: [drain],
        options: { ...OPTIONS, sockets, rollout: rollout && index === 0 },
        limits: { connections: sockets, ratePerSecond: 200, seconds },
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
  console.log(JSON.stringify({ results: reports.flatMap(({ results }) => results) } satisfies Pick<Report, "results">));
}

void main(JSON.parse(process.argv[2]!) as WatchRequest);
