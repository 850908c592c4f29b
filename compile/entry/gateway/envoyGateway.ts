import { ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE, versionAtLeast } from "../../../path/facts";
import type { ConnectionPromise } from "../../../path/model";
import type { CompiledObject } from "../../model";
import type { Service } from "../../service";
import type { Surroundings } from "../../stack";
import { writtenIdleSeconds } from "../limits";
import {
  gatewayName,
  policy,
  routeName,
  SECRET_TLS_KEYS,
  strongestPromise,
  strongestWhy,
  targetOf,
  type GatewayEntry,
  type GatewayImplementation,
  type GatewayParts,
} from "./implementation";
import { checkOwnLoadBalancer, ownLoadBalancer, ownLoadBalancerNeeds } from "./ownLoadBalancer";

const API_VERSION = "gateway.envoyproxy.io/v1alpha1";

const idle = (promise: ConnectionPromise): string => `${writtenIdleSeconds("envoy-gateway", promise)}s`;

/** The idle limit hangs on the route; an older version knows it only for the whole Gateway. */
function parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts {
  const { cluster } = surroundings;
  const version = cluster.controllers?.["envoy-gateway"];
  const onRoute = versionAtLeast(version, ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE) !== false;
  const onGateway = onRoute || args.on !== undefined ? [] : [clientPolicy(args, service)];
  return { ...ownLoadBalancer(args, service, surroundings), after: [...onGateway, backendPolicy(args, service, onRoute)] };
}

function clientPolicy(args: GatewayEntry, service: Service): CompiledObject {
  return policy(args, service, {
    what: "client-policy",
    apiVersion: API_VERSION,
    kind: "ClientTrafficPolicy",
    spec: {
      targetRefs: [targetOf("Gateway", args, service)],
      timeout: { http: { streamIdleTimeout: idle(strongestPromise(args, service)) } },
    },
    after: [gatewayName(args)],
    shared: true,
    why: [
      ...strongestWhy(args),
      `streamIdleTimeout on the whole Gateway: before ${ENVOY_GATEWAY_ROUTE_STREAM_IDLE_SINCE} no route has one of its own.`,
    ],
  });
}

function backendPolicy(args: GatewayEntry, service: Service, onRoute: boolean): CompiledObject {
  const { affinity, idleSeconds } = service.promise;
  const cookie = { name: affinity.cookieName ?? `${service.name}-route`, ttl: `${affinity.ttlSeconds}s` };
  return policy(args, service, {
    what: "backend-policy",
    apiVersion: API_VERSION,
    kind: "BackendTrafficPolicy",
    spec: {
      targetRefs: [targetOf("HTTPRoute", args, service)],
      timeout: { http: { requestTimeout: "0s", ...(onRoute ? { streamIdleTimeout: idle(service.promise) } : {}) } },
      ...(affinity.mode === "none"
        ? {}
        : { loadBalancer: { type: "ConsistentHash", consistentHash: { type: "Cookie", cookie } } }),
    },
    after: [routeName(args)],
    why: [
      ...(onRoute
        ? [
            `streamIdleTimeout ${idle(service.promise)}: the promised ${idleSeconds} s are the boundary, the rest keeps away from it.`,
          ]
        : []),
      "requestTimeout 0s: a timeout of the whole request would end an answer that streams.",
      ...(affinity.mode === "none"
        ? []
        : ["The pod follows from a hash of the cookie: when pods come or go, a few clients move."]),
    ],
  });
}

export const envoyGateway: GatewayImplementation = {
  title: "Envoy Gateway",
  className: () => "eg",
  sticksBy: "named-cookie",
  tlsKeys: SECRET_TLS_KEYS,
  hop: () => "envoy-gateway",
  check: checkOwnLoadBalancer,
  parts,
  needs: (args, _service, surroundings) => [
    { kind: "controller", name: "envoy-gateway", why: `it serves ${args.host}` },
    ...ownLoadBalancerNeeds(args, surroundings),
    { kind: "CustomResourceDefinition", name: "backendtrafficpolicies.gateway.envoyproxy.io", why: "idle limit and stickiness" },
  ],
};
