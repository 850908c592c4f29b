/** Annotations of this sandbox alone, by which a pod says how it is to be played. */
const PREFIX = "sandbox.holdfast.dev/";
/** On a pod, or on the Namespace for all pods in it that do not say otherwise. */
const PACE_ANNOTATION = `${PREFIX}pods`;

/**
 * `as-written`: preStop sleeps, initial delays and goodbyes take the time that the pod's spec gives them. `hurried`: they take none,
 * for tests of something else.
 */
export const PACES = ["as-written", "hurried"] as const;
export type Pace = (typeof PACES)[number];

/** How a pod misbehaves, where its annotations ask for it. */
export interface Manners {
  /** Seconds from the start of a container until it accepts connections. Default: 0. */
  listensAfterSeconds: number;
  /** Seconds from the start of each container to its crash. Default: it does not crash. */
  crashesAfterSeconds?: number;
  /** Whether its containers go on as if nothing were, until they are killed. Default: false. */
  ignoresSigterm: boolean;
  /** Whether it accepts nobody any more from SIGTERM on, while it says goodbye. Default: false. */
  refusesWhileLeaving: boolean;
  /** Whether its images cannot be pulled. Default: false. */
  imagePullFails: boolean;
}

type Annotations = Record<string, string>;

const SECONDS = "a number of seconds from 0 to 3600";
const TRUTH = '"true" or "false"';

/** What each annotation takes, with the way it changes a pod's manners; undefined where it does not take the text. */
const READERS: Record<string, { takes: string; read(text: string): Partial<Manners> | undefined }> = {
  "listens-after-seconds": { takes: SECONDS, read: (text) => withSeconds(text, (seconds) => ({ listensAfterSeconds: seconds })) },
  "crashes-after-seconds": { takes: SECONDS, read: (text) => withSeconds(text, (seconds) => ({ crashesAfterSeconds: seconds })) },
  "ignores-sigterm": { takes: TRUTH, read: (text) => withTruth(text, (truth) => ({ ignoresSigterm: truth })) },
  "refuses-while-leaving": { takes: TRUTH, read: (text) => withTruth(text, (truth) => ({ refusesWhileLeaving: truth })) },
  "image-pull-fails": { takes: TRUTH, read: (text) => withTruth(text, (truth) => ({ imagePullFails: truth })) },
  pods: { takes: PACES.join(" or "), read: (text) => (PACES.some((pace) => pace === text) ? {} : undefined) },
};

function withSeconds(text: string, then: (seconds: number) => Partial<Manners>): Partial<Manners> | undefined {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  return seconds <= 3600 ? then(seconds) : undefined;
}

function withTruth(text: string, then: (truth: boolean) => Partial<Manners>): Partial<Manners> | undefined {
  return text === "true" || text === "false" ? then(text === "true") : undefined;
}

/** Reads a pod's annotations; each problem is a sentence. */
export function mannersOf(annotations: Annotations = {}): { manners: Manners; problems: string[] } {
  const manners: Manners = { listensAfterSeconds: 0, ignoresSigterm: false, refusesWhileLeaving: false, imagePullFails: false };
  const problems: string[] = [];
  for (const [key, text] of Object.entries(annotations).filter(([name]) => name.startsWith(PREFIX))) {
    const reader = READERS[key.slice(PREFIX.length)];
    const read = reader?.read(text);
    if (reader === undefined) {
      const known = Object.keys(READERS).map((name) => PREFIX + name);
      problems.push(`annotation ${key} means nothing here; known are ${known.join(", ")}`);
    } else if (read === undefined) {
      problems.push(`annotation ${key} is "${text}"; it takes ${reader.takes}`);
    }
    Object.assign(manners, read);
  }
  return { manners, problems };
}

/** A pod's own word goes before its namespace's, and that before the sandbox's. */
export function paceOf(pod: Annotations = {}, namespace: Annotations = {}, sandbox: Pace): Pace {
  return [pod, namespace].map(paceIn).find((pace) => pace !== undefined) ?? sandbox;
}

const paceIn = (annotations: Annotations): Pace | undefined => PACES.find((pace) => pace === annotations[PACE_ANNOTATION]);
