/** The ports of Traefik's entry points as its chart installs them. A listener of a Gateway has to name the same. */
export const TRAEFIK_CHART_PORTS = {
  http: 8000,
  https: 8443,
  source: "traefik/traefik-helm-chart traefik/values.yaml, ports.web.port and ports.websecure.port (41.3.0)",
} as const;

/** The bounds that vendors set on what an entry writes besides its idle limit and its goodbye, each with its source. */
export const ENTRY_BOUNDS = {
  nodePort: {
    minimum: 30_000,
    maximum: 32_767,
    source: "kubernetes.io/docs/concepts/services-networking/service/#type-nodeport (--service-node-port-range, v1.36)",
  },
  albGroupOrder: {
    minimum: -1000,
    maximum: 1000,
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md#group.order (v3.5.0)",
  },
  /** Seconds between two checks of a target. */
  awsHealthCheckInterval: {
    minimum: 5,
    maximum: 300,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
  /** Seconds until a check has failed. */
  awsHealthCheckTimeout: {
    minimum: 2,
    maximum: 120,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
  /** Checks in a row that count. */
  awsHealthCheckTries: {
    minimum: 2,
    maximum: 10,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
} as const;
