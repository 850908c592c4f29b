import type * as pulumi from "@pulumi/pulumi";
import { getHostedZoneIdOutput } from "@pulumi/aws/lb/getHostedZoneId";
import { getZoneOutput } from "@pulumi/aws/route53/getZone";
import { Record } from "@pulumi/aws/route53/record";
import { Zone as HostedZone } from "@pulumi/aws/route53/zone";
import type { RecordPlan } from "../../compile/edge";
import { kept, namedZone, optionsOf, recordOptions, type Place, type Zone } from "../edges/cloud";
import type { Aws } from ".";

/** The public hosted zone of the stack. */
export function zone(aws: Aws, options: Place["options"]): Zone {
  const { name, mode, id } = namedZone(aws);
  if (mode === "import") return { name, id: id! };
  if (mode === "lookup") return { name, id: getZoneOutput({ name, privateZone: false }, { provider: aws.provider }).zoneId };
  const made = new HostedZone("zone", { name, tags: aws.tags() }, { ...optionsOf(aws, options), ...kept(aws) });
  return { name, id: made.zoneId, nameServers: made.nameServers };
}

const LOAD_BALANCER_TYPES = { "alias-application": "application", "alias-network": "network" } as const;

/**
 * The record of a host. An alias for load balancers of a known kind, whose zone AWS names by kind and region: for A and, answered as
 * soon as the load balancer has such addresses, AAAA. Else a CNAME.
 */
export function record(
  aws: Aws,
  { host, target, ttlSeconds }: RecordPlan,
  address: pulumi.Input<string>,
  { id: zoneId }: Zone,
  place: Place,
): pulumi.Resource[] {
  const name = `${place.name}-record-${host}`;
  const options = recordOptions(aws, place.options);
  if (target !== "alias-application" && target !== "alias-network") {
    return [new Record(name, { zoneId, name: host, type: "CNAME", ttl: ttlSeconds, records: [address] }, options)];
  }
  const loadBalancerType = LOAD_BALANCER_TYPES[target];
  const balancerZone = getHostedZoneIdOutput({ loadBalancerType }, { provider: aws.provider, parent: options.parent }).id;
  // A name that is gone whenever the pods are ill would help nobody.
  const aliases = [{ name: address, zoneId: balancerZone, evaluateTargetHealth: false }];
  return [
    new Record(name, { zoneId, name: host, type: "A", aliases }, options),
    new Record(`${name}-ipv6`, { zoneId, name: host, type: "AAAA", aliases }, options),
  ];
}
