import type * as pulumi from "@pulumi/pulumi";
import { Address } from "@pulumi/gcp/compute/address";
import { GlobalAddress } from "@pulumi/gcp/compute/globalAddress";
import type { AddressPlan } from "../../compile/edge";
import { kept, optionsOf, type Made, type Place } from "../edges/cloud";
import type { Gcp } from ".";

/** A reserved address: global for load balancers that the whole world reaches at one address, else of the region. */
export function staticIp(gcp: Gcp, { keeper, name }: AddressPlan, place: Place): Made<pulumi.Input<string>[]> {
  const options = { ...optionsOf(gcp, place.options), ...kept(gcp) };
  const labels = gcp.labels(place.service);
  const made =
    keeper === "gcp-global"
      ? new GlobalAddress(`${place.name}-address`, { name, addressType: "EXTERNAL", labels }, options)
      : new Address(`${place.name}-address`, { name, addressType: "EXTERNAL", networkTier: "PREMIUM", labels }, options);
  return { value: [made.address], resources: [made] };
}
