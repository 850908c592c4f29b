import type { Rule } from "../rule";
import { checkProbe, exampleOf } from "../workload/probes";

/** Containers that serve connections say when they can. */
export const readinessProbe: Rule = {
  id: "readiness-probe",
  title: "Only pods that can serve get connections",
  description: "Containers that serve long connections have a readinessProbe that can succeed.",
  group: "availability",
  check: (context) =>
    checkProbe(
      {
        name: "readinessProbe",
        needed: "a readinessProbe",
        reason:
          "a container counts as ready the moment it starts: a rollout takes the old pods away, and clients that come back are sent to one that does not listen yet",
        missing: (asked) => ({
          severity: "error",
          found: "no readinessProbe",
          fix: exampleOf(asked, ", periodSeconds: 5, failureThreshold: 2"),
        }),
      },
      context,
    ),
};
