import { facts, HOP_KINDS } from "../../path/facts";
import type { Path, Protocol } from "../../path/model";
import { limitOf } from "../../path/verdict";

/** The limit that each kind of hop has where nobody writes one. */
function defaults(protocol: Protocol): { title: string; seconds: number }[] {
  return HOP_KINDS.flatMap((kind) => {
    const { title, idle } = facts(kind);
    const seconds = (idle.perProtocol?.[protocol] ?? idle).defaultSeconds;
    return seconds === null ? [] : [{ title, seconds }];
  });
}

/** Seconds at which somebody's default ends or forgets a silent connection, shortest first. */
export function knownWalls(protocol: Protocol): number[] {
  return [...new Set(defaults(protocol).map(({ seconds }) => seconds))].sort((left, right) => left - right);
}

/** Who has a default within that span. */
export function whoseDefault(protocol: Protocol, fromSeconds: number, toSeconds: number): { title: string; seconds: number }[] {
  return defaults(protocol).filter(({ seconds }) => seconds >= fromSeconds && seconds <= toSeconds);
}

/** A wall that the model sees on this path. */
export interface Predicted {
  hop: number;
  seconds: number;
  kind: "idle" | "lifetime";
  layer: 4 | 7;
}

/** @param withoutCalls where none is open on a connection for gRPC the clocks that proxies run on calls do not run. */
export function predictedWalls(path: Path | undefined, protocol: Protocol, withoutCalls = false): Predicted[] {
  return (path?.hops ?? []).flatMap((hop, index) => {
    const { limit, idleSeconds } = limitOf(hop, protocol);
    if ((limit !== "idle" && limit !== "lifetime") || idleSeconds === null) return [];
    if (withoutCalls && hop.layer === 7) return [];
    return [{ hop: index, seconds: idleSeconds, kind: limit, layer: hop.layer }];
  });
}
