import type { Service } from "../../service";
import { objectNameOf } from "../kind";
import { ownService, ownServiceName } from "../ownService";
import { policy, SECRET_TLS_KEYS, type GatewayEntry, type GatewayImplementation, type GatewayParts } from "./implementation";

function parts(args: GatewayEntry, service: Service): GatewayParts {
  const { affinity } = service.promise;
  const why = ["No idle limit stands here: Istio's gateway switches that of HTTP off."];
  if (affinity.mode === "none") return { why };
  const name = objectNameOf(service, args);
  const httpCookie = { name: affinity.cookieName ?? `${service.name}-route`, path: "/", ttl: `${affinity.ttlSeconds}s` };
  const own = ownService(args, service, {
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
  return { before: [own], after: [rule], backend: { name, logicalName: ownServiceName(args) }, why };
}

export const istio: GatewayImplementation = {
  title: "Istio",
  className: () => "istio",
  sticksBy: "named-cookie",
  tlsKeys: SECRET_TLS_KEYS,
  hop: () => "istio",
  check: () => [],
  parts,
  needs: ({ host }, { promise }) => [
    { kind: "controller", name: "istio", why: `it serves ${host}` },
    ...(promise.affinity.mode === "none"
      ? []
      : [{ kind: "CustomResourceDefinition", name: "destinationrules.networking.istio.io", why: "stickiness" }]),
  ],
};
