import { randomUUID } from "node:crypto";
import { whoAnswersEach } from "../answers";
import { deciderOf } from "../decider";
import { judgeDistribution } from "../distribution/judge";
import type { Expected } from "../distribution/model";
import { changeOf, readyOf, readyAt, stillAlone } from "../pods";
import { isThisMachine } from "../portForward";
import type { Check, CheckContext } from "./model";

/** Where the connections of many clients go, as far as what keeps clients together leaves that open. */
export const distribution: Check = {
  name: "distribution",
  title: "whether connections spread over the pods as far as stickiness lets them",
  byDefault: true,
  async run(context) {
    const before = await readyAt(context);
    const pods = before === undefined ? context.entry.pods : readyOf(before).length;
    if (pods === 1) {
      const waiting = stillAlone(pods, context.entry);
      return {
        outcome: waiting === undefined ? "does-not-apply" : "unknown",
        summary: waiting ?? "There is one pod, so nothing is shared.",
        details: [],
        write: [],
        measured: { pods },
      };
    }
    const answers = await whoAnswersEach(context, clientsOf(context));
    const after = before && (await readyAt(context));
    const podsChanged = before && after && changeOf(before, after);
    const judged = judgeDistribution(answers, {
      ...expectedOf(context, pods),
      ...(before !== undefined && { nodes: new Map(readyOf(before).map(({ name, node }) => [name, node])) }),
      ...(podsChanged !== undefined && { podsChanged }),
    });
    return { ...judged, ...(context.signal.aborted && { partial: true as const }) };
  },
};

/** Each connection as another client: the sources in turn, and another value of the header by which clients are known. */
function clientsOf({ options, sources }: CheckContext): { localAddress?: string; headers?: Record<string, string> }[] {
  return Array.from({ length: options.requests }, (_, index) => {
    const source = sources[index % sources.length];
    return {
      ...(source !== undefined && { localAddress: source }),
      ...(options.stickyHeader !== undefined && { headers: { [options.stickyHeader]: randomUUID() } }),
    };
  });
}

function expectedOf({ entry, sources, options }: CheckContext, pods: number | undefined): Expected {
  const { sticksBy, hop } = deciderOf(entry.path);
  return {
    sticksBy,
    ...(hop !== undefined && { decider: hop }),
    ...(pods !== undefined && { pods }),
    sources: sources.length,
    headerVaried: options.stickyHeader !== undefined,
    affinity: entry.promise.affinity.mode,
    thisMachine: isThisMachine(entry.url),
  };
}
