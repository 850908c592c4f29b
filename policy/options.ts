import { PROMISE_RANGES } from "../path/declarations";

/**
 * Which ways in are judged where nothing is written on them. `evidence`: those whose objects show long connections. `declared`: none.
 * `all`: every one.
 */
export const ASSUMPTIONS = ["declared", "evidence", "all"] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

/** What the one who runs the rules asks of every service that does not say it itself. */
export interface RuleOptions {
  /** Which ways in are judged without a promise of their own. Default `evidence`. */
  assume: Assumption;
  /** Seconds a silent connection must stay open. 1 to 86400, default 3600. */
  idleSeconds: number;
  /** Seconds within which a client that comes back must reach the same pod. 1 to 86400, default 3600. */
  affinityTtlSeconds: number;
  /** Pods a judged workload must have at least. 1 to 100, default 3. */
  minimumReplicas: number;
}

export type NumberOption = "idleSeconds" | "affinityTtlSeconds" | "minimumReplicas";

/** What each option may be; the pack's schema, `holdfast.lint.yaml` and the docs follow from it. */
export const NUMBER_OPTIONS: Record<
  NumberOption,
  { minimum: number; maximum: number; standard: number; unit: string; meaning: string }
> = {
  idleSeconds: {
    ...PROMISE_RANGES.idleSeconds,
    unit: "seconds",
    meaning: "how long a silent connection must stay open where no promise is written",
  },
  affinityTtlSeconds: {
    ...PROMISE_RANGES.ttlSeconds,
    unit: "seconds",
    meaning: "within what time a client that comes back must reach the same pod where no promise is written",
  },
  minimumReplicas: {
    minimum: 1,
    maximum: 100,
    standard: 3,
    unit: "pods",
    meaning: "how many pods a judged workload must have at least",
  },
};

export const STANDARD_OPTIONS: RuleOptions = {
  assume: "evidence",
  idleSeconds: NUMBER_OPTIONS.idleSeconds.standard,
  affinityTtlSeconds: NUMBER_OPTIONS.affinityTtlSeconds.standard,
  minimumReplicas: NUMBER_OPTIONS.minimumReplicas.standard,
};
