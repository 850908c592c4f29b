import { facts } from "../../../path/facts";
import type { Problem } from "../../check/problem";
import type { Service } from "../../service";
import { healthPath } from "../aws";
import { checkPlatformIs } from "../exposed";
import { objectNameOf } from "../kind";
import { checkIdle } from "../limits";
import { ownService, ownServiceName } from "../ownService";
import {
  policy,
  routeName,
  SECRET_TLS_KEYS,
  targetOf,
  type GatewayEntry,
  type GatewayImplementation,
  type GatewayParts,
} from "./implementation";

const API_VERSION = "alb.networking.azure.io/v1";

function checkLoadBalancer({ applicationLoadBalancer }: GatewayEntry): Problem[] {
  if (applicationLoadBalancer !== undefined) return [];
  const message = "missing with implementation: agc; needed: { name, namespace } of the ApplicationLoadBalancer object.";
  return [{ path: "applicationLoadBalancer", message }];
}

function parts(args: GatewayEntry, service: Service): GatewayParts {
  const { name = "", namespace = "" } = args.applicationLoadBalancer ?? {};
  const own = ownService(args, service, {
    why: "A Service of its own: the HealthCheckPolicy hangs on it, and belongs to this entry alone.",
  });
  return {
    before: [own],
    after: [routePolicy(args, service), healthCheckPolicy(args, service)],
    backend: { name: objectNameOf(service, args), logicalName: ownServiceName(args) },
    annotations: { "alb.networking.azure.io/alb-name": name, "alb.networking.azure.io/alb-namespace": namespace },
    why: [
      `It closes after ${facts("agc").idle.defaultSeconds} silent seconds, fixed: the application's messages have to come sooner.`,
    ],
  };
}

function routePolicy(args: GatewayEntry, service: Service) {
  const { affinity } = service.promise;
  const sessionAffinity = {
    affinityType: "application-cookie",
    cookieName: affinity.cookieName ?? `${service.name}-route`,
    cookieDuration: `${affinity.ttlSeconds}s`,
  };
  return policy(args, service, {
    what: "route-policy",
    apiVersion: API_VERSION,
    kind: "RoutePolicy",
    spec: {
      targetRef: targetOf("HTTPRoute", args, service),
      default: { timeouts: { routeTimeout: "0s" }, ...(affinity.mode === "none" ? {} : { sessionAffinity }) },
    },
    after: [routeName(args)],
    why: ["routeTimeout 0s: it would end every connection after a minute, silent or not."],
  });
}

const HEALTH_CHECK = { intervalSeconds: 5, healthyThreshold: 1 };

/** Its own default check calls a pod that answers / with anything but 200 to 399 ill. */
function healthCheckPolicy(args: GatewayEntry, service: Service) {
  return policy(args, service, {
    what: "health-check-policy",
    apiVersion: API_VERSION,
    kind: "HealthCheckPolicy",
    spec: {
      targetRef: { group: "", kind: "Service", name: objectNameOf(service, args) },
      default: {
        interval: `${HEALTH_CHECK.intervalSeconds}s`,
        timeout: "3s",
        healthyThreshold: HEALTH_CHECK.healthyThreshold,
        unhealthyThreshold: 2,
        http: { path: healthPath(service, undefined) ?? "/", match: { statusCodes: [{ start: 200, end: 399 }] } },
      },
    },
    after: [ownServiceName(args)],
  });
}

export const agc: GatewayImplementation = {
  title: "Application Gateway for Containers",
  className: () => "azure-alb-external",
  sticksBy: "named-cookie",
  tlsKeys: SECRET_TLS_KEYS,
  hop: () => "agc",
  checkGateway: checkLoadBalancer,
  check: (_args, service, surroundings) => [
    ...checkPlatformIs("agc", "azure", surroundings, "implementation: envoy-gateway", "implementation"),
    ...checkIdle("agc", service, { name: "implementation: istio or envoy-gateway", hop: "azure-lb" }),
  ],
  parts,
  // No readiness gate of its own is known.
  checksPodsForSeconds: () =>
    facts("agc").drain.propagationSeconds + HEALTH_CHECK.intervalSeconds * HEALTH_CHECK.healthyThreshold,
  needs: ({ host, applicationLoadBalancer }) => [
    { kind: "controller", name: "alb-controller", why: `it makes the load balancer of ${host}` },
    ...(applicationLoadBalancer === undefined
      ? []
      : [
          {
            kind: "ApplicationLoadBalancer",
            name: `${applicationLoadBalancer.namespace}/${applicationLoadBalancer.name}`,
            why: `${host} is served by it`,
          },
        ]),
  ],
};
