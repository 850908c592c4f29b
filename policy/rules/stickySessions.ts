import { judgeAffinity } from "../../path/verdict";
import type { Rule, RuleContext, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore, undecided, unreadable } from "../scope/asked";

/** A client that comes back reaches the same pod. Not asked where there can only ever be one. */
export const stickySessions: Rule = {
  id: "sticky-sessions",
  title: "Clients come back to the same pod",
  description: "A client that comes back in time reaches the same pod.",
  group: "connection",
  check: (context: RuleContext): Statement[] => context.asked.flatMap(check),
};

function check(asked: Asked): Statement[] {
  if (!("requirement" in asked)) return unreadable(asked);
  const { path, requirement, perhaps } = asked;
  const { affinity } = requirement.promise;
  const part = judgeAffinity(path, affinity);
  const common = {
    object: path.entry,
    needed: `stickiness for at least ${affinity.ttlSeconds} s at the hop that chooses the pod`,
  };
  if (part.verdict === "fails") {
    const fix = part.write.length > 0 ? part.write.join("; ") : "choose a way in that can stick, or promise affinity mode none";
    const reason = "a client that reconnects lands on a pod that does not know it";
    return [notBefore({ ...common, severity: "error", found: part.reasons.join(" "), fix, reason }, perhaps)];
  }
  if (part.verdict !== "unknown") return [];
  const found = `whether a client comes back to its pod is not decided by what was read: ${part.decidingHop?.title} (${part.decidingHop?.from})`;
  const reason = "every step that chooses a target must choose the same one again";
  return [undecided({ ...common, found, reason }, part, perhaps)];
}
