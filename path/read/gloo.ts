import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { Hop } from "../model";
import type { KubernetesObject, Unknown, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, namespaceOf, refOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf } from "./hop";
import { durationOf, withRouteTimeout } from "./routeTimers";

const GATEWAY = "Gateway.gateway.solo.io";

export function glooRules(route: KubernetesObject, list: string[]): { list: string; rule: Value }[] | Unknown {
  const rules = listAt(route, "spec", ...list);
  return rules === UNKNOWN ? UNKNOWN : rules.map((rule) => ({ list: "routes", rule }));
}

/** The Services of a route, by name or by the Upstream that stands for one; what neither shows is left out. */
export function glooBackends(rule: Value, route: KubernetesObject, catalog: Catalog): Value[] | Unknown {
  const action = valueAt(rule, "routeAction");
  const weighted = listAt(action, "multi", "destinations");
  if (action === UNKNOWN || weighted === UNKNOWN) return UNKNOWN;
  const all: Value[] = [valueAt(action, "single"), ...weighted.map((one) => valueAt(one, "destination"))];
  if (all.includes(UNKNOWN)) return UNKNOWN;
  return all.filter((destination): boolean => isOpen(destination) || known(destination, route, catalog) !== undefined);
}

const isOpen = (destination: Value): boolean => {
  const names = [textAt(destination, "kube", "ref", "name"), textAt(destination, "upstream", "name")];
  return valueAt(destination, "kube") === UNKNOWN || valueAt(destination, "upstream") === UNKNOWN || names.includes(UNKNOWN);
};

export function glooTarget(destination: Value, route: KubernetesObject, catalog: Catalog): Value {
  return isOpen(destination) ? UNKNOWN : known(destination, route, catalog);
}

function known(destination: Value, route: KubernetesObject, catalog: Catalog): Value {
  const reference = valueAt(destination, "kube", "ref");
  if (reference !== undefined) {
    const namespace = textAt(reference, "namespace") ?? namespaceOf(route);
    return { name: textAt(reference, "name"), namespace, port: valueAt(destination, "kube", "port") };
  }
  const name = textAt(destination, "upstream", "name");
  if (typeof name !== "string") return undefined;
  const namespace = textAt(destination, "upstream", "namespace") ?? namespaceOf(route);
  const upstream = typeof namespace === "string" ? catalog.find("Upstream", namespace, name) : undefined;
  const own = valueAt(upstream, "spec", "kube");
  if (own !== undefined) {
    return { name: valueAt(own, "serviceName"), namespace: valueAt(own, "serviceNamespace"), port: valueAt(own, "servicePort") };
  }
  // What Gloo discovers by itself it calls by namespace, name and port.
  const [service] = catalog.under(name, "Service", discoveredNames);
  if (service === undefined) return undefined;
  const { namespace: place = "default", name: serviceName } = refOf(service);
  return { name: serviceName, namespace: place, port: Number(name.slice(name.lastIndexOf("-") + 1)) };
}

function discoveredNames(service: KubernetesObject): string[] {
  const ports = listAt(service, "spec", "ports");
  if (ports === UNKNOWN) return [];
  return ports.map((port) => `${namespaceOf(service)}-${refOf(service).name}-${String(valueAt(port, "port"))}`);
}

/** Gloo's Envoy: the silence of a stream is a matter of its Gateway, an answer's end one of the route. */
export function glooHop(route: KubernetesObject, rule: Value, catalog: Catalog): Hop {
  const { knob, defaultSeconds, perProtocol } = facts("gloo").idle;
  const gateways = catalog.ofKind(GATEWAY);
  const [gateway] = gateways;
  const text = textAt(gateway, "spec", "httpGateway", "options", "httpConnectionManagerSettings", "streamIdleTimeout");
  const where = gateway === undefined ? `${nameOf(route)}; no Gateway of Gloo was read` : `${nameOf(gateway)} ${knob?.keys[0]}`;
  const seconds = durationOf(text);
  const hashes = valueAt(rule, "options", "lbHash");
  const hop = hopOf("gloo", {
    from: text === undefined && gateway !== undefined ? `${where} is not set` : where,
    idleSeconds: seconds ?? defaultSeconds,
    ...(seconds === 0 && { limit: "none", idleSeconds: null }),
    ...((text === UNKNOWN || gateways.length > 1) && {
      ...clockNotKnownYet(where),
      pending: text === UNKNOWN,
      ...(text !== UNKNOWN && { settle: `which of the Gateways of Gloo serves ${nameOf(route)}` }),
    }),
    balances: true,
    ...(hashes === undefined
      ? { affinity: null }
      : {
          affinityUnknown: true,
          settle: `whether what options.lbHash of ${nameOf(route)} hashes is the same when a client comes back`,
        }),
    writeIdle: (promised) => `${knob?.keys[0]}: ${secondsToWrite("gloo", promised)}s in the Gateway of Gloo`,
    writeAffinity: ({ ttlSeconds, cookieName }) =>
      `options.lbHash.hashPolicies: [{cookie: {name: ${cookieName ?? "route"}, ttl: ${ttlSeconds}s}}] in the route, and ringHash in loadBalancerConfig of its Upstream`,
  });
  const timeout = durationOf(textAt(rule, "options", "timeout")) ?? perProtocol?.["http-stream"]?.defaultSeconds ?? null;
  return { ...hop, ...withRouteTimeout(hop, timeout) };
}
