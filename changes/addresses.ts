import type { KubernetesObject } from "../path/objects";
import { annotationOf, nameOf, textAt } from "../path/value";
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
  /** The properties for which it is replaced. */
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
  const { operation, type, name, before, after, addresses, replacedFor } = change;
  const what = before === undefined ? `${type} ${name}` : nameOf(before);
  const gets = after === undefined ? undefined : pinnedAddress(after);
  const loss = { what, had: addresses, replacedFor, ...(gets !== undefined && { gets }) };
  if (operation === "replace" || operation === "delete") return holdsAddress(change) ? [{ ...loss, operation }] : [];
  if (operation !== "update" || before === undefined || after === undefined) return [];
  const was = pinnedAddress(before);
  const isMoved = was !== gets || exposure(before) !== exposure(after);
  return holdsAddress(change) && isMoved && was !== undefined ? [{ ...loss, operation, had: [was] }] : [];
}

function holdsAddress({ type, before, addresses }: ResourceChange): boolean {
  if (addresses.length > 0 || HOLDERS.some((holder) => holder.test(type))) return true;
  if (before === undefined) return false;
  return ROUTED.has(before.kind) || (before.kind === "Service" && exposure(before) !== "ClusterIP");
}

function exposure(object: KubernetesObject): string {
  const type = textAt(object, "spec", "type");
  return object.kind !== "Service" ? object.kind : typeof type === "string" ? type : "ClusterIP";
}

function pinnedAddress(object: KubernetesObject): string | undefined {
  const written = [...PINNED.map((key) => annotationOf(object, key)), textAt(object, "spec", "loadBalancerIP")];
  return written.find((value): value is string => typeof value === "string");
}
