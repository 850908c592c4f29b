import { counted } from "../../explain/words";
import type { Answer } from "../answers";
import type { Verdict } from "./model";

/** Ways to tell the pods apart, where the server does not do it by itself. */
const NAME_THE_POD = [
  "--pod-from header:<name>: a header of the answer that carries the pod's name",
  "--pod-from message:<field>: a field of the first message, which is JSON",
  "without either: kubectl top pods before and after",
];

/** What is to be said where connections did not open, or nobody said who answered; undefined where the pods can be told apart. */
export function unreadable(answers: Answer[]): Verdict | undefined {
  const own = answers.filter((answer) => answer.ofThisMachine);
  const failed = answers.filter((answer) => answer.failed !== undefined && !answer.ofThisMachine);
  const unnamed = answers.filter((answer) => answer.failed === undefined && answer.pod === undefined);
  if (answers.length === 0) return { outcome: "unknown", summary: "Nothing was opened." };
  if (own.length === answers.length) return couldNot(own, answers);
  if (own.length + failed.length === answers.length) {
    const summary = `None of ${counted(answers.length, "connection")} could be opened, so nothing is known of where they go: ${failed[0]!.failed}`;
    return { outcome: "unknown", summary, write: ["--check reach: it says at which step they fail"] };
  }
  if (failed.length > 0) {
    return {
      outcome: "fails",
      summary: `${failed.length} of ${counted(answers.length, "connection")} could not be opened: ${failed[0]!.failed}`,
      ...(own.length > 0 && { details: [couldNot(own, answers).summary] }),
    };
  }
  if (own.length > 0) return couldNot(own, answers);
  if (unnamed.length === 0) return undefined;
  const summary = `${unnamed.length} of ${counted(answers.length, "answer")} do not say which pod they come from.`;
  return { outcome: "unknown", summary, write: NAME_THE_POD };
}

/** What this machine could not open tells neither for the way in nor against it. */
function couldNot(own: Answer[], answers: Answer[]): Verdict {
  const summary = `This machine could not open ${own.length} of ${counted(answers.length, "connection")}, which says nothing of the way in: ${own[0]!.failed}.`;
  return { outcome: "unknown", summary };
}
