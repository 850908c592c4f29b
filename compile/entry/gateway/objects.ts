import { CLUSTER_IP_SERVICE } from "../../clusterIpService";
import { metadataOf } from "../../labels";
import type { CompiledObject } from "../../model";
import { afterNamespace } from "../../namespace";
import { clusterPort } from "../../port";
import { promiseAnnotation } from "../../promise";
import type { Service } from "../../service";
import { issuerAnnotation, tlsSecretName } from "../hosts";
import { entryName, objectNameOf } from "../kind";
import { gatewayName, ownGatewayName, routeName, type GatewayEntry, type GatewayParts } from "./implementation";

/** The Gateway and its routes, the same for every implementation but for what it adds; of an attached entry only the route. */
export function gatewayObjects(args: GatewayEntry, service: Service, className: string, parts: GatewayParts): CompiledObject[] {
  const { before = [], after = [] } = parts;
  const own = args.on === undefined;
  return [
    ...before,
    ...(own ? [gateway(args, service, className, parts)] : []),
    route(args, service, parts),
    ...(own && args.tls !== undefined ? [redirect(args, service)] : []),
    ...after,
  ];
}

const SAME = { namespaces: { from: "Same" } };

/** Exactly the namespaces whose services attach, or anybody in the cluster could take over paths of the host. */
function allowedRoutes({ guests = [], routesFrom = [] }: GatewayEntry, { namespace }: Service) {
  const namespaces = new Set([namespace, ...guests.map((guest) => guest.namespace), ...routesFrom]);
  if (namespaces.size === 1) return SAME;
  const values = [...namespaces].sort();
  const selector = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] };
  return { namespaces: { from: "Selector", selector } };
}

function gateway(args: GatewayEntry, service: Service, gatewayClassName: string, parts: GatewayParts): CompiledObject {
  return {
    logicalName: gatewayName(args),
    object: {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        ...metadataOf(service, ownGatewayName(args, service)),
        annotations: { ...issuerAnnotation(args.tls), ...parts.annotations, "pulumi.com/waitFor": "condition=Programmed" },
      },
      spec: { gatewayClassName, ...parts.spec, listeners: listeners(args, service, parts) },
    },
    after: [...afterNamespace(service), ...(parts.before ?? []).map(({ logicalName }) => logicalName)],
    shared: true,
    why: ["The update waits until the Gateway is programmed: before that its address answers nobody.", ...(parts.why ?? [])],
  };
}

const STANDARD_PORTS = { http: 80, https: 443 };

/** The ports of a Gateway's listeners, where its implementation has none of its own. */
export const listenerPorts = ({ tls }: GatewayEntry): number[] =>
  tls === undefined ? [STANDARD_PORTS.http] : [STANDARD_PORTS.http, STANDARD_PORTS.https];

function listeners(args: GatewayEntry, service: Service, { listenerTls, ports }: GatewayParts) {
  const { host, tls } = args;
  const plain = { name: "http", port: ports?.http ?? STANDARD_PORTS.http, protocol: "HTTP", hostname: host };
  if (tls === undefined) return [{ ...plain, allowedRoutes: allowedRoutes(args, service) }];
  const standard = { mode: "Terminate", certificateRefs: [{ name: tlsSecretName(service, tls) }] };
  const own = listenerTls === undefined ? standard : listenerTls;
  const secure = {
    name: "https",
    port: ports?.https ?? STANDARD_PORTS.https,
    protocol: "HTTPS",
    hostname: host,
    ...(own === null ? {} : { tls: own }),
    allowedRoutes: allowedRoutes(args, service),
  };
  // On the plain one hangs the redirect alone.
  return [{ ...plain, allowedRoutes: SAME }, secure];
}

/** The listener of a Gateway of ours that carries the service. */
export const listenerName = ({ tls }: Pick<GatewayEntry, "tls">): string => (tls === undefined ? "http" : "https");

function parentRef(args: GatewayEntry, service: Service) {
  const { on } = args;
  if (on === undefined) return { name: ownGatewayName(args, service), sectionName: listenerName(args) };
  return {
    name: on.name,
    ...(on.namespace === service.namespace ? {} : { namespace: on.namespace }),
    ...(on.listener === undefined ? {} : { sectionName: on.listener }),
  };
}

function route(args: GatewayEntry, service: Service, parts: GatewayParts): CompiledObject {
  const { name, logicalName } = parts.backend ?? { name: service.name, logicalName: CLUSTER_IP_SERVICE };
  const { on } = args;
  return {
    logicalName: routeName(args),
    object: {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { ...metadataOf(service, objectNameOf(service, args)), annotations: promiseAnnotation(service) },
      spec: {
        parentRefs: [parentRef(args, service)],
        hostnames: [args.host],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: args.path } }],
            ...parts.rule,
            backendRefs: [{ name, port: clusterPort(service) }],
          },
        ],
      },
    },
    after: [...afterNamespace(service), ...(on === undefined ? [gatewayName(args)] : []), logicalName],
    ...(on?.madeBy === undefined ? {} : { afterElsewhere: [on.madeBy] }),
    ...(on === undefined ? {} : { why: [`It hangs on Gateway ${on.namespace}/${on.name}, whose load balancer it shares.`] }),
  };
}

function redirect(args: GatewayEntry, service: Service): CompiledObject {
  return {
    logicalName: `${entryName(args)}-redirect`,
    object: {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: metadataOf(service, `${objectNameOf(service, args)}-redirect`),
      spec: {
        parentRefs: [{ name: ownGatewayName(args, service), sectionName: "http" }],
        hostnames: [args.host],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
      },
    },
    after: [...afterNamespace(service), gatewayName(args)],
    why: ["Plain HTTP leads only to HTTPS."],
  };
}
