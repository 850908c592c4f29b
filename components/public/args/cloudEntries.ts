// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.

export interface AwsNlbEntry {
  /** Port that clients connect to. Allowed: 1 to 65535. Default: 80. */
  port?: number;
  /**
   * DNS name that clients use, for the printed URL; `dns` makes its record. Allowed: a DNS name. Default: the load balancer's
   * own.
   */
  host?: string;
  /** Whether only the private network reaches it. Allowed: true, false. Default: false. */
  internal?: boolean;
  /** Blocks of addresses that may connect. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: AwsNlbEntryTls;
  /** Subnets, one for each availability zone. Allowed: ids or names. Default: found by their tags. */
  subnets?: string[];
  /**
   * Elastic IP allocations, as many as `subnets` and in their order. Only public. Allowed: a list of ids. Default: addresses of
   * AWS.
   */
  eipAllocations?: string[];
  /** The load balancer's own check of the pods. Default: as the readiness probe. */
  healthCheck?: AwsNlbEntryHealthCheck;
}

export interface AwsNlbEntryTls {
  /**
   * TLS that ends at the load balancer, with this certificate of AWS Certificate Manager. Such a listener closes after 350
   * silent seconds, fixed, and cannot stick: a promise of more is an error. Allowed: an ARN. Default: bytes pass.
   */
  certificateArn: string;
}

export interface AwsNlbEntryHealthCheck {
  /** Path of the load balancer's own check, a GET. Allowed: a path. Default: that of the readiness probe. */
  path?: string;
  /** Seconds between two tries. Allowed: 5 to 300 seconds. Default: 30. */
  intervalSeconds?: number;
  /** Seconds until a try has failed; less than the interval. Allowed: 2 to 120 seconds. Default: 5. */
  timeoutSeconds?: number;
  /** Successes in a row that count. Allowed: 2 to 10 tries. Default: 2. */
  healthyThreshold?: number;
  /** Failures in a row that count. Allowed: 2 to 10 tries. Default: 3. */
  unhealthyThreshold?: number;
}

export interface AzureLbEntry {
  /** Port that clients connect to. Allowed: 1 to 65535. Default: 80. */
  port?: number;
  /**
   * DNS name that clients use, for the printed URL; `dns` makes its record. Allowed: a DNS name. Default: the load balancer's
   * own.
   */
  host?: string;
  /** Whether only the private network reaches it. Allowed: true, false. Default: false. */
  internal?: boolean;
  /** Blocks of addresses that may connect. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
  /** Name of a public IP address that is there already. Only public. Allowed: a name. Default: one is made. */
  publicIpName?: string;
  /** Resource group of `publicIpName`. Allowed: a name. Default: that of the nodes. */
  resourceGroup?: string;
  /** First label of `<label>.<region>.cloudapp.azure.com`. Only public. Allowed: a name. Default: none. */
  dnsLabel?: string;
  /** A fixed address of the subnet. Only with `internal: true`. Allowed: an address. Default: assigned. */
  privateAddress?: string;
  /** The subnet. Only with `internal: true`. Allowed: a name. Default: that of the nodes. */
  subnet?: string;
  /** Path of the load balancer's own check, a GET. Allowed: a path. Default: that of the readiness probe. */
  healthPath?: string;
}

export interface GcpLbEntry {
  /** Port that clients connect to. Allowed: 1 to 65535. Default: 80. */
  port?: number;
  /**
   * DNS name that clients use, for the printed URL; `dns` makes its record. Allowed: a DNS name. Default: the load balancer's
   * own.
   */
  host?: string;
  /** Whether only the private network reaches it. Allowed: true, false. Default: false. */
  internal?: boolean;
  /** Blocks of addresses that may connect. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
  /** Name of a reserved regional address. Allowed: a name. Default: one is made. */
  staticAddress?: string;
  /** The subnet. Only with `internal: true`. Allowed: a name. Default: that of the cluster. */
  subnet?: string;
  /**
   * `Cluster`: any node passes connections on to any pod, which sees a node's address. `Local`: pods see the client's address,
   * and only nodes with a pod get connections. Allowed: `Cluster`, `Local`. Default: `Cluster`.
   */
  externalTrafficPolicy?: string;
}

export interface AwsAlbEntry {
  /** DNS name that clients use. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /** The Ingress class. Allowed: a name. Default: `alb`. */
  className?: string;
  /** Whether only the private network reaches it. A change replaces the load balancer. Allowed: true, false. Default: false. */
  internal?: boolean;
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: AwsAlbEntryTls;
  /**
   * Entries of one group share a load balancer. Its idle limit is written for the longest promise, the same in all. The scheme,
   * subnets, ranges and whether there is `tls` are one for all: a difference is an error. Allowed: a name. Default: one of its
   * own.
   */
  group?: string;
  /**
   * Place of its rules among those of the group; the first that fits wins, so a path below another has to come before it, or it
   * is an error. Allowed: -1000 to 1000. Default: the deeper the path, the earlier; 0 for `/`.
   */
  groupOrder?: number;
  /** Subnets, one for each availability zone. Allowed: ids or names. Default: found by their tags. */
  subnets?: string[];
  /** Blocks of addresses that may connect. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
  /** The load balancer's own check of the pods. Default: as the readiness probe. */
  healthCheck?: AwsAlbEntryHealthCheck;
}

export interface AwsAlbEntryTls {
  /** A certificate of AWS Certificate Manager. Plain HTTP is then redirected. Allowed: an ARN. Default: none. */
  certificateArn: string;
}

export interface AwsAlbEntryHealthCheck {
  /** Path of the load balancer's own check, a GET. Allowed: a path. Default: that of the readiness probe. */
  path?: string;
  /** Seconds between two tries. Allowed: 5 to 300 seconds. Default: 30. */
  intervalSeconds?: number;
  /** Seconds until a try has failed; less than the interval. Allowed: 2 to 120 seconds. Default: 5. */
  timeoutSeconds?: number;
  /** Successes in a row that count. Allowed: 2 to 10 tries. Default: 2. */
  healthyThreshold?: number;
  /** Failures in a row that count. Allowed: 2 to 10 tries. Default: 3. */
  unhealthyThreshold?: number;
}

export interface GceIngressEntry {
  /** DNS name that clients use. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /** Whether only the private network reaches it. Allowed: true, false. Default: false. */
  internal?: boolean;
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: GceIngressEntryTls;
  /** Name of a reserved address: a global one, or a regional one with `internal: true`. Allowed: a name. Default: assigned. */
  staticAddress?: string;
  /** A Cloud Armor policy, which decides who may connect. Allowed: a name. Default: everybody. */
  securityPolicy?: string;
  /** Path of the load balancer's own check, a GET. Allowed: a path. Default: that of the readiness probe. */
  healthPath?: string;
}

export interface GceIngressEntryTls {
  /** Whether Google keeps a certificate of the host. Only public. Allowed: true, false. Default: false. */
  managed?: boolean;
  /** A Secret with the certificate, in place of that. Allowed: a name. Default: none. */
  secretName?: string;
  /** Certificates that Google Cloud has already, in place of both. Allowed: a list of names. Default: none. */
  preSharedCertificates?: string[];
}

export interface GatewayEntry {
  /** DNS name that clients use. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /**
   * Who serves it. Allowed: `envoy-gateway`, `istio`, `contour`, `traefik`, `gke`, `aws-lbc`, `approuting-istio`, `agc`.
   * Required.
   */
  implementation: string;
  /** A Gateway of somebody else to attach to, in place of one of this service's. Default: this service makes its own. */
  attachTo?: GatewayEntryAttachTo;
  /**
   * Name of the Gateway (Contour: of the HTTPProxy) for those who attach. A change replaces it, and the load balancer with it.
   * Allowed: a name. Default: `<service>-<entry>`.
   */
  gatewayName?: string;
  /**
   * Namespaces of other stacks whose routes may hang on it. Those of this stack's services that attach are allowed by
   * themselves. Not `contour`. Allowed: a list of namespaces. Default: none.
   */
  routesFrom?: string[];
  /** The GatewayClass; for Contour the Ingress class. Allowed: a name. Default: the usual one. */
  className?: string;
  /**
   * Whether only the private network reaches it. Only `gke`, `aws-lbc`, `approuting-istio`. Allowed: true, false. Default:
   * false.
   */
  internal?: boolean;
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: GatewayEntryTls;
  /**
   * Name of a reserved address of Google: a global one, or a regional one with `internal: true`. Only `gke`. Allowed: a name.
   * Default: assigned.
   */
  staticAddress?: string;
  /** Ports of Traefik's entry points. Default: those of its chart. */
  entryPointPorts?: GatewayEntryEntryPointPorts;
  /** The ApplicationLoadBalancer object of Application Gateway for Containers to use. Default: none. */
  applicationLoadBalancer?: GatewayEntryApplicationLoadBalancer;
}

export interface GatewayEntryAttachTo {
  /**
   * Hang the route on this Gateway in place of making one. What is set for the Gateway as a whole stands at the entry that
   * makes it. Allowed: the `gatewayName` of another entry, or one of `cluster.gateways`. Default: a Gateway of its own.
   */
  name: string;
  /** Where that Gateway is. Allowed: a namespace. Default: the service's. */
  namespace?: string;
}

export interface GatewayEntryTls {
  /** The Secret with the certificate. Without an issuer it has to be there. Allowed: a name. Default: `<service>-tls`. */
  secretName?: string;
  /** cert-manager's ClusterIssuer that keeps the certificate. Not `aws-lbc`. Allowed: a name. Default: none. */
  clusterIssuer?: string;
  /** An Issuer of the service's namespace in place of that. Allowed: a name. Default: none. */
  issuer?: string;
  /** A certificate of AWS Certificate Manager. Only `aws-lbc`. Allowed: an ARN. Default: none. */
  certificateArn?: string;
  /** A certificate of Azure Key Vault, without a version. Only `approuting-istio`. Allowed: a URI. Default: none. */
  keyVaultCertificateUri?: string;
  /** The ServiceAccount that may read it. Allowed: a name. Default: none. */
  serviceAccount?: string;
  /** A certificate map of Google. Only `gke`. Allowed: a name. Default: none. */
  certificateMap?: string;
}

export interface GatewayEntryEntryPointPorts {
  /**
   * Port of Traefik's entry point for plain HTTP, which the listener has to name. Only `traefik`. Allowed: 1 to 65535. Default:
   * 8000.
   */
  http?: number;
  /** And of that for HTTPS. Clients still use 80 and 443. Allowed: 1 to 65535. Default: 8443. */
  https?: number;
}

export interface GatewayEntryApplicationLoadBalancer {
  /** The ApplicationLoadBalancer object. Only `agc`, which needs it. Allowed: a name. Default: none. */
  name: string;
  /** And its namespace. Allowed: a name. Default: none. */
  namespace: string;
}
