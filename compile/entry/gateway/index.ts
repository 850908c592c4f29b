import type { z } from "zod";
import { block, label, list, objectName, oneOf, portNumber, text, yesOrNo } from "../../check/fields";
import { TRAEFIK_CHART_PORTS } from "../../../path/facts/entries";
import { GATEWAY_IMPLEMENTATIONS, type GatewayImplementationName } from "../../../path/model";
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
  warnAboutHost,
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
  isAttached,
  routeName,
  SECRET_TLS_KEYS,
  type GatewayEntry,
  type GatewayImplementation,
  type GatewayTls,
} from "./implementation";
import { istio } from "./istio";
import { gatewayObjects } from "./objects";
import { linkGateways } from "./sharing";
import { traefikGateway } from "./traefik";

export type { GatewayEntry } from "./implementation";

const IMPLEMENTATIONS: Record<GatewayImplementationName, GatewayImplementation> = {
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
  implementation: oneOf(GATEWAY_IMPLEMENTATIONS),
  attachTo: block({ name: objectName("the name of a Gateway"), namespace: label().optional() }).optional(),
  gatewayName: label().optional(),
  routesFrom: list(label(), "namespaces")
    .min(1, { error: () => "found an empty list; allowed: at least one namespace, or no routesFrom for those of this stack." })
    .optional(),
  className: objectName("the name of a GatewayClass").optional(),
  internal: yesOrNo().optional(),
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
  const ofTheGateway = () => [...checkTls(args, surroundings), ...checkInert(args), ...(of(args).checkGateway?.(args) ?? [])];
  return [
    ...checkZone(args, surroundings),
    ...checkHttp("gateway", "an HTTPRoute", service, "load-balancer"),
    ...(isAttached(args) ? [] : ofTheGateway()),
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
  const { implementation, internal, staticAddress, applicationLoadBalancer, entryPointPorts, routesFrom } = args;
  const { canBeInternal = false, title } = of(args);
  const problems: Problem[] = [];
  if (routesFrom !== undefined && implementation === "contour") {
    const message = `found ${routesFrom.join(", ")} with implementation: contour, whose HTTPProxy names every route that it includes. Remove it; services of this stack attach with attachTo.`;
    problems.push({ path: "routesFrom", message });
  }
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
  const routeLogicalName = own?.logicalName ?? routeName(args);
  const makes = { logicalName: own?.logicalName ?? gatewayName(args) };
  const addressFrom = args.on === undefined ? makes : args.on.madeBy;
  return {
    objects,
    endpoint: {
      entry: entryName(args),
      kind: args.kind,
      url: hostUrl(service, args, args.tls !== undefined),
      host: args.host,
      ...(addressFrom === undefined ? {} : { addressFrom }),
      ...(addressFrom?.logicalName === routeLogicalName && args.on === undefined
        ? {}
        : { pathFrom: { logicalName: routeLogicalName } }),
    },
    needs: args.on === undefined ? ownNeeds(args, service, surroundings) : attachedNeeds(args, service, surroundings),
  };
}

function ownNeeds(args: GatewayEntry, service: Service, surroundings: Surroundings): Need[] {
  const implementation = of(args);
  return [
    ...(implementation.objects === undefined ? gatewayNeeds(args, args.className ?? implementation.className(args)) : []),
    ...implementation.needs(args, service, surroundings),
    ...(args.tls !== undefined && isSecret(args.tls) ? tlsNeeds(service, args.tls, args.host) : []),
  ];
}

/** What somebody else has to have made, and to allow. */
function attachedNeeds(args: GatewayEntry, service: Service, surroundings: Surroundings): Need[] {
  const { on, host, path, implementation } = args;
  const ofRoute = of(args).needs({ ...args, tls: undefined }, service, surroundings);
  if (on === undefined || on.madeBy !== undefined) return ofRoute;
  const name = `${on.namespace}/${on.name}`;
  const need =
    implementation === "contour"
      ? { kind: "HTTPProxy", name, why: `it serves ${host}, and has to include that of ${service.name} under ${path}` }
      : { kind: "Gateway", name, why: `it serves ${host}${path}, and has to allow routes from namespace ${service.namespace}` };
  return [need, ...ofRoute];
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
  link: linkGateways,
  check,
  claims,
  checksPodsForSeconds: (args, service) => of(args).checksPodsForSeconds?.(service) ?? 0,
  namespaceLabels: ({ implementation }) => (implementation === "aws-lbc" ? READINESS_GATE_LABEL : {}),
  warn: (args, service) => [
    ...(args.implementation === "aws-lbc" ? warnAboutReadinessGate(service) : []),
    ...warnAboutHost(args, "attach one to the Gateway of the other (attachTo)"),
  ],
  compile,
};
