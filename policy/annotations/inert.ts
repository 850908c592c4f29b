import { nameOf } from "../../path/value";
import { judgeAffinity, judgeIdle } from "../../path/verdict";
import type { PropertyPath, RuleContext, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore } from "../scope/asked";

type Judged = Extract<Asked, { requirement: unknown }>;

/**
 * What the hops of the judged ways in say that they do not follow. Where a promise fails, the rule of that promise already says why;
 * here is the rest: what was written, does nothing, and was not needed either.
 */
export function inertSettings({ asked }: RuleContext): Statement[] {
  const seen = new Set<string>();
  return asked.flatMap((one) => {
    if (!("requirement" in one) || one.path.hops.every(({ inert }) => inert.length === 0)) return [];
    const reported = reportedElsewhere(one);
    return (
      one.path.hops
        .filter(({ hop }) => !READS_IN_PART.test(hop))
        .flatMap((hop) => hop.inert.map((sentence) => ({ sentence, source: hop.source })))
        // A Service's own stickiness stays for the clients inside the cluster.
        .filter(({ sentence }) => !sentence.startsWith("sessionAffinity"))
        .filter(({ sentence }) => saysWhoReadsIt(sentence) || !reported.some((words) => words.test(sentence)))
        .flatMap(({ sentence, source }) => {
          const object = one.path.entry;
          const at = placeOf(sentence);
          const key = `${nameOf(object)} ${sentence}`;
          if (seen.has(key)) return [];
          seen.add(key);
          const statement: Statement = {
            severity: "warning",
            object,
            ...(at !== undefined && { at }),
            found: sentence,
            needed: `a setting that is followed here (${source})`,
            fix: "remove it, or write it as the controller that serves this way in reads it",
            reason: "a setting that does nothing is counted on by whoever wrote it",
            path: one.path,
          };
          return [notBefore(statement, one.perhaps)];
        })
    );
  });
}

/** It serves what was written for another controller, of which it reads a part; the rest stays for that one. */
const READS_IN_PART = /^traefik-nginx-provider/;

const OF_CLOCKS = /time|idle|listener/i;
const OF_STICKINESS = /affinity|stick|cookie|hash/i;

function reportedElsewhere({ path, requirement }: Judged): RegExp[] {
  const { promise, protocol } = requirement;
  const idle = judgeIdle(path, promise, protocol);
  const sticky = judgeAffinity(path, promise.affinity);
  return [...(isReported(idle) ? [OF_CLOCKS] : []), ...(isReported(sticky) ? [OF_STICKINESS] : [])];
}

const isReported = ({ verdict, pending }: ReturnType<typeof judgeIdle>): boolean =>
  verdict === "fails" || (verdict === "unknown" && pending !== true);

/** The rule of a promise says what is missing there, and not that what was written is for somebody else. */
const saysWhoReadsIt = (sentence: string): boolean => placeOf(sentence) !== undefined && /\bread\b/.test(sentence);

/** Where a sentence begins with an annotation, that is the place. */
function placeOf(sentence: string): PropertyPath | undefined {
  const key = /^([\w.-]+\/[\w./-]+)/.exec(sentence)?.[1]?.replace(/[.:]$/, "");
  return key === undefined ? undefined : ["metadata", "annotations", key];
}
