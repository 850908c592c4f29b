import type { Catalog } from "../../path/catalog";
import type { HopKind } from "../../path/facts";
import { facts } from "../../path/facts";
import { standardRequirement } from "../../path/declarations";
import type { Path } from "../../path/model";
import { UNKNOWN } from "../../path/objects";
import { refOf } from "../../path/value";
import type { Part } from "../../path/verdict";
import { judgeAffinity, judgeIdle } from "../../path/verdict";
import type { RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import { readAws } from "./aws";
import { readAzure } from "./azure";
import { readGcp } from "./gcp";
import type { CloudHop, CloudReading, Shown } from "./resource";

/** The load balancers that a program makes itself, as the rules of connections judge them. Objects from YAML hold none. */
const readings = new WeakMap<Catalog, CloudReading>();

function readingOf(catalog: Catalog): CloudReading {
  const known = readings.get(catalog);
  if (known !== undefined) return known;
  const clouds = [readAws(catalog), readAzure(catalog), readGcp(catalog)];
  const reading: CloudReading = {
    clocks: clouds.flatMap(({ clocks }) => clocks),
    choosers: clouds.flatMap(({ choosers }) => choosers),
    drains: clouds.flatMap(({ drains }) => drains),
    listeners: clouds.flatMap(({ listeners }) => listeners),
  };
  readings.set(catalog, reading);
  return reading;
}

/** `idle-timeout` over cloud resources. */
export function cloudIdle(context: RuleContext): Statement[] {
  const { promise, protocol } = requirementOf(context);
  return readingOf(context.catalog).clocks.flatMap((clock) => {
    const part = judgeIdle(pathOf(clock), promise, protocol);
    const needed = `at least ${promise.idleSeconds} s of silence (${protocol})`;
    const { title } = clock.hop;
    const reason = `a connection that is silent for longer is closed by ${title}, and its client has to come back`;
    const noKnob = `no setting of ${title} raises it; choose another way in, or promise a heartbeat shorter than the limit`;
    return said(clock, part, { needed, reason, otherwise: noKnob }, context);
  });
}

/** `sticky-sessions` over cloud resources. Nothing is asked where somebody chose to have none: only what is chosen must hold. */
export function cloudAffinity(context: RuleContext): Statement[] {
  const { affinity } = requirementOf(context).promise;
  return readingOf(context.catalog).choosers.flatMap((chooser) => {
    const part = judgeAffinity(pathOf(chooser), affinity);
    const needed = `stickiness for at least ${affinity.ttlSeconds} s at the hop that chooses the target`;
    const reason = "a client that reconnects lands on a target that does not know it";
    const otherwise = "choose a way in that can stick";
    const statements = said(chooser, part, { needed, reason, otherwise }, context);
    const chosen = chooser.hop.affinity !== null || chooser.hop.affinityUnknown === true;
    if (chosen || context.options.assume === "all") return statements;
    const doubt = "Nothing shows that its targets hold what clients come back for.";
    return statements.map((one) => (one.pending ? one : { ...one, severity: "info" as const, found: `${one.found} ${doubt}` }));
  });
}

/** `graceful-drain` over cloud resources. */
export function cloudDrain(context: RuleContext): Statement[] {
  const { drainSeconds } = requirementOf(context).promise;
  return readingOf(context.catalog).drains.flatMap(({ object, at, title, seconds, shown }): Statement[] => {
    if (!isJudged(shown, context) || seconds === undefined) return [];
    const key = String(at.at(-1));
    const common = {
      object: refOf(object),
      at,
      needed: `at least ${drainSeconds} s, in which a target says goodbye`,
      reason: `${title} cuts what is still open to a target that leaves`,
    };
    if (seconds === UNKNOWN) {
      return [{ ...common, severity: "warning", found: `${key} is not known yet`, fix: "wait for the update", pending: true }];
    }
    if (seconds >= drainSeconds) return [];
    const found = `a leaving target's connections are cut after ${seconds} s (${key})`;
    const fix =
      key === "connectionDraining"
        ? `connectionDraining: true, connectionDrainingTimeout: ${drainSeconds}`
        : `${key}: ${drainSeconds}`;
    return [notBefore({ ...common, severity: "warning", found, fix }, isPerhaps(shown, context))];
  });
}

/** `tls` over cloud resources. */
export function cloudTls(context: RuleContext): Statement[] {
  return readingOf(context.catalog).listeners.flatMap(({ object, shown, pending, ...said }): Statement[] => {
    if (!isJudged(shown, context)) return [];
    const reason = "whoever stands between sees and changes everything, the cookie that a client is known by included";
    const statement: Statement = { ...said, object: refOf(object), severity: "warning", reason };
    return [notBefore(statement, pending === true || isPerhaps(shown, context))];
  });
}

function requirementOf({ options }: RuleContext): ReturnType<typeof standardRequirement> {
  return standardRequirement(options.idleSeconds, options.affinityTtlSeconds);
}

function isJudged(shown: Shown, { options }: RuleContext): boolean {
  return options.assume === "all" || (options.assume === "evidence" && shown !== "no");
}

function isPerhaps(shown: Shown, { options }: RuleContext): boolean {
  return options.assume !== "all" && shown === "perhaps";
}

/** One hop is the whole way that is known; what lies before and behind it stands in other objects, or nowhere. */
function pathOf({ object, hop }: CloudHop): Path {
  const ref = refOf(object);
  return { entry: ref, service: ref, port: "any", workloads: [], hops: [hop] };
}

function said(
  { object, at, hop, shown }: CloudHop,
  part: Part,
  { needed, reason, otherwise }: { needed: string; reason: string; otherwise: string },
  context: RuleContext,
): Statement[] {
  if (!isJudged(shown, context) || (part.verdict !== "fails" && part.verdict !== "unknown")) return [];
  const perhaps = isPerhaps(shown, context);
  const common = { object: refOf(object), at, needed, reason };
  if (part.verdict === "fails") {
    const fix = part.write.length > 0 ? part.write.join("; ") : otherwise;
    const unsourced = !facts(hop.hop as HopKind).sourced;
    const statement: Statement = { ...common, severity: "error", found: part.reasons.join(" "), fix };
    return [notBefore({ ...statement, ...(unsourced && { unsourced }) }, perhaps)];
  }
  const pending = part.pending === true || perhaps;
  const severity = pending ? "warning" : "info";
  return [{ ...common, severity, found: part.reasons.join(" "), fix: part.settle.join("; "), ...(pending && { pending }) }];
}
