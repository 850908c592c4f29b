import { UNKNOWN } from "../../path/objects";
import { valueAt } from "../../path/value";
import type { Rule, Statement } from "../rule";
import type { ProbeAt } from "../workload/probes";
import { asksTheSame, budgetSeconds, checkProbe, exampleOf, periodSeconds } from "../workload/probes";

/** Seconds of failures that a pause of the application (a collection of garbage, a slow disk) may take without costing its connections. */
const PATIENT_SECONDS = 30;

/** Containers that serve connections are restarted when they hang, and not when they only pause. */
export const livenessProbe: Rule = {
  id: "liveness-probe",
  title: "A pod that hangs is restarted, and no other",
  description: "Containers that serve long connections have a livenessProbe that is patient.",
  group: "availability",
  check: (context) =>
    checkProbe(
      {
        name: "livenessProbe",
        needed: "a livenessProbe",
        reason: "a process that hangs keeps its connections open without serving them, and nothing ends it",
        missing: (asked) => ({
          severity: "warning",
          found: "no livenessProbe",
          fix: exampleOf(asked, ", periodSeconds: 10, failureThreshold: 3"),
        }),
        judge: sameAsReadiness,
      },
      context,
    ),
};

/** The same question as readiness asks, given up as soon: a pod that only should get nothing new for a while loses everything it has. */
function sameAsReadiness({ probe, container }: ProbeAt): Partial<Statement>[] {
  const readiness = valueAt(container.value, "readinessProbe");
  const same = asksTheSame(probe, readiness);
  const budget = budgetSeconds(probe);
  if (same === false || (budget !== UNKNOWN && budget >= PATIENT_SECONDS)) return [];
  const period = periodSeconds(probe);
  const other = budgetSeconds(readiness);
  if (budget !== UNKNOWN && other !== UNKNOWN && budget > other) return [];
  const needed = `a livenessProbe that asks only whether the process lives, or gives it ${PATIENT_SECONDS} s and more than readiness`;
  const reason = "a pod that is busy for a moment is killed with all its connections, where it should only get no new ones";
  if (same === UNKNOWN || period === UNKNOWN || budget === UNKNOWN || other === UNKNOWN) {
    const found = "whether livenessProbe is more patient than readinessProbe is not known yet";
    const fix = "wait for the update";
    return [{ severity: "warning", found, needed, fix, reason, pending: true }];
  }
  const failures = Math.ceil(Math.max(PATIENT_SECONDS, other + 1) / period);
  const found = `livenessProbe asks what readinessProbe asks and gives up after ${budget} s, no later than it (${other} s)`;
  return [{ severity: "warning", found, needed, fix: `livenessProbe.failureThreshold: ${failures}`, reason }];
}
