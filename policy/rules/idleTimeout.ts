import type { Hop } from "../../path/model";
import { judgeIdle } from "../../path/verdict";
import type { Rule, RuleContext, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore, undecided, unreadable } from "../scope/asked";

/** A silent connection stays open on every hop for as long as it is promised. */
export const idleTimeout: Rule = {
  id: "idle-timeout",
  title: "Silent connections stay open",
  description: "Every hop keeps a silent connection open for as long as promised.",
  group: "connection",
  check: (context: RuleContext): Statement[] => context.asked.flatMap(check),
};

function check(asked: Asked): Statement[] {
  if (!("requirement" in asked)) return unreadable(asked);
  const { path, requirement, perhaps } = asked;
  const { promise, protocol } = requirement;
  const part = judgeIdle(path, promise, protocol);
  const needed = `at least ${promise.idleSeconds} s of silence on every hop (${protocol})`;
  const common = { object: path.entry, needed };
  if (part.verdict === "fails") {
    const found = part.reasons.join(" ");
    const fix = part.write.length > 0 ? part.write.join("; ") : noKnob(part.decidingHop);
    const reason = `a connection that is silent for longer is closed by ${part.decidingHop?.title}, and its client has to come back`;
    return [notBefore({ ...common, severity: "error", found, fix, reason }, perhaps)];
  }
  if (part.verdict !== "unknown") return [];
  const found = `how long a silent connection lives is not decided by what was read: ${part.decidingHop?.title} (${part.decidingHop?.from})`;
  const reason = "the smallest limit on the way decides, and this one is not known";
  return [undecided({ ...common, found, reason }, part, perhaps)];
}

function noKnob(hop: Hop | undefined): string {
  return `no setting of ${hop?.title} raises it; choose another way in, or promise a heartbeat shorter than the limit`;
}
