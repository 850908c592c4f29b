import type * as pulumi from "@pulumi/pulumi";
import { Certificate } from "@pulumi/gcp/certificatemanager/certificate";
import { CertificateMap } from "@pulumi/gcp/certificatemanager/certificateMap";
import { CertificateMapEntry } from "@pulumi/gcp/certificatemanager/certificateMapEntry";
import { DnsAuthorization } from "@pulumi/gcp/certificatemanager/dnsAuthorization";
import { RecordSet } from "@pulumi/gcp/dns/recordSet";
import type { CertificatePlan } from "../../compile/edge";
import { optionsOf, PROOF_TTL_SECONDS, type Made, type Place, type Zone } from "../edges/cloud";
import type { Gcp } from ".";

/**
 * A certificate of Certificate Manager in a map of its own, which a Gateway names. Its names are proved by records, so it is valid
 * before anything answers to them.
 */
export function certificate(gcp: Gcp, plan: CertificatePlan, zone: () => Zone, place: Place): Made<pulumi.Input<string>> {
  const options = optionsOf(gcp, place.options);
  const labels = gcp.labels(place.service);
  const name = `${place.name}-certificate`;
  const proofs = plan.provedDomains.map((domain) => proof(gcp, `${name}-proof-${domain}`, domain, zone(), place));
  const after = (resources: pulumi.Resource[]) =>
    [place.options.dependsOn ?? [], ...resources].flat() as pulumi.Input<pulumi.Resource>[];
  const made = new Certificate(
    name,
    { labels, managed: { domains: plan.domains, dnsAuthorizations: proofs.map(({ authorization }) => authorization.id) } },
    // A load balancer may still use it when the stack goes, and has to have the next one before this one goes.
    { ...options, retainOnDelete: true, deleteBeforeReplace: false, dependsOn: after(proofs.map(({ record }) => record)) },
  );
  const map = new CertificateMap(`${name}-map`, { name: plan.name, labels }, options);
  const entries = plan.domains.map(
    (hostname) =>
      new CertificateMapEntry(
        `${name}-entry-${hostname}`,
        { map: map.name, hostname, certificates: [made.id], labels },
        { ...options, dependsOn: after([made, map]) },
      ),
  );
  return { value: map.name, resources: entries };
}

/** What Google looks at to see that a name is ours. As long as the certificate is kept it is needed for every renewal. */
function proof(gcp: Gcp, name: string, domain: string, zone: Zone, place: Place) {
  const options = optionsOf(gcp, place.options);
  const labels = gcp.labels(place.service);
  const authorization = new DnsAuthorization(name, { domain, labels }, { ...options, retainOnDelete: true });
  const wanted = authorization.dnsResourceRecords.apply(([first]) => {
    if (first === undefined) throw new Error(`Certificate Manager names no record that proves ${domain}`);
    return { name: first.name!, type: first.type!, data: first.data! };
  });
  const args = { managedZone: zone.id, name: wanted.name, type: wanted.type, ttl: PROOF_TTL_SECONDS, rrdatas: [wanted.data] };
  return { authorization, record: new RecordSet(`${name}-record`, args, options) };
}
