// Written by test/engine/componentsArgs.spec.ts (UPDATE_GOLDEN=1) from the schemas and docs/configuration.md.

export interface ServiceResources {
  /** What is reserved on the node. */
  requests?: ServiceResourcesRequests;
  /** What it gets at most. */
  limits?: ServiceResourcesLimits;
}

export interface ServiceResourcesRequests {
  /**
   * Processor time that is reserved, and that `scaling.cpuPercent` is a percentage of. Allowed: `100m`, `0.5`, `2`. Default:
   * `100m`.
   */
  cpu?: string;
  /**
   * Memory that is reserved, and that `scaling.memoryPercent` is a percentage of. Allowed: `128Mi`, `1Gi`, `500M`. Default:
   * `128Mi`.
   */
  memory?: string;
}

export interface ServiceResourcesLimits {
  /** Above this the pod is slowed down. Allowed: at least the request. Default: `500m`. */
  cpu?: string;
  /** Above this the pod is killed, with all its connections. Allowed: at least the request. Default: `512Mi`. */
  memory?: string;
}

export interface ServiceScaling {
  /** Fewest pods. In production at least 2. Allowed: 1 to 1000 pods. Default: 3. */
  min?: number;
  /** Most pods. The same as `min`: a fixed number, and no autoscaler. Allowed: `min` to 1000 pods. Default: 10. */
  max?: number;
  /**
   * What decides between the two: how busy the pods are, or how many connections they hold. Allowed: `cpu-memory`,
   * `connections`. Default: `cpu-memory`.
   */
  profile?: string;
  /**
   * Average use of the reserved processor time above which pods are added. Beside `connections` only where it is written.
   * Allowed: 1 to 100 percent. Default: 70.
   */
  cpuPercent?: number;
  /**
   * Average use of the reserved memory above which pods are added. Beside `connections` only where it is written. Allowed: 1 to
   * 100 percent. Default: 80.
   */
  memoryPercent?: number;
  /** Scaling by open connections. Only with `profile: connections`. Default: 1000 a pod. */
  connections?: ServiceScalingConnections;
  /** KEDA in place of a HorizontalPodAutoscaler. Only with `profile: connections`. Default: no KEDA. */
  keda?: ServiceScalingKeda;
  /** How quickly pods come and go. Default: quickly, and slowly. */
  behavior?: ServiceScalingBehavior;
}

export interface ServiceScalingConnections {
  /**
   * Open connections a pod carries on average; above it pods are added. Only `profile: connections`. Allowed: 1 to 1000000
   * connections. Default: 1000.
   */
  perPod?: number;
}

export interface ServiceScalingKeda {
  /**
   * Where Prometheus answers. KEDA asks it, in place of a HorizontalPodAutoscaler. Only `profile: connections`, and not beside
   * `cpuPercent` or `memoryPercent`. Allowed: an http or https address. Default: no KEDA.
   */
  serverAddress: string;
  /**
   * PromQL for all open connections of the service. Allowed: a query. Default: the sum of `metrics.names.connections` over its
   * pods; required without a ServiceMonitor.
   */
  query?: string;
  /** Seconds between two questions. Allowed: 5 to 3600 seconds. Default: 30. */
  pollingSeconds?: number;
  /** How many pods there are while Prometheus does not answer KEDA. Default: the most. */
  fallback?: ServiceScalingKedaFallback;
}

export interface ServiceScalingKedaFallback {
  /** Questions in a row without an answer, after which the fallback holds. Allowed: 1 to 100 questions. Default: 3. */
  failureThreshold?: number;
  /** Pods there are then, and since KEDA 2.17 never fewer than there were. Allowed: `min` to `max` pods. Default: `max`. */
  replicas?: number;
}

export interface ServiceScalingBehavior {
  /** How pods are taken away. Default: half of them in a minute; by connections one at a time. */
  scaleDown?: ServiceScalingBehaviorScaleDown;
  /** How pods are added. Default: as many again in a minute; by connections at once. */
  scaleUp?: ServiceScalingBehaviorScaleUp;
}

export interface ServiceScalingBehaviorScaleDown {
  /**
   * Seconds the autoscaler looks back before it takes pods away. Allowed: 0 to 3600 seconds. Default: 300; by connections as
   * long as one needs to leave.
   */
  stabilizationWindowSeconds?: number;
  /**
   * How many pods may go in a period. Each one that goes closes its connections: for long ones, a few at a time is kinder.
   * Allowed: a list. Default: half of the pods a minute; by connections one at a time.
   */
  policies?: ServiceScalingPolicy[];
}

export interface ServiceScalingPolicy {
  /** What `value` counts. Allowed: `Percent`, `Pods`. Required. */
  type: string;
  /** How many. Allowed: 1 to 1000. Required. */
  value: number;
  /** In how long. Allowed: 1 to 1800 seconds. Required. */
  periodSeconds: number;
}

export interface ServiceScalingBehaviorScaleUp {
  /** Seconds the autoscaler looks back before it adds pods. Allowed: 0 to 3600 seconds. Default: 60; by connections 0. */
  stabilizationWindowSeconds?: number;
  /**
   * How many may come. Of several policies the one that allows most counts. Allowed: a list. Default: as many again a minute;
   * by connections every 15 s, or 4.
   */
  policies?: ServiceScalingPolicy[];
}

export interface ServiceDisruption {
  /**
   * Pods that stay while nodes are emptied. Must be below `scaling.min`, or no node could ever be emptied. Allowed: 1 to `min`
   * - 1 pods. Default: `min` - 1.
   */
  minAvailable?: number;
}

export interface ServiceDrain {
  /** Seconds a leaving pod goes on serving before SIGTERM. Allowed: what is derived, to 3600 seconds. Default: derived. */
  preStopSeconds?: number;
  /** Seconds until SIGKILL, all included. Allowed: what is derived, to 86400 seconds. Default: derived. */
  gracePeriodSeconds?: number;
}

export interface ServiceMetrics {
  /**
   * How Prometheus finds the pods: the operator's ServiceMonitor, annotations on the pods, or not. Never two, or every number
   * counts twice. Allowed: `service-monitor`, `annotations`, `none`. Default: `service-monitor`.
   */
  via?: string;
  /**
   * Name of the port, where metrics have one of their own. No entry may lead there. Allowed: a name of `ports`. Default: the
   * service's own.
   */
  port?: string;
  /** Path on that port. Allowed: a path. Default: `/metrics`. */
  path?: string;
  /** Seconds between two readings. Only `service-monitor`. Allowed: 1 to 3600 seconds. Default: 30. */
  intervalSeconds?: number;
  /**
   * What the operator selects monitors and rules by, such as `release: prometheus`. Only where one of the two is written.
   * Allowed: label keys and values. Default: none.
   */
  labels?: Record<string, string>;
  /** What the application calls its metrics, for alerts, dashboards and scaling. Default: those of its keys. */
  names?: ServiceMetricsNames;
  /**
   * Alerts, as a PrometheusRule for the Prometheus operator. Which, and what to do for each. Allowed: `true`, `false`. Default:
   * `true` with `service-monitor`.
   */
  rules?: boolean;
  /**
   * A Grafana dashboard, as the ConfigMap `<name>-dashboard` for the sidecar of Grafana's chart. Allowed: `true`, `false`.
   * Default: `false`.
   */
  dashboard?: boolean;
}

export interface ServiceMetricsNames {
  /**
   * Gauge of the connections that are open now. Here and below: `none` where the application has none; for another protocol
   * than `websocket` nothing is assumed. Allowed: the name of a metric, or `none`. Default: `websocket_connections_current`.
   */
  connections?: string;
  /**
   * Counter of answers with the label `status`, upgrades among them. Allowed: the name of a metric, or `none`. Default:
   * `http_requests_total`.
   */
  requests?: string;
  /**
   * Histogram of seconds until an answer ends, without `_bucket`. Allowed: the name of a metric, or `none`. Default:
   * `http_request_duration_seconds`.
   */
  requestSeconds?: string;
  /**
   * Counter of connections closed, with the label `code`. Allowed: the name of a metric, or `none`. Default:
   * `websocket_closes_total`.
   */
  closes?: string;
}

export interface ServiceOverload {
  /**
   * Open connections at which a pod is full. Above `scaling.connections.perPod`, so that pods are added before. Allowed: 1 to
   * 1000000 connections. Required.
   */
  connections: number;
  /**
   * Environment variable by which the application is told. An error where `config` or `secrets` has it too. Allowed: a name.
   * Default: `MAX_CONNECTIONS`.
   */
  variable?: string;
}

export interface ServiceNetworkPolicy {
  /**
   * Blocks of addresses of clients, where pods see those (`externalTrafficPolicy: Local`). An error where no entry shows them.
   * Allowed: a list such as `[192.168.0.0/16]`. Default: everybody.
   */
  clientRanges?: string[];
  /** Whether pods of the service's own namespace may connect. Allowed: true, false. Default: false. */
  sameNamespace?: boolean;
  /** Other namespaces whose pods may connect. Allowed: names. Default: none. */
  namespaces?: string[];
  /**
   * Further blocks of addresses: a proxy in the host's network, a VPN. Allowed: a list such as `[172.20.0.0/16]`. Default:
   * none.
   */
  ranges?: string[];
}
