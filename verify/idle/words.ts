import { duration } from "../../explain/words";
import type { Wall } from "./model";

const SHORT_SECONDS = 10;
const LONG_SECONDS = 120;

/** `4.5 s`, `75 s`, `5 min`. */
export function seconds(value: number): string {
  if (value >= LONG_SECONDS) return duration(Math.round(value));
  return `${value < SHORT_SECONDS ? Math.round(value * 10) / 10 : Math.round(value)} s`;
}

/** How long it took: the moment where somebody closed it, and the two lengths of silence between which it was lost where one spoke then. */
export function lengthOf({ how, keptSeconds, lostSeconds, closedSeconds }: Wall): string {
  if (keptSeconds === 0 || (how === "closed" && closedSeconds === lostSeconds)) return seconds(lostSeconds);
  return `more than ${seconds(keptSeconds)} and at most ${seconds(lostSeconds)}`;
}

/** Where it was lost before anybody saw the end. */
export function lateWords({ lostSeconds, closedSeconds = lostSeconds }: Wall): string[] {
  if (closedSeconds === lostSeconds) return [];
  return [
    `Those that kept silent saw their end at ${seconds(closedSeconds)}: what they had said before would have been lost already.`,
  ];
}

/** `a reset, 1006`: who ended it, and how. */
export function endingWords({ how, ending: { by, code, reason } }: Wall): string {
  const told = [...(code === undefined ? [] : [String(code)]), ...(reason === undefined ? [] : [reason])].join(", ");
  const shown = told === "" ? "" : `: ${told}`;
  if (by === "silent") return "nobody said a word, and no answer came when it spoke";
  if (how === "forgotten") return `nobody said a word, and when it spoke it was cut off${shown}`;
  return by === "peer" ? `in order${shown}` : `without a goodbye${shown}`;
}

/** Whether a heartbeat helps. */
export function kindWords({ kind, lostSeconds }: Wall): string[] {
  switch (kind) {
    case "idle":
      return [
        `One that spoke all the time outlived it: the clock restarts with what is said, and a heartbeat shorter than ${seconds(lostSeconds)} helps.`,
      ];
    case "lifetime":
      return [
        "One that spoke all the time was ended at the same age: no heartbeat helps against that. Every connection is ended so, or something ended all of them at that moment.",
      ];
    case "call":
      return [
        "Other calls on the same connection did not keep this one, and pings would not have either: it is a clock of the call, of its silence or of its age. Only messages in the call itself restart a clock of silence.",
      ];
    case "undecided":
      return ["Nothing was said on any of them, so it may as well be a limit of age, against which no heartbeat helps."];
  }
}

export function luckWords({ how, lucky, lost }: Wall): string[] {
  if (how === "closed" || lucky === 0) return [];
  return [
    `${lucky} of ${lucky + lost} that were silent as long or longer were answered all the same: what a node forgot it takes up again where it meets it, and sends to any pod, by chance to the same one.`,
  ];
}

/** A close frame comes from the end of the connection; a proxy that loses patience writes none. */
export function applicationSpoke({ how, ending: { by, code } }: Wall): string[] {
  // A status or a GOAWAY of gRPC may be a proxy's.
  if (how !== "closed" || by !== "peer" || typeof code !== "number") return [];
  return [`It came with a close frame (${code}), so it is most likely the application itself that ends silent connections.`];
}
