import type { Catalog } from "../catalog";
import { facts, secondsToWrite } from "../facts";
import type { ConnectionPromise, Hop } from "../model";
import type { KubernetesObject, Value } from "../objects";
import { UNKNOWN } from "../objects";
import { listAt, nameOf, namespaceOf, textAt, valueAt } from "../value";
import { clockNotKnownYet, hopOf, undecidedHop } from "./hop";
import { durationOf } from "./routeTimers";

const CLOCKS = ["read", "send"] as const;

export function apisixTarget(backend: Value): Value {
  return backend === UNKNOWN ? UNKNOWN : { name: valueAt(backend, "serviceName"), port: valueAt(backend, "servicePort") };
}

/** APISIX behind an ApisixRoute; what is written for all routes to a Service stands in the ApisixUpstream of its name. */
export function apisixHop(route: KubernetesObject, rule: Value, list: string, serviceName: string, catalog: Catalog): Hop {
  if (list === "stream") {
    return undecidedHop("unknown-proxy", {
      from: `${nameOf(route)}, a stream that APISIX serves`,
      settle: "how long APISIX keeps a silent TCP connection: the timeout of its stream proxy, which was not read",
    });
  }
  const upstream = catalog.find("ApisixUpstream", namespaceOf(route), serviceName);
  const upgrades = valueAt(rule, "websocket");
  return hopOf("apisix", {
    ...clockOf(route, rule, upstream),
    balances: true,
    ...affinityOf(upstream),
    ...(upgrades === UNKNOWN && {
      ...clockNotKnownYet(`websocket of a rule of ${nameOf(route)}`),
      upgradeUnknown: true,
    }),
    ...(upgrades !== true &&
      upgrades !== UNKNOWN && {
        refuses: {
          protocols: ["websocket"],
          because: "the rule does not say websocket: true, so APISIX passes no upgrade on",
          write: "websocket: true in the rule",
        },
      }),
    writeIdle: (seconds) => {
      const value = `${secondsToWrite("apisix", seconds)}s`;
      return `timeout: {connect: 60s, read: ${value}, send: ${value}} in the rule of ${nameOf(route)}`;
    },
    writeAffinity: ({ cookieName }: ConnectionPromise["affinity"]) =>
      `an ApisixUpstream ${serviceName} with loadbalancer: {type: chash, hashOn: cookie, key: ${cookieName ?? "route"}}`,
  });
}

function clockOf(route: KubernetesObject, rule: Value, upstream: KubernetesObject | undefined): Partial<Hop> & { from: string } {
  const standard = facts("apisix").idle.defaultSeconds ?? 0;
  const found = CLOCKS.map((name) => {
    const own = textAt(rule, "timeout", name);
    const written = own ?? textAt(upstream, "spec", "timeout", name);
    const object = own === undefined && written !== undefined && upstream !== undefined ? upstream : route;
    const where = `${nameOf(object)} timeout.${name}`;
    if (written === UNKNOWN) return { from: where, seconds: UNKNOWN };
    return { from: written === undefined ? `${where} is not set` : where, seconds: durationOf(written) || standard };
  });
  const open = found.find(({ seconds }) => seconds === UNKNOWN);
  if (open !== undefined) return { from: open.from, ...clockNotKnownYet(open.from) };
  const { from, seconds } = found.reduce((best, one) => (Number(one.seconds) < Number(best.seconds) ? one : best));
  return { from, idleSeconds: Number(seconds) };
}

function affinityOf(upstream: KubernetesObject | undefined): Partial<Hop> {
  if (upstream === undefined) return { affinity: null };
  const balancer = valueAt(upstream, "spec", "loadbalancer");
  const type = textAt(balancer, "type");
  const on = textAt(balancer, "hashOn");
  const key = textAt(balancer, "key");
  const byPort = listAt(upstream, "spec", "portLevelSettings");
  if ([balancer, type, on, key, byPort].includes(UNKNOWN)) return { affinityUnknown: true, pending: true };
  if ((byPort as Value[]).length > 0) {
    return { affinityUnknown: true, settle: `what portLevelSettings of ${nameOf(upstream)} say of stickiness` };
  }
  if (type !== "chash") return { affinity: null };
  if (on === "cookie") {
    return { affinity: { mechanism: "cookie", ttlSeconds: null, ...(typeof key === "string" && { cookieName: key }) } };
  }
  if (on === "header") return { affinity: { mechanism: "header", ttlSeconds: null } };
  return { affinityUnknown: true, settle: `whether ${String(key ?? "what it hashes")} is the same when a client comes back` };
}
