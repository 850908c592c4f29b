import type { Catalog } from "../../path/catalog";
import type { Hop, Path } from "../../path/model";
import { UNKNOWN } from "../../path/objects";
import { nameOf, textAt } from "../../path/value";
import type { Part } from "../../path/verdict";
import { judgeAffinity } from "../../path/verdict";
import { leadsToMetrics } from "../backends/metrics";
import { cloudAffinity } from "../cloud";
import type { Rule, RuleContext, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore, undecided, unreadable } from "../scope/asked";
import { proxiesBehind } from "../scope/ownProxies";
import { headerNoBrowserSends } from "../scope/handshakeHeader";
import { placeOfPods } from "../scope/place";
import { behind } from "../scope/workloads";
import type { NotSent } from "../tls/stickyCookie";
import { cookieThatIsNotSent } from "../tls/stickyCookie";

/** A client that comes back reaches the same pod. Not asked where there can only ever be one. */
export const stickySessions: Rule = {
  id: "sticky-sessions",
  title: "Clients come back to the same pod",
  description: "A client that comes back in time reaches the same pod.",
  group: "connection",
  check: (context: RuleContext): Statement[] => {
    const { asked, catalog } = context;
    const said = asked.flatMap((one) => ("requirement" in one ? [] : unreadable(one)));
    const answers = asked.flatMap((one) => ("requirement" in one ? answerOf(one, catalog) : []));
    const open = asked.flatMap((one) => ("requirement" in one ? proxiesNotKnown(one, catalog) : []));
    return [...said, ...mergedByObject([...answers, ...open]), ...cloudAffinity(context)];
  },
};

type Judged = Extract<Asked, { requirement: unknown }>;
const REASON = "a client that reconnects lands on a pod that does not know it";

/** What is to be said of one way in. */
function answerOf(asked: Judged, catalog: Catalog): Statement[] {
  const { path, requirement, perhaps } = asked;
  if (leadsToMetrics(path, catalog)) return [];
  const { affinity } = requirement.promise;
  const part = judgeAffinity(path, affinity);
  const refused = path.hops.find(({ refuses }) => refuses?.asked === "affinity");
  const needed = `stickiness for at least ${affinity.ttlSeconds} s at the hop that chooses the pod`;
  if (refused !== undefined && affinity.mode === "client") return [notBefore(refusal(refused, path, part, needed), perhaps)];
  if (part.verdict === "holds" && affinity.mode === "client" && mayBeRefused(path, catalog)) {
    return [refusalNotKnown(path, needed)];
  }
  const lost = affinity.mode === "client" && (path.maximumPods ?? 2) > 1 ? cookieThatIsNotSent(path, catalog) : undefined;
  if (lost !== undefined) return [cookieLost(lost, asked, catalog, needed)];
  const sticks = part.verdict === "holds" && affinity.mode === "client" && (path.maximumPods ?? 2) > 1;
  const header = sticks && asked.isWebSocket ? headerNoBrowserSends(path, catalog) : undefined;
  if (header !== undefined) return [neverSent(header, asked, catalog, needed)];
  if (part.verdict === "fails") {
    const fix = part.write.length > 0 ? part.write.join("; ") : "choose a way in that can stick, or promise affinity mode none";
    const common = { ...placeOf(part, path), needed, fix, reason: REASON, path, found: part.reasons.join(" ") };
    const open = whatNothingShows(asked, catalog);
    if (open === undefined) return [notBefore({ ...common, severity: "error" }, perhaps)];
    if (asked.fallsBack !== undefined && !asked.keepsSessions) {
      const found = `${common.found} ${asked.fallsBack}: its WebSockets need none, and clients whose network lets none through ask by plain requests, which must all meet one pod.`;
      return [notBefore({ ...common, severity: "warning", found }, perhaps)];
    }
    return [{ ...common, severity: "info", found: `${common.found} ${open}` }];
  }
  if (part.verdict !== "unknown") return [];
  const { title, from } = part.decidingHop!;
  const found = `whether a client comes back to its pod is not decided by what was read: ${title} (${from})`;
  const reason = "every step that chooses a target must choose the same one again";
  const open = undecided({ object: placeOfPods(path), needed, path, found, reason }, part, perhaps);
  return [dependsOnThePlatform(part, path, catalog) ? { ...open, severity: "warning", found: `${found}: ${PARTIAL}` } : open];
}

/** What a proxy of the user's own passes to, and how it chooses, is open while its files are. */
function proxiesNotKnown({ path, requirement }: Judged, catalog: Catalog): Statement[] {
  if (requirement.promise.affinity.mode !== "client") return [];
  return proxiesBehind(path, catalog)
    .filter(({ hop }) => hop.pending === true)
    .map(({ hop }) => ({
      severity: "warning",
      object: placeOfPods(path),
      found: `how ${hop.title} chooses a pod is not known before the update: ${hop.from}`,
      needed: `stickiness for at least ${requirement.promise.affinity.ttlSeconds} s at the hop that chooses the pod`,
      fix: "wait for the update",
      reason: REASON,
      path,
      pending: true,
    }));
}

/** Who else than a browser connects, and what a proxy that was not read adds, no manifest shows. */
function neverSent(header: string, asked: Judged, catalog: Catalog, needed: string): Statement {
  const { path, perhaps } = asked;
  const decider = path.hops.findLast(({ balances }) => balances)!;
  const common = {
    object: placeOfPods(path),
    path,
    needed,
    fix: decider.writeAffinity?.(asked.requirement.promise.affinity) ?? "stickiness by a cookie",
    reason: REASON,
    found: `${decider.title} sticks by the header ${header} (${nameOf(decider.stickinessIn ?? path.entry)}), which a browser cannot give the handshake of a WebSocket: nothing tells its clients apart there.`,
  };
  const open = whatNothingShows(asked, catalog);
  if (open !== undefined) return { ...common, severity: "info", found: `${common.found} ${open}` };
  return notBefore({ ...common, severity: "warning" }, perhaps);
}

/** What a proxy in front may do with TLS, no manifest shows for certain. */
function cookieLost({ because, write, pending }: NotSent, asked: Judged, catalog: Catalog, needed: string): Statement {
  const { path, perhaps } = asked;
  const open = whatNothingShows(asked, catalog);
  const found = `${nameOf(path.entry)}: ${because}.`;
  const common = { object: placeOfPods(path), path, needed, fix: write, reason: REASON };
  if (open !== undefined) return { ...common, severity: "info", found: `${found} ${open}` };
  return notBefore({ ...common, severity: "warning", found, ...(pending === true && { pending }) }, perhaps);
}

/** A promise asks for stickiness. Without one, several pods have to be there, and something that shows that they hold what their clients come back for. */
function whatNothingShows({ declared, keepsSessions, path }: Judged, catalog: Catalog): string | undefined {
  if (declared) return undefined;
  if (!keepsSessions) return "Nothing shows that its pods hold what clients come back for.";
  const { certain, perhaps } = behind(path, catalog);
  const pods = path.maximumPods !== undefined || certain.length > 0 || perhaps.length > 0;
  return pods ? undefined : "Its pods are not among what was read, and a single one needs no stickiness.";
}

/** What works and is only too short has to change in its own line; where nothing sticks, the pods are the reason why something must. */
function placeOf({ decidingHop }: Part, path: Path): Pick<Statement, "object"> {
  if (decidingHop === undefined) return { object: placeOfPods(path) };
  const { affinity, layer, inert, stickinessIn } = decidingHop;
  if (affinity !== null) return { object: stickinessIn ?? (layer === 7 ? path.entry : path.service) };
  const written =
    layer === 7 && inert.some((text) => /affinity|sticki|cookie/i.test(text) && !text.startsWith("sessionAffinity"));
  return { object: written ? (stickinessIn ?? path.entry) : placeOfPods(path) };
}

const PARTIAL =
  "sessionAffinity: ClientIP is refused by the in-tree controller of AWS, kept by each node for itself with other load balancers, and programmed on those of Azure and Google";

function dependsOnThePlatform({ decidingHop, pending }: Part, path: Path, catalog: Catalog): boolean {
  if (decidingHop?.hop !== "unknown-load-balancer" || pending === true) return false;
  return textAt(catalog.resolve(path.service), "spec", "sessionAffinity") === "ClientIP";
}

function refusal(hop: Hop, path: Path, part: Part, needed: string): Statement {
  const { because, write } = hop.refuses!;
  const single = path.maximumPods === 1;
  return {
    severity: "error",
    object: single ? path.service : placeOfPods(path),
    found: `${nameOf(path.service)}: ${because}. ${single ? "" : part.reasons.join(" ")}`.trim(),
    needed: single ? "no sessionAffinity: one pod needs none" : needed,
    fix: single ? "remove spec.sessionAffinity" : [write, ...part.write].join("; "),
    reason: single ? "no client reaches it at all" : REASON,
    path,
  };
}

const IN_TREE = new Set(["aws-nlb-in-tree", "aws-classic-elb"]);

/** Whether the update may yet show a load balancer that is refused for its affinity. */
function mayBeRefused({ hops, service }: Path, catalog: Catalog): boolean {
  const affinity = textAt(catalog.resolve(service), "spec", "sessionAffinity");
  if (affinity === UNKNOWN) return hops.some(({ hop }) => IN_TREE.has(hop));
  return affinity === "ClientIP" && hops.some(({ hop, pending }) => hop === "unknown-load-balancer" && pending === true);
}

function refusalNotKnown(path: Path, needed: string): Statement {
  const object = path.service;
  const found = `whether the load balancer of ${nameOf(object)} is refused for its sessionAffinity is not known before the update`;
  return { severity: "warning", pending: true, object, path, found, needed, fix: "wait for the update", reason: REASON };
}

/** Sentences of one finding; whoever has more ways in than that looks at the first ones. */
const MOST_SENTENCES = 5;

/** One finding for each object, however many ways in lead to it; what is certain goes before what is not. */
function mergedByObject(statements: Statement[]): Statement[] {
  const byObject = new Map<string, Statement[]>();
  for (const statement of statements) {
    const key = nameOf(statement.object);
    const known = byObject.get(key);
    if (known === undefined) byObject.set(key, [statement]);
    else known.push(statement);
  }
  return [...byObject.values()].map(merged);
}

function merged(statements: Statement[]): Statement {
  const worst = Math.max(...statements.map(weightOf));
  const [first, ...others] = statements.filter((statement) => weightOf(statement) === worst);
  const texts = (of: "found" | "fix", separator: string): string =>
    [...new Set([first!, ...others].map((statement) => statement[of]))].slice(0, MOST_SENTENCES).join(separator);
  return { ...first!, found: texts("found", " "), fix: texts("fix", "; ") };
}

function weightOf({ severity, pending }: Statement): number {
  if (severity === "info") return 0;
  return severity === "warning" || pending === true ? 1 : 2;
}
