import { TRAEFIK_CHART_PORTS } from "../path/facts/entries";
import { AZURE_SERVICE_PREFIX } from "../path/facts/azure";
import { GATEWAY_CONTROLLERS } from "../path/facts/gateways";
import type { GatewayImplementationName } from "../path/model";
import type { Block } from "../compile/mergePatch";
import type { Said, TakenEntry } from "./entries";
import type { Way } from "./group";
import type { Found } from "./model";
import { annotationOf, at, blockAt, isEmpty, listAt, nameOf, numberAt, textAt, written } from "./read";

/** The classes that each implementation is installed with, the one that an entry has by default first. */
const CLASSES: Partial<Record<GatewayImplementationName, string[]>> = {
  "envoy-gateway": ["eg"],
  istio: ["istio"],
  traefik: ["traefik"],
  gke: ["gke-l7-global-external-managed", "gke-l7-rilb"],
  "aws-lbc": ["aws-alb"],
  "approuting-istio": ["approuting-istio"],
  agc: ["azure-alb-external"],
};

const BY_CONTROLLER: Record<string, GatewayImplementationName> = {
  [GATEWAY_CONTROLLERS.envoyGateway]: "envoy-gateway",
  [GATEWAY_CONTROLLERS.istio]: "istio",
  [GATEWAY_CONTROLLERS.traefik]: "traefik",
  [GATEWAY_CONTROLLERS.agc]: "agc",
};

function implementationOf(className: string, classes: Found[]): GatewayImplementationName | undefined {
  const written = classes.find(({ object }) => object.metadata.name === className);
  const byController = BY_CONTROLLER[textAt(written?.object, "spec", "controllerName") ?? ""];
  const byName = Object.entries(CLASSES).find(([, names]) => names.includes(className))?.[0];
  return byController ?? (byName as GatewayImplementationName | undefined);
}

const pathOf = ({ path }: Way): string | undefined => (path === "/" ? undefined : path);

/** An HTTPRoute with the Gateway it hangs on. */
export function httpRoute(way: Way): TakenEntry | string {
  const { found, gateway } = way;
  if (way.host === undefined || way.shared) {
    return "its route is more than one host, one path prefix and one Service, which an entry cannot say: it stays as it is";
  }
  if (gateway === undefined) return "the Gateway it hangs on is not among the manifests: give that too, or it stays as it is";
  const className = textAt(gateway.object, "spec", "gatewayClassName") ?? "";
  const implementation = implementationOf(className, way.classes);
  if (implementation === undefined) {
    return `nothing shows who serves Gateways of class ${className}: give the manifest of its GatewayClass too, or it stays as it is`;
  }
  const base = { kind: "gateway", host: way.host, path: pathOf(way), implementation };
  const { name, namespace } = gateway.object.metadata;
  if (!way.opensGateway) {
    const attachTo = written({ name, namespace: namespace === found.object.metadata.namespace ? undefined : namespace });
    return { raw: written({ ...base, attachTo }) as TakenEntry["raw"], ...saidOf(way, implementation) };
  }
  const internal = isInternal(gateway, implementation, way.beside);
  const standard = internal === true && implementation === "gke" ? "gke-l7-rilb" : CLASSES[implementation]?.[0];
  const raw = {
    ...base,
    gatewayName: name === found.object.metadata.name ? undefined : name,
    className: className === standard ? undefined : className,
    internal,
    tls: tlsOf(gateway, implementation, way.beside),
    staticAddress: textAt(
      listAt(gateway.object, "spec", "addresses").find((each) => textAt(each, "type") === "NamedAddress"),
      "value",
    ),
    entryPointPorts: implementation === "traefik" ? entryPointPorts(gateway) : undefined,
    applicationLoadBalancer: applicationLoadBalancer(gateway),
  };
  return { raw: written(raw) as TakenEntry["raw"], ...saidOf(way, implementation), beside: { gateway } };
}

const configuration = (gateway: Found, beside: Found[]): Found | undefined => {
  const name = textAt(gateway.object, "spec", "infrastructure", "parametersRef", "name");
  return beside.find(({ object }) => object.kind === "LoadBalancerConfiguration" && object.metadata.name === name);
};

function isInternal(gateway: Found, implementation: GatewayImplementationName, beside: Found[]): true | undefined {
  const onAzure = at(gateway.object, "spec", "infrastructure", "annotations", `${AZURE_SERVICE_PREFIX}load-balancer-internal`);
  const isSo: Partial<Record<GatewayImplementationName, boolean>> = {
    gke: textAt(gateway.object, "spec", "gatewayClassName") === "gke-l7-rilb",
    "aws-lbc": textAt(configuration(gateway, beside)?.object, "spec", "scheme") === "internal",
    "approuting-istio": onAzure === "true",
  };
  return isSo[implementation] === true ? true : undefined;
}

function tlsOf(gateway: Found, implementation: GatewayImplementationName, beside: Found[]): Block | undefined {
  const secure = listAt(gateway.object, "spec", "listeners").find((each) => textAt(each, "protocol") === "HTTPS");
  if (secure === undefined) return undefined;
  if (implementation === "aws-lbc") {
    const listeners = listAt(configuration(gateway, beside)?.object, "spec", "listenerConfigurations");
    return written({ certificateArn: textAt(listeners[0], "defaultCertificate") });
  }
  const options = blockAt(secure, "tls", "options");
  return written({
    certificateMap: annotationOf(gateway, "networking.gke.io/certmap"),
    keyVaultCertificateUri: textAt(options, "kubernetes.azure.com/tls-cert-keyvault-uri"),
    serviceAccount: textAt(options, "kubernetes.azure.com/tls-cert-service-account"),
    secretName: textAt(secure, "tls", "certificateRefs", 0, "name"),
    clusterIssuer: annotationOf(gateway, "cert-manager.io/cluster-issuer"),
    issuer: annotationOf(gateway, "cert-manager.io/issuer"),
  });
}

function entryPointPorts(gateway: Found): Block | undefined {
  const portOf = (protocol: string) =>
    numberAt(
      listAt(gateway.object, "spec", "listeners").find((each) => textAt(each, "protocol") === protocol),
      "port",
    );
  const http = portOf("HTTP") ?? TRAEFIK_CHART_PORTS.http;
  const https = portOf("HTTPS") ?? TRAEFIK_CHART_PORTS.https;
  return http === TRAEFIK_CHART_PORTS.http && https === TRAEFIK_CHART_PORTS.https ? undefined : { http, https };
}

function applicationLoadBalancer(gateway: Found): Block | undefined {
  const name = annotationOf(gateway, "alb.networking.azure.io/alb-name");
  return name === undefined ? undefined : { name, namespace: annotationOf(gateway, "alb.networking.azure.io/alb-namespace") };
}

/** How two of them are told to stick, by the name of a cookie. */
function saidOf({ found, beside }: Way, implementation: GatewayImplementationName): Said {
  const mine = (kind: string) =>
    beside.filter(({ object }) => object.kind === kind && JSON.stringify(object.spec).includes(found.object.metadata.name));
  const cookie =
    implementation === "istio"
      ? mine("DestinationRule").map(({ object }) =>
          blockAt(object, "spec", "trafficPolicy", "loadBalancer", "consistentHash", "httpCookie"),
        )
      : mine("BackendTrafficPolicy").map(({ object }) => blockAt(object, "spec", "loadBalancer", "consistentHash", "cookie"));
  const [first] = cookie.filter((each) => !isEmpty(each));
  if (first === undefined) return {};
  const ttlSeconds = /^(\d+)s$/.exec(textAt(first, "ttl") ?? "")?.[1];
  const from = implementation === "istio" ? "the DestinationRule" : "the BackendTrafficPolicy";
  return {
    sticks: { cookieName: textAt(first, "name"), ...(ttlSeconds === undefined ? {} : { ttlSeconds: Number(ttlSeconds) }), from },
  };
}

/** Contour's own route, which has the host itself. */
export function httpProxy(way: Way): TakenEntry | string {
  const { found, beside } = way;
  if (way.host === undefined || way.shared || listAt(found.object, "spec", "includes").length > 0) {
    return `${nameOf(found.object)} is more than one host, one path prefix and one Service, which an entry cannot say: it stays as it is`;
  }
  const secretName = textAt(found.object, "spec", "virtualhost", "tls", "secretName");
  const certificate = beside.find(
    ({ object }) =>
      object.kind === "Certificate" && secretName !== undefined && textAt(object, "spec", "secretName") === secretName,
  );
  const issuer = textAt(certificate?.object, "spec", "issuerRef", "name");
  const isCluster = textAt(certificate?.object, "spec", "issuerRef", "kind") === "ClusterIssuer";
  const tls =
    secretName === undefined ? undefined : written({ secretName, ...(isCluster ? { clusterIssuer: issuer } : { issuer }) });
  const idle = /^(\d+)s$/.exec(textAt(found.object, "spec", "routes", 0, "timeoutPolicy", "idle") ?? "")?.[1];
  const sticks = textAt(found.object, "spec", "routes", 0, "loadBalancerPolicy", "strategy") === "Cookie";
  const raw = {
    kind: "gateway",
    host: way.host,
    path: pathOf(way),
    implementation: "contour",
    className: textAt(found.object, "spec", "ingressClassName"),
    tls,
  };
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...(idle === undefined ? {} : { idle: { seconds: Number(idle), hop: "contour" as const, from: "timeoutPolicy.idle" } }),
    ...(sticks ? { sticks: { from: "loadBalancerPolicy" } } : {}),
    ...(certificate === undefined ? {} : { beside: { certificate } }),
  };
}

/** The class and the certificate stand on the Ingress, everything else in the BackendConfig that its Service names. */
export function gceIngress(way: Way): TakenEntry | string {
  const { found, service, beside } = way;
  if (way.host === undefined) return "it answers to every host, and an entry has one: it stays as it is";
  const internal = annotationOf(found, "kubernetes.io/ingress.class") === "gce-internal";
  const names = annotationOf(service, "cloud.google.com/backend-config");
  const backend = beside.find(({ object }) => object.kind === "BackendConfig" && isNamedIn(names, object.metadata.name));
  const spec = blockAt(backend?.object, "spec");
  const preShared = annotationOf(found, "ingress.gcp.kubernetes.io/pre-shared-cert");
  const tls = written({
    managed: annotationOf(found, "networking.gke.io/managed-certificates") === undefined ? undefined : true,
    secretName: textAt(found.object, "spec", "tls", 0, "secretName"),
    preSharedCertificates: preShared?.split(",").map((name) => name.trim()),
  });
  const raw = {
    kind: "gce-ingress",
    host: way.host,
    path: pathOf(way),
    internal: internal ? true : undefined,
    tls: isEmpty(tls) ? undefined : tls,
    staticAddress:
      annotationOf(found, "kubernetes.io/ingress.global-static-ip-name") ??
      annotationOf(found, "kubernetes.io/ingress.regional-static-ip-name"),
    securityPolicy: textAt(spec, "securityPolicy", "name"),
    healthPath: textAt(spec, "healthCheck", "requestPath"),
  };
  const seconds = numberAt(spec, "timeoutSec");
  const sticks = textAt(spec, "sessionAffinity", "affinityType") === "GENERATED_COOKIE";
  const ttlSeconds = numberAt(spec, "sessionAffinity", "affinityCookieTtlSec");
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...(seconds === undefined ? {} : { idle: { seconds, hop: "gce-ingress" as const, from: "timeoutSec of the BackendConfig" } }),
    ...(sticks ? { sticks: { ttlSeconds, from: "the BackendConfig" } } : {}),
  };
}

/** `{"default":"chat","ports":{"80":"chat"}}` names it. */
const isNamedIn = (names: string | undefined, name: string): boolean => names?.includes(`"${name}"`) === true;
