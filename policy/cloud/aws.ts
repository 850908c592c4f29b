import type { Catalog } from "../../path/catalog";
import { facts, secondsToWrite } from "../../path/facts";
import { AWS_TLS_POLICIES, isLegacyTlsPolicy } from "../../path/facts/aws";
import type { Hop } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { hopOf, undecidedHop } from "../../path/read/hop";
import { listAt, nameOf, textAt, valueAt } from "../../path/value";
import type { CloudHop, CloudListener, CloudReading, Shown } from "./resource";
import { clockFrom, comesFrom, numberOf, property, shownBy, strongest, textOf } from "./resource";

/** A load balancer with its listeners and their target groups, or those of them that the stack holds. */
interface Family {
  balancers: KubernetesObject[];
  listeners: KubernetesObject[];
  groups: KubernetesObject[];
  shown: Shown;
}

/** Application, Network and Classic Load Balancers that the program makes itself. */
export function readAws(catalog: Catalog): CloudReading {
  const reading: CloudReading = { clocks: [], choosers: [], drains: [], listeners: [] };
  for (const family of families(catalog)) {
    for (const balancer of family.balancers) reading.clocks.push(...applicationClock(balancer, family.shown));
    for (const listener of family.listeners) {
      reading.clocks.push(...networkClock(listener, family.shown));
      reading.listeners.push(...inTheClear(listener, family));
    }
    for (const group of family.groups) readGroup(group, family.shown, reading);
  }
  for (const classic of catalog.ofKind("aws:elb:LoadBalancer")) readClassic(classic, reading);
  return reading;
}

/** What a listener belongs to is known from what its properties come from, even before anything has an address. */
function families(catalog: Catalog): Family[] {
  const [balancers, listeners, groups] = ["LoadBalancer", "Listener", "TargetGroup"].map((kind) =>
    catalog.ofKind(`aws:lb:${kind}`),
  ) as [KubernetesObject[], KubernetesObject[], KubernetesObject[]];
  const byUrn = new Map([...balancers, ...groups].map((object) => [String(object.urn), object]));
  const familyOf = new Map<KubernetesObject, Family>();
  const join = (one: KubernetesObject, other: KubernetesObject): void => {
    const [into, from] = [familyOf.get(one), familyOf.get(other)];
    if (into === undefined || from === undefined || into === from) return;
    for (const key of ["balancers", "listeners", "groups"] as const) into[key].push(...from[key]);
    for (const member of [...from.balancers, ...from.listeners, ...from.groups]) familyOf.set(member, into);
  };
  for (const balancer of balancers) familyOf.set(balancer, { balancers: [balancer], listeners: [], groups: [], shown: "no" });
  for (const listener of listeners) familyOf.set(listener, { balancers: [], listeners: [listener], groups: [], shown: "no" });
  for (const group of groups) familyOf.set(group, { balancers: [], listeners: [], groups: [group], shown: "no" });
  for (const listener of listeners) {
    for (const key of ["loadBalancerArn", "defaultActions"]) {
      const sources = listAt(listener, "from", key);
      if (sources === UNKNOWN) continue;
      for (const urn of sources) {
        const source = byUrn.get(String(urn));
        if (source !== undefined) join(source, listener);
      }
    }
  }
  return [...new Set(familyOf.values())].map((family) => ({ ...family, shown: shownIn(family) }));
}

/** Somebody raised a clock above what a plain request needs, or asked for stickiness. */
function shownIn({ balancers, listeners, groups }: Family): Shown {
  return strongest([
    ...balancers.map((one) => isRaised(one, "idleTimeout", "aws-alb")),
    ...listeners.map((one) => isRaised(one, "tcpIdleTimeoutSeconds", "aws-nlb")),
    ...groups.map((one) => isSticky(one)),
  ]);
}

function isRaised(object: KubernetesObject, key: string, kind: "aws-alb" | "aws-nlb" | "aws-classic-elb"): Shown {
  return shownBy(numberOf(property(object, key)), (seconds) => seconds > (facts(kind).idle.defaultSeconds ?? 0));
}

/** A block that is written is switched on unless it says otherwise. */
function isSticky(group: KubernetesObject): Shown {
  const block = property(group, "stickiness");
  if (block === UNKNOWN) return "perhaps";
  const type = textAt(block, "type");
  const enabled = valueAt(block, "enabled");
  if (block === undefined || type === undefined || enabled === false) return "no";
  return enabled === UNKNOWN ? "perhaps" : "yes";
}

function applicationClock(balancer: KubernetesObject, shown: Shown): CloudHop[] {
  const type = textOf(property(balancer, "loadBalancerType")) ?? "application";
  if (type === UNKNOWN) return [notKnownYet(balancer, "loadBalancerType", "aws-alb", shown)];
  return type === "application" ? [clock(balancer, "idleTimeout", "aws-alb", shown)] : [];
}

/** Only a TCP listener's clock can be set. Those of an ALB have the load balancer's, UDP has none that matters here. */
function networkClock(listener: KubernetesObject, shown: Shown): CloudHop[] {
  const protocol = textOf(property(listener, "protocol"));
  if (protocol === UNKNOWN) return [notKnownYet(listener, "protocol", "aws-nlb", shown)];
  if (protocol === "TLS") {
    const from = `${nameOf(listener)} protocol`;
    return [{ object: listener, at: ["spec", "protocol"], hop: hopOf("aws-nlb-tls", { from }), shown }];
  }
  return protocol === "TCP" ? [clock(listener, "tcpIdleTimeoutSeconds", "aws-nlb", shown)] : [];
}

/** A resource of which it is not known yet what kind of load balancer it belongs to. */
function notKnownYet(object: KubernetesObject, key: string, kind: "aws-alb" | "aws-nlb", shown: Shown): CloudHop {
  const settle = `${key} of ${nameOf(object)} is not known before the update`;
  return { object, at: ["spec", key], hop: undecidedHop(kind, { from: nameOf(object), settle, pending: true }), shown };
}

function clock(object: KubernetesObject, key: string, kind: "aws-alb" | "aws-nlb" | "aws-classic-elb", shown: Shown): CloudHop {
  const from = `${nameOf(object)} ${key}`;
  const { defaultSeconds, maximumSeconds } = facts(kind).idle;
  const hop = hopOf(kind, {
    from,
    ...clockFrom(numberOf(property(object, key)), defaultSeconds, from),
    writeIdle: (promised) => {
      const seconds = secondsToWrite(kind, promised);
      const most = `${facts(kind).title} keeps a silent connection for ${maximumSeconds} s at most: promise a heartbeat, or less`;
      return seconds === undefined ? most : `${key}: ${seconds}`;
    },
  });
  return { object, at: ["spec", key], hop, shown };
}

function readGroup(group: KubernetesObject, shown: Shown, { choosers, drains }: CloudReading): void {
  const protocol = textOf(property(group, "protocol"));
  const kind = protocol === "HTTP" || protocol === "HTTPS" ? "aws-alb" : "aws-nlb";
  // A group of functions, and one that leads to another load balancer, choose no target of their own.
  if (protocol === undefined || property(group, "targetType") === "alb") return;
  if (protocol === UNKNOWN) {
    choosers.push(notKnownYet(group, "protocol", kind, shown));
    return;
  }
  const from = `${nameOf(group)} stickiness`;
  const hop = hopOf(kind, {
    from,
    balances: true,
    ...stickiness(group, kind),
    writeAffinity: ({ ttlSeconds }) =>
      kind === "aws-alb"
        ? `stickiness: { type: "lb_cookie", cookieDuration: ${ttlSeconds} }`
        : 'stickiness: { type: "source_ip" }',
  });
  choosers.push({ object: group, at: ["spec", "stickiness"], hop, shown });
  const seconds = numberOf(property(group, "deregistrationDelay")) ?? facts(kind).drain.defaultSeconds ?? undefined;
  drains.push({ object: group, at: ["spec", "deregistrationDelay"], title: facts(kind).title, seconds, shown });
}

function stickiness(group: KubernetesObject, kind: "aws-alb" | "aws-nlb"): Partial<Hop> {
  const sticky = isSticky(group);
  if (sticky === "no") return { affinity: null };
  if (sticky === "perhaps") {
    const settle = `stickiness of ${nameOf(group)} is not known before the update`;
    return { affinityUnknown: true, pending: true, settle };
  }
  if (kind === "aws-nlb") return { affinity: { mechanism: "source-ip", ttlSeconds: null } };
  const seconds = numberOf(property(group, "stickiness", "cookieDuration"));
  if (seconds === UNKNOWN) {
    return { affinityUnknown: true, pending: true, settle: `cookieDuration of ${nameOf(group)} is not known before the update` };
  }
  return { affinity: { mechanism: "cookie", ttlSeconds: seconds ?? facts(kind).affinity.ttl?.defaultSeconds ?? null } };
}

function readClassic(classic: KubernetesObject, { clocks, drains }: CloudReading): void {
  const shown = isRaised(classic, "idleTimeout", "aws-classic-elb");
  clocks.push(clock(classic, "idleTimeout", "aws-classic-elb", shown));
  const draining = property(classic, "connectionDraining");
  const written = numberOf(property(classic, "connectionDrainingTimeout")) ?? facts("aws-classic-elb").drain.defaultSeconds;
  // It lets nothing finish unless it is told to.
  const seconds = draining === UNKNOWN ? UNKNOWN : draining === true ? (written ?? undefined) : 0;
  drains.push({
    object: classic,
    at: ["spec", draining === true ? "connectionDrainingTimeout" : "connectionDraining"],
    title: facts("aws-classic-elb").title,
    seconds,
    shown,
  });
}

function inTheClear(listener: KubernetesObject, { balancers, shown }: Family): CloudListener[] {
  const protocol = textOf(property(listener, "protocol"));
  const own = balancers.filter((balancer) => comesFrom(listener, ["loadBalancerArn"], balancer));
  if (own.some((balancer) => property(balancer, "internal") === true)) return [];
  if (protocol === "HTTPS" || protocol === "TLS") return oldTls(listener, shown);
  if (protocol === UNKNOWN) {
    const found = "whether it speaks TLS is not known yet";
    return [{ ...TLS, object: listener, at: ["spec", "protocol"], found, fix: "wait for the update", shown, pending: true }];
  }
  if (protocol !== "HTTP" || redirects(listener)) return [];
  const found = "it serves plain HTTP to the world";
  return [{ ...TLS, object: listener, at: ["spec", "protocol"], found, fix: FIX, shown }];
}

const TLS = { needed: "HTTPS, or a redirect to it" };
const FIX =
  'protocol: "HTTPS" with certificateArn and sslPolicy, and here defaultActions: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } }]';

function redirects(listener: KubernetesObject): boolean {
  const actions = property(listener, "defaultActions");
  return Array.isArray(actions) && actions.length > 0 && actions.every((action) => textAt(action, "type") === "redirect");
}

/** Clients that speak nothing newer than TLS 1.1 have been gone for years; whoever still lets them in lets attackers ask for it. */
function oldTls(listener: KubernetesObject, shown: Shown): CloudListener[] {
  const written = textOf(property(listener, "sslPolicy"));
  const at = ["spec", "sslPolicy"];
  const needed = "a policy that begins at TLS 1.2";
  if (written === UNKNOWN) {
    return [
      { object: listener, at, found: "sslPolicy is not known yet", needed, fix: "wait for the update", shown, pending: true },
    ];
  }
  const policy = written ?? AWS_TLS_POLICIES.standard;
  if (!isLegacyTlsPolicy(policy)) return [];
  const named = written === undefined ? `it names no sslPolicy, and AWS takes ${policy}, which` : `its sslPolicy ${policy}`;
  const found = `${named} lets clients choose TLS 1.0 or 1.1`;
  return [{ object: listener, at, found, needed, fix: `sslPolicy: "${AWS_TLS_POLICIES.recommended}"`, shown }];
}
