import type { HopKind } from "../../path/facts";
import { AWS_ATTRIBUTES, facts } from "../../path/facts";
import { AGIC_PREFIX } from "../../path/facts/azure";
import type { Hop, Path } from "../../path/model";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, nameOf, valueAt } from "../../path/value";
import { isPending } from "../openPaths";
import type { RuleContext, Statement } from "../rule";
import { notBefore } from "../scope/asked";
import type { JudgedWorkload } from "../scope/workloads";
import { textOf } from "../propertyPath";
import { goodbyeOf, sendsToNodes } from "./goodbye";

/** Load balancers that end the connections of a target when its draining time is over. An NLB leaves them alone by default. */
const CUTS_AFTER_DRAIN = /^(aws-alb|aws-gateway-alb|gce-ingress|gke-gateway)/;

/** A load balancer that sends to pods lets a leaving one drain for as long as the pod lives, no longer and no shorter. */
export function loadBalancerDrains(context: RuleContext): Statement[] {
  const seen = new Set<string>();
  return context.workloads.flatMap((judged) =>
    judged.paths.flatMap((path) => {
      const off = gatewayWithoutDraining(path, judged, context);
      if (off !== undefined && !seen.has(nameOf(path.entry))) {
        seen.add(nameOf(path.entry));
        return [off];
      }
      const hop = drainingHop(path);
      if (hop?.drainAt === undefined || isPending(path, context.catalog)) {
        const open = isPending(path, context.catalog) && mayDrain(path) && !seen.has(nameOf(path.entry));
        if (open) seen.add(nameOf(path.entry));
        return open ? [pendingDrain(path)] : [];
      }
      const key = `${nameOf(hop.drainAt.object)} ${textOf(hop.drainAt.at)}`;
      if (seen.has(key)) return [];
      const found = compare(hop, path, judged, context);
      if (found.length > 0) seen.add(key);
      return found;
    }),
  );
}

/** An Application Gateway lets the connections of a leaving pod live only where it is told to. */
function gatewayWithoutDraining(path: Path, judged: JudgedWorkload, { catalog }: RuleContext): Statement | undefined {
  const ingress = catalog.resolve(path.entry);
  if (ingress === undefined || !path.hops.some(({ hop }) => hop === "agic")) return undefined;
  const key = `${AGIC_PREFIX}connection-draining`;
  const text = annotationOf(ingress, key);
  if (text === "true") return undefined;
  const statement: Statement = {
    severity: "warning",
    object: path.entry,
    at: ["metadata", "annotations", key],
    path,
    found:
      text === UNKNOWN
        ? `${key} is not known yet`
        : `${facts("agic").title} does not drain: it drops the connections of a leaving pod`,
    needed: `connection-draining, for as long as the pod says goodbye (${facts("agic").source})`,
    fix: `${key}: "true", ${facts("agic").drain.knob?.key}: "<seconds>"`,
    reason: "the connections of a leaving pod are cut before the pod has said goodbye to them",
    ...(text === UNKNOWN && { pending: true }),
  };
  return notBefore(statement, judged.perhaps);
}

/** A load balancer that is not known yet may be one that drains. */
const mayDrain = ({ hops }: Path): boolean => hops.some(({ hop }) => /^(unknown-|aws-|gce-|gke-)/.test(hop));

function pendingDrain(path: Path): Statement {
  return {
    severity: "warning",
    object: path.entry,
    path,
    found: "how long its load balancer lets leaving pods drain is not known yet",
    needed: "a draining time that ends with the pod",
    fix: "wait for the update",
    reason: DEAD_TARGETS,
    pending: true,
  };
}

/** The last hop with a draining time that sends to pods itself. */
export function drainingHop(path: Path): Hop | undefined {
  if (sendsToNodes(path)) return undefined;
  return path.hops.findLast(({ hop, drainSeconds }) => hop !== "pod" && drainSeconds !== null);
}

function compare(hop: Hop, path: Path, judged: JudgedWorkload, context: RuleContext): Statement[] {
  const goodbye = goodbyeOf(judged, context);
  const { drainAt, drainSeconds } = hop;
  if (goodbye === UNKNOWN || drainAt === undefined || drainSeconds === null) return [];
  const where = { object: drainAt.object, at: drainAt.at, path };
  const open = valueAt(context.catalog.resolve(drainAt.object), ...drainAt.at) === UNKNOWN;
  if (open || goodbye.graceSeconds === UNKNOWN) {
    const found = `how long ${hop.title} lets a leaving pod drain, or how long the pod has, is not known yet`;
    const needed = "a draining time that ends with the pod";
    return [{ ...where, severity: "warning", found, needed, fix: "wait for the update", reason: DEAD_TARGETS, pending: true }];
  }
  const { graceSeconds } = goodbye;
  const asked = goodbye.drainSeconds + (goodbye.preStopSeconds ?? 0);
  const none = goodbye.containers.every(({ preStop }) => preStop.kind !== "runs");
  const written = knobText(hop, Math.min(asked, graceSeconds));
  if (drainSeconds > graceSeconds && none) {
    const found = `${hop.title} drains a leaving pod for ${drainSeconds} s, but ${nameOf(judged.workload)} is killed after ${goodbye.graceText}, without a preStop`;
    const needed = `a draining time of at most ${graceSeconds} s, or pods that live as long as it`;
    return [notBefore({ ...where, severity: "warning", found, needed, fix: written, reason: DEAD_TARGETS }, judged.perhaps)];
  }
  const least = goodbye.promised ? asked : 1;
  if (!CUTS_AFTER_DRAIN.test(hop.hop) || drainSeconds >= least || least > graceSeconds) return [];
  const found = `${hop.title} lets the connections of a leaving pod live for ${drainSeconds} s; ${nameOf(judged.workload)} has ${goodbye.graceText} for its goodbye`;
  const needed = `a draining time of at least ${least} s`;
  const reason = "the load balancer cuts the connections of a leaving pod before the pod has said goodbye to them";
  const fix = knobText(hop, asked);
  return [notBefore({ ...where, severity: "warning", found, needed, fix, reason }, judged.perhaps)];
}

const DEAD_TARGETS = "the pod is gone while the load balancer still counts on it, so its connections end without a goodbye";

/** The line that sets the draining time, in the words of the object it goes into. */
function knobText({ hop }: Hop, seconds: number): string {
  const key = facts(hop as HopKind).drain.knob?.key;
  if (key === undefined) return `a draining time of ${seconds} s`;
  return key === AWS_ATTRIBUTES.deregistrationDelay
    ? `target-group-attributes: ${key}=${seconds}, among others separated by commas`
    : `${key}: ${key.includes("/") ? `"${seconds}"` : seconds}`;
}
