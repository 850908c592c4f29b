import type { HopKind } from "../facts";
import { facts } from "../facts";
import type { Hop } from "../model";

/** What each row of the facts table makes of a hop of which nothing was read; the same for every hop of its kind. */
const bases = new Map<HopKind, Omit<Hop, "from" | "inert">>();

function baseOf(kind: HopKind): Omit<Hop, "from" | "inert"> {
  const known = bases.get(kind);
  if (known !== undefined) return known;
  const { title, layer, idle, drain, source } = facts(kind);
  const perProtocol = Object.entries(idle.perProtocol ?? {}).map(([protocol, { limit, defaultSeconds }]) => [
    protocol,
    { limit, idleSeconds: defaultSeconds },
  ]);
  const base: Omit<Hop, "from" | "inert"> = {
    hop: kind,
    title,
    limit: idle.limit,
    idleSeconds: idle.defaultSeconds,
    layer,
    balances: false,
    affinity: null,
    drainSeconds: drain.defaultSeconds,
    source,
    ...(idle.keepsAtLeastSeconds !== undefined && { keepsAtLeastSeconds: idle.keepsAtLeastSeconds }),
    ...(idle.perhapsSeconds !== undefined && { perhapsSeconds: idle.perhapsSeconds }),
    ...(idle.perProtocol !== undefined && { perProtocol: Object.fromEntries(perProtocol) as Hop["perProtocol"] }),
  };
  bases.set(kind, base);
  return base;
}

/** A hop with everything its row of the facts table says, and over it what was read. */
export function hopOf(kind: HopKind, read: Partial<Hop> & { from: string }): Hop {
  // Several times as fast as spreading both, and there is one for every hop of every way in.
  return Object.assign({ inert: [] }, baseOf(kind), read);
}

/** The clock of a hop while what it was read from is a value that a preview does not know. */
export function clockNotKnownYet(where: string): Pick<Hop, "limit" | "idleSeconds" | "pending" | "settle"> {
  return { limit: "unknown", idleSeconds: null, pending: true, settle: `${where} is not known before the update` };
}

/** A hop about which nothing can be said until `settle` is answered. */
export function undecidedHop(kind: HopKind, read: Partial<Hop> & { from: string; settle: string }): Hop {
  return hopOf(kind, { limit: "unknown", idleSeconds: null, balances: true, affinityUnknown: true, ...read });
}
