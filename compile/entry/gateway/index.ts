import type { z } from "zod";
import { block, label, objectName, oneOf, portNumber, text, yesOrNo } from "../../check/fields";
import { TRAEFIK_CHART_PORTS } from "../../../path/facts/entries";
import type { Problem } from "../../check/problem";
import type { Need } from "../../model";
import type { Service } from "../../service";
import type { DraftSurroundings, Surroundings } from "../../stack";
import { certificateArn } from "../aws";
import { addressClaim } from "../exposed";
import {
  checkHttp,
  checkSecretTls,
  checkTlsGiven,
  checkZone,
  hostClaim,
  hostFields,
  hostUrl,
  secretTlsFields,
  tlsNeeds,
} from "../hosts";
import { entryName, type Claim, type CompiledEntry, type EntryKind } from "../kind";
import { READINESS_GATE_LABEL, warnAboutReadinessGate } from "../aws";
import { agc } from "./agc";
import { approutingIstio } from "./approutingIstio";
import { awsLbc } from "./awsLbc";
import { contour } from "./contour";
import { envoyGateway } from "./envoyGateway";
import { gke } from "./gke";
import {
  gatewayName,
  gatewayObjects,
  IMPLEMENTATION_NAMES,
  routeName,
  SECRET_TLS_KEYS,
  type GatewayEntry,
  type GatewayImplementation,
  type GatewayTls,
  type ImplementationName,
} from "./implementation";
import { istio } from "./istio";
import { traefikGateway } from "./traefik";

export type { GatewayEntry } from "./implementation";

const IMPLEMENTATIONS: Record<ImplementationName, GatewayImplementation> = {
  "envoy-gateway": envoyGateway,
  istio,
  contour,
  traefik: traefikGateway,
  gke,
  "aws-lbc": awsLbc,
  "approuting-istio": approutingIstio,
  agc,
};

const of = ({ implementation }: GatewayEntry): GatewayImplementation => IMPLEMENTATIONS[implementation];

const schema: z.ZodType<GatewayEntry> = block({
  kind: oneOf(["gateway"]),
  ...hostFields,
  implementation: oneOf(IMPLEMENTATION_NAMES),
  className: objectName("the name of a GatewayClass").optional(),
  internal: yesOrNo().default(false),
  tls: block({
    ...secretTlsFields,
    certificateArn: certificateArn().optional(),
    keyVaultCertificateUri: text(
      "the URI of a certificate without a version, such as https://vault.vault.azure.net/certificates/chat",
      /^https:\/\/[\w.-]+\/(certificates|secrets)\/[\w-]+$/,
    ).optional(),
    serviceAccount: objectName("the name of a ServiceAccount").optional(),
    certificateMap: label().optional(),
  }).optional(),
  staticAddress: label().optional(),
  entryPointPorts: block({
    http: portNumber().default(TRAEFIK_CHART_PORTS.http),
    https: portNumber().default(TRAEFIK_CHART_PORTS.https),
  }).optional(),
  applicationLoadBalancer: block({ name: objectName("its name"), namespace: label() }).optional(),
});

function check(args: GatewayEntry, service: Partial<Service>, surroundings: DraftSurroundings): Problem[] {
  return [
    ...checkZone(args, surroundings),
    ...checkTls(args, surroundings),
    ...checkHttp("gateway", "an HTTPRoute", service, "load-balancer"),
    ...checkInert(args),
    ...of(args).check(args, service, surroundings),
  ];
}

const isSecret = (tls: GatewayTls): boolean =>
  tls.certificateArn === undefined && tls.keyVaultCertificateUri === undefined && tls.certificateMap === undefined;

function checkTls(args: GatewayEntry, surroundings: DraftSurroundings): Problem[] {
  const { tls } = args;
  const { tlsKeys, title } = of(args);
  if (tls === undefined) return checkTlsGiven(tls, surroundings, `Write tls with ${tlsKeys.join(" or ")}.`);
  const written = (Object.keys(tls) as (keyof GatewayTls)[]).filter((key) => tls[key] !== undefined);
  const unread = written.filter((key) => !tlsKeys.includes(key));
  if (unread.length > 0) {
    return unread.map((key) => {
      const message = `found ${tls[key]} with implementation: ${args.implementation}; ${title} does not read it. Use ${tlsKeys.join(" or ")}.`;
      return { path: `tls.${key}`, message };
    });
  }
  if (isSecret(tls)) return tlsKeys.includes("secretName") ? checkSecretTls(tls, surroundings) : [];
  const beside = written.filter((key) => SECRET_TLS_KEYS.includes(key));
  return beside.map((key) => {
    const message = `found ${tls[key]} beside another certificate; a host has one. Remove one of the two.`;
    return { path: `tls.${key}`, message };
  });
}

/** Settings of another implementation. */
function checkInert(args: GatewayEntry): Problem[] {
  const { implementation, internal, staticAddress, applicationLoadBalancer, entryPointPorts } = args;
  const { canBeInternal = false, title } = of(args);
  const problems: Problem[] = [];
  if (internal && !canBeInternal) {
    const message = `found true with implementation: ${implementation}; a Gateway cannot say that to ${title}. Remove it and make the Service of its proxy internal, or use gke, aws-lbc or approuting-istio.`;
    problems.push({ path: "internal", message });
  }
  if (staticAddress !== undefined && implementation !== "gke") {
    const message = `found ${staticAddress} with implementation: ${implementation}, which does not read it. Remove it; only gke does.`;
    problems.push({ path: "staticAddress", message });
  }
  if (entryPointPorts !== undefined && implementation !== "traefik") {
    const message = `found ${entryPointPorts.http} and ${entryPointPorts.https} with implementation: ${implementation}, whose listeners are what clients connect to. Remove it; only traefik reads it.`;
    problems.push({ path: "entryPointPorts", message });
  }
  if (applicationLoadBalancer !== undefined && implementation !== "agc") {
    const message = `found ${applicationLoadBalancer.name} with implementation: ${implementation}, which does not read it. Remove it; only agc does.`;
    problems.push({ path: "applicationLoadBalancer", message });
  }
  return problems;
}

function claims(args: GatewayEntry): Claim[] {
  const { staticAddress, internal } = args;
  return [
    hostClaim(args, internal),
    ...(staticAddress === undefined ? [] : [addressClaim("staticAddress", "static address", staticAddress)]),
  ];
}

function compile(args: GatewayEntry, service: Service, surroundings: Surroundings): CompiledEntry {
  const implementation = of(args);
  const own = implementation.objects?.(args, service);
  const className = args.className ?? implementation.className(args);
  const objects = own?.objects ?? gatewayObjects(args, service, className, implementation.parts(args, service, surroundings));
  return {
    objects,
    endpoint: {
      entry: entryName(args),
      kind: args.kind,
      url: hostUrl(service, args, args.tls !== undefined),
      host: args.host,
      addressFrom: { logicalName: own?.logicalName ?? gatewayName(args) },
      ...(own === undefined ? { pathFrom: { logicalName: routeName(args) } } : {}),
    },
    needs: [
      ...(own === undefined ? gatewayNeeds(args, className) : []),
      ...implementation.needs(args, service, surroundings.cluster),
      ...(args.tls !== undefined && isSecret(args.tls) ? tlsNeeds(service, args.tls, args.host) : []),
    ],
  };
}

function gatewayNeeds(args: GatewayEntry, className: string): Need[] {
  return [
    { kind: "CustomResourceDefinition", name: "gateways.gateway.networking.k8s.io", why: "a Gateway is one of them" },
    { kind: "GatewayClass", name: className, why: `${of(args).title} serves ${args.host} by it` },
  ];
}

export const gateway: EntryKind<GatewayEntry> = {
  kind: "gateway",
  schema,
  sticksBy: (args) => of(args).sticksBy,
  hop: (args) => of(args).hop(args),
  check,
  claims,
  namespaceLabels: ({ implementation }) => (implementation === "aws-lbc" ? READINESS_GATE_LABEL : {}),
  warn: ({ implementation }, service) => (implementation === "aws-lbc" ? warnAboutReadinessGate(service) : []),
  compile,
};
