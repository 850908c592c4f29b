import type { z } from "zod";
import { ACME_SERVER, AZURE_ZONES } from "../../path/facts/edges";
import { block, blockOrText, hostName, list, map, objectName, oneOf, text } from "../check/fields";

/** The AWS account of a stack. Nothing is created with credentials of another. */
export interface AwsAccount {
  /** Twelve digits, in quotes. */
  accountId: string;
  /** The region of the cluster, where certificates and addresses have to be too. */
  region: string;
  /** Subnets, one for each availability zone, of entries with `staticIp: { mode: create }` that name none themselves. */
  subnets?: string[];
  /** A profile of the shared configuration files. Default: whatever credentials the environment has. */
  profile?: string;
  /** A role to take on, for credentials of another account. */
  roleArn?: string;
  /** Tags of everything made here, in addition to those that say who made it. */
  tags: Record<string, string>;
}

/** The Azure subscription of a stack. Everything is asked of this one and no other. */
export interface AzureSubscription {
  subscriptionId: string;
  /** The region of the cluster, such as westeurope. */
  region: string;
  /** The resource group for addresses and zones, which has to be there. */
  resourceGroup: string;
  /** Object id of the cluster's identity, which is then allowed to use the addresses. Default: somebody else sees to that. */
  clusterPrincipalId?: string;
  /** Zones over which an address is spread. Default all three; `[]` in a region without zones. A change replaces the address. */
  zones: string[];
  tags: Record<string, string>;
}

/** The Google Cloud project of a stack. Everything is asked of this one and no other. */
export interface GcpProject {
  project: string;
  /** The region of the cluster, such as europe-west4. */
  region: string;
  labels: Record<string, string>;
}

/** Where the records of the stack's hosts are written. */
export interface Zone {
  /** Every host lies in it. */
  name: string;
  /** `create`: the stack makes it and keeps it on `destroy`. `lookup` (default): found by its name. `import`: by its id. */
  mode: "create" | "lookup" | "import";
  /** With `import`: id of the hosted zone (AWS), name of the managed zone (Google), resource group that has it (Azure). */
  id?: string;
}

/** Who signs the certificates that are kept in the cluster. */
export interface CertManager {
  /** Name of the ClusterIssuer. */
  clusterIssuer: string;
  /** Makes it one that asks an ACME authority. Default: somebody else made it. */
  acme?: AcmeIssuer;
  /** Makes it one that signs with an authority of your own. */
  ca?: {
    /** Secret with its certificate and key, in cert-manager's own namespace. */
    secretName: string;
  };
}

export interface AcmeIssuer {
  /** Where the authority writes to when something is wrong with a certificate. */
  email: string;
  /** Directory of the authority. Default: that of Let's Encrypt. */
  server: string;
  /** Proves a name over plain HTTP, by an Ingress of this class. */
  http01?: { ingressClassName: string };
  /** Proves a name by a record, written as RFC 2136 says. */
  rfc2136?: {
    /** Address and port of the name server: 192.168.1.53:53. */
    nameserver: string;
    tsigKeyName: string;
    /** Secret with the key, in cert-manager's own namespace, under the key `tsig`. */
    tsigSecretName: string;
    tsigAlgorithm: (typeof TSIG_ALGORITHMS)[number];
  };
}

export const TSIG_ALGORITHMS = ["HMACSHA256", "HMACSHA512"] as const;

const tagName = text("the name of a tag, up to 128 characters", /^[^<>%&\\?/]{1,128}$/);
const tags = map(tagName, text("text of up to 256 characters", /^[^]{0,256}$/), "a block of tags").default({});
const GCP_LABEL = /^[a-z][a-z0-9_-]{0,62}$/;

export const awsSchema = block({
  accountId: text('twelve digits in quotes, such as "123456789012"', /^\d{12}$/),
  region: text("a region of AWS, such as us-east-1", /^[a-z]{2,3}(-[a-z]+)+-\d$/),
  subnets: list(text("the id or the name of a subnet, such as subnet-0a1b2c3d", /^[\w-]{1,256}$/), "subnets")
    .min(1, { error: () => "found an empty list; allowed: at least one subnet." })
    .optional(),
  profile: text("the name of a profile").optional(),
  roleArn: text(
    "the ARN of a role, such as arn:aws:iam::123456789012:role/deploy",
    /^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/,
  ).optional(),
  tags,
}) satisfies z.ZodType<AwsAccount>;

const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

export const azureSchema = block({
  subscriptionId: text("the id of a subscription, such as 6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44", UUID),
  region: text("a region of Azure without spaces, such as westeurope", /^[a-z]+[a-z0-9]*$/),
  resourceGroup: text("the name of a resource group", /^[\w.()-]{1,90}$/),
  clusterPrincipalId: text("the object id of the cluster's identity", UUID).optional(),
  zones: list(oneOf(AZURE_ZONES.all), "zones").default([...AZURE_ZONES.all]),
  tags,
}) satisfies z.ZodType<AzureSubscription>;

export const gcpSchema = block({
  project: text("the id of a project, such as chat-prod-1", /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
  region: text("a region of Google Cloud, such as europe-west4", /^[a-z]+-[a-z]+\d+$/),
  labels: map(
    text("a label key: up to 63 lower-case letters, digits, hyphens and underscores", GCP_LABEL),
    text("up to 63 lower-case letters, digits, hyphens and underscores", /^[a-z0-9_-]{0,63}$/),
    "a block of labels",
  ).default({}),
}) satisfies z.ZodType<GcpProject>;

export const zoneSchema = blockOrText(
  "name",
  block({
    name: hostName(),
    mode: oneOf(["create", "lookup", "import"]).default("lookup"),
    id: text("the id of a zone").optional(),
  }).superRefine(({ mode, id }, context) => {
    if ((mode === "import") === (id !== undefined)) return;
    const message =
      id === undefined
        ? "missing; mode: import needs it: the id of the hosted zone (AWS), the name of the managed zone (Google), the resource group that has it (Azure)."
        : `found ${id} with mode: ${mode}, where nothing reads it. Remove it, or write mode: import.`;
    context.addIssue({ code: "custom", path: ["id"], message });
  }),
);

const acme = block({
  email: text("an e-mail address", /^[^@\s]+@[^@\s]+$/),
  server: text("an https URL", /^https:\/\/\S+$/).default(ACME_SERVER.url),
  http01: block({ ingressClassName: objectName("an Ingress class") }).optional(),
  rfc2136: block({
    nameserver: text("an address or a name with a port, such as 192.168.1.53:53", /^\S+:\d{1,5}$/),
    tsigKeyName: text("the name of a key"),
    tsigSecretName: objectName("the name of a Secret"),
    tsigAlgorithm: oneOf(TSIG_ALGORITHMS).default("HMACSHA256"),
  }).optional(),
}).superRefine(({ http01, rfc2136 }, context) => {
  if ((http01 === undefined) !== (rfc2136 === undefined)) return;
  const found = http01 === undefined ? "neither" : "both";
  const message = `found ${found} of http01 and rfc2136; a name is proved in one way. Write http01: { ingressClassName: ... } (the authority reaches the cluster over plain HTTP), or rfc2136 (a record in your own name server).`;
  context.addIssue({ code: "custom", path: [], message });
});

export const certManagerSchema = block({
  clusterIssuer: objectName("the name of a ClusterIssuer"),
  acme: acme.optional(),
  ca: block({ secretName: objectName("the name of a Secret") }).optional(),
}).superRefine((written, context) => {
  if (written.acme === undefined || written.ca === undefined) return;
  const message = "found beside acme; an issuer signs in one way. Remove one of the two.";
  context.addIssue({ code: "custom", path: ["ca"], message });
}) satisfies z.ZodType<CertManager>;

/** The clouds and the authority of a stack file. */
export const CLOUD_FIELDS = {
  aws: awsSchema.optional(),
  azure: azureSchema.optional(),
  gcp: gcpSchema.optional(),
  certManager: certManagerSchema.optional(),
};

/** What a stack says of its cloud; at most one of the three. */
export interface Clouds {
  aws?: AwsAccount;
  azure?: AzureSubscription;
  gcp?: GcpProject;
  certManager?: CertManager;
  zone?: Zone;
}
