/** Runs inside the client namespace: looks at URLs, one after the other, as `verify --check reach` would; prints the results as JSON. */
import * as fs from "node:fs";
import { reach } from "../../../verify/checks/reach";
import { runChecks } from "../../../verify/run";
import { entryOf, runOf } from "../support";

export interface ReachRequest {
  url: string;
  waitSeconds?: number;
  healthPath?: string;
  /** Source addresses to speak from. Default: the system picks. */
  sources?: string[];
}

async function main(requests: ReachRequest[]): Promise<void> {
  const authority = fs.readFileSync(process.env.NODE_EXTRA_CA_CERTS!, "utf8");
  const results = [];
  for (const { url, waitSeconds = 0, healthPath, sources = [undefined] } of requests) {
    const entry = entryOf(url, healthPath === undefined ? {} : { healthPath });
    const run = runOf(entry, { checks: [reach], options: { waitSeconds }, sources, opening: { authority } });
    results.push(...(await runChecks(run)).results);
  }
  console.log(JSON.stringify(results));
}

void main(JSON.parse(process.argv[2]!) as ReachRequest[]);
