import type { z } from "zod";
import { facts, F5_STICKY_COOKIE_SINCE, versionAtLeast, type HopKind } from "../../path/facts";
import { F5_PREFIX } from "../../path/facts/ingressControllers";
import { block, objectName, oneOf, seconds } from "../check/fields";
import type { Problem } from "../check/problem";
import { CLUSTER_IP_SERVICE } from "../clusterIpService";
import { metadataOf } from "../labels";
import { afterNamespace } from "../namespace";
import { portName } from "../port";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import type { DraftSurroundings } from "../stack";
import {
  checkHttp,
  checkSecretTls,
  checkZone,
  hostClaim,
  hostFields,
  hostUrl,
  issuerAnnotation,
  secretTls,
  tlsNeeds,
  tlsSecretName,
  type HostArgs,
  type SecretTls,
} from "./hosts";
import { entryName, objectNameOf, type CompiledEntry, type EntryKind } from "./kind";
import { writtenIdleSeconds } from "./limits";

/** A host and path of an Ingress with the annotations of F5's NGINX Ingress Controller. Sticks by a cookie. */
export interface F5NginxEntry extends HostArgs {
  kind: "f5-nginx";
  /** The Ingress class. Default nginx; then `cluster.ingressClasses` must say that F5's controller serves it. */
  className: string;
  /** Needed in production; plain HTTP is then redirected. Without it the host is served over plain HTTP. */
  tls?: SecretTls;
  /** Seconds the proxy waits for a pod to accept a connection. 1 to 60, default 10. */
  connectTimeoutSeconds: number;
}

/** What `cluster.ingressClasses` calls the controller. */
export const F5_CONTROLLER = "f5-nginx";

const schema: z.ZodType<F5NginxEntry> = block({
  kind: oneOf(["f5-nginx"]),
  ...hostFields,
  className: objectName("an Ingress class").default("nginx"),
  tls: secretTls(),
  connectTimeoutSeconds: seconds(1, 60).default(10),
});

const hop = (): HopKind => "f5-nginx";

function check(args: F5NginxEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkZone(args, surroundings),
    ...checkSecretTls(args.tls, surroundings),
    ...checkHttp("f5-nginx", "an Ingress", service, "load-balancer"),
    ...checkGrpc(args, service),
    ...checkClass(args, surroundings),
    ...checkCookies(service, surroundings),
  ];
}

function checkGrpc({ tls }: F5NginxEntry, { protocol }: Partial<Service>): Problem[] {
  if (protocol !== "grpc" || tls !== undefined) return [];
  const message = "missing with protocol: grpc, which this controller takes over HTTP/2 with TLS only. Write tls.";
  return [{ path: "tls", message }];
}

/** ingress-nginx and Traefik read none of these annotations, and serve classes of the same name. */
function checkClass({ className }: F5NginxEntry, { cluster }: DraftSurroundings): Problem[] {
  const declared = cluster.ingressClasses?.[className];
  if (declared === F5_CONTROLLER) return [];
  const found = declared === undefined ? "which nothing says who serves" : `which ${declared} serves (cluster.ingressClasses)`;
  const wayOut =
    declared === undefined
      ? `Declare cluster.ingressClasses: { ${className}: ${F5_CONTROLLER} } where that is so.`
      : "Use a class of F5's controller, or another kind of entry.";
  return [
    { path: "className", message: `found ${className}, ${found}; other controllers read no annotation of this entry. ${wayOut}` },
  ];
}

function checkCookies({ promise }: Partial<Service>, { cluster }: DraftSurroundings): Problem[] {
  const version = cluster.controllers?.["nginx"];
  if (promise?.affinity.mode !== "client" || versionAtLeast(version, F5_STICKY_COOKIE_SINCE) !== false) return [];
  const message = `found f5-nginx with nginx ${version} (cluster.controllers), which sticks by a cookie since ${F5_STICKY_COOKIE_SINCE}. Update it, or write promise.affinity.mode: none.`;
  return [{ path: "kind", message }];
}

function compile(args: F5NginxEntry, service: Service): CompiledEntry {
  const logicalName = `${entryName(args)}-ingress`;
  const { tls } = args;
  const backend = { service: { name: service.name, port: { name: portName(service) } } };
  return {
    objects: [
      {
        logicalName,
        object: {
          apiVersion: "networking.k8s.io/v1",
          kind: "Ingress",
          metadata: {
            ...metadataOf(service, objectNameOf(service, args)),
            annotations: { ...issuerAnnotation(tls), ...annotations(args, service), ...promiseAnnotation(service) },
          },
          spec: {
            ingressClassName: args.className,
            ...(tls === undefined ? {} : { tls: [{ hosts: [args.host], secretName: tlsSecretName(service, tls) }] }),
            rules: [{ host: args.host, http: { paths: [{ path: args.path, pathType: "Prefix", backend }] } }],
          },
        },
        after: [...afterNamespace(service), CLUSTER_IP_SERVICE],
        why: why(service),
      },
    ],
    endpoint: {
      entry: entryName(args),
      kind: args.kind,
      url: hostUrl(service, args, tls !== undefined),
      host: args.host,
      addressFrom: { logicalName },
    },
    needs: [
      { kind: "IngressClass", name: args.className, why: `${facts("f5-nginx").title} serves ${args.host} by it` },
      ...tlsNeeds(service, tls, args.host),
    ],
  };
}

const writtenIdle = (service: Service): number => writtenIdleSeconds("f5-nginx", service.promise);

function annotations(args: F5NginxEntry, service: Service): Record<string, string> {
  const { name, protocol, promise } = service;
  const idle = `${writtenIdle(service)}s`;
  const cookie = promise.affinity.cookieName ?? `${name}-route`;
  const written: Record<string, string> = {
    ...(protocol === "websocket" ? { "websocket-services": name } : {}),
    ...(protocol === "grpc" ? { "grpc-services": name } : {}),
    "proxy-read-timeout": idle,
    "proxy-send-timeout": idle,
    "proxy-connect-timeout": `${args.connectTimeoutSeconds}s`,
    ...(protocol === "http-stream" ? { "proxy-buffering": "false" } : {}),
    ...(promise.affinity.mode === "none"
      ? {}
      : { "sticky-cookie-services": `serviceName=${name} ${cookie} expires=${promise.affinity.ttlSeconds}s path=/` }),
    ...(args.tls === undefined ? {} : { "redirect-to-https": "True" }),
  };
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [F5_PREFIX + key, value]));
}

function why(service: Service): string[] {
  const { idleSeconds, affinity } = service.promise;
  return [
    `proxy-read-timeout and proxy-send-timeout ${writtenIdle(service)}s, with the unit: the promised ${idleSeconds} s are the boundary, ${writtenIdle(service) - idleSeconds} s on top keep away from it.`,
    ...(service.protocol === "websocket"
      ? ["websocket-services: without it this controller passes no upgrade on, whatever the timeouts say."]
      : []),
    ...(affinity.mode === "none" ? [] : [`The cookie needs NGINX ${F5_STICKY_COOKIE_SINCE} or NGINX Plus.`]),
  ];
}

export const f5Nginx: EntryKind<F5NginxEntry> = {
  kind: "f5-nginx",
  schema,
  sticksBy: () => "named-cookie",
  hop,
  check,
  claims: (args) => [hostClaim(args)],
  compile,
};
