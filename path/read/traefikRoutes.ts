import type { Catalog } from "../catalog";
import type { ClusterFacts, ConnectionPromise, Hop, HopAffinity } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, numberAt, textAt, valueAt } from "../value";
import { hopOf } from "./hop";
import { bareServiceProxyHop } from "./serviceProxy";

/** The cookie of one service of a route; `sticky.cookie: {}` is enough, and 0 leaves its end to the browser. */
function cookieOf(service: Value, where: string): Partial<Hop> {
  const sticky = valueAt(service, "sticky");
  const cookie = valueAt(sticky, "cookie");
  if (sticky === UNKNOWN || cookie === UNKNOWN || numberAt(cookie, "maxAge") === UNKNOWN) {
    return { affinityUnknown: true, pending: true, settle: `sticky.cookie of ${where} is not known before the update` };
  }
  if (cookie === undefined) return { affinity: null };
  const age = numberAt(cookie, "maxAge");
  const name = textAt(cookie, "name");
  const affinity: HopAffinity = { mechanism: "cookie", ttlSeconds: typeof age === "number" && age > 0 ? age : null };
  return { affinity: typeof name === "string" ? { ...affinity, cookieName: name } : affinity };
}

/** Weights need a cookie on both levels: one keeps a client on a Service, the other on a pod of it. */
export function traefikServiceAffinity(namespace: string, name: string, catalog: Catalog): Partial<Hop> {
  const object = catalog.find("TraefikService", namespace, name);
  if (object === undefined) {
    return { affinityUnknown: true, settle: `add TraefikService ${namespace}/${name} to what is read: it holds the stickiness` };
  }
  const services = listAt(object, "spec", "weighted", "services");
  if (services === UNKNOWN) return { affinityUnknown: true, pending: true };
  const inner = services.map((service) => cookieOf(service, nameOf(object)));
  const outer = cookieOf(valueAt(object, "spec", "weighted"), nameOf(object));
  const weakest = inner.find((read) => read.affinityUnknown || read.affinity === null) ?? inner[0] ?? { affinity: null };
  if (services.length < 2 || outer.affinity !== null) return weakest;
  return {
    affinity: null,
    inert: [
      `${nameOf(object)} spec.weighted.sticky is missing: without it a client changes Services, whatever each of them keeps`,
    ],
  };
}

/** The Services that a service of a route means: itself, or those of the TraefikService it names. */
export function traefikTargets(service: Value, namespace: string, catalog: Catalog): Value[] {
  if (textAt(service, "kind") !== "TraefikService") return [service];
  const object = catalog.find("TraefikService", namespace, String(textAt(service, "name")));
  const services = listAt(object, "spec", "weighted", "services");
  return services === UNKNOWN || services.length === 0 ? [service] : services;
}

export interface TraefikRoute {
  route: KubernetesObject;
  /** The service as the route lists it, and the Kubernetes Service it leads to. */
  listed: Value;
  target: Value;
  namespace: string;
}

/** Traefik serving an IngressRoute or an IngressRouteTCP: the proxy, and kube-proxy where the route leaves the choice to it. */
export function traefikRouteHops(
  { route, listed, target, namespace }: TraefikRoute,
  catalog: Catalog,
  cluster: ClusterFacts,
): Hop[] {
  if (route.kind === "IngressRouteTCP") return [hopOf("traefik-ingressroute-tcp", { from: nameOf(route), balances: true })];
  const own = textAt(listed, "kind") === "TraefikService";
  const nativeText = textAt(target, "nativeLB");
  const native = nativeText === "true";
  const read = own ? traefikServiceAffinity(namespace, String(textAt(listed, "name")), catalog) : cookieOf(target, nameOf(route));
  const lost = native ? ["nativeLB hands the choice of the pod to the Service, so the cookie picks none"] : [];
  const proxy = hopOf("traefik-ingressroute", {
    from: nameOf(route),
    ...(native ? { affinity: null } : read),
    ...(nativeText === UNKNOWN && {
      affinityUnknown: true,
      pending: true,
      settle: `nativeLB of ${nameOf(route)} is not known before the update`,
    }),
    balances: !native,
    inert: [...(read.inert ?? []), ...lost],
    notes: ["A restart of Traefik closes connections after its entry point's graceTimeOut."],
    writeAffinity: writeCookie,
  });
  if (!native) return [proxy];
  return [
    proxy,
    {
      ...bareServiceProxyHop(cluster),
      writeAffinity: () => `remove nativeLB from ${nameOf(route)}, with ${writeCookie({ mode: "client", ttlSeconds: 3600 })}`,
    },
  ];
}

function writeCookie({ ttlSeconds, cookieName }: ConnectionPromise["affinity"]): string {
  return `routes[].services[].sticky.cookie: {name: ${cookieName ?? "route"}, maxAge: ${ttlSeconds}}`;
}
