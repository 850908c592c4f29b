import type { Service } from "../../service";
import { CLUSTER_IP_SERVICE } from "../../clusterIpService";
import { clusterPort } from "../../port";
import { metadataOf } from "../../labels";
import { afterNamespace } from "../../namespace";
import { promiseAnnotation } from "../../promise";
import { certificateObjects, tlsSecretName } from "../hosts";
import { entryName, objectNameOf } from "../kind";
import { writtenIdleSeconds } from "../limits";
import { SECRET_TLS_KEYS, type GatewayEntry, type GatewayImplementation } from "./implementation";

/** Contour's own route: an HTTPRoute can ask it neither for an idle limit nor for stickiness. */
function objects(args: GatewayEntry, service: Service) {
  const logicalName = `${entryName(args)}-http-proxy`;
  const { tls } = args;
  const certificates = tls === undefined ? [] : certificateObjects(service, `${entryName(args)}-certificate`, tls, args.host);
  const proxy = {
    logicalName,
    object: {
      apiVersion: "projectcontour.io/v1",
      kind: "HTTPProxy",
      metadata: { ...metadataOf(service, objectNameOf(service, args)), annotations: promiseAnnotation(service) },
      spec: {
        ...(args.className === undefined ? {} : { ingressClassName: args.className }),
        virtualhost: { fqdn: args.host, ...(tls === undefined ? {} : { tls: { secretName: tlsSecretName(service, tls) } }) },
        routes: [route(args, service)],
      },
    },
    after: [...afterNamespace(service), CLUSTER_IP_SERVICE],
    why: why(service),
  };
  return { objects: [...certificates, proxy], logicalName };
}

function route({ path }: GatewayEntry, service: Service) {
  const { promise, protocol } = service;
  return {
    conditions: [{ prefix: path }],
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
