import { LimitError } from "./books";
import { OpenError } from "./connect/model";
import type { CheckResult } from "./model";

/** Why a connection was not opened. Whatever else is thrown is a bug, and nobody's answer. */
export type Refusal = OpenError | LimitError;

export const isRefusal = (error: unknown): error is Refusal => error instanceof OpenError || error instanceof LimitError;

/** What this machine lacks, and a limit of the user's, say nothing of the way in. */
export const isOfTheWayIn = (refusal: Refusal): refusal is OpenError => refusal instanceof OpenError && !refusal.ofThisMachine;

type Judged = Pick<CheckResult, "outcome" | "summary" | "details">;

/** What was judged by the connections that opened, beside those that did not: what the way in refused fails, and without this machine's own nothing holds. */
export function withRefusals<T extends Judged>(judged: T, refusals: Refusal[], wanted: number): T {
  const theirs = refusals.filter(isOfTheWayIn);
  const ours = refusals.filter((refusal) => !isOfTheWayIn(refusal));
  const said: string[] = [];
  if (theirs.length > 0) said.push(`${theirs.length} of ${wanted} connections could not be opened: ${theirs[0]!.message}.`);
  if (ours.length > 0) {
    said.push(
      `This machine could not open ${ours.length} of ${wanted} connections, which says nothing of the way in: ${ours[0]!.message}.`,
    );
  }
  const outcome = theirs.length > 0 ? "fails" : ours.length > 0 && judged.outcome === "holds" ? "unknown" : judged.outcome;
  if (outcome === judged.outcome) return { ...judged, details: [...judged.details, ...said] };
  const [summary = "", ...others] = said;
  return { ...judged, outcome, summary, details: [...others, judged.summary, ...judged.details] };
}
