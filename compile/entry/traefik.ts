import type { z } from "zod";
import type { HopKind } from "../../path/facts";
import { block, label, list, objectName, oneOf, text, wholeNumber } from "../check/fields";
import type { Problem } from "../check/problem";
import { CLUSTER_IP_SERVICE } from "../clusterIpService";
import { clusterPort } from "../port";
import { metadataOf } from "../labels";
import type { CompiledObject, Need } from "../model";
import { afterNamespace } from "../namespace";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import type { DraftSurroundings } from "../stack";
import { allowedRanges } from "./exposed";
import {
  certificateObjects,
  checkHttp,
  checkSecretTls,
  checkTlsGiven,
  checkZone,
  hostClaim,
  hostFields,
  hostUrl,
  secretTlsFields,
  tlsNeeds,
  tlsSecretName,
  type HostArgs,
  type SecretTls,
} from "./hosts";
import { entryName, objectNameOf, type CompiledEntry, type EntryKind } from "./kind";
import { warnAboutWayBack } from "./wayBack";

/** The certificate clients see. */
export interface TraefikTls extends SecretTls {
  /** A certificate resolver of Traefik's own configuration, in place of a Secret. */
  certResolver?: string;
}

/** An IngressRoute of Traefik. Sticks by a cookie. */
export interface TraefikEntry extends HostArgs {
  kind: "traefik";
  /** Traefik's entry points that serve it. Default websecure with `tls`, web without. */
  entryPoints?: string[];
  /** Needed in production; without it the host is served over plain HTTP. */
  tls?: TraefikTls;
  /** The Traefik that serves it, where there are several: its `kubernetes.io/ingress.class`. Default: every one. */
  className?: string;
  /** Blocks of addresses that may connect. Default: all. */
  allowedRanges?: string[];
  /** Requests a second from one address; the upgrade of a WebSocket counts as one, its messages do not. 1 to 100000, default: no limit. */
  limitRps?: number;
}

const API_VERSION = "traefik.io/v1alpha1";
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

const schema: z.ZodType<TraefikEntry> = block({
  kind: oneOf(["traefik"]),
  ...hostFields,
  entryPoints: list(label(), "names of Traefik's entry points")
    .min(1, { error: () => "found an empty list; allowed: at least one entry point, such as websecure." })
    .optional(),
  tls: block({
    ...secretTlsFields,
    certResolver: text("the name of a certificate resolver of Traefik", /^[\w-]+$/).optional(),
  }).optional(),
  className: objectName("an Ingress class").optional(),
  allowedRanges: allowedRanges(),
  limitRps: wholeNumber("requests a second", 1, 100_000).optional(),
});

const hop = (): HopKind => "traefik-ingressroute";

function check(args: TraefikEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkZone(args, surroundings),
    ...checkTls(args.tls, surroundings),
    ...checkHttp("traefik", "an IngressRoute", service, "load-balancer"),
    ...checkEntryPoints(args),
  ];
}

function checkTls(tls: TraefikTls | undefined, surroundings: DraftSurroundings): Problem[] {
  if (tls?.certResolver === undefined) return checkSecretTls(tls, surroundings);
  const beside = (["secretName", "clusterIssuer", "issuer"] as const).filter((key) => tls[key] !== undefined);
  if (beside.length === 0) return checkTlsGiven(tls, surroundings, "");
  const message = `found ${tls.certResolver} beside ${beside.join(" and ")}; a host has one certificate. Remove certResolver, or the others.`;
  return [{ path: "tls.certResolver", message }];
}

/** The names that Traefik's chart gives; others may mean anything. */
function checkEntryPoints({ entryPoints = [], tls }: TraefikEntry): Problem[] {
  const mistaken = entryPoints.indexOf(tls === undefined ? "websecure" : "web");
  if (mistaken === -1) return [];
  const message =
    tls === undefined
      ? "found websecure without tls, which serves only hosts with a certificate. Write tls, or entryPoints: [web]."
      : "found web with tls; that entry point speaks plain HTTP, and a route with a certificate answers nobody there. Write entryPoints: [websecure].";
  return [{ path: `entryPoints[${mistaken}]`, message }];
}

function compile(args: TraefikEntry, service: Service): CompiledEntry {
  const logicalName = `${entryName(args)}-ingress-route`;
  const middlewares = middlewaresOf(args, service);
  const { tls } = args;
  const certificates = tls === undefined ? [] : certificateObjects(service, `${entryName(args)}-certificate`, tls, [args.host]);
  return {
    objects: [...certificates, ...middlewares, ingressRoute(args, service, logicalName, middlewares)],
    endpoint: {
      entry: entryName(args),
      kind: args.kind,
      url: hostUrl(service, args, tls !== undefined),
      host: args.host,
      addressFrom: { logicalName },
    },
    needs: needs(args, service),
  };
}

const entryPointsOf = ({ entryPoints, tls }: TraefikEntry): string[] => entryPoints ?? [tls === undefined ? "web" : "websecure"];

const classAnnotation = ({ className }: TraefikEntry): Record<string, string> =>
  className === undefined ? {} : { [CLASS_ANNOTATION]: className };

function ingressRoute(args: TraefikEntry, service: Service, logicalName: string, middlewares: CompiledObject[]): CompiledObject {
  const route = {
    kind: "Rule",
    match: `Host(\`${args.host}\`)${args.path === "/" ? "" : ` && PathPrefix(\`${args.path}\`)`}`,
    ...(middlewares.length === 0 ? {} : { middlewares: middlewares.map(({ object }) => ({ name: object.metadata.name })) }),
    services: [backend(args, service)],
  };
  return {
    logicalName,
    object: {
      apiVersion: API_VERSION,
      kind: "IngressRoute",
      metadata: {
        ...metadataOf(service, objectNameOf(service, args)),
        annotations: { ...classAnnotation(args), ...promiseAnnotation(service) },
      },
      spec: { entryPoints: entryPointsOf(args), routes: [route], ...routeTls(args, service) },
    },
    after: [...afterNamespace(service), CLUSTER_IP_SERVICE, ...middlewares.map((middleware) => middleware.logicalName)],
    why: why(args, service),
  };
}

function backend(args: TraefikEntry, service: Service) {
  return {
    kind: "Service",
    name: service.name,
    port: clusterPort(service),
    ...(service.protocol === "grpc" ? { scheme: "h2c" } : {}),
    ...cookie(args, service),
  };
}

function cookie({ tls }: TraefikEntry, { name, promise: { affinity } }: Service) {
  if (affinity.mode === "none") return {};
  const secure = tls === undefined ? {} : { secure: true };
  return {
    sticky: { cookie: { name: affinity.cookieName ?? `${name}-route`, maxAge: affinity.ttlSeconds, httpOnly: true, ...secure } },
  };
}

function routeTls({ tls }: TraefikEntry, service: Service) {
  if (tls === undefined) return {};
  return {
    tls: tls.certResolver === undefined ? { secretName: tlsSecretName(service, tls) } : { certResolver: tls.certResolver },
  };
}

function middlewaresOf(args: TraefikEntry, service: Service): CompiledObject[] {
  const specs = {
    ...(args.allowedRanges === undefined ? {} : { allow: { ipAllowList: { sourceRange: args.allowedRanges } } }),
    ...(args.limitRps === undefined ? {} : { limit: { rateLimit: { average: args.limitRps, burst: args.limitRps } } }),
  };
  return Object.entries(specs).map(([what, spec]) => ({
    logicalName: `${entryName(args)}-${what}`,
    object: {
      apiVersion: API_VERSION,
      kind: "Middleware",
      metadata: { ...metadataOf(service, `${objectNameOf(service, args)}-${what}`), annotations: classAnnotation(args) },
      spec,
    },
    after: afterNamespace(service),
  }));
}

function why(args: TraefikEntry, { promise }: Service): string[] {
  return [
    "No timeout stands here: Traefik's own (of the entry point, in its static configuration) end waiting requests and idle HTTP connections, and never an upgraded one.",
    ...(promise.affinity.mode === "none"
      ? []
      : [`The cookie lasts ${promise.affinity.ttlSeconds} s and names the pod; the Service's sessionAffinity is not asked.`]),
    ...(args.tls === undefined
      ? []
      : ["Plain HTTP is not served here; whether Traefik redirects it is set at its entry point web."]),
  ];
}

function needs(args: TraefikEntry, service: Service): Need[] {
  const { tls, host } = args;
  const points = entryPointsOf(args).map((name) => ({
    kind: "entry point of Traefik",
    name,
    why: `it serves ${host}; its transport.lifeCycle.graceTimeOut ends open connections when Traefik itself restarts`,
  }));
  const certificate =
    tls?.certResolver === undefined
      ? tlsNeeds(service, tls, host)
      : [{ kind: "certificate resolver of Traefik", name: tls.certResolver, why: `it keeps the certificate of ${host}` }];
  return [
    { kind: "CustomResourceDefinition", name: "ingressroutes.traefik.io", why: "an IngressRoute is one of them" },
    { kind: "controller", name: "traefik", why: `it serves ${host}` },
    ...points,
    ...certificate,
  ];
}

export const traefik: EntryKind<TraefikEntry> = {
  kind: "traefik",
  schema,
  sticksBy: () => "named-cookie",
  hop,
  check,
  claims: (args) => [hostClaim(args)],
  warn: (_args, service) => warnAboutWayBack(service),
  compile,
};
