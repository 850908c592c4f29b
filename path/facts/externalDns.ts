/** How ExternalDNS is told which name an object answers to. */
export const EXTERNAL_DNS = {
  /** What stands before each of its annotations: each release reads one, so both are written. */
  prefixes: ["external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"],
  /** Any value of the annotation `controller` but `dns-controller` makes it pass an object by; not on routes of Traefik's own kind. */
  passedBy: "holdfast-migration",
  source: "kubernetes-sigs.github.io/external-dns/v0.23.0/docs/annotations/annotations (the second prefix: before v0.22.0)",
} as const;

/** Seconds a resolver may keep a record. */
export const RECORD_TTL = {
  minimum: 1,
  maximum: 2_147_483_647,
  source: "kubernetes-sigs.github.io/external-dns/v0.23.0/docs/annotations/annotations (ttl); RFC 2181 section 8",
} as const;
