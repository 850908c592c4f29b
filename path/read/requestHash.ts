import type { Hop } from "../model";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";

type Sticking = Pick<Hop, "affinity"> & Partial<Pick<Hop, "affinityUnknown" | "pending">>;

/** A hash over the request sticks by what is always the same for one client; `headerName` where one header is all there is to it. */
export function byRequest(headerName?: Read<string>, ttlSeconds: number | null = null): Sticking {
  if (headerName === UNKNOWN) return { affinity: null, affinityUnknown: true, pending: true };
  const named = headerName === undefined || headerName === "" ? {} : { headerName };
  return { affinity: { mechanism: "header", ttlSeconds, ...named } };
}

/** `$http_x_user_id`: nginx's name for a header, in which a dash is an underscore too. */
export function headerOfVariable(text: string): string | undefined {
  return /^\$\{?http_(\w+)\}?$/.exec(text.trim())?.[1]?.replaceAll("_", "-");
}

/** `hdr(x-user-id)`, `req.hdr(x-user-id),lower`: HAProxy's. */
export function headerOfFetch(text: string): string | undefined {
  return /^(?:req\.)?f?hdr\(([\w-]+)[^)]*\)?/.exec(text)?.[1];
}
