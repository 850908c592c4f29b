import type { Catalog } from "../catalog";
import { AWS_ATTRIBUTES, facts, secondsToWrite } from "../facts";
import type { ClusterFacts, Hop } from "../model";
import type { KubernetesObject, Unknown } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { listAt, nameOf, namespaceOf, numberAt, refOf, textAt, valueAt } from "../value";
import { pairsOf, rangeText, secondsWithin } from "./attributes";
import { nodeTrackingHop } from "./loadBalancer/awsService";
import { declaredClock, type RouteContext } from "./gateway";
import { clockNotKnownYet, hopOf } from "./hop";
import type { IngressHops } from "./ingressHops";
import { durationOf, policiesOn, requestTimeout, withRouteTimeout } from "./routeTimers";
import { bareServiceProxyHop } from "./serviceProxy";

function targetReference(configuration: KubernetesObject): string[] {
  return [`${namespaceOf(configuration)}/${String(textAt(configuration, "spec", "targetReference", "name"))}`];
}

/** Settings of a route that this implementation does not read. */
function unreadOfRoute({ route, rule }: RouteContext): string[] {
  const names = ["timeouts", "sessionPersistence"].filter((name) => valueAt(rule, name) !== undefined);
  return names.map((name) => `${name} of ${nameOf(route)} is not read by the AWS Load Balancer Controller`);
}

/** The AWS Load Balancer Controller serving a Gateway: the settings stand in its own kinds, beside the Gateway and the Service. */
export function awsGatewayHops(
  context: RouteContext,
  kind: "aws-gateway-alb" | "aws-gateway-nlb",
  catalog: Catalog,
  cluster: ClusterFacts,
): IngressHops {
  const name = textAt(context.gateway, "spec", "infrastructure", "parametersRef", "name");
  const configuration =
    typeof name === "string" ? catalog.find("LoadBalancerConfiguration", namespaceOf(context.gateway), name) : undefined;
  const [target] = catalog.under(
    `${namespaceOf(context.route)}/${context.serviceName}`,
    "TargetGroupConfiguration",
    targetReference,
  );
  const toPods = textAt(target, "spec", "defaultConfiguration", "targetType") === "ip";
  const found = pairsOf(listAt(target, "spec", "defaultConfiguration", "targetGroupAttributes"));
  const proxy = hopOf(kind, {
    ...(kind === "aws-gateway-alb" ? albClock(context, configuration) : nlbClock(context, configuration)),
    balances: true,
    ...(configuration !== undefined && context.declared === undefined && { writtenIn: refOf(configuration) }),
    ...targetGroupSettings(found, kind, context),
    ...(target !== undefined && {
      drainAt: { object: refOf(target), at: ["spec", "defaultConfiguration", "targetGroupAttributes"] },
    }),
    inert: unreadOfRoute(context),
    writeAffinity: ({ ttlSeconds }) =>
      kind === "aws-gateway-alb"
        ? `TargetGroupConfiguration for Service ${context.serviceName}: targetType: ip, targetGroupAttributes stickiness.enabled=true, stickiness.type=lb_cookie, ${AWS_ATTRIBUTES.lbCookieDuration}=${ttlSeconds}`
        : `TargetGroupConfiguration for Service ${context.serviceName}: targetType: ip, targetGroupAttributes stickiness.enabled=true, stickiness.type=source_ip`,
  });
  const behind = [nodeTrackingHop(cluster), ...(toPods ? [] : [bareServiceProxyHop(cluster)])];
  return { front: [], proxy, behind };
}

function targetGroupSettings(
  found: Map<string, string> | Unknown,
  kind: "aws-gateway-alb" | "aws-gateway-nlb",
  { serviceName }: RouteContext,
): Partial<Hop> {
  if (found === UNKNOWN) {
    const settle = `the attributes of the TargetGroupConfiguration for Service ${serviceName} are not known before the update`;
    return { affinityUnknown: true, pending: true, settle };
  }
  const delay = secondsWithin(found.get(AWS_ATTRIBUTES.deregistrationDelay) ?? "", 0, null);
  return { affinity: stickiness(found, kind), drainSeconds: delay ?? facts(kind).drain.defaultSeconds };
}

function stickiness(found: Map<string, string>, kind: "aws-gateway-alb" | "aws-gateway-nlb"): Hop["affinity"] {
  if (found.get(AWS_ATTRIBUTES.stickinessEnabled) !== "true") return null;
  if (kind === "aws-gateway-nlb") return { mechanism: "source-ip", ttlSeconds: null };
  const key =
    found.get(AWS_ATTRIBUTES.stickinessType) === "app_cookie"
      ? AWS_ATTRIBUTES.appCookieDuration
      : AWS_ATTRIBUTES.lbCookieDuration;
  const written = found.get(key);
  const ttl = facts("aws-alb").affinity.ttl;
  return { mechanism: "cookie", ttlSeconds: written === undefined ? (ttl?.defaultSeconds ?? null) : Number(written) };
}

function albClock(context: RouteContext, configuration: KubernetesObject | undefined): Partial<Hop> & { from: string } {
  const { gateway, declared } = context;
  if (declared !== undefined) return declaredClock(declared, gateway);
  const found = pairsOf(listAt(configuration, "spec", "loadBalancerAttributes"));
  const value = found === UNKNOWN ? UNKNOWN : found.get(AWS_ATTRIBUTES.albIdle);
  return clock("aws-gateway-alb", value, gateway, configuration, AWS_ATTRIBUTES.albIdle, "spec.loadBalancerAttributes");
}

function nlbClock(
  { gateway, parent }: RouteContext,
  configuration: KubernetesObject | undefined,
): Partial<Hop> & { from: string } {
  const listeners = listAt(gateway, "spec", "listeners");
  const section = textAt(parent, "sectionName");
  const all = listeners === UNKNOWN ? [] : listeners;
  const listener = all.find((item) => section === undefined || textAt(item, "name") === section);
  const protocolPort = `${String(textAt(listener, "protocol"))}:${String(numberAt(listener, "port"))}`;
  const settings = listAt(configuration, "spec", "listenerConfigurations");
  const own = settings === UNKNOWN ? undefined : settings.find((item) => textAt(item, "protocolPort") === protocolPort);
  const found = settings === UNKNOWN ? UNKNOWN : pairsOf(listAt(own, "listenerAttributes"));
  const value = found === UNKNOWN ? UNKNOWN : found.get(AWS_ATTRIBUTES.listenerIdle);
  if (protocolPort.startsWith("TLS:")) {
    const { title, idle } = facts("aws-nlb-tls");
    return { title, idleSeconds: idle.defaultSeconds, from: `${nameOf(gateway)} listener ${protocolPort}` };
  }
  const place = `spec.listenerConfigurations[protocolPort: ${protocolPort}].listenerAttributes`;
  return clock("aws-gateway-nlb", value, gateway, configuration, AWS_ATTRIBUTES.listenerIdle, place);
}

function clock(
  kind: "aws-gateway-alb" | "aws-gateway-nlb",
  value: Read<string>,
  gateway: KubernetesObject,
  configuration: KubernetesObject | undefined,
  key: string,
  place: string,
): Partial<Hop> & { from: string } {
  const { defaultSeconds, minimumSeconds, maximumSeconds } = facts(kind).idle;
  const where =
    configuration === undefined ? `${nameOf(gateway)} names no LoadBalancerConfiguration` : `${nameOf(configuration)} ${place}`;
  const writeIdle = (promised: number): string => {
    const seconds = secondsToWrite(kind, promised);
    return seconds === undefined
      ? `${maximumSeconds} s is the most it can be`
      : `LoadBalancerConfiguration ${place}: {key: ${key}, value: "${seconds}"}`;
  };
  if (value === undefined) {
    return { from: configuration === undefined ? where : `${where} does not set ${key}`, idleSeconds: defaultSeconds, writeIdle };
  }
  if (value === UNKNOWN) return { from: where, ...clockNotKnownYet(where), writeIdle };
  const seconds = secondsWithin(value, minimumSeconds, maximumSeconds);
  if (seconds !== undefined) return { from: where, idleSeconds: seconds, writeIdle };
  const because = `AWS refuses ${key}=${value}, which takes ${rangeText(minimumSeconds, maximumSeconds)}`;
  return { from: where, idleSeconds: defaultSeconds, refuses: { because, write: writeIdle(minimumSeconds ?? 1) }, writeIdle };
}

/** Google's load balancers behind a Gateway: the settings stand in a GCPBackendPolicy on the Service. */
export function gkeGatewayHops(context: RouteContext, className: string, catalog: Catalog): IngressHops {
  const isGlobal = /^gke-l7-global-external-managed/.test(className);
  const kind = isGlobal ? "gke-gateway-global" : "gke-gateway-regional";
  const policy = context.service === undefined ? undefined : policiesOn(catalog, "GCPBackendPolicy", context.service)[0];
  const on = `${context.service?.kind ?? "Service"} ${context.serviceName}`;
  const timeout = numberAt(policy, "spec", "default", "timeoutSec");
  const unset = timeout === undefined ? " is not set" : "";
  const where = policy === undefined ? `no GCPBackendPolicy on ${on}` : `${nameOf(policy)} spec.default.timeoutSec${unset}`;
  const seconds = typeof timeout === "number" ? timeout : facts(kind).idle.defaultSeconds;
  const draining = numberAt(policy, "spec", "default", "connectionDraining", "drainingTimeoutSec");
  const life = { limit: "lifetime" as const, idleSeconds: seconds };
  const pending = timeout === UNKNOWN && {
    limit: "unknown" as const,
    idleSeconds: null,
    pending: true,
    settle: `${where} is not known before the update`,
  };
  const proxy = hopOf(kind, {
    idleSeconds: seconds,
    perProtocol: { "http-stream": life, grpc: life },
    from: where,
    ...pending,
    balances: true,
    ...gkeStickiness(policy),
    drainSeconds: typeof draining === "number" ? draining : facts(kind).drain.defaultSeconds,
    ...(policy !== undefined && {
      writtenIn: refOf(policy),
      drainAt: { object: refOf(policy), at: ["spec", "default", "connectionDraining", "drainingTimeoutSec"] },
    }),
    inert:
      valueAt(context.rule, "sessionPersistence") === undefined
        ? []
        : [`sessionPersistence of ${nameOf(context.route)} is not read by GKE`],
    writeIdle: (promised) => `GCPBackendPolicy on ${on} with spec.default.timeoutSec: ${secondsToWrite(kind, promised)}`,
    writeAffinity: ({ ttlSeconds }) =>
      `GCPBackendPolicy on ${on} with spec.default.sessionAffinity: {type: GENERATED_COOKIE, cookieTtlSec: ${ttlSeconds}}`,
  });
  const behind = isGlobal ? [hopOf("gke-gateway-lifetime", { from: nameOf(context.gateway) })] : [];
  return { front: [], proxy, behind };
}

function gkeStickiness(policy: KubernetesObject | undefined): Partial<Hop> {
  const type = textAt(policy, "spec", "default", "sessionAffinity", "type");
  const ttl = numberAt(policy, "spec", "default", "sessionAffinity", "cookieTtlSec");
  if (type === UNKNOWN || ttl === UNKNOWN) return { affinityUnknown: true, pending: true };
  if (type === "GENERATED_COOKIE") {
    return { affinity: { mechanism: "cookie", ttlSeconds: ttl === undefined || ttl === 0 ? null : ttl, cookieName: "GCLB" } };
  }
  if (type === "CLIENT_IP") return { affinity: { mechanism: "source-ip", ttlSeconds: null } };
  if (type === "HEADER_FIELD" || type === "HTTP_COOKIE") return { affinity: { mechanism: "header", ttlSeconds: null } };
  return { affinity: null };
}

/** Application Gateway for Containers behind a Gateway: its idle limit is fixed, stickiness and the request timeout stand in a RoutePolicy. */
export function agcGatewayHops(context: RouteContext, catalog: Catalog): IngressHops {
  const policy = policiesOn(catalog, "RoutePolicy", context.route)[0];
  const { idle, affinity } = facts("agc");
  const timeout =
    durationOf(requestTimeout(context.rule)) ?? durationOf(textAt(policy, "spec", "default", "timeouts", "routeTimeout"));
  const type = textAt(policy, "spec", "default", "sessionAffinity", "affinityType");
  const written = durationOf(textAt(policy, "spec", "default", "sessionAffinity", "cookieDuration"));
  const managed = type === "managed-cookie" ? (affinity.ttl?.defaultSeconds ?? null) : null;
  const fixed = { limit: "idle" as const, idleSeconds: idle.defaultSeconds };
  const proxy = hopOf("agc", {
    from: nameOf(context.gateway),
    ...withRouteTimeout(fixed, timeout ?? idle.perProtocol?.["http-stream"]?.defaultSeconds ?? null),
    balances: true,
    affinity:
      type === "managed-cookie" || type === "application-cookie" ? { mechanism: "cookie", ttlSeconds: written ?? managed } : null,
    writeIdle: () => `no setting raises it: promise a heartbeat shorter than ${idle.defaultSeconds} s`,
    writeAffinity: ({ ttlSeconds, cookieName }) =>
      `a RoutePolicy on ${nameOf(context.route)} with spec.default.sessionAffinity: {affinityType: application-cookie, cookieName: ${cookieName ?? "route"}, cookieDuration: ${ttlSeconds}s}`,
  });
  return { front: [], proxy, behind: [] };
}
