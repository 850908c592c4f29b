import type { Attempt } from "./attempt";
import type { Dialed } from "./dial";
import type { Life } from "./life";
import type { Connection } from "./model";

type Told = "localAddress" | "remoteAddress" | "openedAt" | "times" | "certificate" | "ended" | "isOpen" | "silentSeconds";

/** What is told alike of every kind of connection. */
export function opened({ times }: Attempt, { socket, certificate }: Dialed, life: Life): Pick<Connection, Told> {
  return {
    localAddress: socket.localAddress ?? "",
    remoteAddress: socket.remoteAddress ?? "",
    openedAt: life.openedAt,
    times,
    ...(certificate && { certificate }),
    ended: life.ended,
    isOpen: life.isOpen,
    silentSeconds: life.silentSeconds,
  };
}

/** Closes what knows no goodbye. */
export function closing(life: Life, held: { destroy(): unknown }): Connection["close"] {
  return () => {
    life.end({ by: "us" });
    held.destroy();
    return life.ended;
  };
}
