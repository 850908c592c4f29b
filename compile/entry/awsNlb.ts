import type { z } from "zod";
import { AWS_ATTRIBUTES, AWS_CLASSES, AWS_CONTROLLER_SINCE, facts, type HopKind } from "../../path/facts";
import { AWS_SERVICE_PREFIX } from "../../path/facts/aws";
import { block, list, oneOf, text } from "../check/fields";
import type { Problem } from "../check/problem";
import { Hole, Later } from "../model";
import type { Service } from "../service";
import type { DraftSurroundings, Surroundings } from "../stack";
import {
  attributes,
  awsController,
  certificateArn,
  checkControllerVersion,
  checkHealthCheck,
  healthCheckField,
  healthPath,
  READINESS_GATE_LABEL,
  registrationSeconds,
  subnetId,
  tlsPolicy,
  warnAboutReadinessGate,
  type Annotations,
  type AwsHealthCheck,
} from "./aws";
import {
  addressClaim,
  checkPlatformIs,
  exposedEndpoint,
  exposedService,
  loadBalancerFields,
  type LoadBalancerArgs,
} from "./exposed";
import { checkZone } from "./hosts";
import { entryName, type Claim, type CompiledEntry, type EntryKind } from "./kind";
import { checkIdle, checkLeaving, writtenIdleSeconds, writtenLeavingSeconds } from "./limits";

/** TLS that ends at the load balancer. Its listener then has a fixed idle limit and cannot stick. */
export interface NlbTls {
  /** ARN of a certificate of AWS Certificate Manager; known later where `certificate` has the stack make it. */
  certificateArn: string | Hole;
}

/** A Network Load Balancer that sends straight to the pods. Sticks by the client's address. */
export interface AwsNlbEntry extends LoadBalancerArgs {
  kind: "aws-nlb";
  /** TLS at the load balancer. Default: bytes pass, and the pods speak TLS where the service's own `tls` says so. */
  tls?: NlbTls;
  /** Subnets, one for each availability zone. Default: the controller finds them by their tags. */
  subnets?: string[];
  /** Elastic IP allocations, as many as `subnets` and in their order. Only for a public load balancer. */
  eipAllocations?: (string | Hole)[];
  healthCheck: AwsHealthCheck;
}

const schema: z.ZodType<AwsNlbEntry> = block({
  kind: oneOf(["aws-nlb"]),
  ...loadBalancerFields,
  tls: block({ certificateArn: certificateArn() }).optional(),
  subnets: list(subnetId(), "subnets").optional(),
  eipAllocations: list(
    text("the id of an Elastic IP allocation, such as eipalloc-0a1b2c3d", /^eipalloc-[0-9a-f]{8,17}$/),
    "Elastic IP allocations",
  ).optional(),
  healthCheck: healthCheckField(),
});

const hop = ({ tls }: AwsNlbEntry): HopKind => (tls === undefined ? "aws-nlb" : "aws-nlb-tls");

function check(args: AwsNlbEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkPlatformIs("aws-nlb", "aws", surroundings, "load-balancer, which every platform has"),
    ...checkControllerVersion(surroundings.cluster, AWS_CONTROLLER_SINCE.listenerAttributes, "an idle limit can be written"),
    ...checkZone(args, surroundings),
    ...checkHealthCheck(args.healthCheck),
    ...(args.tls === undefined ? checkIdle("aws-nlb", service) : checkListenerTls(service)),
    ...checkLeaving("aws-nlb", service),
    ...checkEips(args),
  ];
}

/** A TLS listener has one idle limit for everybody and no stickiness. */
function checkListenerTls({ promise, scaling, tls }: Partial<Service>): Problem[] {
  const problems: Problem[] = [];
  if (tls !== undefined) {
    const message = "found beside the service's own tls, by which the pods end TLS themselves. Remove one of the two.";
    problems.push({ path: "tls", message });
  }
  if (promise === undefined) return problems;
  const fixed = facts("aws-nlb-tls").idle.defaultSeconds!;
  const waysOut = `remove it and let the pods speak TLS (the service's own tls), or use aws-alb or gateway`;
  const { heartbeat } = promise;
  if (promise.idleSeconds >= fixed && !(heartbeat !== undefined && heartbeat.seconds < fixed)) {
    const message = `found with promise.idleSeconds ${promise.idleSeconds}; a TLS listener closes after ${fixed} silent seconds, fixed. Ways out: ${waysOut}, add a promise.heartbeat below ${fixed}, or promise less.`;
    problems.push({ path: "tls", message });
  }
  if (promise.affinity.mode === "client" && scaling?.max !== 1) {
    const message = `found with promise.affinity.mode: client; a TLS listener cannot stick by the source address. Ways out: ${waysOut}, or write mode: none.`;
    problems.push({ path: "tls", message });
  }
  return problems;
}

function checkEips({ eipAllocations, subnets, internal }: AwsNlbEntry): Problem[] {
  if (eipAllocations === undefined) return [];
  if (internal) {
    const message = "found with internal: true; an Elastic IP is a public address. Remove it, or write internal: false.";
    return [{ path: "eipAllocations", message }];
  }
  if (subnets !== undefined && subnets.length === eipAllocations.length) return [];
  const found = subnets === undefined ? "no subnets" : `${subnets.length} subnets`;
  const message = `found ${eipAllocations.length} with ${found}; allowed: as many as subnets, in their order. Write both lists.`;
  return [{ path: "eipAllocations", message }];
}

function claims({ eipAllocations = [] }: AwsNlbEntry): Claim[] {
  return eipAllocations.flatMap((id, index) =>
    id instanceof Hole ? [] : [addressClaim(`eipAllocations[${index}]`, "Elastic IP", id)],
  );
}

function compile(args: AwsNlbEntry, service: Service, surroundings: Surroundings): CompiledEntry {
  const logicalName = `${entryName(args)}-service`;
  return {
    objects: [
      exposedService(args, service, {
        logicalName,
        annotations: annotations(args, service, surroundings),
        spec: {
          type: "LoadBalancer",
          loadBalancerClass: AWS_CLASSES.networkLoadBalancer,
          allocateLoadBalancerNodePorts: false,
          ...(args.allowedRanges === undefined ? {} : { loadBalancerSourceRanges: args.allowedRanges }),
          sessionAffinity: "None",
        },
        why: why(args, service),
      }),
    ],
    endpoint: exposedEndpoint(args, service, { logicalName, tlsAtListener: args.tls !== undefined }),
    needs: [awsController(`it makes the load balancer of ${service.name}`)],
  };
}

function annotations(args: AwsNlbEntry, service: Service, { cluster }: Surroundings): Record<string, string> {
  const { tls, subnets, eipAllocations } = args;
  const written: Annotations = {
    scheme: args.internal ? "internal" : "internet-facing",
    "nlb-target-type": "ip",
    ...(tls === undefined
      ? { [`listener-attributes.TCP-${args.port}`]: attributes({ [AWS_ATTRIBUTES.listenerIdle]: writtenIdle(service) }) }
      : { "ssl-cert": tls.certificateArn, "ssl-ports": String(args.port), "backend-protocol": "tcp" }),
    ...tlsPolicy("ssl-negotiation-policy", args),
    "target-group-attributes": attributes({
      ...stickiness(service),
      [AWS_ATTRIBUTES.deregistrationDelay]: writtenLeavingSeconds("aws-nlb", service, cluster),
      ...(args.allowedRanges === undefined ? {} : { [AWS_ATTRIBUTES.preserveClientIp]: true }),
    }),
    ...healthCheck(args, service),
    ...(subnets === undefined ? {} : { subnets: subnets.join(",") }),
    ...(eipAllocations === undefined ? {} : { "eip-allocations": joined(eipAllocations) }),
  };
  const prefixed = Object.entries(written).map(([key, value]) => [AWS_SERVICE_PREFIX + key, value]);
  return Object.fromEntries(prefixed) as Record<string, string>;
}

/** A list of which all may be known later. */
function joined(items: (string | Hole)[]): string | Later {
  const holes = items.filter((item) => item instanceof Hole);
  return holes.length === 0 ? items.join(",") : new Later(holes, (found) => found.join(","));
}

const writtenIdle = (service: Service): number => writtenIdleSeconds("aws-nlb", service.promise);

function stickiness({ promise }: Service): Record<string, string | boolean> {
  if (promise.affinity.mode === "none") return {};
  return { [AWS_ATTRIBUTES.stickinessEnabled]: true, [AWS_ATTRIBUTES.stickinessType]: "source_ip" };
}

function healthCheck({ healthCheck: asked }: AwsNlbEntry, service: Service): Record<string, string> {
  const path = healthPath(service, asked.path);
  return {
    "healthcheck-protocol": path === undefined ? "tcp" : service.tls === undefined ? "http" : "https",
    ...(path === undefined ? {} : { "healthcheck-path": path }),
    "healthcheck-interval": String(asked.intervalSeconds),
    "healthcheck-timeout": String(asked.timeoutSeconds),
    "healthcheck-healthy-threshold": String(asked.healthyThreshold),
    "healthcheck-unhealthy-threshold": String(asked.unhealthyThreshold),
  };
}

function why(args: AwsNlbEntry, service: Service): string[] {
  const { idleSeconds, affinity } = service.promise;
  const key = `listener-attributes.TCP-${args.port}`;
  return [
    args.tls === undefined
      ? `${key} names the listener, which is the Service's port; the promised ${idleSeconds} s are the boundary, ${writtenIdle(service) - idleSeconds} s on top keep away from it.`
      : `No listener attribute: a TLS listener keeps ${facts("aws-nlb-tls").idle.defaultSeconds} s, and nothing changes that.`,
    "The class is written, because without it another controller may take the Service; the scheme, because the controller's default is internal.",
    "ip targets: the load balancer sends to the pods themselves, so neither node ports nor the Service's sessionAffinity are asked.",
    ...(affinity.mode === "none" ? [] : ["stickiness by source_ip: clients behind one NAT all reach one pod."]),
    ...(args.allowedRanges === undefined
      ? []
      : [
          "preserve_client_ip: the controller's documentation asks for it where source ranges are given; pods see the client's address too.",
        ]),
  ];
}

export const awsNlb: EntryKind<AwsNlbEntry> = {
  kind: "aws-nlb",
  schema,
  sticksBy: ({ tls }) => (tls === undefined ? "source-ip" : "none"),
  hop,
  passesBytes: true,
  check,
  claims,
  checksPodsForSeconds: (args, service) => registrationSeconds(hop(args), args.healthCheck, service),
  namespaceLabels: () => READINESS_GATE_LABEL,
  warn: (_args, service) => warnAboutReadinessGate(service),
  compile,
};
