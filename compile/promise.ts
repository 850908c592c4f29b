import { PROMISE_ANNOTATION, PROMISE_RANGES } from "../path/declarations";
import type { ConnectionPromise } from "../path/model";
import { block, oneOf, seconds, text } from "./check/fields";
import type { Problem } from "./check/problem";
import type { Service } from "./service";

const within = ({ minimum, maximum }: { minimum: number; maximum: number }) => seconds(minimum, maximum);

/** The characters RFC 6265 allows in the name of a cookie. */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;

const affinity = block({
  mode: oneOf(["client", "none"]).default("client"),
  ttlSeconds: within(PROMISE_RANGES.ttlSeconds).optional(),
  cookieName: text(
    "the name of a cookie: 1 to 128 letters, digits and !#$%&'*+-.^_`|~, no spaces, commas, semicolons or =",
    COOKIE_NAME,
  ).optional(),
});

export const promiseSchema = block({
  idleSeconds: within(PROMISE_RANGES.idleSeconds).default(PROMISE_RANGES.idleSeconds.standard),
  drainSeconds: within(PROMISE_RANGES.drainSeconds).default(PROMISE_RANGES.drainSeconds.standard),
  affinity: affinity.prefault({}),
  heartbeat: block({
    seconds: within(PROMISE_RANGES.heartbeatSeconds),
    kind: oneOf(["message", "tcp-keepalive"]).default("message"),
  }).optional(),
})
  .superRefine(({ affinity: { mode, ttlSeconds, cookieName } }, context) => {
    if (mode === "client") return;
    const written = { ttlSeconds, cookieName };
    for (const key of ["ttlSeconds", "cookieName"] as const) {
      if (written[key] === undefined) continue;
      const message = `found ${JSON.stringify(written[key])} with mode: none, where nothing sticks and so nothing reads it. Remove it, or write mode: client.`;
      context.addIssue({ code: "custom", path: ["affinity", key], message });
    }
  })
  .transform(
    ({ affinity: { mode, ttlSeconds = PROMISE_RANGES.ttlSeconds.standard, cookieName }, ...rest }): ConnectionPromise => {
      return { ...rest, affinity: { mode, ttlSeconds, ...(cookieName === undefined ? {} : { cookieName }) } };
    },
  );

/** A heartbeat that comes later than the silence it is to break does nothing. */
export function checkPromise(promise: ConnectionPromise): Problem[] {
  const { heartbeat, idleSeconds } = promise;
  if (heartbeat === undefined || heartbeat.seconds < idleSeconds) return [];
  return [
    {
      path: "promise.heartbeat.seconds",
      message:
        `found ${heartbeat.seconds}; allowed: less than promise.idleSeconds (${idleSeconds} seconds), ` +
        "or a connection may be silent for that long before the first heartbeat. Shorten it, or raise idleSeconds.",
    },
  ];
}

/**
 * What is asked of an object's connections, for whoever checks it later. A requirement, never evidence that it is kept.
 */
export function promiseAnnotation(service: Service): Record<string, string> {
  const { idleSeconds, drainSeconds, affinity: wanted, heartbeat } = service.promise;
  const { mode, ttlSeconds } = wanted;
  const promise = {
    protocol: service.protocol,
    idleSeconds,
    drainSeconds,
    affinity: mode === "none" ? { mode } : { mode, ttlSeconds },
    ...(heartbeat === undefined ? {} : { heartbeat }),
  };
  return { [PROMISE_ANNOTATION]: JSON.stringify(promise) };
}
