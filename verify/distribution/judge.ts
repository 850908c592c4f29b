import { counted } from "../../explain/words";
import type { Answer } from "../answers";
import type { SticksBy } from "../decider";
import { LIKE_A_TUNNEL, ONE_TUNNEL } from "../portForward";
import { areEven, FALSE_ALARM, neededToMissNone } from "../statistics";
import { HEADERS, judgeKept, SOURCES, wanderingOf } from "./kept";
import type { Expected, Judged, Verdict } from "./model";
import { unreadable } from "./readable";
import { capital, countsOf, padded, share, sharesOf, table, totalOf } from "./shares";

/** Who answered, against what the way in makes possible: nobody can spread what it has to keep together. */
export function judgeDistribution(answers: Answer[], expected: Expected): Judged {
  const counts = countsOf(answers, expected.nodes);
  const verdict = unreadable(answers) ?? judgeCounts(answers, counts, expected);
  const changed = verdict.outcome === "fails" && expected.podsChanged !== undefined;
  return {
    outcome: changed ? "unknown" : verdict.outcome,
    summary: changed
      ? `The pods changed meanwhile (${expected.podsChanged}), so this says nothing: ${verdict.summary}`
      : verdict.summary,
    details: [...(verdict.details ?? []), ...table(counts)],
    write: verdict.write ?? [],
    measured: figuresOf(answers, counts, expected),
  };
}

function judgeCounts(answers: Answer[], counts: Map<string, number>, expected: Expected): Verdict {
  switch (expected.sticksBy) {
    case "source-ip":
      return judgeKept(answers, counts, expected, SOURCES);
    case "header":
      return expected.headerVaried ? judgeKept(answers, counts, expected, HEADERS) : OF_ONE_HEADER;
    case "unknown":
      return judgeUnknown(answers, counts, expected);
    case "cookie":
    case "nothing":
      return expected.decider?.withinNode === true ? judgeNodes(counts, expected) : judgeEven(counts, expected);
  }
}

const OF_ONE_HEADER: Verdict = {
  outcome: "unknown",
  summary: "Clients are known by a header, and all of these were one client: they belong together on one pod.",
  write: ["--sticky-header <name>: each connection then says another value, as another client would"],
};

const WHY_ANY_POD: Partial<Record<SticksBy, string>> = {
  cookie: "clients that have no cookie yet go to any pod, so ",
  nothing: "nothing keeps a client on a pod, so ",
  unknown: "if nothing keeps a client on a pod, ",
};

/** Each connection is a client of its own, and any pod may get it: nothing sticks, or what sticks is a cookie that nobody has yet. */
function judgeEven(counts: Map<string, number>, expected: Expected): Verdict {
  const total = totalOf(counts);
  const reached = [...counts.values()].filter((count) => count > 0).length;
  const pods = Math.max(expected.pods ?? 0, reached);
  if (pods === 1) return onlyOne(total, expected);
  const fair = `each of ${counted(pods, "pod")} is expected to get ${share(1 / pods)} of ${total}`;
  const wanted = `${WHY_ANY_POD[expected.sticksBy] ?? ""}${fair}`;
  if (reached === 1 && pods > 1 && !areEven(padded(counts, pods))) return onePod(total, wanted, expected);
  if (!areEven(padded(counts, pods))) {
    const missing = pods - reached;
    const seen =
      missing > 0 ? `${missing} of ${counted(pods, "pod")} got none` : "the shares are further apart than chance makes them";
    return { outcome: "fails", summary: `${capital(wanted)}: ${seen}.`, write: UNEVEN };
  }
  const few = tooFew(total, pods, expected.pods === undefined);
  if (few !== undefined) return { outcome: "unknown", summary: few };
  return { outcome: "holds", summary: `${counted(total, "connection")} spread evenly over ${counted(pods, "pod")}: ${wanted}.` };
}

const UNEVEN = [
  "kubectl get endpointslices -o wide: whether every pod is ready and listed",
  "pods on nodes or in zones of unequal number get unequal shares: externalTrafficPolicy: Cluster, cross-zone balancing, an even spread of the pods",
];

function onePod(total: number, wanted: string, { thisMachine }: Expected): Verdict {
  const seen = `All ${total} reached one pod: ${thisMachine ? `this is ${ONE_TUNNEL}` : LIKE_A_TUNNEL}`;
  return {
    outcome: "fails",
    summary: `${capital(wanted)}. ${seen}.`,
    write: [thisMachine ? NOT_THIS_MACHINE : "an address of the way in itself, without a tunnel before it"],
  };
}

function tooFew(total: number, pods: number, podsUnknown: boolean): string | undefined {
  const needed = neededToMissNone(pods);
  if (total >= needed) return undefined;
  const among = podsUnknown ? `${counted(pods, "pod")} that answered` : counted(pods, "pod");
  return `${counted(total, "connection")} are too few to tell an equal share of ${among} from chance: ${needed} would be enough.`;
}

/** A node that was reached sends to its own pods only; which nodes are reached is decided before it. */
function judgeNodes(counts: Map<string, number>, expected: Expected): Verdict {
  const local = "externalTrafficPolicy: Local leaves connections to the pods of the node that they come to";
  const groups = byNode(counts, expected);
  if (groups === undefined) {
    const alone = [...counts.values()].filter((count) => count > 0).length === 1;
    const summary = `All reached one pod; ${local}, and which pods that node has could not be read.`;
    if (alone) return { outcome: "unknown", summary };
    const judged = judgeEven(new Map([...counts].filter(([, count]) => count > 0)), { ...expected, pods: undefined });
    return { ...judged, details: [`${capital(local)}; judged are those that were reached.`] };
  }
  const reached = [...groups].filter(([, pods]) => totalOf(pods) > 0);
  const uneven = reached.filter(([, pods]) => !areEven([...pods.values()]));
  const nodes = reached.map(([node]) => node).join(", ");
  const idle = [...groups].filter(([, pods]) => totalOf(pods) === 0).flatMap(([, pods]) => [...pods.keys()]);
  const details =
    idle.length === 0 ? [] : [`No connection came to the nodes of ${idle.join(", ")}, which therefore carry nothing.`];
  if (uneven.length > 0) {
    const summary = `${capital(local)}, in equal shares; on ${uneven.map(([node]) => node).join(", ")} they are further apart than chance makes them.`;
    return { outcome: "fails", summary, details, write: UNEVEN };
  }
  const few = reached.flatMap(([, pods]) => tooFew(totalOf(pods), pods.size, false) ?? []);
  if (few.length > 0) return { outcome: "unknown", summary: few[0]!, details };
  return { outcome: "holds", summary: `${capital(local)}; those of ${nodes} share theirs evenly.`, details };
}

function byNode(counts: Map<string, number>, { nodes }: Expected): Map<string, Map<string, number>> | undefined {
  if (nodes === undefined || [...counts.keys()].some((pod) => nodes.get(pod) === undefined)) return undefined;
  const groups = new Map<string, Map<string, number>>();
  for (const [pod, count] of counts) {
    const node = nodes.get(pod)!;
    groups.set(node, (groups.get(node) ?? new Map<string, number>()).set(pod, count));
  }
  return groups;
}

/** Nothing that was read says whether clients are kept together, so what is seen has to. */
function judgeUnknown(answers: Answer[], counts: Map<string, number>, expected: Expected): Verdict {
  const even = judgeEven(counts, expected);
  const podsUnknown = expected.pods === undefined && even.outcome === "holds";
  const details = podsUnknown ? ["How many pods there are is not known: one that got nothing would not be missed."] : [];
  if (even.outcome !== "fails") return { ...even, details };
  if (expected.sources > 1 && wanderingOf(answers).length === 0) {
    return {
      ...judgeKept(answers, counts, expected, SOURCES),
      details: ["Each source was seen at one pod, so the address is what decides."],
    };
  }
  if (expected.affinity === "none") return even;
  return { ...even, outcome: "unknown", details: ["Whether something keeps clients together here is not known."] };
}

/** One pod, of nobody knows how many. */
function onlyOne(total: number, { thisMachine }: Expected): Verdict {
  const why = thisMachine
    ? `This is ${ONE_TUNNEL}`
    : `Either there is one, or something keeps this client on it, or there is a tunnel: ${LIKE_A_TUNNEL}`;
  return {
    outcome: "unknown",
    summary: `All ${total} reached one pod. ${why}.`,
    write: [thisMachine ? NOT_THIS_MACHINE : SOURCES.more],
  };
}

const NOT_THIS_MACHINE = "the address of the way in, in place of one of this machine";

function figuresOf(answers: Answer[], counts: Map<string, number>, expected: Expected): Judged["measured"] {
  return {
    connections: answers.length,
    failed: answers.filter(({ failed }) => failed !== undefined).length,
    sources: expected.sources,
    sticksBy: expected.sticksBy,
    ...(expected.pods !== undefined && { pods: expected.pods }),
    falseAlarm: FALSE_ALARM,
    shares: sharesOf(counts),
  };
}
