import { RECORD_TTL } from "../../path/facts/externalDns";
import { block, hostName, label, oneOf, seconds, yesOrNo } from "../check/fields";
import { nearest, type Problem } from "../check/problem";
import type { Draft, PlacedEntry } from "../check/serviceRules";
import { entryName, type Entry } from "../entry";
import { checkZone } from "../entry/hosts";
import type { Service } from "../service";
import type { DraftSurroundings, Surroundings } from "../stack";

/** In the order in which a migration goes through them, one `pulumi up` each. */
export const PHASES = ["parallel", "cutover", "drain", "done"] as const;
export type Phase = (typeof PHASES)[number];

/** The record by which clients find the service. */
export interface MigrationDns {
  /** The name that clients use. */
  host: string;
  /** Seconds a resolver may keep the record, before and after the migration. Default 300. */
  ttlSeconds: number;
  /** The same while clients are moved, and can be moved back. Less than `ttlSeconds`; default 60. */
  loweredTtlSeconds: number;
  /** Whether ExternalDNS keeps the record: the entries are annotated then. Default false: whoever keeps it is told what to write. */
  externalDns: boolean;
}

/** Moving clients from one entry of a service to another, without cutting any of them off. */
export interface Migration {
  /** The entry that clients use until now, by its name. It is closed in `done`. */
  from: string;
  /** The entry that they are to use. */
  to: string;
  /** Where it stands. One step at a time, forwards or back. */
  phase: Phase;
  dns?: MigrationDns;
  /**
   * Seconds that the phase `drain` lasts at least. Default: the longest of `promise.drainSeconds`, `promise.affinity.ttlSeconds` and
   * `dns.ttlSeconds`.
   */
  drainSeconds?: number;
}

const recordTtl = () => seconds(RECORD_TTL.minimum, RECORD_TTL.maximum);

const LONGEST_DRAIN_SECONDS = 31_536_000;

export const migrationSchema = block({
  from: label(),
  to: label(),
  phase: oneOf(PHASES),
  dns: block({
    host: hostName(),
    ttlSeconds: recordTtl().default(300),
    loweredTtlSeconds: recordTtl().default(60),
    externalDns: yesOrNo().default(false),
  }).optional(),
  drainSeconds: seconds(0, LONGEST_DRAIN_SECONDS).optional(),
});

type Migrating<Listed> = { entries: Listed[]; migration?: Migration };

/** The entries that there are: all that are written, without the one that a finished migration has closed. */
export function openEntries<Listed extends Pick<Entry, "kind" | "name">>({ entries, migration }: Migrating<Listed>): Listed[] {
  if (migration?.phase !== "done") return entries;
  return entries.filter((entry) => entryName(entry) !== migration.from);
}

/** The entry that the service's name leads to: where clients are sent in this phase. */
export function holderOf({ from, to, phase }: Pick<Migration, "from" | "to" | "phase">): string {
  return phase === "parallel" ? from : to;
}

/** The open entries, with the one first of which the service's own endpoint has the address. */
export function entriesByRank<Listed extends Pick<Entry, "kind" | "name">>(service: Migrating<Listed>): Listed[] {
  const open = openEntries(service);
  const { migration } = service;
  const [first] = open;
  // Only where the first entry is one of the two: the name of another is not touched.
  if (migration === undefined || first === undefined || ![migration.from, migration.to].includes(entryName(first))) return open;
  const isHolder = (entry: Listed) => entryName(entry) === holderOf(migration);
  return [...open.filter(isHolder), ...open.filter((entry) => !isHolder(entry))];
}

/** Seconds after which nobody is owed the old entry any more: nobody still resolves it, comes back to it or says goodbye on it. */
export function leastDrainSeconds({ promise, migration }: Pick<Service, "promise" | "migration">): number {
  const { affinity, drainSeconds } = promise;
  const ttlSeconds = affinity.mode === "client" ? affinity.ttlSeconds : 0;
  return Math.max(drainSeconds, ttlSeconds, migration?.dns?.ttlSeconds ?? 0);
}

export const drainPhaseSeconds = (service: Pick<Service, "promise" | "migration">): number =>
  service.migration?.drainSeconds ?? leastDrainSeconds(service);

/** Kinds whose objects ExternalDNS cannot be told to pass by. */
const NOT_PASSED_BY: readonly string[] = ["traefik"];

/** What is wrong with a migration. */
export function checkMigration(
  { migration }: Draft,
  placed: PlacedEntry[],
  unread: string[],
  surroundings: DraftSurroundings,
): Problem[] {
  if (migration === undefined) return [];
  const { from, to, dns } = migration;
  const names = [...placed.map(({ entry }) => entryName(entry)), ...unread];
  const problems = [...checkEntry("from", from, names), ...checkEntry("to", to, names)];
  if (from === to) {
    const message = `found ${to}, which is migration.from too. Write the entry that clients are to use, under a name of its own.`;
    problems.push({ path: "migration.to", message });
  }
  if (dns === undefined) return problems;
  const moved = placed.filter(({ entry }) => [from, to].includes(entryName(entry)));
  return [...problems, ...checkDns(dns, moved, surroundings)];
}

function checkEntry(key: "from" | "to", name: string, names: string[]): Problem[] {
  if (names.includes(name)) return [];
  const meant = nearest(name, names);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const why = key === "from" ? " It stays written until the whole block goes." : "";
  const message = `found ${name}; allowed: the name of an entry of this service (${names.join(", ") || "it has none"}).${hint}${why}`;
  return [{ path: `migration.${key}`, message }];
}

function checkDns(dns: MigrationDns, moved: PlacedEntry[], surroundings: DraftSurroundings): Problem[] {
  const { host, ttlSeconds, loweredTtlSeconds, externalDns } = dns;
  const problems = checkZone({ host }, surroundings).map((problem) => ({ ...problem, path: "migration.dns.host" }));
  for (const { index, entry } of moved) {
    const served = "host" in entry ? entry.host : undefined;
    if (served === undefined || served === host) continue;
    const message = `found ${host}, but entries[${index}] answers to ${served}. Clients find both under one name: write the same in both.`;
    problems.push({ path: "migration.dns.host", message });
  }
  if (loweredTtlSeconds >= ttlSeconds) {
    const message = `found ${loweredTtlSeconds}; allowed: less than migration.dns.ttlSeconds (${ttlSeconds} seconds), or nothing is lowered. Shorten it, or write in ttlSeconds what the record has now.`;
    problems.push({ path: "migration.dns.loweredTtlSeconds", message });
  }
  const published = externalDns ? moved.filter(({ entry }) => NOT_PASSED_BY.includes(entry.kind)) : [];
  for (const { index, entry } of published) {
    const message = `found true, but ExternalDNS takes the host of entries[${index}] (${entry.kind}) from its route as soon as that is there, and cannot be told to wait. Write externalDns: false, keep the route out of its sources, and change the record as holdfast explain says.`;
    problems.push({ path: "migration.dns.externalDns", message });
  }
  return problems;
}

/** What the owner of a service should know while its clients are moved. */
export function warnAboutMigration(service: Service, { environment }: Surroundings): string[] {
  const { migration, entries } = service;
  if (migration === undefined || migration.phase === "done") return [];
  const { from, drainSeconds } = migration;
  const old = entries.find((entry) => entryName(entry) === from);
  const least = leastDrainSeconds(service);
  return [
    ...(old?.kind === "node-port" && environment === "production"
      ? [`migration: ${from} is a node port, which production allows only to move away from it; it stays open until phase: done`]
      : []),
    ...(drainSeconds !== undefined && drainSeconds < least
      ? [
          `migration.drainSeconds ${drainSeconds} is shorter than the ${least} seconds for which a client may still find the old entry, or be promised its pod there`,
        ]
      : []),
  ];
}
