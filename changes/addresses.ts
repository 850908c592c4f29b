import type { KubernetesObject, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { annotationOf, nameOf, textAt } from "../path/value";
import { textOf } from "../policy/propertyPath";
import type { ResourceChange } from "./preview";

/** Something that clients reach by its address, and that loses it. */
export interface AddressLoss {
  /** `Service chat/web`, or the resource's type and name. */
  what: string;
  operation: "replace" | "delete" | "update";
  /** The addresses it had; empty where the engine had not seen any. */
  had: string[];
  /** The address it will have, where that is written down. */
  gets?: string;
  /** The properties for which it is replaced, or for which it moves. */
  replacedFor: string[];
}

/** Load balancers and what holds addresses, of every cloud, by type token. */
const HOLDERS = [
  /^aws:(lb|alb|elb)\/(loadBalancer|LoadBalancer):/,
  /^aws:ec2\/eip:/,
  /^aws:route53\/record:/,
  /^azure-native:network(\/[^:]+)?:(PublicIPAddress|LoadBalancer|ApplicationGateway)$/,
  /^azure-native:(dns|network)(\/[^:]+)?:(RecordSet)$/,
  /^gcp:compute\/(global)?(address|globalAddress|forwardingRule|globalForwardingRule):/i,
  /^gcp:dns\/recordSet:/,
];

const ROUTED = new Set(["Ingress", "Gateway"]);
const PINNED = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"];

/** What clients lose their address of, replacements before deletions before moves. */
export function addressLosses(changes: readonly ResourceChange[]): AddressLoss[] {
  const order = ["replace", "delete", "update"];
  return changes
    .flatMap(lossOf)
    .sort((left, right) => order.indexOf(left.operation) - order.indexOf(right.operation) || (left.what < right.what ? -1 : 1));
}

function lossOf(change: ResourceChange): AddressLoss[] {
  const { operation, type, name, before, after, replacedFor } = change;
  if (!holdsAddress(change) || change.isKept) return [];
  const what = before === undefined ? `${type} ${name}` : nameOf(before);
  const was = before === undefined ? undefined : pinnedAddress(before);
  const gets = after === undefined ? undefined : pinnedAddress(after);
  const had = change.addresses.length > 0 || was === undefined ? change.addresses : [was];
  const loss = { what, had, replacedFor, ...(gets !== undefined && { gets }) };
  if (operation === "replace" || operation === "delete") return [{ ...loss, operation }];
  if (operation !== "update" || before === undefined || after === undefined) return [];
  const moves = movesFor(before, after);
  const isPinnedAnew = was !== gets && !(gets !== undefined && had.includes(gets));
  if (moves.length === 0 && (!isPinnedAnew || had.length === 0)) return [];
  return [{ ...loss, operation, replacedFor: moves }];
}

/** Fields and annotations for which a controller gives up the load balancer it has and makes another, or leaves it to another controller. */
const MOVERS = [
  ["spec", "loadBalancerClass"],
  ["spec", "gatewayClassName"],
  ...[
    "alb.ingress.kubernetes.io/scheme",
    "alb.ingress.kubernetes.io/group.name",
    "alb.ingress.kubernetes.io/load-balancer-name",
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
    "service.beta.kubernetes.io/aws-load-balancer-name",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "networking.gke.io/load-balancer-type",
    "kubernetes.io/ingress.global-static-ip-name",
    "kubernetes.io/ingress.regional-static-ip-name",
  ].map((key) => ["metadata", "annotations", key]),
];

function movesFor(before: KubernetesObject, after: KubernetesObject): string[] {
  const differ = (left: Value, right: Value): boolean => left !== right && left !== UNKNOWN && right !== UNKNOWN;
  const moved = MOVERS.filter((keys) => differ(textAt(before, ...keys), textAt(after, ...keys)));
  return [
    ...(before.kind === "Service" && exposure(before) !== exposure(after) ? ["spec.type"] : []),
    ...(differ(ingressClass(before), ingressClass(after)) ? ["spec.ingressClassName"] : []),
    ...moved.map((keys) => textOf(keys)),
  ];
}

/** The field and the annotation of old say the same. */
const ingressClass = (object: KubernetesObject): Value =>
  textAt(object, "spec", "ingressClassName") ?? annotationOf(object, "kubernetes.io/ingress.class");

function holdsAddress({ type, before, addresses }: ResourceChange): boolean {
  if (addresses.length > 0 || HOLDERS.some((holder) => holder.test(type))) return true;
  if (before === undefined) return false;
  return ROUTED.has(before.kind) || (before.kind === "Service" && exposure(before) !== "ClusterIP");
}

function exposure(object: KubernetesObject): string {
  const type = textAt(object, "spec", "type");
  return typeof type === "string" ? type : "ClusterIP";
}

function pinnedAddress(object: KubernetesObject): string | undefined {
  const written = [...PINNED.map((key) => annotationOf(object, key)), textAt(object, "spec", "loadBalancerIP")];
  return written.find((value): value is string => typeof value === "string");
}
