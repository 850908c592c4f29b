import type { z } from "zod";
import { ALB_CLIENT_KEEP_ALIVE, AWS_ATTRIBUTES, facts, type HopKind } from "../../path/facts";
import { ALB_PREFIX } from "../../path/facts/aws";
import { ENTRY_BOUNDS } from "../../path/facts/entries";
import { block, label, list, objectName, oneOf, wholeNumber, yesOrNo } from "../check/fields";
import type { Problem } from "../check/problem";
import { CLUSTER_IP_SERVICE } from "../clusterIpService";
import { metadataOf } from "../labels";
import type { CompiledObject, Hole } from "../model";
import { afterNamespace } from "../namespace";
import { portName } from "../port";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import type { DraftSurroundings, Surroundings } from "../stack";
import {
  attributes,
  awsController,
  certificateArn,
  checkHealthCheck,
  healthCheckField,
  healthPath,
  isGrpc,
  READINESS_GATE_LABEL,
  registrationSeconds,
  subnetId,
  tlsPolicy,
  warnAboutReadinessGate,
  type Annotations,
  type AwsHealthCheck,
} from "./aws";
import { allowedRanges, checkPlatformIs } from "./exposed";
import { checkHttp, checkTlsGiven, checkZone, hostClaim, hostFields, hostUrl, warnAboutHost, type HostArgs } from "./hosts";
import { linkGroups, placeInGroup } from "./albGroup";
import { entryName, objectNameOf, type Claim, type CompiledEntry, type EntryKind } from "./kind";
import { checkIdle, checkLeaving, checkStickiness, writtenIdleSeconds, writtenLeavingSeconds } from "./limits";

/** The certificate clients see. */
export interface AlbTls {
  /** ARN of a certificate of AWS Certificate Manager; known later where `certificate` has the stack make it. */
  certificateArn: string | Hole;
}

/** An Application Load Balancer that sends straight to the pods. Sticks by a cookie of its own (AWSALB). */
export interface AwsAlbEntry extends HostArgs {
  kind: "aws-alb";
  /** The Ingress class. Default alb. */
  className: string;
  /** Whether only the private network reaches it. Default false. A change replaces the load balancer. */
  internal: boolean;
  /** Needed in production; plain HTTP is then redirected. Without it the host is served over plain HTTP. */
  tls?: AlbTls;
  /** Entries with the same group share one load balancer. Its idle limit is the longest that one of them promises. */
  group?: string;
  /** Place of its rules among those of the group. -1000 to 1000. Default: the deeper the path, the earlier; 0 for `/`. */
  groupOrder?: number;
  /** Found, not written: the place of an earlier entry that serves the host by another load balancer. */
  alsoServedBy?: string;
  /** Found, not written: the longest promise of the group. */
  groupIdleSeconds?: number;
  /** Subnets, one for each availability zone. Default: the controller finds them by their tags. */
  subnets?: string[];
  /** Blocks of addresses that may connect. Default: all. */
  allowedRanges?: string[];
  healthCheck: AwsHealthCheck;
}

const { albGroupOrder } = ENTRY_BOUNDS;

const schema: z.ZodType<AwsAlbEntry> = block({
  kind: oneOf(["aws-alb"]),
  ...hostFields,
  className: objectName("an Ingress class").default("alb"),
  internal: yesOrNo().default(false),
  tls: block({ certificateArn: certificateArn() }).optional(),
  group: label().optional(),
  groupOrder: wholeNumber("places", albGroupOrder.minimum, albGroupOrder.maximum).optional(),
  subnets: list(subnetId(), "subnets").optional(),
  allowedRanges: allowedRanges(),
  healthCheck: healthCheckField(),
});

const hop = (): HopKind => "aws-alb";

function check(args: AwsAlbEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkPlatformIs("aws-alb", "aws", surroundings, "https, which every platform has"),
    ...checkZone(args, surroundings),
    ...checkTlsGiven(args.tls, surroundings, "Write certificate: { mode: create }, or tls: { certificateArn: ... }."),
    ...checkHttp("aws-alb", "an Application Load Balancer", service, "aws-nlb"),
    ...checkGrpc(args, service),
    ...checkHealthCheck(args.healthCheck),
    ...checkIdle("aws-alb", service, { name: "aws-nlb with TLS in the pod", hop: "aws-nlb" }),
    ...checkLeaving("aws-alb", service),
    ...checkStickiness("aws-alb", service),
    ...checkGroup(args),
  ];
}

function checkGrpc({ tls }: AwsAlbEntry, { protocol }: Partial<Service>): Problem[] {
  if (protocol !== "grpc" || tls !== undefined) return [];
  const message =
    "missing with protocol: grpc, which an Application Load Balancer takes over HTTPS only. Write tls: { certificateArn: ... }, or use kind: aws-nlb.";
  return [{ path: "tls", message }];
}

function checkGroup({ group, groupOrder }: AwsAlbEntry): Problem[] {
  if (group !== undefined || groupOrder === undefined) return [];
  const message = `found ${groupOrder} without a group, where nothing reads it. Remove it, or write the group.`;
  return [{ path: "groupOrder", message }];
}

/** One load balancer has one value of everything that is not a rule. */
function claims(args: AwsAlbEntry): Claim[] {
  const { group, internal, tls, subnets = [], allowedRanges: ranges = [] } = args;
  if (group === undefined) return [hostClaim(args, internal)];
  const shared = (path: string, key: string, value: string, what: string): Claim => ({
    path,
    key: `alb group ${group} ${key}`,
    found: value,
    value,
    taken: `has otherwise in group ${group}`,
    wayOut: `One load balancer has one ${what}: write the same in both, or another group.`,
  });
  return [
    hostClaim(args, internal),
    shared("internal", "internal", String(internal), "scheme"),
    shared("subnets", "subnets", [...subnets].sort().join(",") || "none", "list of subnets"),
    shared("allowedRanges", "ranges", [...ranges].sort().join(",") || "none", "list of ranges"),
    shared("tls", "tls", tls === undefined ? "plain HTTP" : "TLS", "answer to plain HTTP: it is redirected for all or for none"),
  ];
}

function compile(args: AwsAlbEntry, service: Service, surroundings: Surroundings): CompiledEntry {
  const logicalName = `${entryName(args)}-ingress`;
  return {
    objects: [ingress(args, service, surroundings, logicalName)],
    endpoint: {
      entry: entryName(args),
      kind: args.kind,
      url: hostUrl(service, args, args.tls !== undefined),
      host: args.host,
      addressFrom: { logicalName },
    },
    needs: [
      { kind: "IngressClass", name: args.className, why: `the AWS Load Balancer Controller serves ${args.host} by it` },
      awsController(`it makes the load balancer of ${args.host}`),
    ],
  };
}

function ingress(args: AwsAlbEntry, service: Service, surroundings: Surroundings, logicalName: string): CompiledObject {
  const backend = { service: { name: service.name, port: { name: portName(service) } } };
  return {
    logicalName,
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: {
        ...metadataOf(service, objectNameOf(service, args)),
        annotations: { ...annotations(args, service, surroundings), ...promiseAnnotation(service) },
      },
      spec: {
        ingressClassName: args.className,
        rules: [{ host: args.host, http: { paths: [{ path: args.path, pathType: "Prefix", backend }] } }],
      },
    },
    after: [...afterNamespace(service), CLUSTER_IP_SERVICE],
    why: why(args, service),
  };
}

function annotations(args: AwsAlbEntry, service: Service, { cluster }: Surroundings): Record<string, string> {
  const { tls, group, subnets, allowedRanges: ranges } = args;
  const place = group === undefined ? 0 : placeInGroup(args);
  const written: Annotations = {
    scheme: args.internal ? "internal" : "internet-facing",
    "target-type": "ip",
    ...(tls === undefined
      ? { "listen-ports": '[{"HTTP":80}]' }
      : { "listen-ports": '[{"HTTP":80},{"HTTPS":443}]', "ssl-redirect": "443", "certificate-arn": tls.certificateArn }),
    ...tlsPolicy("ssl-policy", args),
    ...(isGrpc(service.protocol) ? { "backend-protocol-version": "GRPC" } : {}),
    "load-balancer-attributes": attributes({
      [AWS_ATTRIBUTES.albIdle]: writtenIdle(args, service),
      [AWS_ATTRIBUTES.albClientKeepAlive]: writtenKeepAlive(args, service),
    }),
    "target-group-attributes": attributes({
      ...stickiness(service),
      [AWS_ATTRIBUTES.deregistrationDelay]: writtenLeavingSeconds("aws-alb", service, cluster),
    }),
    ...healthCheck(args, service),
    ...(group === undefined ? {} : { "group.name": group }),
    ...(place === 0 ? {} : { "group.order": String(place) }),
    ...(subnets === undefined ? {} : { subnets: subnets.join(",") }),
    ...(ranges === undefined ? {} : { "inbound-cidrs": ranges.join(",") }),
  };
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [ALB_PREFIX + key, value])) as Record<string, string>;
}

/** The longest promise there is: the load balancer has one limit for all of its group, and another would be refused. */
const longestPromise = ({ groupIdleSeconds = 0 }: AwsAlbEntry, { promise }: Service): number =>
  Math.max(groupIdleSeconds, promise.idleSeconds);

const writtenIdle = (args: AwsAlbEntry, service: Service): number =>
  writtenIdleSeconds("aws-alb", { ...service.promise, idleSeconds: longestPromise(args, service) });

/** Twice the idle limit, and never less than where nothing is written. */
const writtenKeepAlive = (args: AwsAlbEntry, service: Service): number => {
  const { defaultSeconds, maximumSeconds } = ALB_CLIENT_KEEP_ALIVE;
  return Math.min(Math.max(2 * writtenIdle(args, service), defaultSeconds), maximumSeconds);
};

function stickiness({ promise: { affinity } }: Service): Record<string, string | number | boolean> {
  if (affinity.mode === "none") return {};
  return {
    [AWS_ATTRIBUTES.stickinessEnabled]: true,
    [AWS_ATTRIBUTES.stickinessType]: "lb_cookie",
    [AWS_ATTRIBUTES.lbCookieDuration]: affinity.ttlSeconds,
  };
}

function healthCheck({ healthCheck: asked }: AwsAlbEntry, service: Service): Record<string, string> {
  const path = isGrpc(service.protocol) ? (asked.path ?? "/grpc.health.v1.Health/Check") : healthPath(service, asked.path);
  return {
    "healthcheck-path": path ?? "/",
    ...(isGrpc(service.protocol) ? { "success-codes": "0" } : {}),
    "healthcheck-interval-seconds": String(asked.intervalSeconds),
    "healthcheck-timeout-seconds": String(asked.timeoutSeconds),
    "healthy-threshold-count": String(asked.healthyThreshold),
    "unhealthy-threshold-count": String(asked.unhealthyThreshold),
  };
}

function why(args: AwsAlbEntry, service: Service): string[] {
  const { group } = args;
  const { affinity } = service.promise;
  const promised = longestPromise(args, service);
  return [
    `${AWS_ATTRIBUTES.albIdle} ${writtenIdle(args, service)}: the promised ${promised} s are the boundary, ${writtenIdle(args, service) - promised} s on top keep away from it.`,
    `${AWS_ATTRIBUTES.albClientKeepAlive} ${writtenKeepAlive(args, service)}: how it treats an upgraded connection is written down nowhere, so it stands well above the idle limit.`,
    "target-type ip: the load balancer sends to the pods themselves, without which its cookie would name a node.",
    ...(affinity.mode === "none" ? [] : ["The cookie is called AWSALB; a name of one's own it takes only from the application."]),
    `${facts("aws-node-eni").title} counts too: on some instance types it forgets a connection sooner than this, and the launch template of the nodes says so.`,
    ...(group === undefined
      ? []
      : [
          `Group ${group}: everything in it shares this load balancer; its idle limit is written for the longest promise, the same in all.`,
        ]),
  ];
}

export const awsAlb: EntryKind<AwsAlbEntry> = {
  kind: "aws-alb",
  schema,
  sticksBy: () => "cookie",
  hop,
  link: linkGroups,
  check,
  claims,
  checksPodsForSeconds: ({ healthCheck }, service) => registrationSeconds("aws-alb", healthCheck, service),
  namespaceLabels: () => READINESS_GATE_LABEL,
  warn: (args, service) => [...warnAboutReadinessGate(service), ...warnAboutHost(args, "write the same group in both")],
  compile,
};
