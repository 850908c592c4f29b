import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { isOpen, listAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { PropertyPath, Statement } from "../rule";
import { NEEDED, plaintext, REASON } from "./plaintext";

const COMMON = { needed: NEEDED, reason: REASON };

/** What a route of another kind than Ingress serves in the clear; the object is the one whose lines have to change. */
export function routeInTheClear(route: KubernetesObject, path: Path, catalog: Catalog): Statement[] {
  switch (route.kind) {
    case "HTTPRoute":
    case "GRPCRoute":
    case "AIGatewayRoute":
      return listed(route, "spec", "parentRefs").flatMap((parent, index) => onGateway(route, path, parent, index, catalog));
    case "VirtualService":
      return listed(route, "spec", "gateways").flatMap((name) => onIstioGateway(route, path, name, catalog));
    case "IngressRoute":
      return ofIngressRoute(route, path, catalog);
    case "HTTPProxy":
      return ofHost(route, path, catalog, ["spec", "virtualhost"], "tls: { secretName: <secret with the certificate> }");
    case "Route":
      return ofOpenshiftRoute(route, path, catalog);
    case "VirtualServer":
      return ofHost(route, path, catalog, ["spec"], "tls: { secret: <secret with the certificate> }");
    default:
      return [];
  }
}

function listed(object: KubernetesObject, ...keys: string[]): Value[] {
  const values = listAt(object, ...keys);
  return values === UNKNOWN ? [UNKNOWN] : values;
}

/** Contour's and F5's routes: whoever says the host says the certificate beside it. */
function ofHost(route: KubernetesObject, path: Path, catalog: Catalog, place: string[], fix: string): Statement[] {
  const host = textAt(route, ...place, route.kind === "HTTPProxy" ? "fqdn" : "host");
  const at = [...place, "tls"];
  const tls = valueAt(route, ...at);
  if (tls === UNKNOWN) return [notKnownYet(route, at, COMMON)];
  if (tls !== undefined || host === undefined) return [];
  return [plaintext(route, path, catalog, { at, found: `${hostText(host)} is served without TLS: no ${at.join(".")}`, fix })];
}

/** OpenShift's router serves what asks for no certificate with its own, as long as the Route says that TLS ends there. */
function ofOpenshiftRoute(route: KubernetesObject, path: Path, catalog: Catalog): Statement[] {
  const tls = valueAt(route, "spec", "tls");
  const insecure = textAt(tls, "insecureEdgeTerminationPolicy");
  const fix = "tls: { termination: edge, insecureEdgeTerminationPolicy: Redirect }";
  if (tls === UNKNOWN || insecure === UNKNOWN) return [notKnownYet(route, ["spec", "tls"], COMMON)];
  if (tls === undefined) {
    return [plaintext(route, path, catalog, { at: ["spec", "tls"], found: "served without TLS: no spec.tls", fix })];
  }
  if (insecure !== "Allow") return [];
  const at = ["spec", "tls", "insecureEdgeTerminationPolicy"];
  return [plaintext(route, path, catalog, { at, found: "insecureEdgeTerminationPolicy: Allow serves it without TLS too", fix })];
}

function ofIngressRoute(route: KubernetesObject, path: Path, catalog: Catalog): Statement[] {
  const tls = valueAt(route, "spec", "tls");
  if (tls === UNKNOWN) return [notKnownYet(route, ["spec", "tls"], COMMON)];
  const entryPoints = listAt(route, "spec", "entryPoints");
  if (entryPoints === UNKNOWN) return [notKnownYet(route, ["spec", "entryPoints"], COMMON)];
  // An entry point may bring TLS itself, and one that is named for it does so in Traefik's own chart.
  if (tls !== undefined || (entryPoints.length > 0 && entryPoints.every((name) => /secure|tls|https|443/i.test(String(name))))) {
    return [];
  }
  const routes = listAt(route, "spec", "routes");
  if (routes !== UNKNOWN && routes.length > 0 && routes.every((one) => redirects(one, route, catalog))) return [];
  const where = entryPoints.length === 0 ? "every entry point" : entryPoints.map(String).join(", ");
  const fix = "entryPoints: [websecure], and tls: { secretName: <secret with the certificate> }";
  return [plaintext(route, path, catalog, { at: ["spec", "tls"], found: `served without TLS on ${where}: no spec.tls`, fix })];
}

function redirects(rule: Value, route: KubernetesObject, catalog: Catalog): boolean {
  const middlewares = listAt(rule, "middlewares");
  if (middlewares === UNKNOWN) return false;
  return middlewares.some((reference) => {
    const name = textAt(reference, "name");
    const namespace = textAt(reference, "namespace") ?? namespaceOf(route);
    if (typeof name !== "string" || typeof namespace !== "string") return false;
    const middleware = catalog.find("Middleware", namespace, name);
    if (middleware === undefined) return /redirect/i.test(name);
    return ["redirectScheme", "redirectRegex"].some((kind) => valueAt(middleware, "spec", kind) !== undefined);
  });
}

/** A route without a section hangs on every listener of its Gateway, the one without TLS too. */
function onGateway(route: KubernetesObject, path: Path, parent: Value, index: number, catalog: Catalog): Statement[] {
  const name = textAt(parent, "name");
  const namespace = textAt(parent, "namespace") ?? namespaceOf(route);
  const section = textAt(parent, "sectionName");
  const port = valueAt(parent, "port");
  if (parent === UNKNOWN || name === UNKNOWN || namespace === UNKNOWN || section === UNKNOWN) {
    return [notKnownYet(route, ["spec", "parentRefs", index], COMMON)];
  }
  const gateway = catalog.find("Gateway", namespace, name ?? "");
  if (gateway === undefined) return notNamedYet(route, ["spec", "parentRefs", index], "Gateway", catalog);
  const listeners = listAt(gateway, "spec", "listeners");
  if (listeners === UNKNOWN) return [notKnownYet(gateway, ["spec", "listeners"], COMMON)];
  const own = listeners
    .map((listener, at) => ({ listener, at, protocol: textAt(listener, "protocol") }))
    .filter(({ listener }) => section === undefined || isOrMayBe(textAt(listener, "name"), section))
    .filter(({ listener }) => port === undefined || isOrMayBe(valueAt(listener, "port"), port));
  const open = own.find(({ protocol, listener }) => protocol === UNKNOWN || textAt(listener, "name") === UNKNOWN);
  if (open !== undefined) return [notKnownYet(gateway, ["spec", "listeners", open.at], COMMON)];
  const plain = own.find(({ protocol }) => protocol === "HTTP");
  if (plain === undefined) return [];
  const listener = `listener ${hostText(textAt(plain.listener, "name"))} (HTTP, port ${String(valueAt(plain.listener, "port"))})`;
  const secured = own.find(({ protocol }) => protocol === "HTTPS");
  if (secured !== undefined) {
    const sectionName = hostText(textAt(secured.listener, "name"));
    const at: PropertyPath = ["spec", "parentRefs", index, "sectionName"];
    const found = `it hangs on every listener of ${nameOf(gateway)}, ${listener} too`;
    return [plaintext(route, path, catalog, { at, found, fix: `sectionName: ${sectionName}` })];
  }
  const fix = "protocol: HTTPS, port: 443, tls: { certificateRefs: [{ name: <secret with the certificate> }] }";
  const at: PropertyPath = ["spec", "listeners", plain.at];
  return [plaintext(gateway, path, catalog, { at, found: `${listener} serves its routes without TLS`, fix })];
}

/** Istio's own Gateway: the name may say the namespace before a slash. */
function onIstioGateway(route: KubernetesObject, path: Path, reference: Value, catalog: Catalog): Statement[] {
  if (reference === UNKNOWN) return [notKnownYet(route, ["spec", "gateways"], COMMON)];
  const [name = "", namespace = namespaceOf(route)] = String(reference).split("/").reverse();
  const gateway = istioGateway(catalog, namespace, name);
  if (gateway === undefined) return notNamedYet(route, ["spec", "gateways"], ISTIO_GATEWAY, catalog);
  const servers = listAt(gateway, "spec", "servers");
  if (servers === UNKNOWN) return [notKnownYet(gateway, ["spec", "servers"], COMMON)];
  for (const [index, server] of servers.entries()) {
    const protocol = textAt(server, "port", "protocol");
    const tls = valueAt(server, "tls");
    if (protocol === UNKNOWN || tls === UNKNOWN) return [notKnownYet(gateway, ["spec", "servers", index], COMMON)];
    if (!/^(HTTP|HTTP2|GRPC)$/i.test(protocol ?? "") || valueAt(tls, "httpsRedirect") === true) continue;
    const hosts = listAt(server, "hosts");
    const found = `port ${String(valueAt(server, "port", "number"))} (${protocol}) serves ${hosts === UNKNOWN ? "its hosts" : hosts.map(String).join(", ")} without TLS`;
    const fix =
      "tls: { httpsRedirect: true } here, and a server with port 443, protocol HTTPS, tls: { mode: SIMPLE, credentialName: <secret> }";
    return [plaintext(gateway, path, catalog, { at: ["spec", "servers", index], found, fix })];
  }
  return [];
}

const ISTIO_GATEWAY = "Gateway.networking.istio.io";

function istioGateway(catalog: Catalog, namespace: string, name: string): KubernetesObject | undefined {
  return catalog.find(ISTIO_GATEWAY, namespace, name);
}

/** A Gateway that is not found may be one whose name is not known yet; else it is somebody else's. */
function notNamedYet(route: KubernetesObject, at: PropertyPath, kind: string, catalog: Catalog): Statement[] {
  const gateways = catalog.ofKind(kind);
  const open = gateways.some((gateway) => isOpen(refOf(gateway))) || (gateways.length > 0 && isOpen(refOf(route)));
  return open ? [notKnownYet(route, at, COMMON)] : [];
}

function isOrMayBe(value: Value, wanted: Value): boolean {
  return value === wanted || value === UNKNOWN;
}

function hostText(text: ReturnType<typeof textAt>): string {
  return typeof text === "string" ? text : "(not known yet)";
}
