import type * as pulumi from "@pulumi/pulumi";
import { Certificate } from "@pulumi/aws/acm/certificate";
import { CertificateValidation } from "@pulumi/aws/acm/certificateValidation";
import { getCertificateOutput } from "@pulumi/aws/acm/getCertificate";
import { Record } from "@pulumi/aws/route53/record";
import type { CertificatePlan } from "../../compile/edge";
import { ACM_VALIDATION } from "../../path/facts/edges";
import { optionsOf, PROOF_TTL_SECONDS, type Made, type Place, type Zone } from "../edges/cloud";
import type { Aws } from ".";

/** A certificate of AWS Certificate Manager: one that is there, or a new one that records in the zone prove. */
export function certificate(aws: Aws, plan: CertificatePlan, zone: () => Zone, place: Place): Made<pulumi.Input<string>> {
  if (plan.mode === "create") return create(aws, plan, zone(), place);
  const [domain] = plan.domains;
  const args = { domain: domain!, statuses: ["ISSUED"], mostRecent: true };
  const { parent } = place.options;
  return { value: getCertificateOutput(args, { provider: aws.provider, parent }).arn, resources: [] };
}

/** Which records there are follows from the names alone, so a preview shows them; what is in them is asked by name. */
function create(aws: Aws, { domains, provedDomains }: CertificatePlan, zone: Zone, place: Place): Made<pulumi.Input<string>> {
  const [domainName, ...others] = domains;
  const options = optionsOf(aws, place.options);
  const made = new Certificate(
    `${place.name}-certificate`,
    {
      domainName: domainName!,
      ...(others.length === 0 ? {} : { subjectAlternativeNames: others }),
      validationMethod: "DNS",
      tags: aws.tags(place.service),
    },
    // A load balancer may still use it when the stack goes, and has to have the next one before this one goes.
    { ...options, retainOnDelete: true, deleteBeforeReplace: false },
  );
  const proofs = provedDomains.map((domain) => {
    const proof = made.domainValidationOptions.apply((found) => {
      const own = found.find(({ domainName: proved }) => proved.replace(/^\*\./, "") === domain);
      if (own === undefined) throw new Error(`AWS Certificate Manager names no record that proves ${domain}`);
      return own;
    });
    return new Record(
      `${place.name}-certificate-proof-${domain}`,
      {
        zoneId: zone.id,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: PROOF_TTL_SECONDS,
      },
      options,
    );
  });
  const validation = new CertificateValidation(
    `${place.name}-certificate-validation`,
    { certificateArn: made.arn, validationRecordFqdns: proofs.map(({ fqdn }) => fqdn) },
    {
      ...options,
      dependsOn: [place.options.dependsOn ?? [], ...proofs].flat() as pulumi.Input<pulumi.Resource>[],
      customTimeouts: { create: `${ACM_VALIDATION.waitMinutes}m` },
    },
  );
  return { value: validation.certificateArn, resources: [validation] };
}
