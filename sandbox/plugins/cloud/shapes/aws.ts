import { version } from "@pulumi/aws/package.json";
import type { JsonObject } from "../../kubernetes/properties";
import { plainShape, text, texts, type Shape, type Shapes } from "./shape";

const ACCOUNT = "123456789012";
const CERTIFICATE = "aws:acm/certificate:Certificate";
const RECORD = "aws:route53/record:Record";
const ZONE = "aws:route53/zone:Zone";

const regionOf = (configuration: JsonObject): string => text(configuration.region) || "us-east-1";

/** The names of a certificate once each: a wildcard is proved by the same record as its parent. */
function validationOptions(inputs: JsonObject, number: number): JsonObject[] {
  const domains = [text(inputs.domainName), ...texts(inputs.subjectAlternativeNames)];
  return [...new Set(domains)].map((domainName) => ({
    domainName,
    resourceRecordName: `_${number}.${domainName.replace(/^\*\./, "")}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${number}.acm-validations.aws.`,
  }));
}

const certificate: Shape = {
  id: (_inputs, { number, configuration }) => `arn:aws:acm:${regionOf(configuration)}:${ACCOUNT}:certificate/${uuid(number)}`,
  outputs: (inputs, { number, configuration }) => ({
    arn: `arn:aws:acm:${regionOf(configuration)}:${ACCOUNT}:certificate/${uuid(number)}`,
    status: "PENDING_VALIDATION",
    domainValidationOptions: validationOptions(inputs, number),
  }),
  replacedFor: ["domainName", "subjectAlternativeNames", "validationMethod"],
};

/** Issued as soon as its records are there, and never before. */
const certificateValidation: Shape = {
  id: (inputs) => text(inputs.certificateArn),
  outputs: () => ({}),
  replacedFor: ["certificateArn"],
  waitsFor: ({ certificateArn }, { world }) => {
    const wanted = world.get(CERTIFICATE, text(certificateArn))?.outputs.domainValidationOptions as
      { resourceRecordName: string }[] | undefined;
    if (wanted === undefined) return `there is no certificate ${text(certificateArn)}`;
    const written = new Set(world.all(RECORD).map(({ inputs }) => text(inputs.name)));
    const missing = wanted.find(({ resourceRecordName }) => !written.has(resourceRecordName));
    return missing && `ACM Certificate ${text(certificateArn)} to be issued: no record ${missing.resourceRecordName}`;
  },
};

const record: Shape = {
  id: ({ zoneId, name, type }) => `${text(zoneId)}_${text(name)}_${text(type)}`,
  outputs: ({ name }) => ({ fqdn: text(name).replace(/\.$/, "") }),
  replacedFor: ["name", "type", "zoneId"],
};

const zone: Shape = {
  id: (_inputs, { number }) => `Z${String(number).padStart(13, "0")}`,
  outputs: (_inputs, { number }) => ({
    zoneId: `Z${String(number).padStart(13, "0")}`,
    nameServers: [1, 2, 3, 4].map((server) => `ns-${number}${server}.awsdns.example`),
  }),
  replacedFor: ["name"],
};

const eip: Shape = {
  id: (_inputs, { number }) => `eipalloc-${String(number).padStart(17, "0")}`,
  outputs: (_inputs, { number }) => ({
    allocationId: `eipalloc-${String(number).padStart(17, "0")}`,
    publicIp: `203.0.113.${number % 250}`,
  }),
  replacedFor: ["domain"],
};

/** Zones of the load balancers themselves, as us-east-1 has them; every region has others. */
const BALANCER_ZONES: Record<string, string> = { application: "Z35SXDOTRQ7X7K", network: "Z26RNL4JYFTOTI" };

export const AWS: Shapes = {
  name: "aws",
  version,
  resources: {
    [CERTIFICATE]: certificate,
    "aws:acm/certificateValidation:CertificateValidation": certificateValidation,
    [RECORD]: record,
    [ZONE]: zone,
    "aws:ec2/eip:Eip": eip,
    "aws:lb/targetGroup:TargetGroup": plainShape(["port", "protocol"]),
  },
  functions: {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({
      id: ACCOUNT,
      accountId: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:user/sandbox`,
      userId: "SANDBOX",
    }),
    "aws:lb/getHostedZoneId:getHostedZoneId": ({ loadBalancerType, region }) => ({
      id: BALANCER_ZONES[text(loadBalancerType) || "application"]!,
      region: text(region),
    }),
    "aws:route53/getZone:getZone": ({ name }, _configuration, world) => {
      const made = world.all(ZONE).find(({ inputs }) => inputs.name === name);
      const zoneId = text(made?.outputs.zoneId) || "Z00000000LOOKUP";
      return { id: zoneId, zoneId, name: text(name), nameServers: [], arn: `arn:aws:route53:::hostedzone/${zoneId}` };
    },
    "aws:acm/getCertificate:getCertificate": ({ domain }, configuration) => {
      const arn = `arn:aws:acm:${regionOf(configuration)}:${ACCOUNT}:certificate/${uuid(0)}`;
      return { id: arn, arn, domain: text(domain), status: "ISSUED" };
    },
  },
  words: {
    throttled: "ThrottlingException: Rate exceeded",
    quota: "LimitExceededException: The maximum number of addresses has been reached",
    denied: "AccessDeniedException: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform this operation",
  },
};

function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}
