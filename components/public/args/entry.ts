// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.
import type { AwsAlbEntry, AwsNlbEntry, AzureLbEntry, GatewayEntry, GceIngressEntry, GcpLbEntry } from "./cloudEntries";
import type {
  F5NginxEntry,
  HttpsEntry,
  IngressNginxEntry,
  LoadBalancerEntry,
  MetallbEntry,
  NodePortEntry,
  TraefikEntry,
} from "./lanEntries";

export interface ServiceEntry {
  /**
   * What the entry is; its own keys stand in the block of that name. Allowed: `load-balancer`, `https`, `node-port`, `metallb`,
   * `aws-nlb`, `azure-lb`, `gcp-lb`, `aws-alb`, `gce-ingress`, `ingress-nginx`, `f5-nginx`, `traefik`, `gateway`. Required.
   */
  kind: string;
  /**
   * Tells two entries of one kind apart, and stands in the names of their objects. A change replaces them. Allowed: a name.
   * Default: the kind.
   */
  name?: string;
  /** Name of the port of the pods that it leads to, where that is one of `ports`. Default: the service's own. */
  targetPort?: string;
  /** The certificate that clients see, in place of the entry's `tls`. Default: none. */
  certificate?: EntryCertificate;
  /** The record by which clients find the entry's host. Default: nobody makes it. */
  dns?: EntryDns;
  /** An address that stays when the load balancer goes. Default: none. */
  staticIp?: EntryStaticIp;
  /** The keys of `kind: load-balancer`. An error with another kind. */
  loadBalancer?: LoadBalancerEntry;
  /** The keys of `kind: https`. An error with another kind. */
  https?: HttpsEntry;
  /** The keys of `kind: node-port`. An error with another kind. */
  nodePort?: NodePortEntry;
  /** The keys of `kind: metallb`. An error with another kind. */
  metallb?: MetallbEntry;
  /** The keys of `kind: aws-nlb`. An error with another kind. */
  awsNlb?: AwsNlbEntry;
  /** The keys of `kind: azure-lb`. An error with another kind. */
  azureLb?: AzureLbEntry;
  /** The keys of `kind: gcp-lb`. An error with another kind. */
  gcpLb?: GcpLbEntry;
  /** The keys of `kind: aws-alb`. An error with another kind. */
  awsAlb?: AwsAlbEntry;
  /** The keys of `kind: gce-ingress`. An error with another kind. */
  gceIngress?: GceIngressEntry;
  /** The keys of `kind: ingress-nginx`. An error with another kind. */
  ingressNginx?: IngressNginxEntry;
  /** The keys of `kind: f5-nginx`. An error with another kind. */
  f5Nginx?: F5NginxEntry;
  /** The keys of `kind: traefik`. An error with another kind. */
  traefik?: TraefikEntry;
  /** The keys of `kind: gateway`. An error with another kind. */
  gateway?: GatewayEntry;
}

export interface EntryCertificate {
  /**
   * `create`: cert-manager makes it in the cluster; one of a cloud is not made by a component. `lookup`: one that the cloud has
   * for the name; not by a component. `import`: the one of `id`. Allowed: `create`, `lookup`, `import`. Required.
   */
  mode: string;
  /**
   * With `import`: an ARN (AWS), a certificate map (Gateway of GKE), a pre-shared certificate (Ingress of GKE), a Secret in the
   * service's namespace (else). Allowed: text. Default: none.
   */
  id?: string;
  /**
   * With `lookup`: the name that the certificate was made for. Allowed: the host, or `*.` and what is above it. Default: the
   * host.
   */
  domain?: string;
  /**
   * With `create` on AWS and at a Gateway of GKE: further names. A change makes a new certificate before the old one goes.
   * Allowed: names in the zone, `*.example.com` too. Default: none.
   */
  alternativeNames?: string[];
  /**
   * On AWS: which versions and ciphers the listener offers. Allowed: `ELBSecurityPolicy-...`. Default:
   * `ELBSecurityPolicy-TLS13-1-2-2021-06`.
   */
  tlsPolicy?: string;
}

export interface EntryDns {
  /**
   * `create`: ExternalDNS is asked to make it. `print`: the line to add is at `record` of the output `entries`, and nobody adds
   * it. Allowed: `create`, `print`. Default: `create`.
   */
  mode?: string;
  /**
   * `external-dns`: ExternalDNS keeps it; the objects are annotated under the prefix of its releases before 0.22 and the one
   * since. `dns-endpoint`: an object of ExternalDNS's own kind, for the pinned address of `metallb`. `records` would be in a
   * zone of a cloud, into which a component does not write. Allowed: `external-dns`, `dns-endpoint`. Default: on bare metal
   * `external-dns`; required on a cloud.
   */
  via?: string;
  /**
   * Seconds for which resolvers may keep it. An error at an alias record of AWS, which has that of its load balancer. Allowed:
   * 1 to 2147483647 seconds. Default: 300.
   */
  ttlSeconds?: number;
}

export interface EntryStaticIp {
  /**
   * `existing`: it is there. `create` would be an address of a cloud, which a component does not make. Allowed: `existing`.
   * Required.
   */
  mode: string;
  /** Name of the address. Not on AWS. Allowed: a name. Required where it is an address by name. */
  name?: string;
  /**
   * With `existing` on AWS: one Elastic IP allocation for each of `subnets`, in their order. Allowed: a list such as
   * `[eipalloc-0a1b2c3d]`. Default: none.
   */
  allocationIds?: string[];
  /** Azure: the resource group of the address. Allowed: its name. Required there. */
  resourceGroup?: string;
}
