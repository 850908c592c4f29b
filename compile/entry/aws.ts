import { ENTRY_BOUNDS } from "../../path/facts/entries";
import { facts, versionAtLeast, type HopKind } from "../../path/facts";
import { AWS_TLS_POLICY } from "../../path/facts/edges";
import type { ClusterFacts, Protocol } from "../../path/model";
import { block, seconds, text, wholeNumber } from "../check/fields";
import type { Problem } from "../check/problem";
import type { Hole, Later, Need } from "../model";
import { readinessPath } from "../probes";
import type { Service } from "../service";
import type { EntryArgs } from "./kind";

/** How a load balancer of AWS asks a pod how it is. */
export interface AwsHealthCheck {
  /** Path of the GET. Default: that of the readiness probe; where that asks no path, a TCP check (NLB) or `/` (ALB). */
  path?: string;
  /** Seconds between two tries. 5 to 300, default 30. */
  intervalSeconds: number;
  /** Seconds until a try has failed. 2 to 120 and less than the interval, default 5. */
  timeoutSeconds: number;
  /** Successes in a row that count. 2 to 10, default 2. */
  healthyThreshold: number;
  /** Failures in a row that count. 2 to 10, default 3. */
  unhealthyThreshold: number;
}

const { awsHealthCheckInterval: interval, awsHealthCheckTimeout: timeout, awsHealthCheckTries: tries } = ENTRY_BOUNDS;

export const healthCheckField = () =>
  block({
    path: text("a path that begins with /, such as /health/ready", /^\/\S*$/).optional(),
    intervalSeconds: seconds(interval.minimum, interval.maximum).default(30),
    timeoutSeconds: seconds(timeout.minimum, timeout.maximum).default(5),
    healthyThreshold: wholeNumber("tries", tries.minimum, tries.maximum).default(2),
    unhealthyThreshold: wholeNumber("tries", tries.minimum, tries.maximum).default(3),
  }).prefault({});

export function checkHealthCheck({ intervalSeconds, timeoutSeconds }: AwsHealthCheck): Problem[] {
  if (timeoutSeconds < intervalSeconds) return [];
  const message = `found ${timeoutSeconds}; allowed: less than healthCheck.intervalSeconds (${intervalSeconds} seconds). Shorten it, or ask less often.`;
  return [{ path: "healthCheck.timeoutSeconds", message }];
}

/** The path a load balancer asks; undefined where the readiness probe asks none. */
export const healthPath = (service: Service, written: string | undefined): string | undefined =>
  written ?? readinessPath(service);

/** `a=1,b=2`, as the controller reads lists of attributes. */
export function attributes(values: Record<string, string | number | boolean>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** Keeps a new pod out of a rollout's count until the load balancer has seen it healthy. */
export const READINESS_GATE_LABEL = { "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled" };

/**
 * Seconds until it sends to a pod that is ready. Registering is taken to last as long as taking out. In a namespace of ours the
 * readiness gate waits for both.
 */
export function registrationSeconds(
  hop: HopKind,
  { intervalSeconds, healthyThreshold }: Pick<AwsHealthCheck, "intervalSeconds" | "healthyThreshold">,
  { createNamespace }: Service,
): number {
  return createNamespace ? 0 : facts(hop).drain.propagationSeconds + intervalSeconds * healthyThreshold;
}

export const awsController: (why: string) => Need = (why) => ({
  kind: "controller",
  name: "aws-load-balancer-controller",
  why,
});

const ARN = /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/;

/** A certificate of AWS Certificate Manager. */
export const certificateArn = () =>
  text("the ARN of a certificate, such as arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c", ARN);

/** A text in an annotation that may be known later; whoever reads the objects is given a placeholder. */
export type Annotations = Record<string, string | Hole | Later>;

/** The policy of a listener whose certificate the stack sees to. Default: none is written, and the controller's own counts. */
export function tlsPolicy(key: string, { edges }: EntryArgs): Record<string, string> {
  const { certificate } = edges ?? {};
  return certificate === undefined ? {} : { [key]: certificate.tlsPolicy ?? AWS_TLS_POLICY.recommended };
}

export const subnetId = () => text("the id or the name of a subnet, such as subnet-0a1b2c3d", /^[\w-]{1,256}$/);

/** A controller that is declared and too old for what is written. */
export function checkControllerVersion(cluster: ClusterFacts, needed: string, what: string): Problem[] {
  const version = cluster.controllers?.["aws-load-balancer-controller"];
  if (versionAtLeast(version, needed) !== false) return [];
  const message = `found with aws-load-balancer-controller ${version}; ${what} since ${needed}. Update the controller and cluster.controllers.`;
  return [{ path: "kind", message }];
}

/** A namespace that somebody else creates gets no label from here. */
export function warnAboutReadinessGate(service: Service): string[] {
  if (service.createNamespace) return [];
  const [[key, value]] = Object.entries(READINESS_GATE_LABEL) as [[string, string]];
  return [
    `label namespace ${service.namespace} with ${key}: ${value}, or a rollout ends old pods before the load balancer knows the new ones`,
  ];
}

export const isGrpc = (protocol: Protocol): boolean => protocol === "grpc";
