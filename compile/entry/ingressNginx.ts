import type { z } from "zod";
import { facts, TRAEFIK_READ_DEADLINE_SINCE, versionAtLeast, type HopKind } from "../../path/facts";
import { NGINX_ANNOTATION_PREFIX, readsNginxAnnotation } from "../../path/facts/annotations";
import type { ClusterFacts } from "../../path/model";
import { block, objectName, oneOf, seconds, wholeNumber } from "../check/fields";
import type { Problem } from "../check/problem";
import { CLUSTER_IP_SERVICE } from "../clusterIpService";
import { metadataOf } from "../labels";
import type { Need } from "../model";
import { afterNamespace } from "../namespace";
import { portName } from "../port";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import type { DraftSurroundings, Surroundings } from "../stack";
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
import { entryName, type CompiledEntry, type EntryKind } from "./kind";
import { warnAboutWayBack } from "./wayBack";

/** A host and path of an Ingress with ingress-nginx annotations. Sticks by a cookie. */
export interface IngressNginxEntry extends HostArgs {
  kind: "ingress-nginx";
  /** The Ingress class. Default nginx. Who serves it is declared in `cluster.ingressClasses` where it is not ingress-nginx. */
  className: string;
  /** Needed in production; without it the host is served over plain HTTP. */
  tls?: SecretTls;
  /** Requests a second from one address on each controller pod; the upgrade of a WebSocket counts as one, its messages do not. 1 to 100000, default: no limit. */
  limitRps?: number;
  /** Seconds the proxy waits for a pod to accept a connection. 1 to 60, default 10. */
  connectTimeoutSeconds?: number;
}

const DEFAULT_CONNECT_TIMEOUT_SECONDS = 10;

const schema: z.ZodType<IngressNginxEntry> = block({
  kind: oneOf(["ingress-nginx"]),
  ...hostFields,
  className: objectName("an Ingress class").default("nginx"),
  tls: secretTls(),
  limitRps: wholeNumber("requests a second", 1, 100_000).optional(),
  connectTimeoutSeconds: seconds(1, 60).optional(),
});

type NginxHop = "ingress-nginx" | "traefik-nginx-provider" | "traefik-nginx-provider-3.7";

/** Who serves the class. Traefik reads these annotations only for a class that is named for nginx. */
function hop({ className }: IngressNginxEntry, cluster: ClusterFacts): HopKind {
  const controller = cluster.ingressClasses?.[className] ?? (className === "nginx" ? "ingress-nginx" : undefined);
  if (controller === "ingress-nginx") return "ingress-nginx";
  if (controller !== "traefik") return "unknown-proxy";
  if (!className.includes("nginx")) return "traefik";
  const emulates = versionAtLeast(cluster.controllers?.traefik, TRAEFIK_READ_DEADLINE_SINCE);
  return emulates === false ? "traefik-nginx-provider" : "traefik-nginx-provider-3.7";
}

const isNginxHop = (kind: HopKind): kind is NginxHop => kind === "ingress-nginx" || kind.startsWith("traefik-nginx-provider");

function check(args: IngressNginxEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkZone(args, surroundings),
    ...checkSecretTls(args.tls, surroundings),
    ...checkHttp("ingress-nginx", "an Ingress", service, "metallb"),
    ...checkInert(args, surroundings.cluster),
  ];
}

/** Settings that the controller behind this class does not read. */
function checkInert(args: IngressNginxEntry, cluster: ClusterFacts): Problem[] {
  const kind = hop(args, cluster);
  if (kind === "traefik") {
    const message = `found ${args.className}, which Traefik serves by its own rules, where no annotation of this entry is read. Use a class of its ingress-nginx provider, such as nginx.`;
    return [{ path: "className", message }];
  }
  if (!isNginxHop(kind)) return [];
  const settings = { limitRps: "limit-rps", connectTimeoutSeconds: "proxy-connect-timeout" } as const;
  return (Object.keys(settings) as (keyof typeof settings)[])
    .filter((key) => args[key] !== undefined && !readsNginxAnnotation(kind, settings[key]))
    .map((key) => {
      const version = cluster.controllers?.traefik;
      const message =
        `found ${args[key]} for class ${args.className}, which Traefik${version ? ` ${version}` : ""} serves (cluster.ingressClasses): it does not read ${settings[key]}, so nothing would happen. ` +
        (key === "limitRps"
          ? "Remove it and give the router a RateLimit middleware, or use a class of ingress-nginx."
          : "Remove it; Traefik takes dialTimeout of its serversTransport.");
      return { path: key, message };
    });
}

function warn(args: IngressNginxEntry, service: Service, { cluster }: Surroundings): string[] {
  if (hop(args, cluster).startsWith("traefik-nginx-provider")) return warnAboutWayBack(service);
  if (hop(args, cluster) !== "ingress-nginx") return [];
  return [
    "ingress-nginx is retired: its last release was in March 2026 and security holes stay open (kubernetes.io/blog/2025/11/11/ingress-nginx-retirement). Plan to move to a Gateway.",
  ];
}

function compile(args: IngressNginxEntry, service: Service, { cluster }: Surroundings): CompiledEntry {
  const name = entryName(args);
  const logicalName = `${name}-ingress`;
  const kind = hop(args, cluster);
  const metadata = metadataOf(service, args.name === undefined ? service.name : `${service.name}-${name}`);
  return {
    objects: [
      {
        logicalName,
        object: {
          apiVersion: "networking.k8s.io/v1",
          kind: "Ingress",
          metadata: {
            ...metadata,
            annotations: { ...issuerAnnotation(args.tls), ...annotations(args, service, kind), ...promiseAnnotation(service) },
          },
          spec: {
            ingressClassName: args.className,
            ...(args.tls === undefined ? {} : { tls: [{ hosts: [args.host], secretName: tlsSecretName(service, args.tls) }] }),
            rules: [{ host: args.host, http: { paths: [backendPath(args.path, service)] } }],
          },
        },
        after: [...afterNamespace(service), CLUSTER_IP_SERVICE],
        why: why(args, service, kind),
      },
    ],
    endpoint: {
      entry: name,
      kind: args.kind,
      url: hostUrl(service, args, args.tls !== undefined),
      host: args.host,
      addressFrom: { logicalName },
    },
    needs: needs(args, service, kind),
  };
}

function backendPath(path: string, service: Service) {
  return { path, pathType: "Prefix", backend: { service: { name: service.name, port: { name: portName(service) } } } };
}

/** Seconds written for the promise: the promise itself is the boundary, so a margin comes on top. */
function writtenIdleSeconds(service: Service, kind: HopKind): number {
  // A class may be served by the controller it is named for tomorrow; then this is the limit that counts.
  const row = facts(kind).idle.marginSeconds > 0 ? facts(kind) : facts("ingress-nginx");
  return service.promise.idleSeconds + row.idle.marginSeconds;
}

function annotations(args: IngressNginxEntry, service: Service, kind: HopKind): Record<string, string> {
  const idle = String(writtenIdleSeconds(service, kind));
  const written: Record<string, string> = {
    "proxy-read-timeout": idle,
    "proxy-send-timeout": idle,
    "proxy-connect-timeout": String(args.connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS),
    ...(service.protocol === "grpc" ? { "backend-protocol": "GRPC" } : {}),
    ...cookie(service),
    ...(args.limitRps === undefined ? {} : { "limit-rps": String(args.limitRps) }),
  };
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [NGINX_ANNOTATION_PREFIX + key, value]));
}

function cookie({ name, promise: { affinity } }: Service): Record<string, string> {
  if (affinity.mode === "none") return {};
  return {
    affinity: "cookie",
    "affinity-mode": "persistent",
    "session-cookie-name": affinity.cookieName ?? `${name}-route`,
    "session-cookie-max-age": String(affinity.ttlSeconds),
  };
}

function why(args: IngressNginxEntry, service: Service, kind: HopKind): string[] {
  const { idleSeconds, affinity } = service.promise;
  const written = writtenIdleSeconds(service, kind);
  const unread = isNginxHop(kind)
    ? Object.keys(annotations(args, service, kind))
        .map((key) => key.slice(NGINX_ANNOTATION_PREFIX.length))
        .filter((key) => !readsNginxAnnotation(kind, key))
    : [];
  return [
    `proxy-read-timeout and proxy-send-timeout ${written}: the promised ${idleSeconds} s are the boundary, ${written - idleSeconds} s on top keep away from it.`,
    ...(affinity.mode === "none"
      ? []
      : ["affinity-mode persistent: the default, balanced, sends clients to other pods whenever pods are added."]),
    "No configuration-snippet: nginx passes WebSocket upgrades by itself, and snippets are refused by default.",
    ...(unread.length === 0
      ? []
      : [
          `${facts(kind).title}, does not read ${unread.join(", ")}; they are for ingress-nginx, should it serve this class again.`,
        ]),
  ];
}

function needs(args: IngressNginxEntry, service: Service, kind: HopKind): Need[] {
  const controller = { kind: "IngressClass", name: args.className, why: `${facts(kind).title} serves ${args.host} by it` };
  return [controller, ...tlsNeeds(service, args.tls, args.host)];
}

export const ingressNginx: EntryKind<IngressNginxEntry> = {
  kind: "ingress-nginx",
  schema,
  sticksBy: () => "named-cookie",
  hop,
  check,
  claims: (args) => [hostClaim(args)],
  warn,
  compile,
};
