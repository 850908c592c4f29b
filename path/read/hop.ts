import type { HopKind } from "../facts";
import { facts } from "../facts";
import type { Hop } from "../model";

/** A hop with everything its row of the facts table says, and over it what was read. */
export function hopOf(kind: HopKind, read: Partial<Hop> & { from: string }): Hop {
  const row = facts(kind);
  const hop: Omit<Hop, "from"> = {
    hop: kind,
    title: row.title,
    limit: row.idle.limit,
    idleSeconds: row.idle.defaultSeconds,
    layer: row.layer,
    balances: false,
    affinity: null,
    drainSeconds: row.drain.defaultSeconds,
    source: row.source,
    inert: [],
  };
  if (row.idle.keepsAtLeastSeconds !== undefined) hop.keepsAtLeastSeconds = row.idle.keepsAtLeastSeconds;
  if (row.idle.perProtocol !== undefined) {
    hop.perProtocol = Object.fromEntries(
      Object.entries(row.idle.perProtocol).map(([protocol, { limit, defaultSeconds }]) => [
        protocol,
        { limit, idleSeconds: defaultSeconds },
      ]),
    );
  }
  return { ...hop, ...read };
}

/** The clock of a hop while what it was read from is a value that a preview does not know. */
export function clockNotKnownYet(where: string): Pick<Hop, "limit" | "idleSeconds" | "pending" | "settle"> {
  return { limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
}

/** A hop about which nothing can be said until `settle` is answered. */
export function undecidedHop(kind: HopKind, read: Partial<Hop> & { from: string; settle: string }): Hop {
  return hopOf(kind, { limit: "unknown", idleSeconds: null, balances: true, affinityUnknown: true, ...read });
}
