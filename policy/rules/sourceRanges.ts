import { AWS_ATTRIBUTES } from "../../path/facts";
import { IGNORED_SOURCE_RANGES } from "../../path/facts/addresses";
import { ALB_PREFIX, AWS_SERVICE_PREFIX } from "../../path/facts/aws";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { isEverybody, isRange } from "../../path/ranges";
import { attributes } from "../../path/read/attributes";
import { annotationOf, listAt, nameOf, refOf, textAt } from "../../path/value";
import { notKnownYet as pendingAt } from "../pending";
import type { PropertyPath, Rule, RuleContext, Statement } from "../rule";
import { isTemplate } from "../template";

/** Who may connect, where somebody limited it, is limited indeed. */
export const sourceRanges: Rule = {
  id: "source-ranges",
  title: "Lists of allowed clients are followed",
  description: "A list of allowed client addresses is one that its controller follows.",
  group: "exposure",
  check: (context: RuleContext): Statement[] => {
    const fronts = new Map(
      context.paths.map(({ entry, hops }) => [nameOf(entry), hops.map(({ hop, pending }) => (pending ? OPEN_HOP : hop))]),
    );
    return [
      ...context.catalog.ofKind("Service").flatMap((service) => ofService(service, fronts.get(nameOf(service)) ?? [])),
      ...context.catalog.ofKind("Ingress").flatMap((ingress) => ofIngress(ingress, fronts.get(nameOf(ingress)) ?? [])),
    ];
  },
};

/** Stands for a hop that only the update will know. */
const OPEN_HOP = "";
const FIELD = ["spec", "loadBalancerSourceRanges"];
const IN_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges";
const NEEDED = "blocks of the addresses that may connect, where the controller looks for them";
const OPEN = "the way in is open to everybody, and whoever wrote the list counts on its being closed";
const REFUSED = "the API server or the cloud refuses the object, so the list limits nobody";

function ofService(service: KubernetesObject, hops: string[]): Statement[] {
  const listed = listAt(service, ...FIELD);
  const text = annotationOf(service, IN_ANNOTATION);
  if (listed === UNKNOWN || text === UNKNOWN || listed.includes(UNKNOWN)) return [notKnownYet(service, FIELD)];
  const inField = listed.length > 0;
  const ranges = inField ? listed.map((range) => (typeof range === "object" ? "(no text)" : String(range))) : split(text);
  const at = inField ? FIELD : ["metadata", "annotations", IN_ANNOTATION];
  if (ranges.length === 0) return [];
  const type = textAt(service, "spec", "type");
  if (type === UNKNOWN) return [notKnownYet(service, ["spec", "type"])];
  if (type !== "LoadBalancer") {
    const found = `${ranges.join(", ")} on a Service of type ${type ?? "ClusterIP"}, which takes no such list`;
    const fix = "remove the list, or limit clients where the way in is: at the Ingress, or in a NetworkPolicy";
    return [
      {
        severity: "error",
        object: refOf(service),
        at,
        found,
        needed: `${NEEDED} (${IGNORED_SOURCE_RANGES.api})`,
        fix,
        reason: REFUSED,
      },
    ];
  }
  return [...malformed(service, ranges, at), ...pointless(service, ranges, at), ...ignoredByNlb(service, hops, at)];
}

const split = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function malformed(object: KubernetesObject, ranges: string[], at: PropertyPath): Statement[] {
  // What a template has left open is filled in before it is applied.
  const bad = ranges.filter((range) => !isRange(range) && !isTemplate(range));
  if (bad.length === 0) return [];
  const found = `${bad.join(", ")} ${bad.length === 1 ? "is no block" : "are no blocks"} of addresses`;
  const fix = `an address with the length of its prefix: ${bad[0]?.split("/")[0] ?? "192.0.2.7"}/32`;
  return [{ severity: "error", object: refOf(object), at, found, needed: NEEDED, fix, reason: REFUSED }];
}

/** One block that holds every address opens what the others close; on an internal load balancer it says nothing at all. */
function pointless(object: KubernetesObject, ranges: string[], at: PropertyPath): Statement[] {
  const everybody = ranges.filter(isEverybody);
  if (everybody.length === 0) return [];
  const others = ranges.length > everybody.length;
  const internal = isInternal(object);
  if (!others && internal === UNKNOWN) return [notKnownYet(object, at)];
  if (!others && !internal) return [];
  const found = others
    ? `${everybody.join(", ")} beside ${ranges.filter((range) => !isEverybody(range)).join(", ")}: the list lets everybody in`
    : `${everybody.join(", ")} on an internal load balancer: the list lets everybody in who reaches its network`;
  const fix = others ? `remove ${everybody.join(", ")}` : "write the blocks of the networks that may connect";
  return [{ severity: "warning", object: refOf(object), at, found, needed: NEEDED, fix, reason: OPEN }];
}

const INTERNAL: [key: string, value: RegExp][] = [
  [`${AWS_SERVICE_PREFIX}scheme`, /^internal$/],
  [`${AWS_SERVICE_PREFIX}internal`, /^(true|0\.0\.0\.0\/0)$/],
  [`${ALB_PREFIX}scheme`, /^internal$/],
  ["service.beta.kubernetes.io/azure-load-balancer-internal", /^true$/],
  ["networking.gke.io/load-balancer-type", /^internal$/i],
  ["cloud.google.com/load-balancer-type", /^internal$/i],
];

function isInternal(object: KubernetesObject): boolean | Unknown {
  const answers = INTERNAL.map(([key, value]) => {
    const text = annotationOf(object, key);
    return text === UNKNOWN ? UNKNOWN : text !== undefined && value.test(text);
  });
  if (answers.includes(true)) return true;
  return answers.includes(UNKNOWN) ? UNKNOWN : false;
}

function ignoredByNlb(service: KubernetesObject, hops: string[], at: PropertyPath): Statement[] {
  const groups = annotationOf(service, `${AWS_SERVICE_PREFIX}security-groups`);
  if (hops.includes(OPEN_HOP) || groups === UNKNOWN) return [notKnownYet(service, at)];
  if (!hops.some((hop) => hop === "aws-nlb" || hop === "aws-nlb-tls")) return [];
  const common = { severity: "error", object: refOf(service), at, needed: `${NEEDED} (${IGNORED_SOURCE_RANGES.nlb})` } as const;
  if (typeof groups === "string" && groups.trim() !== "") {
    const found = `the list is not followed: ${AWS_SERVICE_PREFIX}security-groups names groups, whose own rules decide`;
    const fix = `write the addresses into the rules of those groups, or remove ${AWS_SERVICE_PREFIX}security-groups`;
    return [{ ...common, found, fix, reason: OPEN }];
  }
  const without = annotationOf(service, `${AWS_SERVICE_PREFIX}disable-nlb-sg`);
  const target = annotationOf(service, `${AWS_SERVICE_PREFIX}nlb-target-type`);
  const written = annotationOf(service, `${AWS_SERVICE_PREFIX}target-group-attributes`);
  if (without !== "true") return without === UNKNOWN ? [notKnownYet(service, at)] : [];
  if (target === UNKNOWN || written === UNKNOWN) return [notKnownYet(service, at)];
  const preserved = attributes(written).get(AWS_ATTRIBUTES.preserveClientIp) ?? (target === "ip" ? "false" : "true");
  if (preserved === "true") return [];
  const found = `the list is not followed: the load balancer has no security group (${AWS_SERVICE_PREFIX}disable-nlb-sg), and ${AWS_ATTRIBUTES.preserveClientIp} is ${preserved}, so no group behind it sees clients`;
  const fix = `remove ${AWS_SERVICE_PREFIX}disable-nlb-sg, or ${AWS_SERVICE_PREFIX}target-group-attributes: ${AWS_ATTRIBUTES.preserveClientIp}=true`;
  return [{ ...common, found, fix, reason: OPEN }];
}

function ofIngress(ingress: KubernetesObject, hops: string[]): Statement[] {
  const open = hops.includes(OPEN_HOP);
  if (!open && !hops.some((hop) => hop.startsWith("aws-alb"))) return [];
  const key = `${ALB_PREFIX}inbound-cidrs`;
  const at = ["metadata", "annotations", key];
  const text = annotationOf(ingress, key);
  if (text === UNKNOWN) return [notKnownYet(ingress, at)];
  const ranges = split(text);
  if (ranges.length === 0) return [];
  const groups = annotationOf(ingress, `${ALB_PREFIX}security-groups`);
  if (open || groups === UNKNOWN) return [notKnownYet(ingress, at)];
  const ignored: Statement[] =
    typeof groups === "string" && groups.trim() !== ""
      ? [
          {
            severity: "error",
            object: refOf(ingress),
            at,
            found: `the list is not followed: ${ALB_PREFIX}security-groups names groups, whose own rules decide`,
            needed: `${NEEDED} (${IGNORED_SOURCE_RANGES.alb})`,
            fix: `write the addresses into the rules of those groups, or remove ${ALB_PREFIX}security-groups`,
            reason: OPEN,
          },
        ]
      : [];
  return [...malformed(ingress, ranges, at), ...pointless(ingress, ranges, at), ...ignored];
}

const notKnownYet = (object: KubernetesObject, at: PropertyPath): Statement =>
  pendingAt(object, at, { needed: NEEDED, reason: OPEN });
