/** What happens to the open connections of a pod that only is not ready: it lives, and should get no new ones. */
export interface ReadinessLoss {
  title: string;
  /** True where they stay open. Null where no source says it. */
  keepsOpen: true | null;
  source: string;
}

export const READINESS_LOSS = {
  node: {
    title: "kube-proxy",
    keepsOpen: true,
    source: "kubernetes/kubernetes pkg/proxy/conntrack/cleanup.go: only flows of UDP are forgotten with their endpoint (v1.36)",
  },
  nginx: {
    title: "ingress-nginx",
    keepsOpen: true,
    source: "kubernetes/ingress-nginx docs/how-it-works.md: endpoints change without a reload (v1.15.1)",
  },
  f5: {
    title: "F5's NGINX Ingress Controller",
    keepsOpen: true,
    source:
      "nginx/kubernetes-ingress: worker-shutdown-timeout is not set, so old workers live until their sockets close (v5.5.4)",
  },
  envoy: {
    title: "Envoy",
    keepsOpen: true,
    source:
      "envoyproxy/envoy api/envoy/config/cluster/v3/cluster.proto, close_connections_on_host_health_failure (default false)",
  },
  traefik: { title: "Traefik", keepsOpen: null, source: "no source read says it" },
  google: { title: "Google's load balancer", keepsOpen: null, source: "no source read says it for a pod that lives on" },
  alb: {
    title: "an Application Load Balancer",
    keepsOpen: null,
    source:
      "the controller takes pods that are not ready out of the target group (kubernetes-sigs/aws-load-balancer-controller pkg/backend/endpoint_resolver.go); what then happens to a WebSocket after the deregistration delay no page says",
  },
  agc: { title: "Application Gateway for Containers", keepsOpen: null, source: "no source read says it" },
  nlb: {
    title: "a Network Load Balancer",
    keepsOpen: true,
    source:
      "docs.aws.amazon.com/elasticloadbalancing/latest/network: deregistration_delay.connection_termination.enabled is false by default",
  },
} as const satisfies Record<string, ReadinessLoss>;

/** A client with a cookie is led back to a pod that leaves for as long as that pod is ready; new clients are not. */
export const LED_BACK_BY_TRAEFIK = {
  source: "traefik/traefik pkg/server/service/loadbalancer/wrr/wrr.go, ServeHTTP (v3.6.1, v3.7.13)",
} as const;

/** A Network Load Balancer closes what is open to a target that fails its own check, unless it is told otherwise. */
export const NLB_UNHEALTHY_TERMINATES = {
  attribute: "target_health_state.unhealthy.connection_termination.enabled",
  source: "docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html (default true)",
} as const;
