import { counted } from "../../explain/words";
import type { Answer } from "../answers";
import { LIKE_A_TUNNEL } from "../portForward";
import { chanceOfOnePlace, FALSE_ALARM, neededToLeaveOnePlace } from "../statistics";
import type { Expected, Verdict } from "./model";
import { capital } from "./shares";

/** What a client is known by, where every client is kept on a pod. */
export interface Kept {
  what: string;
  one: string;
  many: string;
  /** How more of them are tried. */
  more: string;
  /** Why all of them may look alike to what chooses. */
  alike: string;
}

export const SOURCES: Kept = {
  what: "source address",
  one: "source",
  many: "sources",
  more: "--from <address>,<address>: source addresses of this machine to speak from",
  alike:
    "what chooses sees one address for all of them: a NAT, a proxy, or a node that passes connections on under its own address",
};

export const HEADERS: Kept = {
  what: "header",
  one: "value",
  many: "values",
  more: "--requests <number>: more values of the header",
  alike: "what chooses does not see the header: a proxy on the way takes it off, or it has another name",
};

/** Each client belongs on one pod, and several clients on several. */
export function judgeKept(answers: Answer[], counts: Map<string, number>, expected: Expected, kept: Kept): Verdict {
  const clients = kept === SOURCES ? expected.sources : answers.length;
  const reached = [...counts.values()].filter((count) => count > 0).length;
  const pods = Math.max(withinReach(counts, expected), reached);
  const wanted = `clients are kept on a pod by ${kept.what}, so each ${kept.one} is expected at one pod`;
  const wandering = kept === SOURCES ? wanderingOf(answers) : [];
  if (wandering.length > 0) {
    const summary = `${capital(wanted)}; ${wandering.length} of ${counted(clients, kept.one)} reached several: ${wandering.slice(0, 3).join(", ")}.`;
    return { outcome: "fails", summary, write: ["--check sticky: it says which layer lets go"] };
  }
  if (reached > 1) {
    const summary = `${counted(clients, kept.one)} spread over ${reached} of ${counted(pods, "pod")}: ${wanted}, and several ${kept.many} at several.`;
    const few = reached < pods ? [`With ${clients} ${kept.many} not every one of ${pods} pods has to get one.`] : [];
    return { outcome: "holds", summary, details: few };
  }
  return allAtOne(clients, pods, expected.pods === undefined, wanted, kept);
}

/** Behind externalTrafficPolicy: Local only the pods of the nodes that were reached can be reached at all. */
function withinReach(counts: Map<string, number>, { pods = 0, decider, nodes }: Expected): number {
  if (decider?.withinNode !== true || nodes === undefined) return pods;
  const reached = new Set([...counts].flatMap(([pod, count]) => (count > 0 ? [nodes.get(pod)] : [])));
  return [...nodes.values()].filter((node) => reached.has(node)).length;
}

function allAtOne(clients: number, pods: number, podsUnknown: boolean, wanted: string, kept: Kept): Verdict {
  if (clients === 1) {
    const summary = `${capital(wanted)}: that is so. One ${kept.one} cannot tell whether the pods share the load: all of it belongs on one.`;
    return { outcome: "unknown", summary, write: [kept.more] };
  }
  if (podsUnknown) {
    const summary = `All ${clients} ${kept.many} reached one pod; how many there are is not known, so this may be all of them.`;
    return { outcome: "unknown", summary, details: [`If there are more, ${kept.alike}.`] };
  }
  if (pods === 1) {
    return {
      outcome: "unknown",
      summary: `All ${clients} ${kept.many} came to one node, and it leaves them to its own pods, of which there is one.`,
    };
  }
  const chance = chanceOfOnePlace(clients, pods);
  const seen = `all ${clients} ${kept.many} reached one of ${counted(pods, "pod")}`;
  if (chance < FALSE_ALARM) {
    return { outcome: "fails", summary: `${capital(wanted)}; ${seen}: ${kept.alike}.`, details: [capital(`${LIKE_A_TUNNEL}.`)] };
  }
  const summary = `${capital(seen)}, which chance does once in ${Math.round(1 / chance).toLocaleString("en")} runs: ${neededToLeaveOnePlace(pods)} ${kept.many} would tell.`;
  const details = [
    "Whoever came a short while ago keeps the pod of then, also where it was the only one.",
    `If it stays so, ${kept.alike}.`,
  ];
  return { outcome: "unknown", summary, details, write: [kept.more] };
}

/** Sources that were seen at more than one pod. */
export function wanderingOf(answers: Answer[]): string[] {
  const pods = new Map<string, Set<string>>();
  for (const { source = "this machine", pod } of answers) pods.set(source, (pods.get(source) ?? new Set()).add(pod ?? ""));
  return [...pods].filter(([, seen]) => seen.size > 1).map(([source]) => source);
}
