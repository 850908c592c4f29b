import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { ConnectionPromise, Hop } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, namespaceOf, textAt, valueAt } from "../value";
import { nginxTime } from "./durations";
import { clockNotKnownYet, hopOf } from "./hop";
import { policiesOn } from "./routeTimers";

const CLOCKS = ["read", "send"] as const;

interface Routed {
  route: KubernetesObject;
  rule: Value;
  gateway: KubernetesObject;
  service: KubernetesObject | undefined;
}

/** NGINX Gateway Fabric: nginx's own minute, unless a policy on the route or the Gateway, or a snippet of the rule, says otherwise. */
export function nginxGatewayHop({ route, rule, gateway, service }: Routed, catalog: Catalog): Hop {
  if (route.kind === "TCPRoute" || route.kind === "TLSRoute") {
    return hopOf("nginx-gateway-tcp", { from: nameOf(route), balances: true });
  }
  return hopOf("nginx-gateway", {
    ...clockOf(route, rule, gateway, catalog),
    balances: true,
    ...affinityOf(route, rule, service, catalog),
    writeIdle: (seconds) => {
      const value = `${secondsToWrite("nginx-gateway", seconds)}s`;
      return `a ProxySettingsPolicy on ${nameOf(route)} with timeout: {read: ${value}, send: ${value}}`;
    },
    writeAffinity: ({ cookieName }: ConnectionPromise["affinity"]) =>
      `an UpstreamSettingsPolicy on the Service with loadBalancingMethod: hash consistent and hashMethodKey: $cookie_${cookieName ?? "route"}, of a cookie that the application sets; with NGINX Plus sessionPersistence of the rule`,
  });
}

/** What is nearer to the connection wins: a snippet of the rule, a policy on the route, one on the Gateway. */
function clockOf(
  route: KubernetesObject,
  rule: Value,
  gateway: KubernetesObject,
  catalog: Catalog,
): Partial<Hop> & { from: string } {
  const standard = facts("nginx-gateway").idle.defaultSeconds ?? 0;
  const snippets = snippetsOf(route, rule, catalog);
  if (typeof snippets !== "string") return { from: nameOf(route), limit: "unknown", idleSeconds: null, ...snippets };
  const policies = [route, gateway].flatMap((target) => policiesOn(catalog, "ProxySettingsPolicy", target));
  const found = CLOCKS.map((name) => {
    const written = new RegExp(`\\bproxy_${name}_timeout\\s+([^;\\s]+)\\s*;`).exec(snippets)?.[1];
    const policy = policies.find((candidate) => textAt(candidate, "spec", "timeout", name) !== undefined);
    const text = written ?? textAt(policy, "spec", "timeout", name);
    const where = written !== undefined ? `a snippet of ${nameOf(route)}` : nameOf(policy ?? route);
    if (text === UNKNOWN) return { from: `${where} timeout.${name}`, seconds: UNKNOWN };
    const seconds = text === undefined ? undefined : nginxTime(text);
    return seconds === undefined
      ? { from: `no ProxySettingsPolicy on ${nameOf(route)} or its Gateway sets timeout.${name}`, seconds: standard }
      : { from: `${where} timeout.${name}`, seconds };
  });
  const open = found.find(({ seconds }) => seconds === UNKNOWN);
  if (open !== undefined) return { from: open.from, ...clockNotKnownYet(open.from) };
  const { from, seconds } = found.reduce((best, one) => (Number(one.seconds) < Number(best.seconds) ? one : best));
  return { from, idleSeconds: Number(seconds) };
}

/** The configuration text of the filters that a rule names, or why it is not known. */
function snippetsOf(route: KubernetesObject, rule: Value, catalog: Catalog): string | { settle: string; pending?: true } {
  const filters = listAt(rule, "filters");
  const notKnown = { settle: `the filters of ${nameOf(route)} are not known before the update`, pending: true } as const;
  if (filters === UNKNOWN) return notKnown;
  const texts: string[] = [];
  for (const filter of filters) {
    if (textAt(filter, "extensionRef", "kind") !== "SnippetsFilter") continue;
    const name = textAt(filter, "extensionRef", "name");
    if (name === UNKNOWN) return notKnown;
    const object = catalog.find("SnippetsFilter", namespaceOf(route), name ?? "");
    if (object === undefined) return { settle: `add SnippetsFilter ${namespaceOf(route)}/${name} to what is read` };
    const snippets = listAt(object, "spec", "snippets");
    const values = snippets === UNKNOWN ? [UNKNOWN] : snippets.map((snippet) => textAt(snippet, "value"));
    if (values.includes(UNKNOWN)) return notKnown;
    texts.push(...values.map(String));
  }
  return texts.join("\n");
}

function affinityOf(route: KubernetesObject, rule: Value, service: KubernetesObject | undefined, catalog: Catalog): Partial<Hop> {
  const persistence = valueAt(rule, "sessionPersistence");
  if (persistence !== undefined) {
    const settle = `whether this is NGINX Plus: without it sessionPersistence of ${nameOf(route)} is not read`;
    return { affinityUnknown: true, settle, ...(persistence === UNKNOWN && { pending: true }) };
  }
  if (service === undefined) return { affinity: null };
  const policies = policiesOn(catalog, "UpstreamSettingsPolicy", service);
  const method = policies.map((policy) => textAt(policy, "spec", "loadBalancingMethod")).find((text) => text !== undefined);
  const key = policies.map((policy) => textAt(policy, "spec", "hashMethodKey")).find((text) => text !== undefined);
  if (method === UNKNOWN || key === UNKNOWN) return { affinityUnknown: true, pending: true };
  if (method === undefined || !/hash/.test(method)) return { affinity: null };
  if (/\$(http|arg|cookie)_/.test(key ?? "")) return { affinity: { mechanism: "header", ttlSeconds: null } };
  return { affinityUnknown: true, settle: "whether nginx sees the client's own address" };
}
