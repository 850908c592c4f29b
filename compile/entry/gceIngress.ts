import type { z } from "zod";
import { facts, GCP_ANNOTATIONS, type HopKind } from "../../path/facts";
import { block, label, list, objectName, oneOf, text, yesOrNo } from "../check/fields";
import type { Problem } from "../check/problem";
import { metadataOf } from "../labels";
import type { CompiledObject, Need } from "../model";
import { afterNamespace } from "../namespace";
import { readinessPath } from "../probes";
import { promiseAnnotation } from "../promise";
import type { Service } from "../service";
import type { DraftSurroundings, Surroundings } from "../stack";
import { addressClaim, checkPlatformIs } from "./exposed";
import { checkHttp, checkTlsGiven, checkZone, hostClaim, hostFields, hostUrl, type HostArgs } from "./hosts";
import { entryName, objectNameOf, type Claim, type CompiledEntry, type EntryKind } from "./kind";
import { checkLeaving, checkStickiness, writtenIdleSeconds, writtenLeavingSeconds } from "./limits";
import { ownBackend, ownService, ownServiceName } from "./ownService";

/** The certificate clients see: one of the three. */
export interface GceTls {
  /** Whether Google keeps a certificate of the host. Not for an internal load balancer. */
  managed?: boolean;
  /** Secret that holds it. */
  secretName?: string;
  /** Certificates that Google Cloud has already, by name. */
  preSharedCertificates?: string[];
}

/** A classic Application Load Balancer of Google, by GKE's Ingress. Sticks by a cookie of its own (GCLB). */
export interface GceIngressEntry extends HostArgs {
  kind: "gce-ingress";
  /** Whether only the private network reaches it. Default false. */
  internal: boolean;
  /** Needed in production; plain HTTP is then redirected. Without it the host is served over plain HTTP. */
  tls?: GceTls;
  /** Name of a reserved static address: a global one, or a regional one with `internal`. */
  staticAddress?: string;
  /** A Cloud Armor policy, which decides who may connect. */
  securityPolicy?: string;
  /** Path of the load balancer's own check, a GET. Default: that of the readiness probe. */
  healthPath?: string;
}

const schema: z.ZodType<GceIngressEntry> = block({
  kind: oneOf(["gce-ingress"]),
  ...hostFields,
  internal: yesOrNo().default(false),
  tls: block({
    managed: yesOrNo().optional(),
    secretName: objectName("the name of a Secret").optional(),
    preSharedCertificates: list(label(), "names of certificates")
      .min(1, { error: () => "found an empty list; allowed: at least one name of a certificate." })
      .optional(),
  }).optional(),
  staticAddress: label().optional(),
  securityPolicy: label().optional(),
  healthPath: text("a path that begins with /, such as /health/ready", /^\/\S*$/).optional(),
});

const hop = (): HopKind => "gce-ingress";

function check(args: GceIngressEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkPlatformIs("gce-ingress", "gcp", surroundings, "https, which every platform has"),
    ...checkZone(args, surroundings),
    ...checkTls(args, surroundings),
    ...checkHttp("gce-ingress", "an Ingress", service, "gcp-lb"),
    ...checkGrpc(service),
    ...checkLeaving("gce-ingress", service),
    ...checkStickiness("gce-ingress", service),
  ];
}

function checkTls({ tls, internal }: GceIngressEntry, surroundings: DraftSurroundings): Problem[] {
  if (tls === undefined) return checkTlsGiven(tls, surroundings, "Write tls: { managed: true } or tls: { secretName: ... }.");
  const given = [
    ...(tls.managed === true ? ["managed"] : []),
    ...(tls.secretName === undefined ? [] : ["secretName"]),
    ...(tls.preSharedCertificates === undefined ? [] : ["preSharedCertificates"]),
  ];
  if (given.length !== 1) {
    const found = given.length === 0 ? "no certificate" : given.join(" and ");
    const message = `found ${found}; allowed: one of managed: true, secretName, preSharedCertificates. Keep one.`;
    return [{ path: "tls", message }];
  }
  if (!internal || tls.managed !== true) return [];
  const message =
    "found true with internal: true; Google proves a host only where everybody reaches it. Use secretName or preSharedCertificates.";
  return [{ path: "tls.managed", message }];
}

function checkGrpc({ protocol }: Partial<Service>): Problem[] {
  if (protocol !== "grpc") return [];
  const message =
    "found gce-ingress with protocol: grpc; to a pod without TLS it speaks HTTP/1.1 only. Use kind: gateway, or gcp-lb.";
  return [{ path: "kind", message }];
}

function claims(args: GceIngressEntry): Claim[] {
  const { staticAddress, internal } = args;
  return [
    hostClaim(args, internal),
    ...(staticAddress === undefined ? [] : [addressClaim("staticAddress", "static address", staticAddress)]),
  ];
}

function warn(args: GceIngressEntry, service: Service): string[] {
  const seconds = writtenIdleSeconds("gce-ingress", service.promise);
  return [
    `${facts("gce-ingress").title} ends every connection after ${seconds} s, silent or not; clients have to connect again. kind: gateway has an idle limit instead.`,
  ];
}

function compile(args: GceIngressEntry, service: Service, surroundings: Surroundings): CompiledEntry {
  const name = entryName(args);
  const logicalName = `${name}-ingress`;
  const before = [
    backendConfig(args, service, surroundings),
    ...frontendConfig(args, service),
    ...managedCertificate(args, service),
  ];
  const own = ownService(args, service, {
    annotations: {
      [GCP_ANNOTATIONS.backendConfig]: JSON.stringify({ default: objectNameOf(service, args) }),
      [GCP_ANNOTATIONS.networkEndpointGroups]: '{"ingress":true}',
    },
    appProtocol: null,
    after: [`${name}-backend-config`],
    why: "A Service of its own: the BackendConfig hangs on it, and belongs to this entry alone.",
  });
  return {
    objects: [...before, own, ingress(args, service, { logicalName, after: before.map((object) => object.logicalName) })],
    endpoint: {
      entry: name,
      kind: args.kind,
      url: hostUrl(service, args, args.tls !== undefined),
      host: args.host,
      addressFrom: { logicalName },
    },
    needs: needs(args, service),
  };
}

function backendConfig(args: GceIngressEntry, service: Service, { cluster }: Surroundings): CompiledObject {
  const { affinity, idleSeconds } = service.promise;
  const seconds = writtenIdleSeconds("gce-ingress", service.promise);
  const path = healthPathOf(args, service);
  const sticky = { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: affinity.ttlSeconds };
  return {
    logicalName: `${entryName(args)}-backend-config`,
    object: {
      apiVersion: "cloud.google.com/v1",
      kind: "BackendConfig",
      metadata: metadataOf(service, objectNameOf(service, args)),
      spec: {
        timeoutSec: seconds,
        sessionAffinity: affinity.mode === "none" ? { affinityType: "NONE" } : sticky,
        connectionDraining: { drainingTimeoutSec: writtenLeavingSeconds("gce-ingress", service, cluster) },
        healthCheck: { type: "HTTP", requestPath: path, port: service.port },
        ...(args.securityPolicy === undefined ? {} : { securityPolicy: { name: args.securityPolicy } }),
      },
    },
    after: afterNamespace(service),
    why: [
      `timeoutSec ${seconds}: it ends a WebSocket, silent or not, so it is the longest life of a connection; ${idleSeconds} s are promised.`,
      "drainingTimeoutSec: without it the load balancer cuts the connections of a pod as soon as the pod begins to leave.",
    ],
  };
}

const healthPathOf = ({ healthPath }: GceIngressEntry, service: Service): string => healthPath ?? readinessPath(service) ?? "/";

const redirects = ({ tls, internal }: GceIngressEntry): boolean => tls !== undefined && !internal;

function frontendConfig(args: GceIngressEntry, service: Service): CompiledObject[] {
  if (!redirects(args)) return [];
  return [
    {
      logicalName: `${entryName(args)}-frontend-config`,
      object: {
        apiVersion: "networking.gke.io/v1beta1",
        kind: "FrontendConfig",
        metadata: metadataOf(service, objectNameOf(service, args)),
        spec: { redirectToHttps: { enabled: true, responseCodeName: "MOVED_PERMANENTLY_DEFAULT" } },
      },
      after: afterNamespace(service),
    },
  ];
}

function managedCertificate(args: GceIngressEntry, service: Service): CompiledObject[] {
  if (args.tls?.managed !== true) return [];
  return [
    {
      logicalName: `${entryName(args)}-certificate`,
      object: {
        apiVersion: "networking.gke.io/v1",
        kind: "ManagedCertificate",
        metadata: metadataOf(service, objectNameOf(service, args)),
        spec: { domains: [args.host] },
      },
      after: afterNamespace(service),
    },
  ];
}

function ingress(args: GceIngressEntry, service: Service, place: { logicalName: string; after: string[] }): CompiledObject {
  const { secretName } = args.tls ?? {};
  const paths = [{ path: args.path, pathType: "Prefix", backend: ownBackend(args, service) }];
  return {
    logicalName: place.logicalName,
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: {
        ...metadataOf(service, objectNameOf(service, args)),
        annotations: { ...annotations(args, objectNameOf(service, args)), ...promiseAnnotation(service) },
      },
      spec: {
        ...(secretName === undefined ? {} : { tls: [{ hosts: [args.host], secretName }] }),
        rules: [{ host: args.host, http: { paths } }],
      },
    },
    after: [...afterNamespace(service), ...place.after, ownServiceName(args)],
    why: [
      "The class is an annotation: GKE's controller reads no ingressClassName.",
      ...(args.internal && args.tls !== undefined
        ? ["allow-http false: an internal load balancer of GKE cannot redirect, so it serves no plain HTTP at all."]
        : []),
    ],
  };
}

function annotations(args: GceIngressEntry, name: string): Record<string, string> {
  const { tls, internal, staticAddress } = args;
  const addressKey = internal ? "kubernetes.io/ingress.regional-static-ip-name" : "kubernetes.io/ingress.global-static-ip-name";
  return {
    "kubernetes.io/ingress.class": internal ? "gce-internal" : "gce",
    ...(staticAddress === undefined ? {} : { [addressKey]: staticAddress }),
    ...(redirects(args) ? { "networking.gke.io/v1beta1.FrontendConfig": name } : {}),
    ...(internal && tls !== undefined ? { "kubernetes.io/ingress.allow-http": "false" } : {}),
    ...(tls?.managed === true ? { "networking.gke.io/managed-certificates": name } : {}),
    ...(tls?.preSharedCertificates === undefined
      ? {}
      : { "ingress.gcp.kubernetes.io/pre-shared-cert": tls.preSharedCertificates.join(",") }),
  };
}

function needs(args: GceIngressEntry, service: Service): Need[] {
  const { tls, host, staticAddress, securityPolicy } = args;
  const given = (kind: string, name: string | undefined, why: string): Need[] =>
    name === undefined ? [] : [{ kind, name, why }];
  const secret = tls?.secretName === undefined ? undefined : `${service.namespace}/${tls.secretName}`;
  return [
    { kind: "controller", name: "gke", why: `it makes the load balancer of ${host}` },
    ...given("static address of Google", staticAddress, `${host} is reached by it`),
    ...given("Cloud Armor policy", securityPolicy, `it decides who reaches ${host}`),
    ...given("Secret", secret, `it holds the certificate of ${host}`),
    ...(tls?.preSharedCertificates ?? []).map((name) => ({
      kind: "certificate of Google Cloud",
      name,
      why: `clients of ${host} see it`,
    })),
  ];
}

export const gceIngress: EntryKind<GceIngressEntry> = {
  kind: "gce-ingress",
  schema,
  sticksBy: () => "cookie",
  hop,
  check,
  claims,
  warn,
  compile,
};
