import type { Cost } from "./cost";
import type { ExplainedEntry, ExplainedHop, ExplainedService } from "./model";

/** Grows when a field changes its meaning or goes; a program that reads this should compare it. */
export const SCHEMA_VERSION = 1;

/** The explanation for programs. Its fields are stable. */
export function explainAsJson(services: ExplainedService[], cost?: Cost): string {
  return `${JSON.stringify(asTable(services, cost), null, 2)}\n`;
}

/** The same as plain values. */
export function asTable(services: ExplainedService[], cost?: Cost) {
  return {
    schemaVersion: SCHEMA_VERSION,
    services: services.map((service) => ({
      name: service.name,
      namespace: service.namespace,
      ...(service.migration === undefined ? {} : { migration: service.migration }),
      entries: service.entries.map((entry) => entryTable(entry, service)),
    })),
    ...(cost === undefined ? {} : { cost }),
  };
}

/** One entry of the table; a stack's output has the same. */
export function entryTable(
  {
    kind,
    url,
    hops,
    effectiveIdleSeconds,
    verdict,
    reasons,
  }: Pick<ExplainedEntry, "kind" | "url" | "hops" | "effectiveIdleSeconds" | "verdict" | "reasons">,
  service: Pick<ExplainedService, "promise">,
) {
  const { idleSeconds, drainSeconds, affinity } = service.promise;
  const sticks = affinity.mode === "client";
  return {
    kind,
    url,
    promise: {
      idleSeconds,
      drainSeconds,
      affinity: {
        mode: affinity.mode,
        ttlSeconds: sticks ? affinity.ttlSeconds : null,
        cookieName: sticks ? (affinity.cookieName ?? null) : null,
      },
    },
    hops: hops.map(hopTable),
    effectiveIdleSeconds,
    verdict,
    reasons,
  };
}

function hopTable({ hop, idleSeconds, limit, affinity, drainSeconds, from, source, patched }: ExplainedHop) {
  return {
    hop,
    idleSeconds,
    limit,
    affinity: affinity === null ? null : { mechanism: affinity.mechanism, ttlSeconds: affinity.ttlSeconds },
    drainSeconds,
    from,
    source,
    ...(patched ? { patched } : {}),
  };
}
