/** How many come, how fast, and how long. */
export interface Profile {
  /** What it is for. */
  summary: string;
  /** Connections open at once on each way in; for HTTP, clients that ask one after the other. */
  connections: number;
  rampSeconds: number;
  /** With all of them there; `promised`: as long as a connection is promised to be kept in silence. */
  plateauSeconds: number | "promised";
  /** Silence of each connection, never more than is promised. */
  silentSeconds: number | "promised";
}

export const PROFILES = {
  smoke: { summary: "whether it works at all", connections: 5, rampSeconds: 1, plateauSeconds: 5, silentSeconds: 3 },
  load: {
    summary: "what a busy hour brings, in three minutes",
    connections: 100,
    rampSeconds: 30,
    plateauSeconds: 120,
    silentSeconds: 60,
  },
  soak: {
    summary: "every connection silent for as long as is promised",
    connections: 20,
    rampSeconds: 20,
    plateauSeconds: "promised",
    silentSeconds: "promised",
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];

/** What the promise does not say, and a load needs all the same. */
export const LIMITS = {
  /** Share of connections and requests that may fail: what is lost where a pod leaves in the middle. */
  refusedShare: 0.01,
  /** 95 of 100 echoes and answers come within this. */
  answeredMilliseconds: 1000,
  /** For an answer before it counts as none. */
  patienceSeconds: 10,
  /** Between two questions of one HTTP client. */
  pauseSeconds: 0.5,
} as const;
