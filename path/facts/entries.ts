/**
 * The bounds that vendors set on what an entry writes besides its idle limit, each with its source. Seconds unless the name says
 * otherwise.
 */
export const ENTRY_BOUNDS = {
  nodePort: {
    minimum: 30_000,
    maximum: 32_767,
    source: "kubernetes.io/docs/concepts/services-networking/service/#type-nodeport (--service-node-port-range, v1.36)",
  },
  awsDeregistrationDelaySeconds: {
    minimum: 0,
    maximum: 3600,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html",
  },
  awsCookieSeconds: {
    minimum: 1,
    maximum: 604_800,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html",
  },
  albClientKeepAliveSeconds: {
    minimum: 60,
    maximum: 604_800,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html",
  },
  albGroupOrder: {
    minimum: -1000,
    maximum: 1000,
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md#group.order (v3.5.0)",
  },
  awsHealthCheckIntervalSeconds: {
    minimum: 5,
    maximum: 300,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
  awsHealthCheckTimeoutSeconds: {
    minimum: 2,
    maximum: 120,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
  awsHealthCheckTries: {
    minimum: 2,
    maximum: 10,
    source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
  },
  gceCookieSeconds: {
    minimum: 0,
    maximum: 86_400,
    source: "kubernetes/ingress-gce pkg/backendconfig/validation.go (2026-08)",
  },
  gceDrainSeconds: {
    minimum: 0,
    maximum: 3600,
    source: "kubernetes/ingress-gce pkg/apis/backendconfig/v1/types.go, ConnectionDrainingConfig (2026-08)",
  },
} as const;

/** Since which version something can be written at all. */
export const ENTRY_SINCE = {
  awsListenerAttributes: {
    controller: "aws-load-balancer-controller",
    version: "2.9.0",
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md#listener-attributes",
  },
  awsGatewayRoutes: {
    controller: "aws-load-balancer-controller",
    version: "2.14.0",
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/gateway/l7gateway.md (v3.5.0)",
  },
  envoyGatewayRouteIdle: {
    controller: "envoy-gateway",
    version: "1.8.0",
    source: "envoyproxy/gateway api/v1alpha1/timeout_types.go, HTTPTimeout.streamIdleTimeout (v1.9.0)",
  },
  gkeLoadBalancerClass: {
    controller: "kubernetes",
    version: "1.33.1",
    source: "docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters",
  },
} as const;
