import type { TargetEntry } from "../verify/model";
import { LIMITS, type Profile } from "./profiles";

/** A way in that takes a load. */
export type WayIn = Pick<TargetEntry, "service" | "entry" | "url" | "protocol" | "promise">;

export interface Wishes {
  /** Connections at once on each way in, in place of the profile's. */
  connections?: number;
  /** Silence of each connection in place of the profile's, seconds. */
  silentSeconds?: number;
  /** 95 of 100 echoes have to come within. Default 1000 ms. */
  answeredMilliseconds?: number;
  /** Name -> the address that it is loaded at, whatever it leads to when k6 asks. */
  hosts?: Record<string, string>;
  /** Whether the application sends back what it is told. Default true; without it only closes are seen. */
  echoes?: boolean;
}

/** One way in, as k6 runs it. */
export interface PlannedWay {
  service: string;
  entry: string;
  url: string;
  kind: "hold" | "ask";
  connections: number;
  silentSeconds: number;
  promisedSeconds: number;
  heartbeatSeconds?: number;
  patienceSeconds: number;
  pauseSeconds: number;
  echoes: boolean;
  answeredMilliseconds: number;
}

/** What the script gets: the options of k6, and what each scenario does. */
export interface Plan {
  ways: Record<string, PlannedWay>;
  options: object;
  /** Until everybody has gone, where nothing is cut. */
  seconds: number;
  /** Ways in that k6 cannot load, each a sentence. */
  leftOut: string[];
}

/** Which function of the script opens it; undefined where none can. */
function kindOf({ url }: Pick<WayIn, "url">): PlannedWay["kind"] | undefined {
  if (/^wss?:/.test(url)) return "hold";
  return /^https?:/.test(url) ? "ask" : undefined;
}

/** Whether k6 speaks to it at all. */
export const isLoadable = (way: Pick<WayIn, "url">): boolean => kindOf(way) !== undefined;

export function planLoad(ways: WayIn[], profile: Profile, wishes: Wishes = {}): Plan {
  const able = ways.filter(isLoadable);
  const planned = able.map((way): [string, PlannedWay] => [
    `${way.service}-${way.entry}`.replace(/[^\w-]/g, "-"),
    plannedWay(way, profile, wishes),
  ]);
  const seconds = Math.max(0, ...planned.map(([, way]) => profile.rampSeconds + plateauOf(way, profile) + way.silentSeconds));
  return {
    ways: Object.fromEntries(planned),
    options: {
      // Where a redirect leads, nobody said that it may be loaded.
      maxRedirects: 0,
      // A connection that is kept stays with its pod, whoever balances.
      noConnectionReuse: true,
      discardResponseBodies: true,
      ...(wishes.hosts && { hosts: wishes.hosts }),
      summaryTrendStats: ["min", "med", "p(95)", "max"],
      scenarios: Object.fromEntries(planned.map(([name, way]) => [name, scenarioOf(way, profile)])),
      thresholds: Object.assign({}, ...planned.map(([name, way]) => thresholdsOf(name, way))),
    },
    seconds,
    leftOut: ways
      .filter((way) => !isLoadable(way))
      .map(({ service, entry, url }) => `${service} ${entry} (${url}) is left out: k6 speaks HTTP and WebSocket.`),
  };
}

function plannedWay(way: WayIn, profile: Profile, wishes: Wishes): PlannedWay {
  const { service, entry, url, promise } = way;
  const kind = kindOf(way)!;
  const asked = wishes.silentSeconds ?? profile.silentSeconds;
  const silentSeconds = asked === "promised" ? promise.idleSeconds : Math.min(asked, promise.idleSeconds);
  return {
    service,
    entry,
    url,
    kind,
    connections: wishes.connections ?? profile.connections,
    silentSeconds: kind === "hold" ? silentSeconds : 0,
    promisedSeconds: promise.idleSeconds,
    ...(promise.heartbeat?.kind === "message" ? { heartbeatSeconds: promise.heartbeat.seconds } : {}),
    patienceSeconds: LIMITS.patienceSeconds,
    pauseSeconds: LIMITS.pauseSeconds,
    echoes: wishes.echoes ?? true,
    answeredMilliseconds: wishes.answeredMilliseconds ?? LIMITS.answeredMilliseconds,
  };
}

const plateauOf = ({ promisedSeconds }: PlannedWay, { plateauSeconds }: Profile) =>
  plateauSeconds === "promised" ? promisedSeconds : plateauSeconds;

function scenarioOf(way: PlannedWay, profile: Profile): object {
  // Nobody is called away in the middle: what was begun comes to its end.
  const patience = `${way.silentSeconds + 2 * way.patienceSeconds}s`;
  return {
    executor: "ramping-vus",
    exec: way.kind,
    startVUs: 0,
    stages: [
      { duration: `${profile.rampSeconds}s`, target: way.connections },
      { duration: `${plateauOf(way, profile)}s`, target: way.connections },
      { duration: "0s", target: 0 },
    ],
    gracefulRampDown: patience,
    gracefulStop: patience,
  };
}

function thresholdsOf(scenario: string, { kind, answeredMilliseconds }: PlannedWay): Record<string, string[]> {
  const of = (metric: string) => `holdfast_${metric}{scenario:${scenario}}`;
  return {
    [of("refused")]: [`rate<${LIMITS.refusedShare}`],
    [of("kept")]: ["count>0"],
    [of("answered_milliseconds")]: [`p(95)<${answeredMilliseconds}`],
    // No limit: without one k6 would not tell the figures of the scenarios apart.
    [of("refused_status")]: ["min>=0"],
    // The promise knows no share of connections that may be cut. The last is no limit either.
    ...(kind === "hold" ? { [of("cut")]: ["rate==0"], [of("mute")]: ["rate==0"], [of("cut_after_seconds")]: ["min>=0"] } : {}),
  };
}
