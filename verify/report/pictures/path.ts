import { drawPath } from "../../../explain/drawing";
import { explainHops } from "../../../explain/hops";
import { duration } from "../../../explain/words";
import { judge } from "../../../path/verdict";
import type { CheckResult, TargetEntry } from "../../model";

/** The way in as it was predicted, with the wall that was measured marked on its hop; where none was, with the predicted verdict. */
export function drawMeasuredPath({ path, promise, protocol, entry }: TargetEntry, results: CheckResult[], id: string): string {
  if (path === undefined) return "";
  const verdict = judge(path, promise, protocol);
  const hops = explainHops(path, verdict, protocol);
  const measured = results.find(({ seenAt }) => seenAt !== undefined && hops[seenAt.hop] !== undefined);
  if (measured?.seenAt === undefined) return drawPath({ kind: entry, hops, verdict: verdict.verdict }, promise.idleSeconds, id);
  const { hop, afterSeconds } = measured.seenAt;
  const marked = hops.map((each, index) => ({ ...each, weakest: index === hop }));
  const mark = `measured: ended here after ${duration(Math.round(afterSeconds))}`;
  return drawPath(
    { kind: entry, hops: marked, verdict: measured.outcome === "fails" ? "fails" : "holds", mark },
    promise.idleSeconds,
    id,
  );
}
