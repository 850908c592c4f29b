import type { Service } from "../../service";
import type { Surroundings } from "../../stack";
import { objectNameOf } from "../kind";
import { ownService, ownServiceName } from "../ownService";
import { policy, SECRET_TLS_KEYS, type GatewayEntry, type GatewayImplementation, type GatewayParts } from "./implementation";
import { checkOwnLoadBalancer, ownLoadBalancer, ownLoadBalancerNeeds } from "./ownLoadBalancer";

function parts(args: GatewayEntry, service: Service, surroundings: Surroundings): GatewayParts {
  const { affinity } = service.promise;
  const own = ownLoadBalancer(args, service, surroundings);
  const ofTheGateway = {
    ...own,
    why: ["No idle limit of the proxy stands here: Istio's gateway switches that of HTTP off.", ...(own.why ?? [])],
  };
  if (affinity.mode === "none") return ofTheGateway;
  const name = objectNameOf(service, args);
  const httpCookie = { name: affinity.cookieName ?? `${service.name}-route`, path: "/", ttl: `${affinity.ttlSeconds}s` };
  const hashed = ownService(args, service, {
    why: "A Service of its own: the DestinationRule hangs on it, and changes nothing for clients inside the mesh.",
  });
  const rule = policy(args, service, {
    what: "destination-rule",
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    spec: {
      host: `${name}.${service.namespace}.svc.cluster.local`,
      trafficPolicy: { loadBalancer: { consistentHash: { httpCookie } } },
    },
    after: [ownServiceName(args)],
    why: ["The pod follows from a hash of the cookie: when pods come or go, a few clients move."],
  });
  return { ...ofTheGateway, before: [hashed], after: [rule], backend: { name, logicalName: ownServiceName(args) } };
}

export const istio: GatewayImplementation = {
  title: "Istio",
  className: () => "istio",
  sticksBy: "named-cookie",
  tlsKeys: SECRET_TLS_KEYS,
  hop: () => "istio",
  check: checkOwnLoadBalancer,
  parts,
  needs: (args, { promise }, surroundings) => [
    { kind: "controller", name: "istio", why: `it serves ${args.host}` },
    ...ownLoadBalancerNeeds(args, surroundings),
    ...(promise.affinity.mode === "none"
      ? []
      : [{ kind: "CustomResourceDefinition", name: "destinationrules.networking.istio.io", why: "stickiness" }]),
  ],
};
