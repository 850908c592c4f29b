/** Runs inside the client namespace: checks at ways in, as the command line would run them; prints, as JSON, the results of each. */
import { openCluster } from "../../../cluster";
import { CHECKS } from "../../../verify";
import type { CheckOptions } from "../../../verify/checks/model";
import type { CheckName, CheckResult, TargetEntry } from "../../../verify/model";
import { runChecks } from "../../../verify/run";
import { runOf } from "../support";

/** One way in to look at, and how. Its hops have come as JSON: they say no lines to write. */
export interface Asked {
  entry: TargetEntry;
  checks: CheckName[];
  options?: Partial<CheckOptions>;
  /** How many of the source addresses to speak from. Default: all. */
  sources?: number;
}

async function main(all: Record<string, Asked>): Promise<void> {
  const cluster = openCluster("holdfast-sandbox");
  const addresses = process.env.HOLDFAST_SOURCE_ADDRESSES!.split(",");
  const results: Record<string, CheckResult[]> = {};
  for (const [name, { entry, checks, options = {}, sources = addresses.length }] of Object.entries(all)) {
    const run = runOf(entry, {
      checks: CHECKS.filter((check) => checks.includes(check.name)),
      options: { requests: 90, ...options },
      sources: addresses.slice(0, sources),
      cluster,
    });
    results[name] = (await runChecks(run)).results;
  }
  cluster.close();
  console.log(JSON.stringify(results));
}

void main(JSON.parse(process.argv[2]!) as Record<string, Asked>);
