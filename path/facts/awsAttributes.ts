import { AWS_ATTRIBUTES } from "./aws";

/** The two kinds of load balancer that the AWS Load Balancer Controller makes. */
export type AwsBalancer = "alb" | "nlb";

/** The things whose attributes an annotation lists as `key=value,key=value`. */
export type AwsAttributeList = "target-group" | "load-balancer" | "listener";

export const AWS_BALANCER_TITLES: Readonly<Record<AwsBalancer, string>> = {
  alb: "an Application Load Balancer",
  nlb: "a Network Load Balancer",
};

const CROSS_ZONE = "load_balancing.cross_zone.enabled";

/** Names, and beginnings of names that end in a dot. */
type Names = readonly string[];

/**
 * Which attributes AWS knows, by the kind of load balancer that has them: it refuses the whole list for one that the load balancer has not.
 * Source: {@link AWS_ATTRIBUTE_LISTS_SOURCE}.
 */
const NAMES: Readonly<Record<AwsAttributeList, Readonly<Record<AwsBalancer | "both", Names>>>> = {
  "target-group": {
    both: [
      AWS_ATTRIBUTES.deregistrationDelay,
      AWS_ATTRIBUTES.stickinessEnabled,
      AWS_ATTRIBUTES.stickinessType,
      CROSS_ZONE,
      "target_group_health.",
    ],
    alb: [
      "load_balancing.algorithm.",
      "slow_start.duration_seconds",
      "stickiness.app_cookie.",
      "stickiness.lb_cookie.",
      "lambda.",
    ],
    nlb: [
      AWS_ATTRIBUTES.terminateOnDeregistration,
      AWS_ATTRIBUTES.preserveClientIp,
      "proxy_protocol_v2.",
      "target_health_state.unhealthy.",
    ],
  },
  "load-balancer": {
    both: [
      "access_logs.s3.",
      "deletion_protection.enabled",
      "ipv6.deny_all_igw_traffic",
      CROSS_ZONE,
      "zonal_shift.config.enabled",
    ],
    alb: [
      AWS_ATTRIBUTES.albIdle,
      AWS_ATTRIBUTES.albClientKeepAlive,
      "connection_logs.s3.",
      "health_check_logs.s3.",
      "routing.",
      "waf.fail_open.enabled",
    ],
    nlb: ["dns_record.client_routing_policy", "secondary_ips."],
  },
  listener: { both: [], alb: ["routing.http."], nlb: [AWS_ATTRIBUTES.listenerIdle] },
};

export const AWS_ATTRIBUTE_LISTS_SOURCE =
  "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference: API_TargetGroupAttribute, API_LoadBalancerAttribute, API_ListenerAttribute (2026)";

const stands = (key: string, names: Names): boolean =>
  names.some((name) => key === name || (name.endsWith(".") && key.startsWith(name)));

/** Which load balancers have an attribute of this name; empty where nobody does. */
export function balancersWith(list: AwsAttributeList, key: string): AwsBalancer[] {
  const { both, alb, nlb } = NAMES[list];
  if (stands(key, both)) return ["alb", "nlb"];
  return [...(stands(key, alb) ? ["alb" as const] : []), ...(stands(key, nlb) ? ["nlb" as const] : [])];
}

/** The whole names among those that a load balancer has, to find the one that a misspelt one meant. */
export function attributesNamed(list: AwsAttributeList, balancer: AwsBalancer): string[] {
  return [...NAMES[list].both, ...NAMES[list][balancer]].filter((name) => !name.endsWith("."));
}

interface AttributeValue {
  takes: RegExp;
  minimum?: number;
  maximum?: number;
  /** `0 to 3600 s`, for sentences. */
  allowed: string;
}

const seconds = (minimum: number, maximum: number, other?: string): AttributeValue => ({
  takes: /^\d+$/,
  minimum,
  maximum,
  allowed: `${other === undefined ? "" : `${other}, or `}a whole number from ${minimum} to ${maximum} s`,
});
const words = (...each: string[]): AttributeValue => ({ takes: new RegExp(`^(${each.join("|")})$`), allowed: each.join(" or ") });

/** What AWS takes as values; those that readers of clocks and stickiness follow are not here. Source: as above. */
const VALUES: Readonly<Record<string, AttributeValue>> = {
  [AWS_ATTRIBUTES.deregistrationDelay]: seconds(0, 3600),
  [AWS_ATTRIBUTES.albClientKeepAlive]: seconds(60, 604_800),
  "slow_start.duration_seconds": { ...seconds(30, 900, "0"), takes: /^(0|\d+)$/ },
  "target_health_state.unhealthy.draining_interval_seconds": seconds(0, 360_000),
  "load_balancing.algorithm.type": words("round_robin", "least_outstanding_requests", "weighted_random"),
  "load_balancing.algorithm.anomaly_mitigation": words("on", "off"),
  "dns_record.client_routing_policy": words(
    "availability_zone_affinity",
    "partial_availability_zone_affinity",
    "any_availability_zone",
  ),
};
const SWITCH = words("true", "false");
const INHERITED_SWITCH = words("true", "false", "use_load_balancer_configuration");

/** What is allowed in place of a value that AWS refuses; undefined where it takes it, or nothing is known of it. */
export function allowedInstead(list: AwsAttributeList, key: string, value: string): string | undefined {
  const inherits = list === "target-group" && key === CROSS_ZONE;
  const known = VALUES[key] ?? (inherits ? INHERITED_SWITCH : key.endsWith(".enabled") ? SWITCH : undefined);
  // An empty value takes back what was written for all ports.
  if (known === undefined || value === "") return undefined;
  const off = key === "slow_start.duration_seconds" && value === "0";
  const fits = off || (Number(value) >= (known.minimum ?? -Infinity) && Number(value) <= (known.maximum ?? Infinity));
  return known.takes.test(value) && (known.minimum === undefined || fits) ? undefined : known.allowed;
}
