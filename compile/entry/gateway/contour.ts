import type { Service } from "../../service";
import { CLUSTER_IP_SERVICE } from "../../clusterIpService";
import { clusterPort } from "../../port";
import { metadataOf } from "../../labels";
import type { CompiledObject } from "../../model";
import { afterNamespace } from "../../namespace";
import { promiseAnnotation } from "../../promise";
import { certificateObjects, tlsSecretName } from "../hosts";
import { entryName, objectNameOf } from "../kind";
import { writtenIdleSeconds } from "../limits";
import { ownGatewayName, SECRET_TLS_KEYS, type GatewayEntry, type GatewayImplementation } from "./implementation";
import { proxyName } from "./sharing";

/**
 * Contour's own route: an HTTPRoute can ask it neither for an idle limit nor for stickiness. One HTTPProxy has the host; those of
 * the services that attach have none and are included by it.
 */
function objects(args: GatewayEntry, service: Service) {
  const logicalName = proxyName(args);
  const { tls, on } = args;
  const keeps = tls !== undefined && on === undefined;
  const certificates = keeps ? certificateObjects(service, `${entryName(args)}-certificate`, tls, [args.host]) : [];
  const name = on === undefined ? ownGatewayName(args, service) : objectNameOf(service, args);
  const proxy: CompiledObject = {
    logicalName,
    object: {
      apiVersion: "projectcontour.io/v1",
      kind: "HTTPProxy",
      metadata: { ...metadataOf(service, name), annotations: promiseAnnotation(service) },
      spec: {
        ...(args.className === undefined ? {} : { ingressClassName: args.className }),
        ...(on === undefined ? hostOf(args, service) : {}),
        routes: [route(args, service)],
      },
    },
    after: [...afterNamespace(service), CLUSTER_IP_SERVICE],
    ...(on === undefined ? { shared: true } : {}),
    ...(on?.madeBy === undefined ? {} : { afterElsewhere: [on.madeBy] }),
    why: [...(on === undefined ? [] : [`HTTPProxy ${on.namespace}/${on.name} includes it under ${args.path}.`]), ...why(service)],
  };
  return { objects: [...certificates, proxy], logicalName };
}

function hostOf({ host, tls, guests = [] }: GatewayEntry, service: Service) {
  const includes = guests.map(({ name, namespace, path }) => ({
    name,
    ...(namespace === service.namespace ? {} : { namespace }),
    conditions: [{ prefix: path }],
  }));
  return {
    virtualhost: { fqdn: host, ...(tls === undefined ? {} : { tls: { secretName: tlsSecretName(service, tls) } }) },
    ...(includes.length === 0 ? {} : { includes }),
  };
}

function route({ path, on }: GatewayEntry, service: Service) {
  const { promise, protocol } = service;
  return {
    // The path of an included one stands where it is included; said here again, it would be asked for twice over.
    ...(on === undefined ? { conditions: [{ prefix: path }] } : {}),
    ...(protocol === "websocket" ? { enableWebsockets: true } : {}),
    timeoutPolicy: { response: "infinity", idle: `${writtenIdleSeconds("contour", promise)}s` },
    ...(promise.affinity.mode === "none" ? {} : { loadBalancerPolicy: { strategy: "Cookie" } }),
    services: [{ name: service.name, port: clusterPort(service), ...(protocol === "grpc" ? { protocol: "h2c" } : {}) }],
  };
}

function why(service: Service): string[] {
  return [
    "An HTTPProxy and no HTTPRoute: through that one Contour takes neither an idle limit nor stickiness.",
    `timeoutPolicy.idle is above the promised ${service.promise.idleSeconds} s; response infinity: it would end an answer that streams.`,
    ...(service.promise.affinity.mode === "none"
      ? []
      : ["The cookie has a name of Contour's own and lasts as long as the browser's session."]),
  ];
}

export const contour: GatewayImplementation = {
  title: "Contour",
  className: () => "contour",
  sticksBy: "cookie",
  tlsKeys: SECRET_TLS_KEYS,
  hop: () => "contour",
  check: () => [],
  parts: () => ({}),
  objects,
  needs: ({ host }) => [
    { kind: "controller", name: "contour", why: `it serves ${host}` },
    { kind: "CustomResourceDefinition", name: "httpproxies.projectcontour.io", why: "an HTTPProxy is one of them" },
  ],
};
