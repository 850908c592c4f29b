import type { z } from "zod";
import { RECORD_TTL } from "../../path/facts/externalDns";
import { block, label, list, oneOf, seconds, text } from "../check/fields";

export const CERTIFICATE_MODES = ["create", "lookup", "import"] as const;
export type CertificateMode = (typeof CERTIFICATE_MODES)[number];

/** The certificate that clients see, where the stack is to see to it. In place of the entry's `tls`. */
export interface CertificateArgs {
  /**
   * `create`: the stack makes it, and what proves the name (AWS Certificate Manager, Google's Certificate Manager, or cert-manager in the
   * cluster: the entry decides). `lookup`: one that the cloud has for the name. `import`: one that is named by `id`.
   */
  mode: CertificateMode;
  /** With `import`: an ARN (AWS), a certificate map (Gateway of GKE), a pre-shared certificate (Ingress of GKE), a Secret (else). */
  id?: string;
  /** With `lookup`: the name the certificate was made for, such as `*.example.com`. Default: the host. */
  domain?: string;
  /** With `create`: further names, `*.example.com` too. Default: the host alone. A change makes a new certificate first. */
  alternativeNames?: string[];
  /** Which versions and ciphers the listener offers. Only AWS. Default ELBSecurityPolicy-TLS13-1-2-2021-06. */
  tlsPolicy?: string;
}

export const DNS_VIAS = ["records", "external-dns", "dns-endpoint"] as const;
export type DnsVia = (typeof DNS_VIAS)[number];

/** The record by which clients find the entry's host. */
export interface DnsArgs {
  /** `create` (default): the stack sees to it. `print`: the line to add is among the outputs, and nobody adds it. */
  mode: "create" | "print";
  /**
   * With `create`. `records` (default on a cloud): in the cloud's own zone. `external-dns` (default on bare metal): the objects are
   * annotated for ExternalDNS, under the prefix of its releases before 0.22 and the one since. `dns-endpoint`: an object of
   * ExternalDNS's own kind, for an address that is written down.
   */
  via?: DnsVia;
  /** Seconds for which resolvers may keep it. 1 to 2147483647, default 300. Not for an alias record of AWS. */
  ttlSeconds?: number;
}

/** An address that stays when the load balancer goes. */
export interface StaticIpArgs {
  /** `create`: the stack reserves it, and keeps it on `destroy`. `existing`: one that is there. */
  mode: "create" | "existing";
  /** Name of the address. Default with `create`: `<service>-<entry>`. Not on AWS. */
  name?: string;
  /** With `existing` on AWS: Elastic IP allocations, as many as the entry's subnets and in their order. */
  allocationIds?: string[];
  /** Azure: the resource group of the address. Default: that of `holdfast:azure`. */
  resourceGroup?: string;
}

/** What the cloud, or the LAN, is to add to an entry. */
export interface EdgeArgs {
  certificate?: CertificateArgs;
  dns?: DnsArgs;
  staticIp?: StaticIpArgs;
}

const DOMAIN = /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const domain = () => text("a DNS name, or one for all names below it such as *.example.com", DOMAIN);

const certificate: z.ZodType<CertificateArgs> = block({
  mode: oneOf(CERTIFICATE_MODES),
  id: text("the ARN or the name of a certificate").optional(),
  domain: domain().optional(),
  alternativeNames: list(domain(), "DNS names").optional(),
  tlsPolicy: text("the name of a TLS policy of Elastic Load Balancing", /^ELBSecurityPolicy-[\w-]+$/).optional(),
});

const dns: z.ZodType<DnsArgs> = block({
  mode: oneOf(["create", "print"]).default("create"),
  via: oneOf(DNS_VIAS).optional(),
  ttlSeconds: seconds(RECORD_TTL.minimum, RECORD_TTL.maximum).optional(),
});

const staticIp: z.ZodType<StaticIpArgs> = block({
  mode: oneOf(["create", "existing"]),
  name: label().optional(),
  allocationIds: list(
    text("the id of an Elastic IP allocation, such as eipalloc-0a1b2c3d", /^eipalloc-[0-9a-f]{8,17}$/),
    "Elastic IP allocations",
  ).optional(),
  resourceGroup: text("the name of a resource group", /^[\w.()-]{1,90}$/).optional(),
});

/** What every kind of entry takes beside its own keys, as far as its platform can do it. */
export const EDGE_FIELDS = { certificate, dns, staticIp };
