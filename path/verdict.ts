import type { ConnectionPromise, Hop, LimitKind, Path, Protocol, Verdict } from "./model";
import { nameOf } from "./value";

type Answer = Verdict["verdict"];

/** One half of a verdict, the idle limit or the stickiness; or what one hop says of it. */
export interface Part {
  verdict: Answer;
  decidingHop?: Hop;
  reasons: string[];
  write: string[];
  settle: string[];
  pending?: boolean;
}

/** What outranks what when several hops, or both halves, answer differently. */
const RANK: Record<Answer, number> = { fails: 4, unknown: 3, "holds-as-lifetime": 2, "holds-with-heartbeat": 1, holds: 0 };

/** The clock that a hop runs on connections of this protocol. */
export function limitOf(hop: Hop, protocol: Protocol): { limit: LimitKind; idleSeconds: number | null } {
  return hop.perProtocol?.[protocol] ?? { limit: hop.limit, idleSeconds: hop.idleSeconds };
}

/**
 * Whether a path keeps a promise. The idle limit and the stickiness are judged each on its own and the worse answer is the path's:
 * `fails` before `unknown` before `holds-as-lifetime` before `holds-with-heartbeat` before `holds`.
 */
export function judge(path: Path, promise: ConnectionPromise, protocol: Protocol): Verdict {
  const idle = judgeIdle(path, promise, protocol);
  const affinity = judgeAffinity(path, promise.affinity);
  const worse = RANK[affinity.verdict] > RANK[idle.verdict] ? affinity : idle;
  const pending = [idle, affinity].some((part) => part.verdict === "unknown" && part.pending);
  return {
    verdict: worse.verdict,
    effectiveIdleSeconds: effectiveIdleSeconds(path, protocol),
    ...(worse.decidingHop !== undefined && { decidingHop: worse.decidingHop }),
    reasons: [...idle.reasons, ...affinity.reasons],
    write: [...idle.write, ...affinity.write],
    settle: [...new Set([...idle.settle, ...affinity.settle])],
    ...(pending && { pending }),
  };
}

/** The smallest idle limit or lifetime on the path; null where no hop that was read has one. */
export function effectiveIdleSeconds(path: Path, protocol: Protocol): number | null {
  const limits = path.hops.flatMap((hop) => limitOf(hop, protocol).idleSeconds ?? []);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** What each hop says of a connection that is silent for `promise.idleSeconds`. */
export function judgeHops(path: Path, promise: ConnectionPromise, protocol: Protocol): Part[] {
  return path.hops.map((hop, index) => judgeHop(hop, index, path, promise, protocol));
}

/** Whether a connection that is silent for `promise.idleSeconds` is still open on every hop. */
export function judgeIdle(path: Path, promise: ConnectionPromise, protocol: Protocol): Part {
  const parts = judgeHops(path, promise, protocol);
  const worst = Math.max(0, ...parts.map((part) => RANK[part.verdict]));
  const deciding = parts.filter((part) => RANK[part.verdict] === worst);
  const smallest = deciding.reduce<Part | undefined>(
    (best, part) => (best === undefined || idleOf(part, protocol) < idleOf(best, protocol) ? part : best),
    undefined,
  );
  // Where one hop fails it does not matter any more what another one is not known to do.
  const told = parts.filter((part) => part.verdict !== "unknown" || worst === RANK.unknown);
  return {
    verdict: smallest?.verdict ?? "holds",
    ...(smallest?.decidingHop !== undefined && { decidingHop: smallest.decidingHop }),
    reasons: told.sort((left, right) => RANK[right.verdict] - RANK[left.verdict]).flatMap((part) => part.reasons),
    write: parts.flatMap((part) => part.write),
    settle: [...new Set(parts.flatMap((part) => part.settle))],
    ...(deciding.some((part) => part.pending) && { pending: true }),
  };
}

function idleOf(part: Part, protocol: Protocol): number {
  return (part.decidingHop && limitOf(part.decidingHop, protocol).idleSeconds) ?? Infinity;
}

/** Whether no connection of this protocol gets through a hop at all. */
export function letsNothingThrough({ refuses }: Hop, protocol: Protocol): boolean {
  return refuses !== undefined && (refuses.protocols?.includes(protocol) ?? true);
}

function judgeHop(hop: Hop, index: number, path: Path, promise: ConnectionPromise, protocol: Protocol): Part {
  const { limit, idleSeconds } = limitOf(hop, protocol);
  const part: Part = { verdict: "holds", decidingHop: hop, reasons: [], write: [], settle: [] };
  if (hop.refuses !== undefined && letsNothingThrough(hop, protocol)) {
    const reasons = [`${hop.title} lets no ${protocol} connection through: ${hop.refuses.because} (${hop.from}).`];
    return { ...part, verdict: "fails", reasons, write: [hop.refuses.write] };
  }
  if (limit === "none") return part;
  if (limit === "unknown" || idleSeconds === null) {
    const kept = keptAllTheSame(part, hop, index, path, promise);
    if (kept !== undefined) return kept;
    const settle = hop.settle ?? `how long ${hop.title} keeps a silent ${protocol} connection (${hop.source})`;
    const reasons = [`${hop.title}: nothing that was read says how long it keeps a silent connection.`];
    return { ...part, verdict: "unknown", reasons, settle: [settle], ...(hop.pending && { pending: true }) };
  }
  if (limit === "lifetime") return judgeLifetime(part, hop, idleSeconds, promise);
  if (idleSeconds > promise.idleSeconds) return part;
  const write = hop.writeIdle === undefined ? [] : [hop.writeIdle(promise.idleSeconds)];
  if (idleSeconds === promise.idleSeconds) {
    return {
      ...part,
      reasons: [
        `${hop.title} closes a connection that is silent for ${idleSeconds} s: exactly what is promised, at the boundary (${hop.from}).`,
      ],
      write,
    };
  }
  const sentence = `${hop.title} closes a connection that is silent for ${idleSeconds} s; ${promise.idleSeconds} s are promised (${hop.from}).`;
  const heartbeat = promise.heartbeat;
  if (heartbeat !== undefined && heartbeatReaches(heartbeat.kind, index, path) && heartbeat.seconds < idleSeconds) {
    return {
      ...part,
      verdict: "holds-with-heartbeat",
      reasons: [`${sentence} The heartbeat every ${heartbeat.seconds} s restarts that clock.`],
    };
  }
  const heartbeatReasons =
    heartbeat === undefined ? [] : [`The ${heartbeat.kind} heartbeat every ${heartbeat.seconds} s does not help ${hop.title}.`];
  return { ...part, verdict: "fails", reasons: [sentence, ...heartbeatReasons], write };
}

/** Nobody knows how long this hop keeps a silent connection, but what is promised is shorter than what it is known to keep. */
function keptAllTheSame(part: Part, hop: Hop, index: number, path: Path, promise: ConnectionPromise): Part | undefined {
  const { keepsAtLeastSeconds, title } = hop;
  const { heartbeat } = promise;
  if (keepsAtLeastSeconds === undefined) return undefined;
  if (promise.idleSeconds < keepsAtLeastSeconds) return part;
  if (heartbeat === undefined || heartbeat.seconds >= keepsAtLeastSeconds || !heartbeatReaches(heartbeat.kind, index, path)) {
    return undefined;
  }
  const sentence = `${title} is only known to keep ${keepsAtLeastSeconds} s of silence; the heartbeat every ${heartbeat.seconds} s restarts that clock.`;
  return { ...part, verdict: "holds-with-heartbeat", reasons: [sentence] };
}

function judgeLifetime(part: Part, hop: Hop, seconds: number, promise: ConnectionPromise): Part {
  const sentence = `${hop.title} ends every connection after ${seconds} s, silent or not (${hop.from}).`;
  if (seconds >= promise.idleSeconds) return { ...part, verdict: "holds-as-lifetime", reasons: [sentence] };
  const write = hop.writeIdle === undefined ? [] : [hop.writeIdle(promise.idleSeconds)];
  return {
    ...part,
    verdict: "fails",
    reasons: [`${sentence} ${promise.idleSeconds} s are promised, and no heartbeat helps against a lifetime.`],
    write,
  };
}

/**
 * A message passes every hop. A TCP keepalive is answered by the next one that ends the TCP connection, so from the pod it reaches
 * only the layer 4 hops behind the last proxy.
 */
function heartbeatReaches(kind: "message" | "tcp-keepalive", index: number, path: Path): boolean {
  if (kind === "message") return true;
  const between = path.hops.slice(index + 1).filter((hop) => hop.hop !== "pod");
  return path.hops[index]?.layer === 4 && between.every((hop) => hop.layer === 4);
}

/**
 * Whether a client that comes back within the promised time reaches the same pod.
 *
 * The last hop that balances chooses the pod. When that is a proxy which sticks by a cookie or a header, it does not matter which
 * of its replicas or which node was reached before it: every replica reads the same pod from the cookie. When it is a table of
 * source addresses that each node keeps for itself (kube-proxy and its like), every balancing hop before it must bring the client
 * back to the same node, or the table that is asked is another one.
 */
export function judgeAffinity(path: Path, affinity: ConnectionPromise["affinity"]): Part {
  const holds: Part = { verdict: "holds", reasons: [], write: [], settle: [] };
  if (affinity.mode === "none" || (path.maximumPods ?? 2) < 2) return holds;
  const balancing = path.hops.filter((hop) => hop.balances);
  const decider = balancing.at(-1);
  if (decider === undefined) return holds;
  const earlier = balancing.slice(0, -1);
  const part: Part = { ...holds, decidingHop: decider };
  if (decider.affinityUnknown) return undecided(part, decider);
  if (decider.affinity === null && decider.withinNode === true && earlier.length > 0) {
    const toNode = earlier.find((hop) => hop.affinity !== null || hop.affinityUnknown === true);
    if (toNode !== undefined) {
      return undecided({ ...part, decidingHop: toNode }, { ...toNode, settle: toNode.settle ?? ONE_POD_A_NODE });
    }
  }
  if (decider.affinity === null) {
    // A load balancer of which nothing is known may send to the pods itself and never ask the node.
    const bypass =
      decider.layer === 4 ? earlier.find((hop) => hop.hop === "unknown-load-balancer" && hop.affinityUnknown) : undefined;
    return bypass === undefined ? fails(part, decider, affinity, path) : undecided({ ...part, decidingHop: bypass }, bypass);
  }
  const { mechanism, ttlSeconds } = decider.affinity;
  if (ttlSeconds !== null && ttlSeconds < affinity.ttlSeconds) {
    const sentence = `${decider.title} forgets a client after ${ttlSeconds} s (${mechanism}); ${affinity.ttlSeconds} s are promised (${placeOf(decider, path)}).`;
    return { ...part, verdict: "fails", reasons: [sentence], write: writeAffinity(decider, affinity) };
  }
  return mechanism === "source-ip" && decider.layer === 4 ? judgeWayToNode(part, decider, earlier) : part;
}

/** externalTrafficPolicy: Local leaves a client that always meets the same node to that node's pods. */
const ONE_POD_A_NODE =
  "whether a node ever runs two of the pods: a required podAntiAffinity over kubernetes.io/hostname keeps them apart, and then a client that reaches its node reaches its pod";

function judgeWayToNode(part: Part, decider: Hop, earlier: Hop[]): Part {
  const open = earlier.find((hop) => hop.affinityUnknown);
  const loose = earlier.find((hop) => !hop.affinityUnknown && hop.affinity === null);
  if (loose !== undefined) {
    const sentence = `${loose.title} sends each new connection of a client to another node, and ${decider.title} keeps its table of clients per node.`;
    const write = [
      "stick by a cookie at a proxy behind it, or let one node receive a client's connections (layer 2 announcement, source hashing on the router)",
    ];
    return { ...part, verdict: "fails", decidingHop: loose, reasons: [sentence], write };
  }
  return open === undefined ? part : undecided({ ...part, decidingHop: open }, open);
}

function fails(part: Part, decider: Hop, affinity: ConnectionPromise["affinity"], path: Path): Part {
  const pods = path.maximumPods === undefined ? "several pods" : `up to ${path.maximumPods} pods`;
  const sentence = `${decider.title} chooses among ${pods} of ${nameOf(path.service)} and sticks by nothing (${placeOf(decider, path)}).`;
  const inert = decider.inert.map((text) => (text.endsWith(".") ? text : `${text}.`));
  return { ...part, verdict: "fails", reasons: [sentence, ...inert], write: writeAffinity(decider, affinity) };
}

/** The object in which the stickiness of a hop is written. */
function placeOf(hop: Hop, path: Path): string {
  return nameOf(hop.stickinessIn ?? (hop.layer === 7 ? path.entry : path.service));
}

function undecided(part: Part, hop: Hop): Part {
  const settle = hop.settle ?? `how ${hop.title} chooses the next hop for a client that comes back (${hop.source})`;
  const reasons = [`${hop.title}: nothing that was read says whether a client that comes back reaches the same pod.`];
  return { ...part, verdict: "unknown", reasons, settle: [settle], ...(hop.pending && { pending: true }) };
}

function writeAffinity(hop: Hop, affinity: ConnectionPromise["affinity"]): string[] {
  return hop.writeAffinity === undefined ? [] : [hop.writeAffinity(affinity)];
}
