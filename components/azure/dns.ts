import type * as pulumi from "@pulumi/pulumi";
import { getZoneOutput } from "@pulumi/azure-native/dns/getZone";
import { RecordSet } from "@pulumi/azure-native/dns/recordSet";
import { Zone as DnsZone } from "@pulumi/azure-native/dns/zone";
import type { RecordPlan } from "../../compile/edge";
import { kept, namedZone, optionsOf, recordOptions, type Place, type Zone } from "../edges/cloud";
import type { Azure } from ".";

/** The resource group that has the zone. */
const groupOf = ({ surroundings, subscription }: Azure): string => surroundings.zone?.id ?? subscription.resourceGroup;

/** The public zone of the stack. */
export function zone(azure: Azure, options: Place["options"]): Zone {
  const { name, mode } = namedZone(azure);
  const resourceGroupName = groupOf(azure);
  if (mode === "import") return { name, id: name };
  if (mode === "lookup") {
    return { name, id: getZoneOutput({ resourceGroupName, zoneName: name }, { provider: azure.provider }).name };
  }
  const made = new DnsZone(
    "zone",
    { zoneName: name, resourceGroupName, location: "global", tags: azure.tags() },
    { ...optionsOf(azure, options), ...kept(azure) },
  );
  return { name, id: made.name, nameServers: made.nameServers };
}

/** The record of a host: an address, or the name by which Application Gateway for Containers answers. */
export function record(
  azure: Azure,
  { host, target, ttlSeconds }: RecordPlan,
  address: pulumi.Input<string>,
  { name, id }: Zone,
  place: Place,
): pulumi.Resource[] {
  const isName = target === "hostname";
  return [
    new RecordSet(
      `${place.name}-record-${host}`,
      {
        resourceGroupName: groupOf(azure),
        zoneName: id,
        relativeRecordSetName: host === name ? "@" : host.slice(0, -name.length - 1),
        recordType: isName ? "CNAME" : "A",
        ttl: ttlSeconds,
        ...(isName ? { cnameRecord: { cname: address } } : { aRecords: [{ ipv4Address: address }] }),
        metadata: azure.tags(place.service),
      },
      recordOptions(azure, place.options),
    ),
  ];
}
