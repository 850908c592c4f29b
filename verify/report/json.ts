import { limitOf } from "../../path/verdict";
import type { Report, TargetEntry } from "../model";
import type { JsonReport } from "./schema";

/** The report for programs, as `schema.ts` describes it: figures and sentences, and nothing that only a program of ours could read. */
export function toJson(report: Report): JsonReport {
  const { schemaVersion, target, startedAt, seconds, outcome, interrupted, results, entries } = report;
  return { schemaVersion, target, startedAt, seconds, outcome, interrupted, results, entries: entries.map(entryTable) };
}

export const asJson = (report: Report): string => `${JSON.stringify(toJson(report), null, 2)}\n`;

/** What a reader of the results needs to know of a way in; `explain --format json` says the rest. */
function entryTable({ service, namespace, entry, url, protocol, promise, address, pods, path }: TargetEntry) {
  return {
    service,
    ...(namespace !== undefined && { namespace }),
    entry,
    url,
    protocol,
    promise,
    ...(address !== undefined && { address }),
    ...(pods !== undefined && { pods }),
    hops: (path?.hops ?? []).map((hop) => ({ hop: hop.hop, title: hop.title, ...limitOf(hop, protocol) })),
  };
}
