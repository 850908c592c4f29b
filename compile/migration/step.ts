import { below, type Problem } from "../check/problem";
import { entryName } from "../entry";
import type { ExaminedService } from "../examine";
import type { Service } from "../service";
import { publishes } from "./dns";
import { drainPhaseSeconds, PHASES, type Migration, type Phase } from "./index";

/** What a service's component records of its migration, for the next `up`. */
export interface RecordedMigration {
  from: string;
  to: string;
  phase: Phase;
  /** When it came into this phase, as ISO 8601. */
  since: string;
  drainSeconds: number;
  /** The name that ExternalDNS publishes by the entries' annotations. */
  publishedHost?: string;
}

/** What the last `up` of each service that went through to its end left, by the service's name. */
export type LastUp = Record<
  string,
  { entries?: { name: string; kind: string }[]; migration?: RecordedMigration | null } | undefined
>;

/** Before the first phase: only the old entry is there. */
const BEFORE = -1;
const indexOf = (phase: Phase): number => PHASES.indexOf(phase);

const DONE = indexOf("done");
const DRAIN = indexOf("drain");

/** What may not follow on what the last `up` left. Nothing may be created, changed or removed then. */
export function checkSteps(services: ExaminedService[], last: LastUp, now: Date): Problem[] {
  return services.flatMap((examined, index) => {
    const { service } = examined;
    const found = [...checkKinds(service, last), ...checkStep(service, last, now), ...checkName(examined, last)];
    return below(["services", index], found);
  });
}

/** What this `up` is to leave for the next one, if it goes through. */
export function recordSteps(services: Service[], last: LastUp, now: Date): Record<string, RecordedMigration> {
  const recorded = services.flatMap((service): [string, RecordedMigration][] => {
    const { name, migration } = service;
    if (migration === undefined) return [];
    const { from, to, phase, dns } = migration;
    const before = last[name]?.migration;
    const stays = before && isSame(before, migration) && before.phase === phase;
    const since = stays ? before.since : now.toISOString();
    const published = dns?.externalDns === true ? { publishedHost: dns.host } : {};
    return [[name, { from, to, phase, since, drainSeconds: drainPhaseSeconds(service), ...published }]];
  });
  return Object.fromEntries(recorded);
}

const isSame = (one: Pick<Migration, "from" | "to">, other: Pick<Migration, "from" | "to">): boolean =>
  one.from === other.from && one.to === other.to;

/** An entry of another kind under the same name would be the same Service, changed in place. */
function checkKinds({ name, entries }: Service, last: LastUp): Problem[] {
  const before = new Map(last[name]?.entries?.map((entry) => [entry.name, entry.kind]));
  return entries.flatMap((entry, index) => {
    const kind = before.get(entryName(entry));
    if (kind === undefined || kind === entry.kind) return [];
    const message =
      `found ${entry.kind} under the name ${entryName(entry)}, under which the last up made ${kind}. Its object would be changed in place or ` +
      "replaced, and every client with it cut off or refused. Write the new one as an entry of its own name beside it, and move the clients with migration.";
    return below(["entries", index], [{ path: "kind", message }]);
  });
}

function checkStep(service: Service, last: LastUp, now: Date): Problem[] {
  const { migration } = service;
  const recorded = last[service.name]?.migration ?? undefined;
  const underWay = recorded !== undefined && indexOf(recorded.phase) !== DONE;
  if (underWay && migration !== undefined && !isSame(recorded, migration)) {
    const message =
      `found from ${migration.from} to ${migration.to}, while the migration from ${recorded.from} to ${recorded.to} is in its phase ` +
      `${recorded.phase}. Go on with that one until phase: done, or back until it is undone.`;
    return [{ path: "migration", message }];
  }
  const known = recorded !== undefined && (migration === undefined || isSame(recorded, migration)) ? recorded : undefined;
  const was = known === undefined ? startOf(service, last) : indexOf(known.phase);
  if (was === undefined) return [];
  const is = migration === undefined ? withoutBlock(service, recorded!) : indexOf(migration.phase);
  if (Math.abs(is - was) > 1) return [skipped(service, was, is)];
  return was === DRAIN && is === DONE ? tooEarly(service, known!, now) : [];
}

/** Where a migration of which nothing is recorded stands; undefined where there is none, or nobody who uses the old entry. */
function startOf({ name, migration }: Service, last: LastUp): number | undefined {
  const isOpen = last[name]?.entries?.some((entry) => entry.name === migration?.from);
  return isOpen === true ? BEFORE : undefined;
}

/** Without the block, what is written of the two entries tells where it goes. */
function withoutBlock({ entries }: Service, { from }: RecordedMigration): number {
  return entries.some((entry) => entryName(entry) === from) ? BEFORE : DONE;
}

const wordsFor = (index: number): string => (index === BEFORE ? "no migration" : `phase: ${PHASES[index]}`);

function skipped({ migration }: Service, was: number, is: number): Problem {
  const between = was + Math.sign(is - was);
  const found =
    migration === undefined ? `no migration (as ${is === DONE ? "after phase: done" : "before it began"})` : wordsFor(is);
  const reason = is > was ? FORWARDS[between] : BACK[between];
  const message =
    `found ${found} after ${wordsFor(was)}; allowed: ${wordsFor(was)}, or one step to ${neighbours(was)}. ` +
    `${reason} Write ${between === BEFORE ? "the entries as they were" : wordsFor(between)} first.`;
  return { path: migration === undefined ? "migration" : "migration.phase", message };
}

function neighbours(index: number): string {
  return [index - 1, index + 1]
    .filter((each) => each >= BEFORE && each <= DONE)
    .map(wordsFor)
    .join(" or ");
}

/** Why the phase that was left out has to be. */
const FORWARDS: Record<number, string> = {
  [indexOf("parallel")]: "Clients would be sent to an entry that has no address yet and that nobody has tried.",
  [indexOf("cutover")]: "Clients would still be sent to the old entry while its clock runs out.",
  [indexOf("drain")]: "Whoever still has the old address would be refused, and what is open through it might be cut.",
};
const BACK: Record<number, string> = {
  [DRAIN]: "Clients would be sent to the old entry before it is open again.",
  [indexOf("cutover")]: "New clients would be sent away from the new entry while the old one is about to close.",
  [indexOf("parallel")]: "The new entry would go while clients are being sent to it.",
};

function tooEarly(service: Service, recorded: RecordedMigration, now: Date): Problem[] {
  const needed = service.migration === undefined ? recorded.drainSeconds : drainPhaseSeconds(service);
  const elapsed = Math.floor((now.getTime() - Date.parse(recorded.since)) / 1000);
  if (elapsed >= needed) return [];
  const message =
    `found ${service.migration === undefined ? "no migration" : "phase: done"} ${Math.max(0, elapsed)} seconds after phase: drain began ` +
    `(${recorded.since}); allowed: after ${needed} seconds. Until then a client may still find ${recorded.from}, come back to its pod there, ` +
    `or be saying goodbye. Wait ${needed - elapsed} seconds more, or write a shorter migration.drainSeconds.`;
  return [{ path: service.migration === undefined ? "migration" : "migration.phase", message }];
}

/** A block that goes, and with it the annotations by which ExternalDNS has the name. */
function checkName({ service, compiled }: ExaminedService, last: LastUp): Problem[] {
  const host = last[service.name]?.migration?.publishedHost;
  if (host === undefined || service.migration?.dns?.externalDns === true) return [];
  if (publishes(compiled.objects, host)) return [];
  const message =
    `found none with externalDns: true, by which ExternalDNS had ${host}; it would take the name away. ` +
    "Give the annotations hostname and ttl to the entry's object by patches first.";
  return [{ path: "migration.dns", message }];
}
