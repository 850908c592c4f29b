import * as pulumi from "@pulumi/pulumi";
import type { RecordPlan } from "../../compile/edge";
import { recordLine } from "../../compile/migration/dns";
import type { Surroundings } from "../../compile/stack";

/**
 * The line to add to a zone that nobody here keeps. A record that ExternalDNS keeps, by RFC 2136 too, is an object like any other and
 * is registered with its entry.
 */
export function recordByHand(
  { entry, host, target, ttlSeconds }: RecordPlan,
  address: pulumi.Input<string>,
  { ingressAddress }: Surroundings,
): pulumi.Output<string> {
  const line = (found: string) => recordLine({ host, target: entry, ttlSeconds }, found === "pending" ? "<address>" : found);
  return pulumi.output(target === "declared" ? ingressAddress! : address).apply(line);
}
