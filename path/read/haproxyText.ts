import { haproxyTime } from "./durations";

/** The clock that an HAProxy configuration gives an upgraded connection, and the line that sets it. */
export interface HaproxyClock {
  line: string;
  seconds: number;
}

interface Section {
  kind: string;
  timeouts: Map<string, string>;
  serves: boolean;
}

/**
 * The smallest limit among its ways: a tunnel timeout replaces those of client and server. Null where it sets none, which HAProxy takes
 * for no limit; undefined where the text passes nothing on.
 */
export function haproxyClock(text: string): HaproxyClock | null | undefined {
  const sections = sectionsOf(text);
  const backends = sections.filter(({ serves }) => serves);
  if (backends.length === 0) return undefined;
  const fronts = sections.filter(({ kind }) => kind === "frontend");
  // Where only some have a tunnel timeout, it was written for those that carry what is upgraded.
  const meant = backends.filter(({ timeouts }) => timeouts.has("tunnel"));
  const clocks = (meant.length > 0 ? meant : backends).flatMap((backend) =>
    clocksOf(backend, backend.kind === "listen" ? [backend] : fronts),
  );
  return clocks.reduce<HaproxyClock | null>(
    (best, clock) => (best === null || clock.seconds < best.seconds ? clock : best),
    null,
  );
}

function clocksOf(backend: Section, fronts: Section[]): HaproxyClock[] {
  const tunnel = clockOf(backend, "tunnel");
  if (tunnel !== undefined) return [tunnel];
  return [clockOf(backend, "server"), ...fronts.map((front) => clockOf(front, "client"))].flatMap((clock) => clock ?? []);
}

function clockOf({ timeouts }: Section, name: string): HaproxyClock | undefined {
  const text = timeouts.get(name);
  const seconds = text === undefined ? undefined : haproxyTime(text);
  return seconds === undefined ? undefined : { line: `timeout ${name} ${text}`, seconds };
}

/** What `defaults` sets counts for every section below it. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  let defaults = new Map<string, string>();
  for (const raw of text.split("\n")) {
    const [word = "", second = "", third = ""] = raw.replace(/#.*$/, "").trim().split(/\s+/);
    const section = sections.at(-1);
    if (["global", "defaults", "frontend", "backend", "listen", "resolvers", "peers", "userlist", "cache"].includes(word)) {
      if (word === "defaults") defaults = new Map();
      sections.push({ kind: word, timeouts: word === "defaults" ? defaults : new Map(defaults), serves: false });
    } else if (word === "timeout" && section !== undefined) section.timeouts.set(second, third);
    else if (/^server(-template)?$/.test(word) && section !== undefined && /^(backend|listen)$/.test(section.kind)) {
      section.serves = true;
    }
  }
  return sections;
}

/** The hosts that its servers name, without their ports. */
export function haproxyHosts(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [word = "", , second = "", third = ""] = line.trim().split(/\s+/);
    const address = word === "server" ? second : word === "server-template" ? third : "";
    return address === "" ? [] : [address.replace(/:\d+$/, "")];
  });
}
