import type { Block } from "../compile/mergePatch";
import { AWS_ATTRIBUTES, AWS_CLASSES, NGINX_ANNOTATION_PREFIX, type HopKind } from "../path/facts";
import { ALB_PREFIX, AWS_SERVICE_PREFIX } from "../path/facts/aws";
import { AZURE_SERVICE_PREFIX } from "../path/facts/azure";
import { F5_PREFIX } from "../path/facts/ingressControllers";
import { annotationOf, blockAt, listAt, numberAt, textAt, written } from "./read";
import { gceIngress, httpProxy, httpRoute } from "./gateways";
import type { Found } from "./model";
import type { Way } from "./group";

/** What an entry says of the connections through it. */
export interface Said {
  /** Seconds after which it cuts a silent connection, where they are written down. */
  idle?: { seconds: number; hop: HopKind; from: string };
  /** How it keeps a client on one pod, where it says so. */
  sticks?: { ttlSeconds?: number; cookieName?: string; from: string };
}

export interface TakenEntry extends Said {
  raw: Block & { kind: string };
  /** Objects that the entry makes beside the one that opens it, by the end of their logical name. */
  beside?: Record<string, Found>;
}

/** A way in of a kind, as the stack file has it; a sentence where it cannot be taken. */
export type EntryReader = (way: Way) => TakenEntry | string;

const isYes = (value: string | undefined): boolean | undefined => (value === "true" ? true : undefined);

/** `a=1,b=2`, as AWS writes attributes. */
export function attributesOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? "").split(",").map((pair) => pair.trim().split("="));
  return Object.fromEntries(pairs.filter(([key]) => key !== "").map(([key, ...rest]) => [key!, rest.join("=")]));
}

const listOf = (text: string | undefined): string[] | undefined => text?.split(",").map((item) => item.trim());

function ranges(found: Found): string[] | undefined {
  const list = listAt(found.object, "spec", "loadBalancerSourceRanges").map(String);
  return list.length === 0 ? undefined : list;
}

const firstPort = ({ object }: Found): number | undefined => numberAt(object, "spec", "ports", 0, "port");

function clientIp({ object }: Found): Said {
  if (textAt(object, "spec", "sessionAffinity") !== "ClientIP") return {};
  const ttlSeconds = numberAt(object, "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");
  return { sticks: { ttlSeconds, from: "spec.sessionAffinity" } };
}

const policyOf = ({ object }: Found) => {
  const policy = textAt(object, "spec", "externalTrafficPolicy");
  return policy === "Local" ? { externalTrafficPolicy: policy } : {};
};

function nodePort({ found }: Way): TakenEntry | string {
  const number = numberAt(found.object, "spec", "ports", 0, "nodePort");
  if (number === undefined) {
    return "its node port is not written down, and another cluster gives another. Take it from the cluster: kubectl get service -o yaml";
  }
  const raw = { kind: "node-port", nodePort: number, port: firstPort(found), ...policyOf(found) };
  return { raw: written(raw) as TakenEntry["raw"], ...clientIp(found) };
}

const METALLB = ["metallb.io/", "metallb.universe.tf/"];
const metallbAnnotation = (found: Found, key: string): string | undefined =>
  METALLB.map((prefix) => annotationOf(found, prefix + key)).find((value) => value !== undefined);

/** Where the address of a Service of MetalLB may stand. */
export function metallbAddress(found: Found): string | undefined {
  return (
    metallbAnnotation(found, "loadBalancerIPs") ??
    textAt(found.object, "spec", "loadBalancerIP") ??
    textAt(found.object, "status", "loadBalancer", "ingress", 0, "ip")
  );
}

export const metallbPool = (found: Found): string | undefined => metallbAnnotation(found, "address-pool");

function metallb({ found }: Way): TakenEntry | string {
  const address = metallbAddress(found);
  if (address === undefined) {
    return "its address is not written down, so nobody could keep it. Take the Service from the cluster (kubectl get service -o yaml), or write metallb.io/loadBalancerIPs";
  }
  const raw = {
    kind: "metallb",
    pool: metallbPool(found),
    address,
    port: firstPort(found),
    sharingKey: metallbAnnotation(found, "allow-shared-ip"),
    ...policyOf(found),
  };
  return { raw: written(raw) as TakenEntry["raw"], ...clientIp(found) };
}

function healthCheck(read: (key: string) => string | undefined, names: Record<string, string>): Block | undefined {
  const number = (key: string) => (read(key) === undefined ? undefined : Number(read(key)));
  const path = read("healthcheck-path");
  const check = written({
    path,
    intervalSeconds: number(names.interval!),
    timeoutSeconds: number(names.timeout!),
    healthyThreshold: number(names.healthy!),
    unhealthyThreshold: number(names.unhealthy!),
  });
  return Object.keys(check).length === 0 ? undefined : check;
}

function awsNlb({ found }: Way): TakenEntry | string {
  const read = (key: string) => annotationOf(found, AWS_SERVICE_PREFIX + key);
  if (textAt(found.object, "spec", "loadBalancerClass") !== AWS_CLASSES.networkLoadBalancer) {
    return `it has no class ${AWS_CLASSES.networkLoadBalancer}, and the class of a live Service cannot be changed: another controller keeps its load balancer. It stays as it is; write an entry of kind aws-nlb, move the clients to it (migration:), and delete this one last`;
  }
  const port = firstPort(found);
  const idle = Number(attributesOf(read(`listener-attributes.TCP-${port}`))[AWS_ATTRIBUTES.listenerIdle]);
  const stickiness = attributesOf(read("target-group-attributes"))[AWS_ATTRIBUTES.stickinessEnabled];
  const certificate = read("ssl-cert");
  const raw = {
    kind: "aws-nlb",
    port,
    internal: read("scheme") === "internet-facing" ? undefined : true,
    tls: certificate === undefined ? undefined : { certificateArn: certificate },
    subnets: listOf(read("subnets")),
    eipAllocations: listOf(read("eip-allocations")),
    allowedRanges: ranges(found),
    healthCheck: healthCheck(read, {
      interval: "healthcheck-interval",
      timeout: "healthcheck-timeout",
      healthy: "healthcheck-healthy-threshold",
      unhealthy: "healthcheck-unhealthy-threshold",
    }),
  };
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...(idle > 0 ? { idle: { seconds: idle, hop: "aws-nlb" as const, from: AWS_ATTRIBUTES.listenerIdle } } : {}),
    ...(stickiness === "true" ? { sticks: { from: AWS_ATTRIBUTES.stickinessEnabled } } : {}),
  };
}

function azureLb({ found }: Way): TakenEntry {
  const read = (key: string) => annotationOf(found, AZURE_SERVICE_PREFIX + key);
  const minutes = Number(read("load-balancer-tcp-idle-timeout"));
  const internal = isYes(read("load-balancer-internal"));
  const raw = {
    kind: "azure-lb",
    port: firstPort(found),
    internal,
    publicIpName: read("pip-name"),
    resourceGroup: read("load-balancer-resource-group"),
    dnsLabel: internal === true ? undefined : read("dns-label-name"),
    privateAddress: read("load-balancer-ipv4") ?? read("load-balancer-ipv6"),
    subnet: read("load-balancer-internal-subnet"),
    healthPath: read("load-balancer-health-probe-request-path"),
    allowedRanges: ranges(found),
  };
  const from = `${AZURE_SERVICE_PREFIX}load-balancer-tcp-idle-timeout`;
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...(minutes > 0 ? { idle: { seconds: minutes * 60, hop: "azure-lb" as const, from } } : {}),
    ...clientIp(found),
  };
}

function gcpLb({ found }: Way): TakenEntry | string {
  const className = textAt(found.object, "spec", "loadBalancerClass");
  if (className === undefined) {
    return "it has no loadBalancerClass, and that of a live Service cannot be changed. It stays as it is; write an entry of kind gcp-lb, move the clients to it (migration:), and delete this one last";
  }
  const raw = {
    kind: "gcp-lb",
    port: firstPort(found),
    internal: className.endsWith("internal") ? true : undefined,
    staticAddress: annotationOf(found, "networking.gke.io/load-balancer-ip-addresses"),
    subnet: annotationOf(found, "networking.gke.io/load-balancer-subnet"),
    allowedRanges: ranges(found),
    ...policyOf(found),
  };
  return { raw: written(raw) as TakenEntry["raw"], ...clientIp(found) };
}

const classOf = (found: Found): string | undefined =>
  textAt(found.object, "spec", "ingressClassName") ?? annotationOf(found, "kubernetes.io/ingress.class");

const hostAndPath = ({ host, path }: Way): Block => ({ host, path: path === "/" ? undefined : path });

/** The certificate of a host, kept in a Secret. */
function secretTls({ found, host }: Way): Block | undefined {
  const tls = listAt(found.object, "spec", "tls").find((each) => listAt(each, "hosts").includes(host));
  if (tls === undefined) return undefined;
  return written({
    secretName: textAt(tls, "secretName"),
    clusterIssuer: annotationOf(found, "cert-manager.io/cluster-issuer"),
    issuer: annotationOf(found, "cert-manager.io/issuer"),
  });
}

/** The smaller of the two counts; one that is not written has the controller's default and is told about as a change. */
function nginxIdle(found: Found, prefix: string, hop: HopKind): Said {
  const seconds = ["proxy-read-timeout", "proxy-send-timeout"].flatMap((key) => {
    const value = /^(\d+)s?$/.exec(annotationOf(found, prefix + key) ?? "");
    return value === null ? [] : [Number(value[1])];
  });
  return seconds.length === 0 ? {} : { idle: { seconds: Math.min(...seconds), hop, from: `${prefix}proxy-read-timeout` } };
}

function ingressNginx(way: Way): TakenEntry {
  const { found } = way;
  const read = (key: string) => annotationOf(found, NGINX_ANNOTATION_PREFIX + key);
  const number = (key: string) => (/^\d+$/.test(read(key) ?? "") ? Number(read(key)) : undefined);
  const className = classOf(found) ?? "nginx";
  const connect = number("proxy-connect-timeout");
  const raw = {
    kind: "ingress-nginx",
    ...hostAndPath(way),
    className: className === "nginx" ? undefined : className,
    tls: secretTls(way),
    limitRps: number("limit-rps"),
    // The standard is written anyway, and a key that a controller does not read is refused.
    connectTimeoutSeconds: connect === 10 ? undefined : connect,
  };
  const cookie = { ttlSeconds: number("session-cookie-max-age"), cookieName: read("session-cookie-name") };
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...nginxIdle(found, NGINX_ANNOTATION_PREFIX, "ingress-nginx"),
    ...(read("affinity") === "cookie" ? { sticks: { ...cookie, from: `${NGINX_ANNOTATION_PREFIX}affinity` } } : {}),
  };
}

function f5Nginx(way: Way): TakenEntry {
  const { found } = way;
  const className = classOf(found) ?? "nginx";
  const connect = Number(/^(\d+)s?$/.exec(annotationOf(found, `${F5_PREFIX}proxy-connect-timeout`) ?? "")?.[1]);
  const [, cookieName, ttl] =
    /\S+ (\S+)(?: expires=(\d+)s)?/.exec(annotationOf(found, `${F5_PREFIX}sticky-cookie-services`) ?? "") ?? [];
  const raw = {
    kind: "f5-nginx",
    ...hostAndPath(way),
    className: className === "nginx" ? undefined : className,
    tls: secretTls(way),
    connectTimeoutSeconds: connect > 0 && connect !== 10 ? connect : undefined,
  };
  const sticks = {
    ...(ttl === undefined ? {} : { ttlSeconds: Number(ttl) }),
    cookieName,
    from: `${F5_PREFIX}sticky-cookie-services`,
  };
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...nginxIdle(found, F5_PREFIX, "f5-nginx"),
    ...(cookieName === undefined ? {} : { sticks }),
  };
}

function awsAlb(way: Way): TakenEntry {
  const { found } = way;
  const read = (key: string) => annotationOf(found, ALB_PREFIX + key);
  const idle = Number(attributesOf(read("load-balancer-attributes"))[AWS_ATTRIBUTES.albIdle]);
  const target = attributesOf(read("target-group-attributes"));
  const duration = Number(target[AWS_ATTRIBUTES.lbCookieDuration]);
  const className = classOf(found) ?? "alb";
  const arn = read("certificate-arn");
  const order = read("group.order");
  const raw = {
    kind: "aws-alb",
    ...hostAndPath(way),
    className: className === "alb" ? undefined : className,
    // Without the annotation the controller makes an internal one.
    internal: read("scheme") === "internet-facing" ? undefined : true,
    tls: arn === undefined ? undefined : { certificateArn: arn },
    group: read("group.name"),
    groupOrder: order === undefined ? undefined : Number(order),
    subnets: listOf(read("subnets")),
    allowedRanges: listOf(read("inbound-cidrs")),
    healthCheck: healthCheck(read, {
      interval: "healthcheck-interval-seconds",
      timeout: "healthcheck-timeout-seconds",
      healthy: "healthy-threshold-count",
      unhealthy: "unhealthy-threshold-count",
    }),
  };
  const sticks = { ...(duration > 0 ? { ttlSeconds: duration } : {}), from: `${ALB_PREFIX}target-group-attributes` };
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...(idle > 0 ? { idle: { seconds: idle, hop: "aws-alb" as const, from: AWS_ATTRIBUTES.albIdle } } : {}),
    ...(target[AWS_ATTRIBUTES.stickinessEnabled] === "true" ? { sticks } : {}),
  };
}

/** A Middleware of the route that says nothing but one thing an entry can say. */
function middleware(way: Way, what: string): Found | undefined {
  const names = listAt(way.found.object, "spec", "routes", 0, "middlewares").map((each) => textAt(each, "name"));
  const isThis = ({ object }: Found) => object.kind === "Middleware" && names.includes(object.metadata.name);
  return way.beside.find((found) => isThis(found) && Object.keys(blockAt(found.object, "spec")).join() === what);
}

function traefik(way: Way): TakenEntry | string {
  const { found } = way;
  if (way.host === undefined) {
    return "its match is more than one Host and PathPrefix, which an entry cannot say: it stays as it is";
  }
  const cookie = blockAt(found.object, "spec", "routes", 0, "services", 0, "sticky", "cookie");
  const cookieName = textAt(cookie, "name");
  const ttlSeconds = numberAt(cookie, "maxAge");
  const secretName = textAt(found.object, "spec", "tls", "secretName");
  const certificate = way.beside.find(
    ({ object }) =>
      object.kind === "Certificate" && secretName !== undefined && textAt(object, "spec", "secretName") === secretName,
  );
  const issuer = textAt(certificate?.object, "spec", "issuerRef", "name");
  const isCluster = textAt(certificate?.object, "spec", "issuerRef", "kind") === "ClusterIssuer";
  const certResolver = textAt(found.object, "spec", "tls", "certResolver");
  const tls = written({ secretName, certResolver, ...(isCluster ? { clusterIssuer: issuer } : { issuer }) });
  const hasTls = Object.keys(tls).length > 0;
  const points = listAt(found.object, "spec", "entryPoints").map(String);
  const standard = points.length === 1 && points[0] === (hasTls ? "websecure" : "web");
  const allow = middleware(way, "ipAllowList");
  const limit = middleware(way, "rateLimit");
  const raw = {
    kind: "traefik",
    ...hostAndPath(way),
    entryPoints: points.length === 0 || standard ? undefined : points,
    tls: hasTls ? tls : undefined,
    className: annotationOf(found, "kubernetes.io/ingress.class"),
    allowedRanges: allow === undefined ? undefined : listAt(allow.object, "spec", "ipAllowList", "sourceRange"),
    limitRps: numberAt(limit?.object, "spec", "rateLimit", "average"),
  };
  const sticks = { ttlSeconds, cookieName, from: "services[0].sticky.cookie" };
  return {
    raw: written(raw) as TakenEntry["raw"],
    ...(cookieName === undefined && ttlSeconds === undefined ? {} : { sticks }),
    beside: written({ certificate: issuer === undefined ? undefined : certificate, allow, limit }) as Record<string, Found>,
  };
}

/** How each kind of entry is read out of the object that opens it. */
export const ENTRY_READERS: Record<string, EntryReader> = {
  "node-port": nodePort,
  metallb,
  "aws-nlb": awsNlb,
  "azure-lb": azureLb,
  "gcp-lb": gcpLb,
  "ingress-nginx": ingressNginx,
  "f5-nginx": f5Nginx,
  "aws-alb": awsAlb,
  traefik,
  "gce-ingress": gceIngress,
  gateway: (way) => (way.found.object.kind === "HTTPProxy" ? httpProxy(way) : httpRoute(way)),
};
