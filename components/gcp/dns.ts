import * as pulumi from "@pulumi/pulumi";
import { getManagedZonesOutput } from "@pulumi/gcp/dns/getManagedZones";
import { ManagedZone } from "@pulumi/gcp/dns/managedZone";
import { RecordSet } from "@pulumi/gcp/dns/recordSet";
import type { RecordPlan } from "../../compile/edge";
import { kept, namedZone, optionsOf, recordOptions, type Place, type Zone } from "../edges/cloud";
import type { Gcp } from ".";

/** The public managed zone of the stack. */
export function zone(gcp: Gcp, options: Place["options"]): Zone {
  const { name, mode, id } = namedZone(gcp);
  if (mode === "import") return { name, id: id! };
  if (mode === "lookup") return { name, id: lookup(gcp, name) };
  const made = new ManagedZone(
    "zone",
    { dnsName: `${name}.`, description: `The hosts of ${gcp.stackName}`, labels: gcp.labels() },
    { ...optionsOf(gcp, options), ...kept(gcp) },
  );
  return { name, id: made.name, nameServers: made.nameServers };
}

/** A managed zone has a name of its own, which nothing derives from the domain. */
function lookup({ provider, project }: Gcp, name: string): pulumi.Output<string> {
  return getManagedZonesOutput({ project }, { provider }).managedZones.apply((zones) => {
    const found = zones.filter(({ dnsName, visibility }) => dnsName === `${name}.` && visibility !== "private");
    if (found.length === 1) return found[0]!.name!;
    const many = found.map((each) => each.name).join(", ");
    const which = found.length === 0 ? `has no public zone ${name}` : `has ${found.length} public zones ${name} (${many})`;
    const wayOut = found.length === 0 ? "Write dnsZone.mode: create" : "Write dnsZone.mode: import with the id of one";
    throw new pulumi.RunError(`Google Cloud project ${project} ${which}. ${wayOut}, or correct holdfast:dnsZone.`);
  });
}

/** The record of a host. */
export function record(
  gcp: Gcp,
  { host, ttlSeconds }: RecordPlan,
  address: pulumi.Input<string>,
  { id }: Zone,
  place: Place,
): pulumi.Resource[] {
  const args = { managedZone: id, name: `${host}.`, type: "A", ttl: ttlSeconds, rrdatas: [address] };
  return [new RecordSet(`${place.name}-record-${host}`, args, recordOptions(gcp, place.options))];
}
