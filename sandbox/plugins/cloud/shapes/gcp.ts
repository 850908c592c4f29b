import { version } from "@pulumi/gcp/package.json";
import type { JsonObject } from "../../kubernetes/properties";
import { text, type Making, type Shape, type Shapes } from "./shape";

const PROJECT = "holdfast-sandbox";
const ZONE = "gcp:dns/managedZone:ManagedZone";

const projectOf = ({ configuration }: Pick<Making, "configuration">): string => text(configuration.project) || PROJECT;

/** The provider gives a name where the program gives none. */
const nameOf = (inputs: JsonObject, { name, number }: Making): string => text(inputs.name) || `${name}-${number}`;

function address(place: (making: Making) => string): Shape {
  return {
    id: (inputs, making) => `projects/${projectOf(making)}/${place(making)}/addresses/${nameOf(inputs, making)}`,
    outputs: (inputs, making) => ({ name: nameOf(inputs, making), address: `192.0.2.${making.number % 250}` }),
    replacedFor: ["name", "addressType", "networkTier", "region"],
    named: "name",
  };
}

function ofCertificateManager(plural: string, outputs: (inputs: JsonObject, making: Making) => JsonObject = () => ({})): Shape {
  return {
    id: (inputs, making) => `projects/${projectOf(making)}/locations/global/${plural}/${nameOf(inputs, making)}`,
    outputs: (inputs, making) => ({ name: nameOf(inputs, making), ...outputs(inputs, making) }),
    replacedFor: ["name", "managed", "map", "hostname", "domain"],
    named: "name",
  };
}

const dnsAuthorization = ofCertificateManager("dnsAuthorizations", ({ domain }, { number }) => ({
  dnsResourceRecords: [
    {
      name: `_acme-challenge_${number}.${text(domain)}.`,
      type: "CNAME",
      data: `${number}.authorize.certificatemanager.example.`,
    },
  ],
}));

const managedZone: Shape = {
  id: (inputs, making) => `projects/${projectOf(making)}/managedZones/${nameOf(inputs, making)}`,
  outputs: (inputs, making) => ({
    name: nameOf(inputs, making),
    nameServers: [1, 2, 3, 4].map((server) => `ns-cloud-${server}.googledomains.example.`),
  }),
  replacedFor: ["dnsName", "name"],
};

const recordSet: Shape = {
  id: (inputs, making) =>
    `projects/${projectOf(making)}/managedZones/${text(inputs.managedZone)}/rrsets/${text(inputs.name)}/${text(inputs.type)}`,
  outputs: () => ({}),
  replacedFor: ["name", "type", "managedZone"],
  named: "name",
};

export const GCP: Shapes = {
  name: "gcp",
  version,
  resources: {
    "gcp:compute/address:Address": address(({ configuration }) => `regions/${text(configuration.region)}`),
    "gcp:compute/globalAddress:GlobalAddress": address(() => "global"),
    [ZONE]: managedZone,
    "gcp:dns/recordSet:RecordSet": recordSet,
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": dnsAuthorization,
    "gcp:certificatemanager/certificate:Certificate": ofCertificateManager("certificates"),
    "gcp:certificatemanager/certificateMap:CertificateMap": ofCertificateManager("certificateMaps"),
    "gcp:certificatemanager/certificateMapEntry:CertificateMapEntry": ofCertificateManager("certificateMapEntries"),
  },
  functions: {
    "gcp:organizations/getProject:getProject": ({ projectId }) => {
      const found = text(process.env.HOLDFAST_GCP_PROJECT) || text(projectId) || PROJECT;
      return { id: `projects/${found}`, projectId: found, number: "1", name: found };
    },
    "gcp:dns/getManagedZones:getManagedZones": ({ project }, _configuration, world) => ({
      id: `projects/${text(project)}/managedZones`,
      project: text(project),
      managedZones: world
        .all(ZONE)
        .map(({ inputs, outputs }) => ({ name: outputs.name!, dnsName: inputs.dnsName!, visibility: "public" })),
    }),
  },
  words: {
    throttled: "googleapi: Error 429: Rate Limit Exceeded, rateLimitExceeded",
    quota: "googleapi: Error 403: Quota 'STATIC_ADDRESSES' exceeded, quotaExceeded",
    denied: "googleapi: Error 403: The caller does not have permission, forbidden",
  },
};
