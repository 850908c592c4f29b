import { nearest, pathText, type Problem } from "../check/problem";
import type { AddressPool, DraftSurroundings } from "../stack";
import type { Entry } from "./index";
import { objectNameOf } from "./kind";

const KIND = "load-balancer";

interface Written {
  kind?: unknown;
  name?: unknown;
  pool?: unknown;
  address?: unknown;
}

/**
 * A `load-balancer` as it would stand in a file for bare metal alone: with the pool and the address that are reserved for it. One that
 * names either itself, and any other entry, stays as it is.
 */
export function withReserved(raw: unknown, service: string, { platform, addressPools = [] }: DraftSurroundings): unknown {
  if (platform !== "bare-metal" || typeof raw !== "object" || raw === null) return raw;
  const { kind, name, pool, address } = raw as Written;
  if (kind !== KIND || pool !== undefined || address !== undefined) return raw;
  const key = objectNameOf({ name: service }, { kind, ...(typeof name === "string" ? { name } : {}) });
  const owner = addressPools.find(({ reserved = {} }) => Object.hasOwn(reserved, key));
  return owner === undefined ? raw : { ...raw, pool: owner.name, address: owner.reserved![key] };
}

/** Addresses that are reserved for nobody. */
export function checkReserved(pools: AddressPool[], services: { name: string; entries: Entry[] }[]): Problem[] {
  const takers = services.flatMap((service) =>
    service.entries.flatMap((entry) =>
      entry.kind === "metallb" && entry.neutralKind === KIND
        ? [{ key: objectNameOf(service, entry), pool: entry.pool, address: entry.address }]
        : [],
    ),
  );
  return pools.flatMap(({ name: pool, reserved = {} }, index) =>
    Object.entries(reserved)
      .filter(([key, address]) => !takers.some((taker) => taker.key === key && taker.pool === pool && taker.address === address))
      .map(([key, address]) => ({
        path: pathText(["bareMetal", "addressPools", index, "reserved", key]),
        message: `found ${address}, but no ${KIND} of that name gets its address here, so nothing reads it. ${wayOut(
          key,
          takers.map((taker) => taker.key),
        )}`,
      })),
  );
}

function wayOut(key: string, names: string[]): string {
  const meant = nearest(
    key,
    names.filter((name) => name !== key),
  );
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return "Remove it, or call it <service>-<entry>, as the Service of such an entry without pool and address is called.";
}
