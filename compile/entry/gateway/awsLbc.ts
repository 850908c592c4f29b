import { ALB_CLIENT_KEEP_ALIVE, AWS_ATTRIBUTES, AWS_CONTROLLER_SINCE } from "../../../path/facts";
import type { Problem } from "../../check/problem";
import { afterNamespace } from "../../namespace";
import type { Hole } from "../../model";
import type { Service } from "../../service";
import type { Surroundings } from "../../stack";
import { awsController, checkControllerVersion, healthPath, isGrpc, registrationSeconds, tlsPolicy } from "../aws";
import { checkPlatformIs } from "../exposed";
import { objectNameOf } from "../kind";
import { checkIdle, checkLeaving, checkStickiness, writtenIdleSeconds, writtenLeavingSeconds } from "../limits";
import { ownService, ownServiceName } from "../ownService";
import {
  policy,
  strongestPromise,
  strongestWhy,
  type GatewayEntry,
  type GatewayImplementation,
  type GatewayParts,
} from "./implementation";

/** Served by every version that has a Gateway; newer ones store v1. */
const API_VERSION = "gateway.k8s.aws/v1beta1";

const pairs = (values: Record<string, string | number | boolean>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: String(value) }));

function checkCertificate({ tls }: GatewayEntry): Problem[] {
  // A certificate of another kind is told about where it stands.
  if (tls === undefined || Object.values(tls).some((value) => value !== undefined)) return [];
  const message = "missing; this implementation takes certificates of AWS Certificate Manager only. Write the ARN of one.";
  return [{ path: "tls.certificateArn", message }];
}

function checkGrpc({ tls }: GatewayEntry, { protocol }: Partial<Service>): Problem[] {
  if (protocol !== "grpc" || tls !== undefined) return [];
  const message =
    "missing with protocol: grpc, which an Application Load Balancer takes over HTTPS only. Write tls: { certificateArn: ... }.";
  return [{ path: "tls", message }];
}

function parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts {
  const own = ownService(args, service, {
    why: "A Service of its own: the TargetGroupConfiguration hangs on it, and belongs to this entry alone.",
  });
  const name = objectNameOf(service, args);
  const ofTheGateway = args.on === undefined ? [loadBalancerConfiguration(args, service)] : [];
  return {
    before: [own, ...ofTheGateway, targetGroupConfiguration(args, service, surroundings)],
    backend: { name, logicalName: ownServiceName(args) },
    spec: { infrastructure: { parametersRef: { group: "gateway.k8s.aws", kind: "LoadBalancerConfiguration", name } } },
    listenerTls: null,
    why: ["The certificate stands in the LoadBalancerConfiguration; certificateRefs of a listener are not read here."],
  };
}

function loadBalancerConfiguration(args: GatewayEntry, service: Service) {
  const promise = strongestPromise(args, service);
  const idle = writtenIdleSeconds("aws-gateway-alb", promise);
  const keepAlive = Math.min(Math.max(2 * idle, ALB_CLIENT_KEEP_ALIVE.defaultSeconds), ALB_CLIENT_KEEP_ALIVE.maximumSeconds);
  const { certificateArn } = args.tls ?? {};
  return policy(args, service, {
    what: "load-balancer-configuration",
    apiVersion: API_VERSION,
    kind: "LoadBalancerConfiguration",
    spec: {
      scheme: args.internal ? "internal" : "internet-facing",
      loadBalancerAttributes: pairs({ [AWS_ATTRIBUTES.albIdle]: idle, [AWS_ATTRIBUTES.albClientKeepAlive]: keepAlive }),
      ...(certificateArn === undefined ? {} : { listenerConfigurations: [listener(args, certificateArn)] }),
    },
    after: afterNamespace(service),
    shared: true,
    why: [
      ...strongestWhy(args),
      `${AWS_ATTRIBUTES.albIdle} ${idle}: the promised ${promise.idleSeconds} s are the boundary, ${idle - promise.idleSeconds} s on top keep away from it. Timeouts of the route are not read here.`,
    ],
  });
}

const listener = (args: GatewayEntry, defaultCertificate: string | Hole) => ({
  protocolPort: "HTTPS:443",
  defaultCertificate,
  ...tlsPolicy("sslPolicy", args),
});

function targetGroupConfiguration(args: GatewayEntry, service: Service, { cluster }: Surroundings) {
  const { affinity } = service.promise;
  const sticky = {
    [AWS_ATTRIBUTES.stickinessEnabled]: true,
    [AWS_ATTRIBUTES.stickinessType]: "lb_cookie",
    [AWS_ATTRIBUTES.lbCookieDuration]: affinity.ttlSeconds,
  };
  const leaving = writtenLeavingSeconds("aws-gateway-alb", service, cluster);
  return policy(args, service, {
    what: "target-group-configuration",
    apiVersion: API_VERSION,
    kind: "TargetGroupConfiguration",
    spec: {
      targetReference: { name: objectNameOf(service, args) },
      defaultConfiguration: {
        targetType: "ip",
        ...(isGrpc(service.protocol) ? { protocolVersion: "GRPC" } : {}),
        targetGroupAttributes: pairs({
          ...(affinity.mode === "none" ? {} : sticky),
          [AWS_ATTRIBUTES.deregistrationDelay]: leaving,
        }),
        healthCheckConfig: healthCheck(service),
      },
    },
    after: [ownServiceName(args)],
    why: ["targetType ip: the load balancer sends to the pods themselves, without which its cookie would name a node."],
  });
}

const HEALTH_CHECK = { intervalSeconds: 30, healthyThreshold: 2 };

function healthCheck(service: Service) {
  const grpc = { healthCheckPath: "/grpc.health.v1.Health/Check", matcher: { grpcCode: "0" } };
  const http = { healthCheckPath: healthPath(service, undefined) ?? "/" };
  return {
    healthCheckProtocol: "HTTP",
    ...(isGrpc(service.protocol) ? grpc : http),
    healthCheckInterval: HEALTH_CHECK.intervalSeconds,
    healthCheckTimeout: 5,
    healthyThresholdCount: HEALTH_CHECK.healthyThreshold,
    unhealthyThresholdCount: 3,
  };
}

export const awsLbc: GatewayImplementation = {
  title: "the AWS Load Balancer Controller",
  className: () => "aws-alb",
  sticksBy: "cookie",
  tlsKeys: ["certificateArn"],
  canBeInternal: true,
  hop: () => "aws-gateway-alb",
  checkGateway: checkCertificate,
  check: (args, service, surroundings) => [
    ...checkPlatformIs("aws-lbc", "aws", surroundings, "implementation: envoy-gateway", "implementation"),
    ...checkControllerVersion(surroundings.cluster, AWS_CONTROLLER_SINCE.gatewayLayer7, "it serves HTTP routes of a Gateway"),
    ...checkGrpc(args, service),
    ...checkIdle("aws-gateway-alb", service, { name: "kind: aws-nlb with TLS in the pod", hop: "aws-nlb" }),
    ...checkLeaving("aws-gateway-alb", service),
    ...checkStickiness("aws-gateway-alb", service),
  ],
  parts,
  checksPodsForSeconds: (service) => registrationSeconds("aws-gateway-alb", HEALTH_CHECK, service),
  needs: ({ host }) => [
    awsController(`it makes the load balancer of ${host}`),
    { kind: "CustomResourceDefinition", name: "loadbalancerconfigurations.gateway.k8s.aws", why: "the idle limit stands there" },
  ],
};
