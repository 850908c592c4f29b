import type * as pulumi from "@pulumi/pulumi";
import { Eip } from "@pulumi/aws/ec2/eip";
import type { AddressPlan } from "../../compile/edge";
import { kept, optionsOf, type Made, type Place } from "../edges/cloud";
import type { Aws } from ".";

/** One Elastic IP for each subnet of a Network Load Balancer, by their allocation ids. */
export function staticIp(aws: Aws, { count, name }: AddressPlan, place: Place): Made<pulumi.Input<string>[]> {
  const addresses = Array.from({ length: count }, (_, index) => {
    const tags = { ...aws.tags(place.service), Name: `${name}-${index}` };
    return new Eip(`${place.name}-address-${index}`, { domain: "vpc", tags }, { ...optionsOf(aws, place.options), ...kept(aws) });
  });
  return { value: addresses.map(({ allocationId }) => allocationId), resources: addresses };
}
