import type { Hop, HopAffinity } from "../../model";
import type { Read } from "../../value";
import { byRequest } from "../requestHash";

/** What decides which address behind one of its hosts a proxy sends a client to. */
export type Choice = Pick<Hop, "affinity"> & Partial<Pick<Hop, "affinityUnknown" | "settle" | "inert">>;

/** A host that a proxy passes connections to, without its port, and how it chooses among its addresses. */
export interface Target {
  host: string;
  choice: Choice;
}

export const BY_NOTHING: Choice = { affinity: null };

export function byCookie(cookieName: string | undefined, ttlSeconds: number | null = null): Choice {
  const affinity: HopAffinity = { mechanism: "cookie", ttlSeconds, ...(cookieName !== undefined && { cookieName }) };
  return { affinity };
}

/** Something of the request that is the same each time: a header, a parameter, the path. */
export function byTheRequest(ttlSeconds: number | null = null, headerName?: Read<string>): Choice {
  return byRequest(headerName, ttlSeconds);
}

export function notRead(settle: string): Choice {
  return { affinity: null, affinityUnknown: true, settle };
}

/** Of the client, or of what stands before the proxy. */
export function bySourceAddress(proxy: string): Choice {
  return notRead(
    `whether ${proxy} sees the client's own address: externalTrafficPolicy: Local on its Service, or the PROXY protocol`,
  );
}
