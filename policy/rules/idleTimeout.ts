import type { Catalog } from "../../path/catalog";
import type { HopKind } from "../../path/facts";
import { facts } from "../../path/facts";
import type { Hop, Path, Protocol } from "../../path/model";
import { nameOf } from "../../path/value";
import type { Part } from "../../path/verdict";
import { judgeHops } from "../../path/verdict";
import { leadsToMetrics } from "../backends/metrics";
import { leadsToTurn } from "../backends/turn";
import { cloudIdle } from "../cloud";
import { leftOpen } from "../idle/leftOpen";
import type { Rule, RuleContext, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore, severityOf, undecided, unreadable } from "../scope/asked";
import { proxiesBehind } from "../scope/ownProxies";
import { placeOfIdle } from "../scope/place";
import { mendsOfIdle } from "./idleMends";

/** A silent connection stays open on every hop for as long as it is promised. */
export const idleTimeout: Rule = {
  id: "idle-timeout",
  title: "Silent connections stay open",
  description: "Every hop keeps a silent connection open for as long as promised.",
  group: "connection",
  check: (context: RuleContext): Statement[] => [
    ...context.asked.flatMap((asked) => check(asked, context)),
    ...cloudIdle(context),
  ],
};

/** One statement for each hop that is too short: each is another line, in another place. */
function check(asked: Asked, { catalog }: RuleContext): Statement[] {
  if (!("requirement" in asked)) return unreadable(asked);
  if (leadsToMetrics(asked.path, catalog) || (!asked.declared && leadsToTurn(asked.path, catalog))) return [];
  const { requirement, perhaps } = asked;
  const { promise, protocol } = requirement;
  const path = withOwnProxies(asked.path, protocol, catalog);
  const parts = judgeHops(path, promise, protocol);
  const needed = `at least ${promise.idleSeconds} s of silence on every hop (${protocol})`;
  const failed = parts.filter(({ verdict }) => verdict === "fails");
  const tooShortHops = failed.map((part) => {
    const mends = mendsOfIdle(part.decidingHop!, path, promise.idleSeconds, catalog);
    return { ...tooShort(part, path, needed), severity: severityOf(asked), ...(mends.length > 0 && { mends }) };
  });
  const open = parts.filter(({ verdict }) => verdict === "unknown");
  const left = open.flatMap(({ decidingHop }) => leftOpen(decidingHop!, path, asked, catalog) ?? [])[0];
  const isOfItsOwn = left !== undefined && !tooShortHops.some(({ object }) => nameOf(object) === nameOf(left.object));
  const told = [...tooShortHops, ...(isOfItsOwn ? [{ ...left, needed, path }] : [])];
  if (told.length > 0 || open.length === 0) return told.map((statement) => notBefore(statement, perhaps));
  return [notDecided(open, path, needed, perhaps)];
}

/**
 * A proxy in front of the application is a hop like any other, unless `hidden-hop` speaks of it: where its configuration was not read, and
 * where it lets no WebSocket through. What is refused for another reason than its clock is the matter of another rule.
 */
function withOwnProxies(path: Path, protocol: Protocol, catalog: Catalog): Path {
  const proxies = proxiesBehind(path, catalog).filter(({ upgrades }) => upgrades || protocol !== "websocket");
  const own = proxies
    .map(({ hop }) => hop)
    .filter(({ limit, pending, perhapsSeconds }) => limit !== "unknown" || pending === true || perhapsSeconds !== undefined);
  const hops = [...path.hops.slice(0, -1), ...own, ...path.hops.slice(-1)];
  return { ...path, hops: hops.map(withItsClockAlone) };
}

function withItsClockAlone(hop: Hop): Hop {
  const { refuses, ...rest } = hop;
  return refuses !== undefined && (refuses.protocols !== undefined || refuses.asked !== undefined) ? rest : hop;
}

function tooShort({ decidingHop, reasons, write }: Part, path: Path, needed: string): Statement {
  const hop = decidingHop!;
  return {
    ...placeOfIdle(hop, path),
    severity: "error",
    found: reasons.join(" "),
    needed,
    fix: write.length > 0 ? write.join("; ") : noKnob(hop),
    reason: `a connection that is silent for longer is closed by ${hop.title}, and its client has to come back`,
    path,
    ...(!facts(hop.hop as HopKind).sourced && { unsourced: true }),
  };
}

function notDecided(open: Part[], path: Path, needed: string, perhaps: boolean): Statement {
  const first = open.find(({ pending }) => pending === true) ?? open[0]!;
  const { title, from } = first.decidingHop!;
  const found = `how long a silent connection lives is not decided by what was read: ${title} (${from})`;
  const reason = "the smallest limit on the way decides, and this one is not known";
  const settle = [...new Set(open.flatMap((part) => part.settle))];
  const pending = open.some((part) => part.pending === true);
  return undecided({ object: path.entry, path, needed, found, reason }, { settle, pending }, perhaps);
}

function noKnob(hop: Hop): string {
  return `no setting of ${hop.title} raises it; choose another way in, or promise a heartbeat shorter than the limit`;
}
