import { UNKNOWN } from "../../path/objects";
import { valueAt } from "../../path/value";
import type { Rule } from "../rule";
import type { ProbeAt } from "../workload/probes";
import { budgetSeconds, checkProbe, exampleOf, initialDelaySeconds } from "../workload/probes";

/** Seconds that a start may take where nothing tells how long it does. */
const STANDARD_START_SECONDS = 60;
const PERIOD_SECONDS = 5;
/** A delay of the livenessProbe from which on it is there for the start, and no longer for the first breath. */
const STANDS_IN_SECONDS = 30;

/** Containers that serve connections have a probe for their start, so that the one for their life need not wait. */
export const startupProbe: Rule = {
  id: "startup-probe",
  title: "A slow start is not a failure",
  description: "Containers that serve long connections have a startupProbe.",
  group: "availability",
  check: (context) =>
    checkProbe(
      {
        name: "startupProbe",
        needed: "a startupProbe",
        reason:
          "until it succeeds no other probe is asked: without it a slow start is killed by the livenessProbe, or that one is so patient that a pod which hangs keeps its clients for minutes",
        missing,
      },
      context,
    ),
};

function missing(asked: ProbeAt) {
  const liveness = valueAt(asked.container.value, "livenessProbe");
  const delay = liveness === undefined || liveness === UNKNOWN ? 0 : initialDelaySeconds(liveness);
  const stands = typeof delay === "number" && delay >= STANDS_IN_SECONDS;
  const startSeconds = Math.max(STANDARD_START_SECONDS, stands ? delay : 0);
  const timing = `, periodSeconds: ${PERIOD_SECONDS}, failureThreshold: ${Math.ceil(startSeconds / PERIOD_SECONDS)}`;
  const probe = exampleOf(asked, timing);
  if (stands) {
    const found = `no startupProbe; livenessProbe.initialDelaySeconds ${delay} s stands in for it`;
    return { severity: "warning" as const, found, fix: `${probe}, and no initialDelaySeconds in livenessProbe` };
  }
  const budget = liveness === undefined ? undefined : budgetSeconds(liveness);
  const allowed = typeof budget === "number" && typeof delay === "number" ? budget + delay : undefined;
  const killed = allowed === undefined ? "" : `: a start of more than ${allowed} s is killed by the livenessProbe`;
  return { severity: "warning" as const, found: `no startupProbe${killed}`, fix: probe };
}
