/** What autoscalers take and do, each with its source. */
export const AUTOSCALER_BOUNDS = {
  /** Seconds of a policy's period. */
  policyPeriod: {
    minimum: 1,
    maximum: 1800,
    source: "kubernetes/api autoscaling/v2/types.go, HPAScalingPolicy.periodSeconds (v1.36)",
  },
  /** Seconds the autoscaler looks back. */
  stabilizationWindow: {
    minimum: 0,
    maximum: 3600,
    source: "kubernetes/api autoscaling/v2/types.go, HPAScalingRules.stabilizationWindowSeconds (v1.36)",
  },
  /** How fast pods are added where nothing is written: the larger of the two, every so many seconds, without looking back. */
  standardScaleUp: {
    percent: 100,
    pods: 4,
    periodSeconds: 15,
    source: "kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior (v1.36)",
  },
  /** How long it looks back before it takes a pod away where nothing is written. */
  standardScaleDown: {
    stabilizationSeconds: 300,
    source:
      "kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager, --horizontal-pod-autoscaler-downscale-stabilization (v1.36)",
  },
} as const;

/** The first version of KEDA whose fallback can keep the pods there are. */
export const KEDA_FALLBACK_BEHAVIOR_SINCE = {
  version: "2.17",
  source: "kedacore/keda config/crd/bases/keda.sh_scaledobjects.yaml, spec.fallback.behavior (in v2.17.2, not in v2.16.1)",
} as const;

/** Who answers an autoscaler, by the API group that it asks for a kind of metric. */
export const METRICS_APIS = {
  "metrics.k8s.io": { asked: ["Resource", "ContainerResource"], gives: "processor and memory", install: "metrics-server" },
  "custom.metrics.k8s.io": {
    asked: ["Pods", "Object"],
    gives: "connections of each pod",
    install: "an adapter, such as prometheus-adapter",
  },
  "external.metrics.k8s.io": {
    asked: ["External"],
    gives: "figures from outside the cluster",
    install: "an adapter, such as KEDA or prometheus-adapter",
  },
} as const;
export const METRICS_APIS_SOURCE =
  "kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis (v1.36)";

/** Seconds between two looks of the autoscaler. */
export const AUTOSCALER_SYNC = {
  seconds: 15,
  source:
    "kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager, --horizontal-pod-autoscaler-sync-period (v1.36)",
} as const;
