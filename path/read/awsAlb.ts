import type { Catalog } from "../catalog";
import { ALB_CLIENT_KEEP_ALIVE, AWS_ATTRIBUTES, facts, secondsToWrite } from "../facts";
import { ALB_PREFIX, isAlbAttribute } from "../facts/aws";
import type { ClusterFacts, ConnectionPromise, Hop } from "../model";
import type { KubernetesObject } from "../objects";
import { UNKNOWN } from "../objects";
import type { Read } from "../value";
import { annotationOf, listAt, nameOf, refOf, textAt } from "../value";
import { attributes, pairsOf, rangeText, secondsWithin } from "./attributes";
import { nodeTrackingHop } from "./loadBalancer/awsService";
import { clockNotKnownYet, hopOf, undecidedHop } from "./hop";
import type { IngressHops } from "./ingressHops";
import { bareServiceProxyHop } from "./serviceProxy";

const annotation = (object: KubernetesObject, name: string): Read<string> => annotationOf(object, ALB_PREFIX + name);

/** Who makes the load balancer: the AWS Load Balancer Controller, or EKS Auto Mode, which sends to pods where nothing is said. */
type AlbKind = "aws-alb" | "aws-alb-eks-auto";

/** The Application Load Balancer of an Ingress, what may stand before it, and what lies between it and the pods. */
export function albHops(
  kind: AlbKind,
  ingress: KubernetesObject,
  service: KubernetesObject | undefined,
  catalog: Catalog,
  cluster: ClusterFacts,
): IngressHops {
  const params = classParams(ingress, catalog);
  const target = params === UNKNOWN ? UNKNOWN : targetType(ingress, service, params);
  const toPods = (target ?? (kind === "aws-alb" ? "instance" : "ip")) === "ip";
  const alb =
    params === UNKNOWN || target === UNKNOWN
      ? notKnownYet(kind, ingress, params === UNKNOWN ? "the parameters of its class are" : "its target-type is")
      : albHop(kind, ingress, service, catalog, params, toPods);
  const fronted = annotation(ingress, "enable-frontend-nlb");
  const front = fronted === "true" || fronted === UNKNOWN ? [frontendHop(ingress, fronted === UNKNOWN)] : [];
  const behind = toPods || target === UNKNOWN ? [] : [nodeSideHop(service, cluster)];
  return { front, proxy: alb, behind: [nodeTrackingHop(cluster), ...behind] };
}

function frontendHop(ingress: KubernetesObject, pending: boolean): Hop {
  const from = `${nameOf(ingress)} annotation ${ALB_PREFIX}enable-frontend-nlb`;
  return hopOf("aws-alb-frontend-nlb", {
    from,
    ...(pending && clockNotKnownYet(from)),
    writeIdle: () => `remove ${ALB_PREFIX}enable-frontend-nlb: nothing raises the limit of the load balancer it puts in front`,
  });
}

function notKnownYet(kind: AlbKind, ingress: KubernetesObject, what: string): Hop {
  const settle = `${what} (${nameOf(ingress)}) not known before the update`;
  return undecidedHop(kind, { from: nameOf(ingress), settle, pending: true });
}

/** The parameters of the Ingress's class win over its annotations. Two API groups have the kind, and the class says which is meant. */
function classParams(ingress: KubernetesObject, catalog: Catalog): Read<KubernetesObject> {
  const className = classNameOf(ingress);
  if (typeof className !== "string") return className;
  const classObject = catalog.named("IngressClass", className);
  if (classObject === undefined) return orOpen(undefined, "IngressClass", className, catalog);
  const name = textAt(classObject, "spec", "parameters", "name");
  const group = textAt(classObject, "spec", "parameters", "apiGroup");
  if (name === UNKNOWN || group === UNKNOWN) return UNKNOWN;
  if (name === undefined) return undefined;
  return orOpen(catalog.under(`${group}/${name}`, "IngressClassParams", groupAndName)[0], "IngressClassParams", name, catalog);
}

/** What was not found is not absent while there is an object of its kind whose name is not known. */
function orOpen(found: KubernetesObject | undefined, kind: string, name: string, catalog: Catalog): Read<KubernetesObject> {
  return found ?? (catalog.mayStillMean({ apiVersion: "", kind, name }) ? UNKNOWN : undefined);
}

function groupAndName(params: KubernetesObject): string[] {
  return [`${String(textAt(params, "apiVersion")).split("/")[0]}/${refOf(params).name}`];
}

/** By the field alone: an Ingress that names its class in the old annotation goes past the class and its parameters. */
const classNameOf = (ingress: KubernetesObject): Read<string> => textAt(ingress, "spec", "ingressClassName");

function targetType(ingress: KubernetesObject, service: KubernetesObject | undefined, params?: KubernetesObject): Read<string> {
  const ofClass = params === undefined ? undefined : textAt(params, "spec", "targetType");
  const ofService = service === undefined ? undefined : annotation(service, "target-type");
  return ofClass ?? ofService ?? annotation(ingress, "target-type");
}

/** The Ingresses that write attributes for the load balancer they share with this one: by the class's group, else by their own. */
function writersOfGroup(
  kind: AlbKind,
  ingress: KubernetesObject,
  catalog: Catalog,
  params: KubernetesObject | undefined,
): KubernetesObject[] {
  const className = classNameOf(ingress);
  if (textAt(params, "spec", "group", "name") !== undefined) {
    return typeof className === "string" ? catalog.under(className, "Ingress", classOfWriter) : [];
  }
  const group = kind === "aws-alb" ? annotation(ingress, "group.name") : undefined;
  return typeof group === "string" ? catalog.under(group, "Ingress", groupOfWriter) : [];
}

const writes = (ingress: KubernetesObject): boolean => annotation(ingress, "load-balancer-attributes") !== undefined;
const textsOf = (text: Read<string>): string[] => (typeof text === "string" ? [text] : []);
const classOfWriter = (ingress: KubernetesObject): string[] => (writes(ingress) ? textsOf(classNameOf(ingress)) : []);
const groupOfWriter = (ingress: KubernetesObject): string[] =>
  writes(ingress) ? textsOf(annotation(ingress, "group.name")) : [];

/** The attributes of the load balancer, and where they were read. Ingresses of one group share them: only one may write them. */
function loadBalancerAttributes(
  kind: AlbKind,
  ingress: KubernetesObject,
  catalog: Catalog,
  params: KubernetesObject | undefined,
): { found: Map<string, string> | typeof UNKNOWN; where: string } {
  const listed = params === undefined ? [] : listAt(params, "spec", "loadBalancerAttributes");
  if (params !== undefined && (listed === UNKNOWN || listed.length > 0)) {
    return { found: pairsOf(listed), where: `${nameOf(params)} spec.loadBalancerAttributes` };
  }
  const writer = [ingress, ...writersOfGroup(kind, ingress, catalog, params)].find(
    (candidate) => annotation(candidate, "load-balancer-attributes") !== undefined,
  );
  const where = `${nameOf(writer ?? ingress)} annotation ${ALB_PREFIX}load-balancer-attributes`;
  const text = writer === undefined ? undefined : annotation(writer, "load-balancer-attributes");
  return { found: text === UNKNOWN ? UNKNOWN : attributes(text), where };
}

function albHop(
  kind: AlbKind,
  ingress: KubernetesObject,
  service: KubernetesObject | undefined,
  catalog: Catalog,
  params: KubernetesObject | undefined,
  toPods: boolean,
): Hop {
  const clock = albClock(loadBalancerAttributes(kind, ingress, catalog, params));
  const sticky = albStickiness(ingress, service, toPods);
  const clusterIp = service !== undefined && (textAt(service, "spec", "type") ?? "ClusterIP") === "ClusterIP";
  return hopOf(kind, {
    ...clock,
    balances: true,
    ...sticky,
    ...albDrain(ingress, service),
    ...(kind === "aws-alb-eks-auto" && unservedByAutoMode(ingress)),
    ...(!toPods &&
      clusterIp && {
        refuses: {
          because: `target-type instance needs a Service of type NodePort or LoadBalancer, and ${nameOf(service)} is neither`,
          write: `${ALB_PREFIX}target-type: ip`,
        },
      }),
    inert: [...clock.inert, ...sticky.inert, ...(kind === "aws-alb-eks-auto" ? unreadByAutoMode(ingress) : [])],
    writeIdle: writeAlbIdle,
    writeAffinity: (affinity) => writeAlbCookie(affinity, toPods),
  });
}

/** EKS Auto Mode goes by the class field alone. */
function unservedByAutoMode(ingress: KubernetesObject): Pick<Hop, "refuses"> {
  const old = annotationOf(ingress, "kubernetes.io/ingress.class");
  if (typeof old !== "string") return {};
  const because = "EKS Auto Mode does not read the annotation kubernetes.io/ingress.class, so nobody makes the load balancer";
  return { refuses: { because, write: `spec.ingressClassName: ${old} in place of the annotation` } };
}

function unreadByAutoMode(ingress: KubernetesObject): string[] {
  if (annotation(ingress, "group.name") === undefined) return [];
  return [`${ALB_PREFIX}group.name is not read by EKS Auto Mode; spec.group.name of the IngressClassParams names the group`];
}

function albClock({ found, where }: ReturnType<typeof loadBalancerAttributes>): Partial<Hop> & { from: string; inert: string[] } {
  const { defaultSeconds, minimumSeconds, maximumSeconds } = facts("aws-alb").idle;
  if (found === UNKNOWN) {
    const settle = `${where} is not known before the update`;
    return { from: where, limit: "unknown", idleSeconds: null, pending: true, settle, inert: [] };
  }
  const misspelt = [...found.keys()].filter((key) => !isAlbAttribute(key));
  const value = found.get(AWS_ATTRIBUTES.albIdle);
  const seconds = value === undefined ? defaultSeconds : secondsWithin(value, minimumSeconds, maximumSeconds);
  const bad = seconds === undefined ? [`${AWS_ATTRIBUTES.albIdle}=${value}`] : [];
  const refused = [...misspelt, ...bad];
  const allowed = `${AWS_ATTRIBUTES.albIdle} takes a whole number from ${rangeText(minimumSeconds, maximumSeconds)}`;
  return {
    from: value === undefined ? `${where} does not set ${AWS_ATTRIBUTES.albIdle}` : where,
    idleSeconds: seconds ?? defaultSeconds,
    ...(refused.length > 0 && {
      refuses: {
        because: `AWS refuses ${refused.join(", ")}, so the load balancer is not made; ${allowed}`,
        write: `${ALB_PREFIX}load-balancer-attributes: ${AWS_ATTRIBUTES.albIdle}=<seconds>`,
      },
    }),
    notes: clientKeepAlive(found),
    inert: [],
  };
}

function clientKeepAlive(found: Map<string, string>): string[] {
  const seconds = Number(found.get(AWS_ATTRIBUTES.albClientKeepAlive) ?? ALB_CLIENT_KEEP_ALIVE.defaultSeconds);
  return [
    `${AWS_ATTRIBUTES.albClientKeepAlive} is ${seconds} s: the longest life of an HTTP connection to a client. What it does to an upgraded one is written down nowhere; keep it above the promise.`,
  ];
}

/** What the Service says wins over what the Ingress says. */
function targetGroupAttributes(ingress: KubernetesObject, service: KubernetesObject | undefined): Read<string> {
  const own = service === undefined ? undefined : annotation(service, "target-group-attributes");
  return own ?? annotation(ingress, "target-group-attributes");
}

function albStickiness(
  ingress: KubernetesObject,
  service: KubernetesObject | undefined,
  toPods: boolean,
): Partial<Hop> & { inert: string[] } {
  const text = targetGroupAttributes(ingress, service);
  if (text === UNKNOWN) {
    const settle = `annotation ${ALB_PREFIX}target-group-attributes of ${nameOf(ingress)} is not known before the update`;
    return { affinityUnknown: true, pending: true, settle, inert: [] };
  }
  const found = attributes(text);
  if (found.get(AWS_ATTRIBUTES.stickinessEnabled) !== "true") return { affinity: null, inert: [] };
  const type = found.get(AWS_ATTRIBUTES.stickinessType) ?? "lb_cookie";
  if (type !== "lb_cookie" && type !== "app_cookie") {
    return { affinity: null, inert: [`stickiness.type=${type} is refused for an ALB, which sticks by lb_cookie or app_cookie`] };
  }
  const { ttl } = facts("aws-alb").affinity;
  const key = type === "lb_cookie" ? AWS_ATTRIBUTES.lbCookieDuration : AWS_ATTRIBUTES.appCookieDuration;
  const written = found.get(key);
  const ttlSeconds =
    written === undefined ? ttl?.defaultSeconds : secondsWithin(written, ttl?.minimumSeconds ?? 1, ttl?.maximumSeconds ?? null);
  if (ttlSeconds === undefined || ttlSeconds === null) {
    const allowed = rangeText(ttl?.minimumSeconds ?? null, ttl?.maximumSeconds ?? null);
    return { affinity: null, inert: [`${key}=${written} is refused by AWS, which allows ${allowed}`] };
  }
  const inert = toPods ? [] : ["with target-type instance the cookie keeps a client on a node, not on a pod"];
  const cookieName = type === "app_cookie" ? found.get(AWS_ATTRIBUTES.appCookieName) : undefined;
  return {
    affinity: { mechanism: "cookie", ttlSeconds, ...(cookieName !== undefined && { cookieName }) },
    inert,
  };
}

function albDrain(ingress: KubernetesObject, service: KubernetesObject | undefined): Pick<Hop, "drainSeconds" | "drainAt"> {
  const { defaultSeconds, knob } = facts("aws-alb").drain;
  const written = attributes(targetGroupAttributes(ingress, service)).get(AWS_ATTRIBUTES.deregistrationDelay);
  const seconds =
    written === undefined ? undefined : secondsWithin(written, knob?.minimumSeconds ?? 0, knob?.maximumSeconds ?? null);
  const own = service !== undefined && annotation(service, "target-group-attributes") !== undefined;
  const drainAt = {
    object: refOf(own ? service : ingress),
    at: ["metadata", "annotations", `${ALB_PREFIX}target-group-attributes`],
  };
  return { drainSeconds: seconds ?? defaultSeconds, drainAt };
}

/** Behind a node the load balancer's own address is all that kube-proxy sees. */
function nodeSideHop(service: KubernetesObject | undefined, cluster: ClusterFacts): Hop {
  const clientIp = service !== undefined && textAt(service, "spec", "sessionAffinity") === "ClientIP";
  const inert = clientIp
    ? ["sessionAffinity: ClientIP sees the address of the load balancer here, not the client's: it keeps no client on a pod"]
    : [];
  return { ...bareServiceProxyHop(cluster), inert, writeAffinity: () => `${ALB_PREFIX}target-type: ip` };
}

function writeAlbIdle(promisedSeconds: number): string {
  const seconds = secondsToWrite("aws-alb", promisedSeconds);
  return seconds === undefined
    ? `an ALB keeps a silent connection for ${facts("aws-alb").idle.maximumSeconds} s at most: promise a heartbeat, or less`
    : `${ALB_PREFIX}load-balancer-attributes: ${AWS_ATTRIBUTES.albIdle}=${seconds}`;
}

function writeAlbCookie(affinity: ConnectionPromise["affinity"], toPods: boolean): string {
  const cookie = `${AWS_ATTRIBUTES.stickinessEnabled}=true,${AWS_ATTRIBUTES.stickinessType}=lb_cookie,${AWS_ATTRIBUTES.lbCookieDuration}=${affinity.ttlSeconds}`;
  return `${toPods ? "" : `${ALB_PREFIX}target-type: ip, `}${ALB_PREFIX}target-group-attributes: ${cookie}`;
}
