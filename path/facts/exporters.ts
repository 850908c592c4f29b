/** One metric of somebody else's exporter. */
export interface ExportedMetric {
  name: string;
  /** The labels that queries may use. */
  labels: readonly string[];
  /** Where name and labels are written down, with the version they were read at. */
  source: string;
}

/** The metrics of other people's exporters that alerts and dashboards read. A name of theirs stands here and nowhere else. */
export const EXPORTED = {
  /** Unix time at which the kubelet kills a pod that was told to leave; absent for all others. */
  podDeletion: {
    name: "kube_pod_deletion_timestamp",
    labels: ["namespace", "pod"],
    source: "kubernetes/kube-state-metrics docs/metrics/workload/pod-metrics.md (v2)",
  },
  serviceInfo: {
    name: "kube_service_info",
    labels: ["namespace", "service"],
    source: "kubernetes/kube-state-metrics internal/store/service.go (v2)",
  },
  /** One series for each address in the status of a Service of type LoadBalancer. */
  loadBalancerAddress: {
    name: "kube_service_status_load_balancer_ingress",
    labels: ["namespace", "service", "ip", "hostname"],
    source: "kubernetes/kube-state-metrics internal/store/service.go (v2)",
  },
  /** Counted when a request ends; for a WebSocket that is when the socket closes. `status` may be `101` or `1xx`. */
  nginxRequests: {
    name: "nginx_ingress_controller_requests",
    labels: ["ingress", "host", "status"],
    source: "kubernetes/ingress-nginx internal/ingress/metric/collectors/socket.go (controller v1)",
  },
  nginxCertificateExpiry: {
    name: "nginx_ingress_controller_ssl_expire_time_seconds",
    labels: ["host"],
    source: "kubernetes/ingress-nginx internal/ingress/metric/collectors/controller.go (controller v1)",
  },
  /** Counted when a request ends. `service` begins with the namespace and the name of a Service or an IngressRoute. */
  traefikRequests: {
    name: "traefik_service_requests_total",
    labels: ["service", "protocol", "code"],
    source: "traefik/traefik pkg/middlewares/metrics/metrics.go, pkg/provider/kubernetes (v3.6.1)",
  },
  traefikCertificateExpiry: {
    name: "traefik_tls_certs_not_after",
    labels: ["cn", "sans", "serial"],
    source: "traefik/traefik cmd/traefik/traefik.go, appendCertMetric (v3.6.1)",
  },
  certificateExpiry: {
    name: "certmanager_certificate_expiration_timestamp_seconds",
    labels: ["name", "namespace"],
    source: "cert-manager/cert-manager pkg/metrics/metrics.go (v1)",
  },
} as const satisfies Record<string, ExportedMetric>;

/** How often Prometheus reads pods that it finds by their annotations. */
export const SCRAPE_INTERVAL = {
  defaultSeconds: 60,
  source: "prometheus.io/docs/prometheus/latest/configuration/configuration, scrape_interval (3.x)",
} as const;

/** What the Grafana chart's sidecar takes dashboards from. */
export const DASHBOARD_SIDECAR = {
  label: "grafana_dashboard",
  value: "1",
  source: "prometheus-community/helm-charts kube-prometheus-stack values.yaml, grafana.sidecar.dashboards (label, labelValue)",
} as const;

/** The most characters the identifier of a dashboard may have. */
export const DASHBOARD_UID_CHARACTERS = {
  maximum: 40,
  source: "grafana.com/docs/grafana/latest/developers/http_api/dashboard, identifier (id) vs unique identifier (uid)",
} as const;
