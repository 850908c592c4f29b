import { entryKind, type Entry } from "../entry";
import type { Linked, PlacedArgs } from "../entry/kind";
import type { DraftSurroundings } from "../stack";
import { below, pathText, type PathKey, type Problem } from "./problem";
import type { Draft, PlacedEntry } from "./serviceRules";

/** A service as far as it is good, with what is wrong with it. */
export interface DraftedService {
  draft: Draft;
  entries: PlacedEntry[];
  /** Names of the entries that are not good on their own: they are there all the same. */
  unread: string[];
  problems: Problem[];
}

interface Place extends PlacedArgs<Entry> {
  service: Draft;
  /** Among all services, and among the entries of that one. */
  position: [service: number, entry: number];
}

/**
 * Tells entries of each other where several share one thing: a Gateway, the load balancer of a group. What they are compiled to and
 * judged by follows from all of them.
 *
 * @param prefixOf where a service stands in what the user wrote.
 */
export function linkEntries<Drafted extends DraftedService>(
  services: Drafted[],
  surroundings: DraftSurroundings,
  prefixOf: (service: Drafted) => PathKey[],
): Drafted[] {
  const byKind = new Map<string, Place[]>();
  for (const [position, drafted] of services.entries()) {
    for (const [place, { index, entry }] of drafted.entries.entries()) {
      if (entryKind(entry.kind)!.link === undefined) continue;
      const at = pathText([...prefixOf(drafted), "entries", index]);
      const known = byKind.get(entry.kind) ?? [];
      known.push({ at, service: drafted.draft, entry, position: [position, place] });
      byKind.set(entry.kind, known);
    }
  }
  const linked = new Map<string, Linked<Entry>>();
  for (const [kind, places] of byKind) {
    const answers = entryKind(kind)!.link!(places, surroundings) as Linked<Entry>[];
    for (const [index, { position }] of places.entries()) linked.set(position.join(), answers[index]!);
  }
  if (linked.size === 0) return services;
  return services.map((drafted, position) => {
    const answers = drafted.entries.map((_entry, place) => linked.get(`${position},${place}`));
    const entries = drafted.entries.map((placed, place) => ({ ...placed, entry: answers[place]?.entry ?? placed.entry }));
    const problems = drafted.entries.flatMap(({ index }, place) => below(["entries", index], answers[place]?.problems ?? []));
    return { ...drafted, entries, problems: [...drafted.problems, ...problems] };
  });
}
