/** What a TLS listener of AWS negotiates where nobody says otherwise: TLS 1.3 and 1.2, no older version. */
export const AWS_TLS_POLICY = {
  recommended: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  source: "docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
} as const;

/** An alias record has no TTL of its own: resolvers get that of the load balancer. */
export const AWS_ALIAS_TTL = {
  seconds: 60,
  source: "docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html",
} as const;

/** How long a certificate may take to be proved. The provider gives up earlier by default, and validation was seen to take longer. */
export const ACM_VALIDATION = {
  waitMinutes: 30,
  source: "pulumi/pulumi-aws#3617; docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
} as const;

/** What the cluster's identity needs where a public address lies outside the resource group of the nodes. */
export const AZURE_NETWORK_CONTRIBUTOR = {
  roleId: "4d97b98b-1d4f-4787-a291-c67834d212e7",
  source:
    "learn.microsoft.com/azure/role-based-access-control/built-in-roles/networking; learn.microsoft.com/azure/aks/static-ip",
} as const;

/** Zones over which an address of the Standard SKU is spread in a region that has zones. */
export const AZURE_ZONES = {
  all: ["1", "2", "3"],
  source: "learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#availability-zone",
} as const;

/** The object by which ExternalDNS is told a record that no Service, Ingress or route says. */
export const DNS_ENDPOINT = {
  apiVersion: "externaldns.k8s.io/v1alpha1",
  source: "kubernetes-sigs.github.io/external-dns/v0.23.0/docs/sources/crd",
} as const;

/** The directory of the certificate authority that most clusters use. */
export const ACME_SERVER = {
  url: "https://acme-v02.api.letsencrypt.org/directory",
  source: "letsencrypt.org/docs/acme-protocol-updates",
} as const;
