/** What the API server assumes where a workload or one of its containers says nothing, each with its source. */
export const WORKLOAD_DEFAULTS = {
  /** What a Deployment's rolling update may add and take away; a surge rounds up, what is taken away rounds down. */
  rollingUpdate: {
    maxSurge: "25%",
    maxUnavailable: "25%",
    source: "kubernetes/api apps/v1/types.go, RollingUpdateDeployment (v1.36)",
  },
  /** Pods that a StatefulSet or a DaemonSet replaces at a time. */
  oneAtATime: {
    maxUnavailable: 1,
    source: "kubernetes/api apps/v1/types.go, RollingUpdateStatefulSetStrategy and RollingUpdateDaemonSet (v1.36)",
  },
  probe: {
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 1,
    failureThreshold: 3,
    source: "kubernetes/api core/v1/types.go, Probe (v1.36)",
  },
  /** What an autoscaler compares with where it names no metric. */
  autoscalerMetric: {
    resource: "cpu",
    utilizationPercent: 80,
    source: "kubernetes/kubernetes pkg/apis/autoscaling/v2/defaults.go, SetDefaults_HorizontalPodAutoscaler (v1.36)",
  },
} as const;

/** Kinds whose operators make the pods themselves, and label them with the name of the object that asked for them. */
export const KINDS_THAT_MAKE_PODS = {
  kinds: ["Alertmanager", "Prometheus", "ThanosRuler", "Kafka", "EMQX", "RabbitmqCluster", "Elasticsearch", "Cluster"],
  source:
    "prometheus-operator.dev/docs/api-reference (labels prometheus, alertmanager, thanos-ruler); strimzi.io/docs/operators/latest (strimzi.io/cluster); docs.emqx.com/en/emqx-operator (apps.emqx.io/instance); rabbitmq.com/kubernetes/operator (app.kubernetes.io/name); elastic.co/docs/deploy-manage/deploy/cloud-on-k8s (elasticsearch.k8s.elastic.co/cluster-name); cloudnative-pg.io/documentation/current/labels_annotations (cnpg.io/cluster)",
} as const;
