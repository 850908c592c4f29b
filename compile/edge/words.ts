import { entryName, type Entry } from "../entry";
import type { Service } from "../service";
import type { Surroundings } from "../stack";
import type { AddressPlan, CertificatePlan, RecordPlan, ServiceEdges } from ".";

/** What the stack adds to an entry beside its objects, each a sentence. */
export function edgeWords(
  entry: Entry,
  plan: ServiceEdges,
  { dnsZone, certManager, ingressAddress }: Surroundings,
  { name }: Pick<Service, "name">,
): string[] {
  const { certificate } = entry.edges ?? {};
  const own = <Plan extends { entry: string }>(plans: Plan[]) => plans.filter((each) => each.entry === entryName(entry));
  const certificates = own(plan.certificates).map((each) => certificateWords(each, dnsZone));
  const inCluster = certificate?.mode === "create" && certificates.length === 0;
  const managed = (entry as { tls?: { managed?: boolean } }).tls?.managed === true;
  return [
    ...certificates,
    ...(inCluster && managed ? [`Google makes the certificate of ${hostOf(entry)}, as soon as that name leads to ${name}.`] : []),
    ...(inCluster && !managed
      ? [`cert-manager keeps the certificate of ${hostOf(entry)}, which ClusterIssuer ${certManager?.clusterIssuer} signs.`]
      : []),
    ...own(plan.addresses).map(addressWords),
    ...own(plan.records).map((record) => recordWords(record, dnsZone, ingressAddress)),
  ];
}

const hostOf = (entry: Entry): string => (entry as { host?: string }).host ?? entryName(entry);

function certificateWords({ keeper, mode, domains, name }: CertificatePlan, dnsZone: string | undefined): string {
  const names = domains.join(", ");
  if (mode === "lookup") return `It takes the newest certificate that AWS issued for ${names}.`;
  const maker = keeper === "acm" ? "AWS Certificate Manager" : `Google's Certificate Manager, in the map ${name},`;
  return `${maker} makes the certificate of ${names}; records in ${dnsZone} prove it, and the entry waits for that.`;
}

function addressWords({ keeper, count, name }: AddressPlan): string {
  const stays = "reserved before it and kept when the stack goes.";
  switch (keeper) {
    case "elastic-ip":
      return `${count === 1 ? "One Elastic IP is" : `${count} Elastic IPs are`} ${stays}`;
    case "azure-public-ip":
      return `The public IP ${name} is ${stays}`;
    case "gcp-regional":
      return `The address ${name} of the region is ${stays}`;
    case "gcp-global":
      return `The global address ${name} is ${stays}`;
  }
}

function recordWords({ host, via, target, ttlSeconds, first }: RecordPlan, dnsZone: string | undefined, at?: string): string {
  const leads = target === "declared" ? `leads to ${at}` : "leads to it";
  switch (via) {
    case "records": {
      const alias = target === "alias-application" || target === "alias-network";
      const what = alias ? "an alias record" : `a record that is kept for ${ttlSeconds} s`;
      return `${host} ${leads} by ${what} in ${dnsZone}${first ? ", before anything answers there" : ""}.`;
    }
    case "external-dns":
      return `${host} ${leads} by a record of ExternalDNS, for ${ttlSeconds} s.`;
    case "dns-endpoint":
      return `${host} ${leads} by a record that ExternalDNS takes from a DNSEndpoint, for ${ttlSeconds} s.`;
    default:
      return `The record by which ${host} ${leads} is printed among the outputs, and nobody adds it.`;
  }
}
