import { facts } from "../../../path/facts";
import type { Service } from "../../service";
import type { Surroundings } from "../../stack";
import { healthPath } from "../aws";
import { checkPlatformIs } from "../exposed";
import { objectNameOf } from "../kind";
import { checkLeaving, checkStickiness, writtenIdleSeconds, writtenLeavingSeconds } from "../limits";
import { ownService, ownServiceName } from "../ownService";
import { policy, SECRET_TLS_KEYS, type GatewayEntry, type GatewayImplementation, type GatewayParts } from "./implementation";

const API_VERSION = "networking.gke.io/v1";

const hop = ({ internal = false }: GatewayEntry) =>
  internal ? ("gke-gateway-regional" as const) : ("gke-gateway-global" as const);

function parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts {
  const { tls, staticAddress } = args;
  const own = ownService(args, service, {
    why: "A Service of its own: the policies hang on it, and belong to this entry alone.",
  });
  return {
    before: [own],
    after: [backendPolicy(args, service, surroundings), healthCheckPolicy(args, service)],
    backend: { name: objectNameOf(service, args), logicalName: ownServiceName(args) },
    ...(tls?.certificateMap === undefined
      ? {}
      : { annotations: { "networking.gke.io/certmap": tls.certificateMap }, listenerTls: null }),
    ...(staticAddress === undefined ? {} : { spec: { addresses: [{ type: "NamedAddress", value: staticAddress }] } }),
    ...(args.internal
      ? {}
      : { why: [`Google ends a WebSocket after ${facts("gke-gateway-lifetime").idle.defaultSeconds} s, whatever it carries.`] }),
  };
}

function backendPolicy(args: GatewayEntry, service: Service, { cluster }: Surroundings) {
  const { affinity, idleSeconds } = service.promise;
  const sticky = { type: "GENERATED_COOKIE", cookieTtlSec: affinity.ttlSeconds };
  const timeoutSec = writtenIdleSeconds(hop(args), service.promise);
  return policy(args, service, {
    what: "backend-policy",
    apiVersion: API_VERSION,
    kind: "GCPBackendPolicy",
    spec: {
      targetRef: { group: "", kind: "Service", name: objectNameOf(service, args) },
      default: {
        timeoutSec,
        sessionAffinity: affinity.mode === "none" ? { type: "NONE" } : sticky,
        connectionDraining: { drainingTimeoutSec: writtenLeavingSeconds(hop(args), service, cluster) },
      },
    },
    after: [ownServiceName(args)],
    why: [
      `timeoutSec ${timeoutSec}: the promised ${idleSeconds} s are the boundary, ${timeoutSec - idleSeconds} s on top keep away from it. An answer that streams ends with it.`,
      "drainingTimeoutSec: without it the load balancer cuts the connections of a pod as soon as the pod begins to leave.",
    ],
  });
}

function healthCheckPolicy(args: GatewayEntry, service: Service) {
  const grpc = { type: "GRPC", grpcHealthCheck: { portSpecification: "USE_SERVING_PORT" } };
  const path = healthPath(service, undefined) ?? "/";
  const http = { type: "HTTP", httpHealthCheck: { portSpecification: "USE_SERVING_PORT", requestPath: path } };
  return policy(args, service, {
    what: "health-check-policy",
    apiVersion: API_VERSION,
    kind: "HealthCheckPolicy",
    spec: {
      targetRef: { group: "", kind: "Service", name: objectNameOf(service, args) },
      default: { config: service.protocol === "grpc" ? grpc : http },
    },
    after: [ownServiceName(args)],
  });
}

export const gke: GatewayImplementation = {
  title: "GKE's Gateway",
  className: ({ internal }) => (internal ? "gke-l7-rilb" : "gke-l7-global-external-managed"),
  sticksBy: "cookie",
  tlsKeys: [...SECRET_TLS_KEYS, "certificateMap"],
  canBeInternal: true,
  hop,
  check: (args, service, surroundings) => [
    ...checkPlatformIs("gke", "gcp", surroundings, "implementation: envoy-gateway", "implementation"),
    ...checkLeaving(hop(args), service),
    ...checkStickiness(hop(args), service),
  ],
  parts,
  needs: ({ host, staticAddress, tls }) => [
    { kind: "controller", name: "gke-gateway", why: `it makes the load balancer of ${host}` },
    ...(staticAddress === undefined
      ? []
      : [{ kind: "static address of Google", name: staticAddress, why: `${host} is reached by it` }]),
    ...(tls?.certificateMap === undefined
      ? []
      : [{ kind: "certificate map of Google", name: tls.certificateMap, why: `it holds the certificate of ${host}` }]),
  ],
};
