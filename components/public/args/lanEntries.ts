// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.

export interface LoadBalancerEntry {
  /** Port that clients connect to. Allowed: 1 to 65535. Default: 80. */
  port?: number;
  /** DNS name that clients use, for the printed URL and for `dns`. Allowed: a DNS name. Default: the load balancer's own. */
  host?: string;
  /**
   * Whether only the private network reaches it. Not on bare metal, where the pool decides. Allowed: true, false. Default:
   * false.
   */
  internal?: boolean;
  /** Blocks of addresses that may connect. Not on bare metal. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
  /**
   * One of `bareMetal.addressPools`. Only on bare metal, which needs it, or an address in `addressPools[].reserved`. Allowed:
   * its name. Default: none.
   */
  pool?: string;
  /** The address. Only on bare metal, which needs it together with `pool`. Allowed: an address of the pool. Default: none. */
  address?: string;
}

export interface HttpsEntry {
  /** DNS name that clients use. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /** Whether only the private network reaches it. AWS and Google Cloud. Allowed: true, false. Default: false. */
  internal?: boolean;
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: HttpsEntryTls;
  /** Blocks of addresses that may connect. AWS and bare metal. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
}

export interface HttpsEntryTls {
  /** The Secret with the certificate. Not on AWS. Allowed: a name. Default: `<service>-tls`. */
  secretName?: string;
  /** cert-manager's ClusterIssuer that keeps the certificate. Not on AWS. Allowed: a name. Default: none. */
  clusterIssuer?: string;
  /** An Issuer of the service's namespace in place of that. Not on AWS. Allowed: a name. Default: none. */
  issuer?: string;
  /** A certificate of AWS Certificate Manager. Only on AWS. Allowed: an ARN. Default: none. */
  certificateArn?: string;
}

export interface NodePortEntry {
  /**
   * The port on every node. Written down, because an assigned one is another in every cluster. The same twice in a stack is an
   * error. Allowed: 30000 to 32767. Required.
   */
  nodePort: number;
  /** Port of the Service inside the cluster. Allowed: 1 to 65535. Default: 80. */
  port?: number;
  /** Address or name of a node, for the printed URL. Allowed: an address or a DNS name. Default: left open. */
  node?: string;
  /**
   * `Cluster`: any node passes connections on to any pod, which sees that node's address. `Local`: pods see the client's
   * address, and a node without a pod answers nothing. Allowed: `Cluster`, `Local`. Default: `Cluster`.
   */
  externalTrafficPolicy?: string;
}

export interface MetallbEntry {
  /** One of `bareMetal.addressPools`. Allowed: its name. Required. */
  pool: string;
  /**
   * The address. Written down, because one that is merely assigned may be another after a restart. Allowed: an address of the
   * pool. Required.
   */
  address: string;
  /** DNS name that clients use; `dns` makes its record. Allowed: a DNS name. Default: the address. */
  host?: string;
  /** Port that clients connect to. Allowed: 1 to 65535. Default: 80. */
  port?: number;
  /**
   * Lets Services share the address on different ports: all of them write the same key, and `externalTrafficPolicy: Cluster`
   * (or all `Local`, in one service). Allowed: a name. Default: not shared.
   */
  sharingKey?: string;
  /**
   * `Cluster`: every pod gets its share, and sees the address of a node. `Local`: pods see the client's address, but only those
   * on the node that announces the address get connections. Allowed: `Cluster`, `Local`. Default: `Cluster`.
   */
  externalTrafficPolicy?: string;
}

export interface IngressNginxEntry {
  /** DNS name that clients use. The same host and path twice in a stack is an error. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /** The Ingress class. Allowed: a name. Default: `nginx`. */
  className?: string;
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: IngressNginxEntryTls;
  /**
   * Requests a second from one address, at each pod of the controller. The upgrade of a WebSocket is one request; its messages
   * are none. Allowed: 1 to 100000. Default: no limit.
   */
  limitRps?: number;
  /** Seconds the proxy waits for a pod to accept a connection. Allowed: 1 to 60 seconds. Default: 10. */
  connectTimeoutSeconds?: number;
}

export interface IngressNginxEntryTls {
  /** The Secret with the certificate. Without an issuer it has to be there. Allowed: a name. Default: `<service>-tls`. */
  secretName?: string;
  /** cert-manager's ClusterIssuer that keeps the certificate. Allowed: a name. Default: none. */
  clusterIssuer?: string;
  /** An Issuer of the service's namespace in place of that. Allowed: a name. Default: none. */
  issuer?: string;
}

export interface F5NginxEntry {
  /** DNS name that clients use. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /** The Ingress class. Allowed: a name. Default: `nginx`. */
  className?: string;
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: F5NginxEntryTls;
  /** Seconds the proxy waits for a pod to accept a connection. Allowed: 1 to 60 seconds. Default: 10. */
  connectTimeoutSeconds?: number;
}

export interface F5NginxEntryTls {
  /** The Secret with the certificate. Without an issuer it has to be there. Allowed: a name. Default: `<service>-tls`. */
  secretName?: string;
  /** cert-manager's ClusterIssuer that keeps the certificate. Allowed: a name. Default: none. */
  clusterIssuer?: string;
  /** An Issuer of the service's namespace in place of that. Allowed: a name. Default: none. */
  issuer?: string;
}

export interface TraefikEntry {
  /** DNS name that clients use. Allowed: a DNS name. Required. */
  host: string;
  /** Everything below it goes to the service. Allowed: a path. Default: `/`. */
  path?: string;
  /** Traefik's entry points that serve it. Allowed: a list of names. Default: `[websecure]` with `tls`, else `[web]`. */
  entryPoints?: string[];
  /**
   * The certificate that clients see. Default: plain HTTP, which production refuses; at a load balancer of layer 4 bytes are
   * passed on.
   */
  tls?: TraefikEntryTls;
  /** Which Traefik serves it, where there are several. Allowed: a name. Default: every one. */
  className?: string;
  /** Blocks of addresses that may connect. Allowed: a list such as `[203.0.113.0/24]`. Default: all. */
  allowedRanges?: string[];
  /**
   * Requests a second from one address. The upgrade of a WebSocket is one request; its messages are none. Allowed: 1 to 100000.
   * Default: no limit.
   */
  limitRps?: number;
}

export interface TraefikEntryTls {
  /** The Secret with the certificate. Without an issuer it has to be there. Allowed: a name. Default: `<service>-tls`. */
  secretName?: string;
  /** cert-manager's ClusterIssuer that keeps the certificate, by a Certificate of its own. Allowed: a name. Default: none. */
  clusterIssuer?: string;
  /** An Issuer of the service's namespace in place of that. Allowed: a name. Default: none. */
  issuer?: string;
  /** A certificate resolver of Traefik's own configuration, in place of all these. Allowed: a name. Default: none. */
  certResolver?: string;
}
